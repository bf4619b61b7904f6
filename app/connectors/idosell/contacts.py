"""Clients with the newsletter consent of the chosen shop, and subscribers who have no account there.

Clients are read by the page; who only changed their mind about the newsletter is found by the newsletter list, because
a change of consent need not change the client's own date (https://idosell.readme.io/reference, clients and newsletter).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter

from app.connectors.idosell.answers import list_in
from app.connectors.idosell.client import MOST_ROWS, Api, Listing
from app.connectors.idosell.consents import Consents, Subscriber, consent_of
from app.connectors.idosell.marketplaces import is_masked
from app.connectors.idosell.reading import Place, by, numbered, page_size
from app.connectors.idosell.shop import Shop
from app.connectors.idosell.values import (
    Row,
    as_filter,
    billing_address,
    day,
    is_yes,
    language,
    moment,
    moment_if_readable,
    part,
    readable,
    rows_of,
    words,
)
from app.core.addresses import normalised_email
from app.core.consent import Consent
from app.core.records import Contact, Deletion, Kind, Record, Unreadable
from app.sdk.reading import Once, batches, place_text
from app.sdk.source import Page, ReadRequest

_CLIENTS = "clients/clients"
# What to return is named without the objects in which it comes back.
_FIELDS = (
    *("clientId", "clientLogin", "clientCodeExternal", "clientEmail", "clientType", "isUnregistered"),
    *("clientFirstName", "clientLastName", "clientFirm", "clientStreet", "clientZipCode", "clientCity"),
    *("clientCountryId", "clientProvinceId", "clientPhone1", "clientPhone2", "clientBirthDate", "langId"),
    *("clientGroupDiscountName", "clientRegistrationDate", "clientsLastModificationDate"),
    *("newsletterEmailApprovalsData", "clientActiveInShops"),
)
_CLIENT, _SUBSCRIBER = "c:", "s:"
_FEW = 20
"""So many addresses are looked for one by one; for more, the addresses of all clients are read once."""

AnyRecord = Record | Unreadable


class ContactReader:
    def __init__(self, api: Api, shop: Once[Shop], consents: Consents, *, with_subscribers: bool) -> None:
        self._api = api
        self._shop = shop
        self._consents = consents
        self._with_subscribers = with_subscribers
        self._everybody: Once[Mapping[str, list[str]]] = Once(self._read_everybody)
        self._met: set[str] | None = set()
        """Addresses of all clients once they were read from the first to the last; None where some were left out."""

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        """Clients; for changes those who changed their mind; then subscribers without an account."""
        place = Place(request.cursor)
        if place.phase in {"", "clients"}:
            async for page in self._clients(request, place.offset_in("clients")):
                yield page
        if request.since is not None and place.phase != "subscribers":
            after = int(place.after or 0) if place.phase == "newsletter" else 0
            async for page in self._changed_minds(request, request.since, after):
                yield page
        if self._with_subscribers:
            async for page in self._subscribers(request, place.after if place.phase == "subscribers" else ""):
                yield page

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, MOST_ROWS):
            numbers = [each.removeprefix(_CLIENT) for each in batch if each.startswith(_CLIENT)]
            found = await self._records(await self.client_rows(numbers))
            hashes = {each for each in batch if each.startswith(_SUBSCRIBER)}
            if hashes:
                everybody = (await self._consents.subscribers()).values()
                found += [self._subscriber(each) for each in everybody if _subscriber_id(each) in hashes]
            known = {record.id for record in found}
            gone = [Deletion(id=each, kind=Kind.CONTACTS) for each in batch if each not in known]
            yield Page((*found, *gone), place_text("fetch"))

    async def client_rows(self, numbers: Sequence[str]) -> list[Row]:
        asked = [each for each in dict.fromkeys(numbers) if each.isdecimal()]
        found: list[Row] = []
        for batch in batches(asked, MOST_ROWS):
            params = {"clientsIds": batch, "returnElements": _FIELDS}
            found += (await self._api.got(_CLIENTS, params, 0, MOST_ROWS)).rows
        return [flat(row) for row in found]

    # Clients ---------------------------------------------------------------------------------------------------------

    async def _clients(self, request: ReadRequest, offset: int) -> AsyncIterator[Page]:
        params: dict[str, object] = {"returnElements": _FIELDS}
        if request.since is not None:
            # No upper end: a client who changes again while reading must not leave the list and pull others up.
            begin = as_filter(request.since, (await self._shop.get()).zone)
            params["clientsLastModificationDate"] = {"clientsLastModificationDateBegin": begin}
        if offset or request.since is not None:
            self._met = None
        load = partial(self._api_page, params)
        async for rows, end in numbered(self._api, load, key=by("clientId"), limit=request.limit, offset=offset):
            clients = [flat(row) for row in rows]
            if self._met is not None:
                self._met.update(normalised_email(words(row.get("clientEmail"))) for row in clients)
            yield Page(await self._records(clients), place_text("clients", offset=end))

    async def _api_page(self, params: Mapping[str, object], page: int, size: int) -> Listing:
        return await self._api.got(_CLIENTS, params, page, size)

    async def _changed_minds(self, request: ReadRequest, since: datetime, after: int) -> AsyncIterator[Page]:
        """Clients whose word about the newsletter is new, unless they were read as changed already."""
        zone = (await self._shop.get()).zone
        changes = await self._consents.changes(since)
        # An account's address may also have signed up or left by the newsletter form alone.
        by_form = await self.numbers_of(list(changes.alone))
        numbers = sorted({*changes.clients, *(each for found in by_form.values() for each in found)}, key=int)
        for batch in batches([each for each in numbers if int(each) > after], page_size(request.limit)):
            rows = await self.client_rows(batch)
            dates = [moment_if_readable(row.get("clientsLastModificationDate"), zone) for row in rows]
            late = [row for row, at in zip(rows, dates, strict=True) if at is None or at < since.replace(microsecond=0)]
            yield Page(await self._records(late), place_text("newsletter", after=batch[-1]))

    async def numbers_of(self, emails: Sequence[str], *, is_thorough: bool = False) -> Mapping[str, Sequence[str]]:
        """The clients with these addresses; addresses without a client are left out.

        Whether the search of the CRM finds people who bought without an account is not documented: ``is_thorough``
        looks for whom it does not find among the addresses of all clients.
        """
        if len(emails) > _FEW:
            return await self._listed_numbers(emails)
        found = {email: await self._numbers_with(email) for email in emails}
        missing = [email for email, numbers in found.items() if not numbers]
        if is_thorough and missing:
            found |= await self._listed_numbers(missing)
        return {email: numbers for email, numbers in found.items() if numbers}

    async def _listed_numbers(self, emails: Sequence[str]) -> dict[str, list[str]]:
        everybody = await self._everybody.get()
        return {email: everybody[email] for email in emails if email in everybody}

    async def _numbers_with(self, email: str) -> list[str]:
        """By the search of the CRM, which finds one address a time."""
        params = {"clientEmail": email, "settingsExactSearch": True, "resultsPage": 0, "resultsLimit": MOST_ROWS}
        rows = list_in(await self._api.search("clients/crm/search", params), "clientsResults", "results")
        same = [row for row in map(flat, rows) if normalised_email(words(row.get("clientEmail"))) == email]
        return [number for row in same if (number := words(row.get("clientId"))).isdecimal()]

    async def _records(self, clients: Sequence[Row]) -> list[AnyRecord]:
        shop, consents = await self._shop.get(), await self._consents.of_clients(clients)
        return [_client_record(row, shop, consents.get(words(row.get("clientId")), Consent())) for row in clients]

    # Subscribers without an account ----------------------------------------------------------------------------------

    async def _subscribers(self, request: ReadRequest, after: str) -> AsyncIterator[Page]:
        if request.since is None:
            wanted = await self._consents.subscribers()
        else:
            wanted = (await self._consents.changes(request.since)).alone
        named = sorted(((_subscriber_id(each), each) for each in wanted.values()), key=itemgetter(0))
        rest = [each for each in named if each[0] > after]
        for batch in batches(rest, page_size(request.limit)):
            accounts = await self._accounts_of([each.email for _, each in batch], request)
            alone = [self._subscriber(each) for _, each in batch if each.email not in accounts]
            yield Page(alone, place_text("subscribers", after=batch[-1][0]))

    async def _accounts_of(self, emails: Sequence[str], request: ReadRequest) -> Collection[str]:
        """Those of these addresses that belong to a client."""
        if request.since is None and request.cursor is None and request.limit is None and self._met is not None:
            return self._met
        return await self.numbers_of(emails)

    async def _read_everybody(self) -> Mapping[str, list[str]]:
        load = partial(self._api_page, {"returnElements": ("clientId", "clientEmail")})
        found: dict[str, list[str]] = {}
        async for rows, _ in numbered(self._api, load, key=by("clientId")):
            for row in rows:
                found.setdefault(normalised_email(words(row.get("clientEmail"))), []).append(words(row.get("clientId")))
        return found

    def _subscriber(self, subscriber: Subscriber) -> Contact:
        consent = Consent() if is_masked(subscriber.email) else consent_of(subscriber)
        return Contact(
            id=_subscriber_id(subscriber),
            email=subscriber.email,
            consent=consent,
            language=subscriber.language,
            created_at=subscriber.word.at,
            updated_at=subscriber.word.at,
            is_subscriber_only=True,
            raw=subscriber.raw,
        )


def flat(row: Row) -> Row:
    """A client comes in parts, or flat from other searches: one row for both."""
    parts = ("clientBillingAddress", "clientPersonalData", "clientPreferences")
    return {**row, **{name: value for each in parts for name, value in part(row, each).items()}}


def _subscriber_id(subscriber: Subscriber) -> str:
    """Ids are stored, so no address; numbers are not sure to exist without an account."""
    return _SUBSCRIBER + hashlib.sha256(subscriber.email.encode()).hexdigest()[:24]


def client_id(number: str) -> str:
    return f"{_CLIENT}{number}"


def _client_record(row: Row, shop: Shop, consent: Consent) -> AnyRecord:
    record_id = client_id(words(row.get("clientId")))
    return readable(record_id, row, lambda: _client(record_id, row, shop, consent))


def _client(record_id: str, row: Row, shop: Shop, consent: Consent) -> Contact:
    email = normalised_email(words(row.get("clientEmail")))
    changed = (moment(row.get("clientsLastModificationDate"), shop.zone), consent.changed_at)
    return Contact(
        id=record_id,
        email=email,
        consent=Consent() if is_masked(email) else consent,
        first_name=words(row.get("clientFirstName")),
        last_name=words(row.get("clientLastName")),
        company=words(row.get("clientFirm")),
        phone=words(row.get("clientPhone1")) or words(row.get("clientPhone2")),
        birthday=day(row.get("clientBirthDate")),
        language=language(row.get("langId")),
        group=words(row.get("clientGroupDiscountName")),
        address=billing_address(row),
        created_at=moment(row.get("clientRegistrationDate"), shop.zone),
        updated_at=max(filter(None, changed), default=None),
        is_guest=is_yes(row.get("isUnregistered")),
        custom=_custom(row),
        raw=row,
    )


def _custom(row: Row) -> dict[str, str]:
    shops = [words(each.get("shopId")) for each in rows_of(row.get("clientActiveInShops"))]
    found = {
        "external_code": words(row.get("clientCodeExternal")),
        "client_type": words(row.get("clientType")),
        "shops": ",".join(sorted(filter(None, shops))),
    }
    return {name: value for name, value in found.items() if value}
