"""Looking contacts up: who is known, and how they stand on the lists."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from app.connectors.activecampaign.wire import PAGE_SIZE, Row, Wire, listed, number, rows_of, words
from app.core.addresses import normalised_email
from app.core.consent import Standing
from app.sdk.answers import RejectedError
from app.sdk.plan import Known

_SUBSCRIBED, _UNSUBSCRIBED, _BOUNCED = "1", "2", "3"
_STANDINGS = {
    "0": Standing.PENDING,
    _SUBSCRIBED: Standing.SUBSCRIBED,
    _UNSUBSCRIBED: Standing.UNSUBSCRIBED,
    _BOUNCED: Standing.BOUNCED,
}


class People:
    """Finds contacts by e-mail address as cheaply as the interface allows.

    There is no search for several addresses at once, so each costs a request; the whole account costs one request for
    a hundred people. As soon as single questions would cost as much as reading everybody, everybody is read: at worst
    twice the cheaper way. Whoever is asked for a second time (after a lost answer, say) is always asked afresh.
    """

    def __init__(self, wire: Wire, list_id: str) -> None:
        self._wire = wire
        self._list_id = list_id
        self._everybody: dict[str, Known] | None = None
        self._pages: int | None = None
        self._spent = 0
        self._asked: set[str] = set()

    async def find(self, emails: Iterable[str]) -> Mapping[str, Known]:
        wanted = list(dict.fromkeys(emails))
        again = [each for each in wanted if each in self._asked]
        new = [each for each in wanted if each not in self._asked]
        self._asked.update(wanted)
        if self._everybody is None and await self._is_dearer(len(new)):
            self._everybody = await self._read_everybody()
        if self._everybody is not None:
            known = {each: self._everybody.get(each, _NOBODY) for each in new}
        else:
            known = await self._ask(new)
        return {**known, **await self._ask(again)}

    async def vanished(self, contact_id: str) -> bool:
        """Whether a contact that was there once is there no more; asked where its address is not found only."""
        try:
            await self._wire.get(f"contacts/{contact_id}")
        except RejectedError as error:
            if error.answer.status != 404:
                raise
            return True
        return False

    async def _is_dearer(self, count: int) -> bool:
        if not count:
            return False
        if self._pages is None:
            page = await self._wire.get("contacts", {"limit": "1"})
            self._pages = math.ceil(number((page.get("meta") or {}).get("total")) / PAGE_SIZE)
        return self._spent + count > self._pages

    async def _ask(self, emails: Sequence[str]) -> dict[str, Known]:
        self._spent += len(emails)
        return {each: await self._one(each) for each in emails}

    async def _one(self, email: str) -> Known:
        page = await self._wire.get("contacts", {"email": email, "include": "contactLists"})
        rows = [row for row in rows_of(page, "contacts") if normalised_email(words(row.get("email"))) == email]
        if not rows:
            return _NOBODY
        return self._known(rows[0], memberships(page)) if len(rows) == 1 else _TWINS

    async def _read_everybody(self) -> dict[str, Known]:
        everybody: dict[str, Known] = {}
        async for page in contact_pages(self._wire, {}):
            lists = memberships(page)
            for row in rows_of(page, "contacts"):
                email = normalised_email(words(row.get("email")))
                everybody[email] = _TWINS if email in everybody else self._known(row, lists)
        return everybody

    def _known(self, row: Row, lists: Mapping[str, Sequence[Row]]) -> Known:
        contact_id = words(row.get("id"))
        standing = standing_of(row, lists.get(contact_id, ()), self._list_id)
        return Known(exists=True, target_id=contact_id, standing=standing)


_NOBODY = Known(standing=Standing.NONE)
_TWINS = Known(exists=True, matches=2)
"""Several contacts with one address: held, never guessed."""


async def contact_pages(
    wire: Wire, query: Mapping[str, str], *, after: int = 0, limit: int | None = None
) -> AsyncIterator[Row]:
    """Pages of contacts with their memberships, by rising id: the vendor's advice against large offsets."""
    last, size = after, min(limit or PAGE_SIZE, PAGE_SIZE)
    while True:
        page = await wire.get(
            "contacts",
            {
                **query,
                "include": "contactLists",
                "limit": str(size),
                "orders[id]": "ASC",
                "id_greater": str(last),
            },
        )
        rows = rows_of(page, "contacts")
        if rows:
            yield page
        if len(rows) < size:
            return
        last = max(number(row.get("id")) for row in rows)


def memberships(page: Row) -> Mapping[str, Sequence[Row]]:
    """The side-loaded list memberships, by contact id."""
    by_contact: dict[str, list[Row]] = {}
    for row in listed(page, "contactLists"):
        by_contact.setdefault(words(row.get("contact")), []).append(row)
    return by_contact


def standing_of(contact: Row, lists: Sequence[Row], list_id: str) -> Standing:
    """On the chosen list; without one, over all lists.

    Somebody who is not on the chosen list, but has left another and is active on none, has opted out. An address that
    bounces on any list bounces on the chosen one too.
    """
    if has_bounced(contact):
        return Standing.BOUNCED
    if words(contact.get("deleted")) == "1":
        return Standing.DELETED
    on_chosen = [words(row.get("status")) for row in lists if list_id and words(row.get("list")) == list_id]
    if on_chosen:
        return _STANDINGS.get(on_chosen[0], Standing.UNKNOWN)
    statuses = {words(row.get("status")) for row in lists}
    if _BOUNCED in statuses:
        return Standing.BOUNCED
    if _SUBSCRIBED in statuses:
        return Standing.NONE if list_id else Standing.SUBSCRIBED
    if _UNSUBSCRIBED in statuses:
        return Standing.UNSUBSCRIBED
    return Standing.PENDING if "0" in statuses and not list_id else Standing.NONE


def has_bounced(contact: Row) -> bool:
    """A hard bounce counter above zero is the safe test; the list status may lag behind."""
    return number(contact.get("bounced_hard")) > 0
