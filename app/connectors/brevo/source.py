"""Reading back: who has opted out, and whose address bounces hard.

Nothing filters for blocked contacts: those that changed are read (https://developers.brevo.com/reference/get-contacts).
Whoever is blocked or has left a list is asked for in detail, because only the details tell an unsubscription from a
bounce (https://developers.brevo.com/reference/get-contact-info). Bounces of order mails and the like stand on the list
of blocked contacts (https://developers.brevo.com/reference/get-transac-blocked-contacts). What was pushed is read last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.connectors.brevo.lists import list_names, suggestions
from app.connectors.brevo.pushes import events_in
from app.connectors.brevo.settings import BrevoSettings, SourceOptions
from app.connectors.brevo.wire import Place, Row, Wire, moment, number, numbers, rows_of, utc_stamp, words
from app.core.addresses import normalised_email
from app.core.records import Bounce, Deletion, Kind, OptOut, Record
from app.sdk.access import Access
from app.sdk.reading import batches, together
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Suggestion

_BLOCKED_PAGE = 100
_AT_ONCE = 4
_OF_BLOCK_LIST = "blocked-"
_HARD = "hardBounce"


class _Stage(StrEnum):
    """In the order of reading."""

    CONTACTS = "contacts"
    BLOCKED = "blocked"
    PUSHES = "pushes"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class _Cursor:
    stage: _Stage = _Stage.CONTACTS
    place: Place = field(default_factory=Place)

    @classmethod
    def parse(cls, raw: str | None) -> _Cursor:
        if not raw:
            return cls()
        held: Mapping[str, Any] = json.loads(raw)
        return cls(_Stage(held["stage"]), Place(int(held.get("offset", 0)), int(held.get("last_id", 0))))

    def __str__(self) -> str:
        return json.dumps({"stage": self.stage.value, "offset": self.place.offset, "last_id": self.place.last_id})


@dataclass(slots=True)
class _Lists:
    """Names of lists, read once."""

    wire: Wire
    names: Mapping[int, str] | None = field(default=None)

    async def name(self, list_id: int) -> str:
        if self.names is None:
            self.names = await list_names(self.wire)
        return self.names.get(list_id, "")


class BrevoSource:
    def __init__(self, access: Access[BrevoSettings], options: SourceOptions) -> None:
        self._wire = Wire(access)
        self._inbox = access.inbox
        self._list_id = int(options.opt_out_list or 0)
        self._lists = _Lists(self._wire)

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        begun = _Cursor.parse(request.cursor)
        told: set[str] = set()
        if begun.stage is _Stage.CONTACTS:
            async for page in self._of_contacts(request, begun.place):
                told |= _emails(page)
                yield page
        if begun.stage in {_Stage.CONTACTS, _Stage.BLOCKED} and request.kind is Kind.BOUNCES:
            place = begun.place if begun.stage is _Stage.BLOCKED else Place()
            async for page in self._of_block_list(request, place, told):
                told |= _emails(page)
                yield page
        if begun.stage is not _Stage.DONE:
            pushed = await self._of_pushes(request, told)
            if pushed:
                yield Page(pushed, str(_Cursor(_Stage.DONE)))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        for record_id in ids:
            found = await self._fetched(kind, record_id)
            yield Page([found or Deletion(id=record_id, kind=kind)], str(_Cursor(_Stage.DONE)))

    async def count(self, request: ReadRequest) -> int | None:
        """The account counts contacts, not opt-outs."""
        del request
        return None

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        """Nothing is swept here: an opt-out that ends is a new subscription, given in Brevo itself."""
        del kind
        for _ in ():
            yield ()

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await suggestions(self._wire, name)

    # Contacts --------------------------------------------------------------------------------------------------------

    async def _of_contacts(self, request: ReadRequest, place: Place) -> AsyncIterator[Page]:
        query = {"modifiedSince": utc_stamp(request.since)} if request.since else {}
        async for rows, reached in self._wire.contact_pages(query, place, limit=request.limit):
            due = [row for row in rows if self._may_concern(row) and _is_due(row, request.until)]
            yield Page(await self._examined(request.kind, due), str(_Cursor(_Stage.CONTACTS, reached)))

    def _may_concern(self, row: Row) -> bool:
        return row.get("emailBlacklisted") is True or self._has_left(row)

    def _has_left(self, row: Row) -> bool:
        active, left = numbers(row.get("listIds")), numbers(row.get("listUnsubscribed"))
        return self._list_id in left if self._list_id else bool(left) and not active

    async def _examined(self, kind: Kind, rows: Sequence[Row]) -> list[Record]:
        """A few at a time: each costs a request."""
        found: list[Record] = []
        for few in batches(rows, _AT_ONCE):
            details = await together(self._wire.contact(words(row.get("id")), "contact_id") for row in few)
            for row in details:
                record = await self._record(kind, row) if row else None
                found += [record] if record else []
        return found

    async def _record(self, kind: Kind, row: Row) -> Record | None:
        if not self._may_concern(row) or not words(row.get("email")):
            return None
        bounced, left = _events(row, "hardBounces"), _unsubscriptions(row)
        has_only_bounced = bool(bounced) and not left and not self._has_left(row)
        if kind is Kind.BOUNCES:
            return _bounce(row, bounced) if bounced else None
        return None if has_only_bounced else await self._opt_out(row, left)

    async def _opt_out(self, row: Row, left: Sequence[Row]) -> OptOut:
        by_hand = bool(_listed(row, "unsubscriptions", "adminUnsubscription")) and not _listed(
            row, "unsubscriptions", "userUnsubscription"
        )
        lists = numbers(row.get("listUnsubscribed"))
        named = self._list_id if self._list_id in lists else lists[-1] if len(lists) == 1 else 0
        return OptOut(
            id=words(row.get("id")),
            updated_at=moment(row.get("modifiedAt")),
            email=normalised_email(words(row.get("email"))),
            at=_latest(left),  # never the contact's own date, which moves with every change of it
            list_name=await self._lists.name(named) if named else "",
            reason="unsubscribed by hand in Brevo" if by_hand else "",
            raw=row,
        )

    # The list of blocked contacts ------------------------------------------------------------------------------------

    async def _of_block_list(self, request: ReadRequest, place: Place, told: set[str]) -> AsyncIterator[Page]:
        offset = place.offset
        size = min(request.limit or _BLOCKED_PAGE, _BLOCKED_PAGE)
        while True:
            rows = await self._blocked(offset, size, request.since, request.until)
            offset += len(rows)
            bounces: list[Record] = [each for each in map(_blocked_bounce, rows) if each and each.email not in told]
            yield Page(bounces, str(_Cursor(_Stage.BLOCKED, Place(offset))))
            if len(rows) < size:
                return

    async def _blocked(self, offset: int, size: int, since: datetime | None, until: datetime) -> list[Row]:
        query = {"limit": str(size), "offset": str(offset), "sort": "asc"}
        if since is not None:
            query |= {"startDate": since.astimezone(UTC).date().isoformat()}
            query |= {"endDate": until.astimezone(UTC).date().isoformat()}
        page = await self._wire.get("smtp/blockedContacts", query)
        return rows_of(page, "contacts") if "contacts" in page else []

    # Pushes ----------------------------------------------------------------------------------------------------------

    async def _of_pushes(self, request: ReadRequest, told: set[str]) -> list[Record]:
        """A push names an address; what Brevo says of it today counts. Of whom Brevo knows nothing any more, the push
        itself tells."""
        found: dict[str, Record] = {}
        for saved in await self._inbox.pushes(since=request.since, until=request.until):
            for event in events_in(saved.push):
                if event.kind is not request.kind or event.email in told:
                    continue
                row = await self._wire.contact(event.email, "email_id")
                record = await self._record(request.kind, row) if row else event.record(saved.at)
                if record:
                    found[record.id] = record
        return list(found.values())

    async def _fetched(self, kind: Kind, record_id: str) -> Record | None:
        if record_id.startswith(_OF_BLOCK_LIST):
            return await self._from_block_list(record_id)
        if record_id.startswith("push-"):
            pushes = await self._inbox.pushes(since=None, until=datetime.max.replace(tzinfo=UTC))
            told = [each.record(saved.at) for saved in pushes for each in events_in(saved.push) if each.kind is kind]
            return next((each for each in told if each.id == record_id), None)
        row = await self._wire.contact(record_id, "contact_id") if number(record_id) else None
        return await self._record(kind, row) if row else None

    async def _from_block_list(self, record_id: str) -> Record | None:
        offset = 0
        while True:
            rows = await self._blocked(offset, _BLOCKED_PAGE, None, datetime.now(UTC))
            match = next((each for each in map(_blocked_bounce, rows) if each and each.id == record_id), None)
            if match or len(rows) < _BLOCKED_PAGE:
                return match
            offset += len(rows)


def _bounce(row: Row, bounced: Sequence[Row]) -> Bounce:
    return Bounce(
        id=words(row.get("id")),
        updated_at=moment(row.get("modifiedAt")),
        email=normalised_email(words(row.get("email"))),
        at=_latest(bounced),
        is_hard=True,
        raw=row,
    )


def _blocked_bounce(row: Row) -> Bounce | None:
    """Stands there without an id of its own, so that the address has to give one; hashed, as ids are kept."""
    reason = row.get("reason") or {}
    email = normalised_email(words(row.get("email")))
    if words(reason.get("code")) != _HARD or not email:
        return None
    at = moment(row.get("blockedAt"))
    return Bounce(
        id=f"{_OF_BLOCK_LIST}{hashlib.sha256(email.encode()).hexdigest()[:24]}",
        updated_at=at,
        email=email,
        at=at,
        is_hard=True,
        reason=words(reason.get("message")),
        raw=row,
    )


def _unsubscriptions(row: Row) -> Sequence[Row]:
    return [
        *_listed(row, "unsubscriptions", "userUnsubscription"),
        *_listed(row, "unsubscriptions", "adminUnsubscription"),
        *_events(row, "complaints"),
    ]


def _events(row: Row, name: str) -> Sequence[Row]:
    found = (row.get("statistics") or {}).get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _listed(row: Row, outer: str, inner: str) -> Sequence[Row]:
    found = (row.get("statistics") or {}).get(outer)
    rows = found.get(inner) if isinstance(found, Mapping) else None
    return [each for each in rows if isinstance(each, Mapping)] if isinstance(rows, list) else []


def _latest(events: Sequence[Row]) -> datetime | None:
    return max((at for each in events if (at := moment(each.get("eventTime")))), default=None)


def _is_due(row: Row, until: datetime) -> bool:
    """What changed after the run began is read by the next one."""
    at = moment(row.get("modifiedAt"))
    return at is None or at <= until


def _emails(page: Page) -> set[str]:
    return {each.email for each in page.records if isinstance(each, OptOut | Bounce)}
