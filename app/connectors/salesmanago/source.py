"""Reading back: who has opted out, and whose address is dead.

https://docs.salesmanago.com/#paginated-modified-contacts-list names who changed within a time frame, without saying
what; the state comes from contact/basic. What this program wrote itself counts as a change as well, so a record holds
nothing but the state: the same state is the same record, however often it is touched.

SALESmanago keeps no date and no reason of an opt-out. Time frames are cut in halves until one page holds them: a page
number would be wrong as soon as somebody changes while it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.connectors.salesmanago.answers import Row, rows_of
from app.connectors.salesmanago.callbacks import address_in
from app.connectors.salesmanago.events import milliseconds
from app.connectors.salesmanago.newcomers import is_marked
from app.connectors.salesmanago.people import has_opted_out, id_of, is_deleted, is_invalid, the_living
from app.connectors.salesmanago.settings import SalesmanagoSettings
from app.connectors.salesmanago.wire import MODIFIED, PEOPLE_PER_CALL, Wire
from app.core.addresses import normalised_email
from app.core.records import Bounce, Deletion, Kind, OptOut
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.reading import batches
from app.sdk.settings import Settings
from app.sdk.source import Page, ReadRequest

_BEGINNING = datetime(2011, 1, 1, tzinfo=UTC)
"""SALESmanago is as old as that."""
_FRAME = timedelta(days=365)
"""No longest frame is documented; one that is refused is halved."""
_SHORTEST_FRAME = timedelta(minutes=1)
_PAGE_SIZE = 1000
_SMALL_PAGE = 25
_CALLED = "called"

Found = OptOut | Bounce


@dataclass(frozen=True, slots=True)
class _Frame:
    """From ``start`` up to, and without, ``end``; aware."""

    start: datetime
    end: datetime

    @property
    def can_be_halved(self) -> bool:
        return self.end - self.start > _SHORTEST_FRAME

    def halves(self) -> tuple[_Frame, _Frame]:
        middle = self.start + (self.end - self.start) / 2
        return _Frame(self.start, middle), _Frame(middle, self.end)


class SalesmanagoSource:
    def __init__(self, access: Access[SalesmanagoSettings], _options: Settings) -> None:
        self._wire = Wire(access)
        self._inbox = access.inbox

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        place = json.loads(request.cursor) if request.cursor else {}
        if place.get(_CALLED):
            return
        told: set[str] = set()
        start = datetime.fromtimestamp(place["from"] / 1000, UTC) if place else request.since or _BEGINNING
        after = place.get("after", "")
        size = min(request.limit or PEOPLE_PER_CALL, _SMALL_PAGE if request.limit else PEOPLE_PER_CALL)
        for frame in _frames(start, request.until):
            async for page in self._of_frame(request, frame, after, size):
                fresh = [record for record in page.records if record.id not in told]
                told |= {record.id for record in fresh}
                yield Page(fresh, page.cursor)
            after = ""
        if request.kind is Kind.OPT_OUTS:
            called = [each for each in await self._called(request) if each.id not in told]
            if called:
                yield Page(called, json.dumps({_CALLED: True}))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        rows = {id_of(row): row for row in await self._wire.by_ids([each for each in ids if each])}
        records = [(_record(kind, rows[each]) if each in rows else None, each) for each in ids]
        yield Page([found or Deletion(id=each, kind=kind) for found, each in records], json.dumps({_CALLED: True}))

    async def count(self, request: ReadRequest) -> int | None:
        """SALESmanago tells who changed, not how many left."""
        return None

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        """Nothing is swept: an opt-out that ends is a new subscription, given in SALESmanago itself."""
        for _ in ():
            yield ()

    async def _of_frame(self, request: ReadRequest, frame: _Frame, after: str, size: int) -> AsyncIterator[Page]:
        people = sorted({id_of(row): row for row in await self._changed(frame)}.items())
        rest = [(number, row) for number, row in people if number > after]
        for part in batches(rest, size):
            cursor = {"from": milliseconds(frame.start), "after": part[-1][0]}
            yield Page(await self._records(request, [row for _, row in part]), json.dumps(cursor))

    async def _records(self, request: ReadRequest, changed: Sequence[Row]) -> list[Found]:
        emails = [email for row in changed if (email := normalised_email(str(row.get("email") or "")))]
        wanted = {id_of(row) for row in changed}
        found = await self._wire.basic(emails)
        rows = [row for same in found.values() for row in same if id_of(row) in wanted and _is_due(row, request.until)]
        records = [record for row in rows if (record := _record(request.kind, row))]
        if request.kind is not Kind.OPT_OUTS or not records:
            return records
        whole = await self._wire.whole(each.email for each in records)
        entered = {id_of(row) for same in whole.values() for row in same if is_marked(row)}
        return [each for each in records if each.id not in entered]

    async def _changed(self, frame: _Frame) -> list[Row]:
        """Who changed in this frame. Where one page does not hold them, or the frame is refused, it is halved."""
        try:
            body = await self._page(frame, 1)
        except RejectedError:
            if frame.end - frame.start <= timedelta(days=1):
                raise
            return await self._in_halves(frame)
        rows = rows_of(body, "modifiedContacts", "createdContacts", "contacts")
        if not body.get("hasMore"):
            return rows
        if frame.can_be_halved:
            return await self._in_halves(frame)
        number = 1
        while body.get("hasMore"):  # an import of thousands in one minute
            number += 1
            body = await self._page(frame, number)
            more = rows_of(body, "modifiedContacts", "createdContacts", "contacts")
            if not more:
                break
            rows += more
        return rows

    async def _in_halves(self, frame: _Frame) -> list[Row]:
        return [row for half in frame.halves() for row in await self._changed(half)]

    async def _page(self, frame: _Frame, number: int) -> Row:
        body = {
            "from": milliseconds(frame.start),
            "to": milliseconds(frame.end),
            "page": number,
            "size": _PAGE_SIZE,
        }
        return await self._wire.ask(MODIFIED, body)

    async def _called(self, request: ReadRequest) -> list[OptOut]:
        """Who left by call-back. The call has no time in it: whoever has joined again since has not left."""
        saved = await self._inbox.pushes(since=request.since, until=request.until)
        last = {address_in(each.push): each.at for each in saved}
        last.pop("", None)
        rows = await self._wire.basic(last)
        found = []
        for email, at in last.items():
            row = the_living(rows.get(email, ()))
            if row is None or is_deleted(row):
                found.append(OptOut(id=_hidden(email), email=email, at=at))
            elif has_opted_out(row):
                found.append(OptOut(id=id_of(row), email=email, raw=row))
        return found


def _frames(start: datetime, until: datetime) -> Iterator[_Frame]:
    """A whole number of frames after a fixed day, so that a frame keeps its beginning from one run to the next."""
    while start < until:
        end = min(start + _FRAME, until)
        yield _Frame(start, end)
        start = end


def _is_due(row: Row, until: datetime) -> bool:
    """What changed after the run began is read by the next one."""
    changed = row.get("modifiedOn")
    return not isinstance(changed, int) or changed <= milliseconds(until)


def _record(kind: Kind, row: Row) -> Found | None:
    """Whoever was deleted in SALESmanago has said nothing by that."""
    email = normalised_email(str(row.get("email") or ""))
    if not email or is_deleted(row):
        return None
    if kind is Kind.BOUNCES:
        return Bounce(id=id_of(row), email=email, is_hard=True, raw=row) if is_invalid(row) else None
    return OptOut(id=id_of(row), email=email, raw=row) if has_opted_out(row) else None


def _hidden(email: str) -> str:
    """For somebody whom SALESmanago does not know any more: no address in ids."""
    return f"called-{hashlib.sha256(email.encode()).hexdigest()[:32]}"
