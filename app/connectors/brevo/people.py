"""Looking contacts up: who is known, and how they stand on the lists."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from app.connectors.brevo.attributes import ASKED
from app.connectors.brevo.wire import PAGE_SIZE, Row, Wire, number, numbers, utc_stamp, words
from app.core.addresses import normalised_email
from app.core.consent import Standing
from app.sdk.plan import Known

_OVERLAP = timedelta(minutes=2)


class People:
    """Finds contacts by e-mail address as cheaply as the interface allows.

    A single address costs a request, a thousand contacts cost one as well. As soon as single questions would cost as
    much as reading everybody, everybody is read, and from then on whatever has changed since. Whoever is asked for a
    second time (after a lost answer, say) is always asked afresh.
    """

    def __init__(self, wire: Wire, list_id: int, clock: Callable[[], datetime]) -> None:
        self._wire = wire
        self._list_id = list_id
        self._clock = clock
        self._everybody: dict[str, Known] | None = None
        self._read_at: datetime | None = None
        self._pages: int | None = None
        self._spent = 0
        self._asked: set[str] = set()
        self._lock = asyncio.Lock()

    async def find(self, emails: Iterable[str]) -> Mapping[str, Known]:
        async with self._lock:  # whoever asks while everybody is being read waits for all of it
            return await self._find(emails)

    async def existing(self, emails: Iterable[str]) -> set[str]:
        """Those of the addresses that are contacts; asked as cheaply, and without counting as asked."""
        wanted = [each for each in dict.fromkeys(emails) if each]
        async with self._lock:
            if self._everybody is not None or await self._is_dearer(len(wanted)):
                everybody = await self._up_to_date()
                return {each for each in wanted if each in everybody}
            return {each for each, known in (await self._ask(wanted)).items() if known.exists}

    async def _find(self, emails: Iterable[str]) -> Mapping[str, Known]:
        wanted = list(dict.fromkeys(emails))
        again = [each for each in wanted if each in self._asked]
        new = [each for each in wanted if each not in self._asked]
        self._asked.update(wanted)
        if new and (self._everybody is not None or await self._is_dearer(len(new))):
            everybody = await self._up_to_date()
            known = {each: everybody.get(each, NOBODY) for each in new}
        else:
            known = await self._ask(new)
        return {**known, **await self._ask(again)}

    async def by_ext_id(self, ext_id: str) -> Known:
        row = await self._wire.contact(ext_id, "ext_id")
        return self.known(row) if row else NOBODY

    async def vanished(self, contact_id: str) -> bool:
        """Whether a contact that was there once is there no more."""
        return await self._wire.contact(contact_id, "contact_id") is None

    async def _is_dearer(self, count: int) -> bool:
        if self._pages is None:
            page = await self._wire.get("contacts", {"limit": "1"})
            self._pages = math.ceil(number(page.get("count")) / PAGE_SIZE)
        return self._spent + count > self._pages

    async def _ask(self, emails: Sequence[str]) -> dict[str, Known]:
        self._spent += len(emails)
        return {each: await self._one(each) for each in emails}

    async def _one(self, email: str) -> Known:
        row = await self._wire.contact(email, "email_id")
        return self.known(row) if row else NOBODY

    async def _up_to_date(self) -> dict[str, Known]:
        query = {"modifiedSince": utc_stamp(self._read_at - _OVERLAP)} if self._read_at else {}
        self._read_at = self._clock()
        found = self._everybody or {}
        async for rows, _ in self._wire.contact_pages(query):
            found |= {normalised_email(words(row.get("email"))): self.known(row) for row in rows}
        self._everybody = found
        return found

    def known(self, row: Row) -> Known:
        attributes = row.get("attributes")
        return Known(
            exists=True,
            target_id=words(row.get("id")),
            standing=standing_of(row, self._list_id),
            facts={
                "attributes": attributes if isinstance(attributes, Mapping) else {},
                "ext_id": words(row.get("ext_id") or (attributes or {}).get("EXT_ID")),
            },
        )


NOBODY = Known(standing=Standing.NONE)


def standing_of(row: Row, list_id: int) -> Standing:
    """On the chosen list; without one (0), over all lists.

    ``emailBlacklisted`` is an objection to all campaigns. Somebody who is not on the chosen list, but has left another
    and is active on none, has opted out.
    """
    active, left = numbers(row.get("listIds")), numbers(row.get("listUnsubscribed"))
    if row.get("emailBlacklisted") is True or (list_id and list_id in left):
        return Standing.UNSUBSCRIBED
    if active and (not list_id or list_id in active):
        return Standing.SUBSCRIBED
    if left and not active:
        return Standing.UNSUBSCRIBED
    attributes = row.get("attributes")
    was_asked = isinstance(attributes, Mapping) and attributes.get(ASKED) in {True, "true"}
    return Standing.PENDING if was_asked else Standing.NONE
