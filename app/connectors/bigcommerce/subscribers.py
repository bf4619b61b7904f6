"""Newsletter subscribers, which know nothing of customers: both meet by e-mail address.

A record is not consent. Checkout makes one even where the box was left empty, and whoever unsubscribed keeps one; only
``marketing_newsletter`` among its consents is a yes (/docs/rest-management/subscribers).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.reading import all_rows
from app.connectors.bigcommerce.values import moment_v3, words
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState
from app.sdk.reading import Once, together

NEWSLETTER = "marketing_newsletter"
_FEW = 25
"""So many addresses are asked for one by one; for more, the whole list is read once."""


def consent_of(subscriber: Row | None) -> Consent:
    """An empty list of consents is a box left empty or an opt-out: the shop does not tell which, so it is a NO.

    A missing list is ABSENT: whether older records always carry one is not documented.
    """
    if subscriber is None or not isinstance(subscriber.get("consents"), list):
        return Consent(ConsentState.ABSENT)
    state = ConsentState.YES if NEWSLETTER in subscriber["consents"] else ConsentState.NO
    return Consent(state, _changed_at(subscriber), words(subscriber.get("source")))


def _changed_at(subscriber: Row) -> datetime | None:
    try:
        return moment_v3(subscriber.get("date_modified"))
    except ValueError:
        return None


class Consents:
    """The current consent of e-mail addresses."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._all: Once[Mapping[str, Consent]] = Once(self._read_all)

    async def of(self, addresses: Collection[str]) -> Mapping[str, Consent]:
        """By normalised address; an address without a record is left out."""
        wanted = {normalised_email(each): each for each in addresses if each}
        if len(wanted) > _FEW or self._all.is_loaded:
            everybody = await self._all.get()
            return {address: everybody[address] for address in wanted if address in everybody}
        found = await together(self._ask(address) for address in wanted)
        return {address: consent for address, consent in zip(wanted, found, strict=True) if consent is not None}

    async def _ask(self, address: str) -> Consent | None:
        row = await find_subscriber(self._api, address)
        return None if row is None else consent_of(row)

    async def _read_all(self) -> Mapping[str, Consent]:
        rows = await all_rows(self._api, "customers/subscribers")
        return {normalised_email(words(row.get("email"))): consent_of(row) for row in rows}


async def find_subscriber(api: Api, address: str) -> Row | None:
    """The one record with this address, or None."""
    page = await api.v3("customers/subscribers", {"email": address})
    return next((row for row in page.data if normalised_email(words(row.get("email"))) == address), None)
