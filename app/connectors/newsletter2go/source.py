"""Reading back: who has opted out, and whose address bounces.

Which of a recipient's marks can be filtered by is not documented, so the whole address book is read with a few fields,
and what is new is found by comparing (https://docs.newsletter2go.com, "Get Recipients From List").
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

from app.connectors.newsletter2go.answers import Row, is_true, words
from app.connectors.newsletter2go.recipients import STATES
from app.connectors.newsletter2go.settings import Newsletter2GoSettings, SourceOptions
from app.connectors.newsletter2go.target import suggestions
from app.connectors.newsletter2go.wire import PAGE_SIZE, Wire, members_path, moment
from app.core.addresses import normalised_email
from app.core.records import Bounce, Deletion, Kind, OptOut, Record
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Suggestion

_LEFT, _BLOCKED, _BOUNCED = "last_unsubscribe_list", "last_blacklist_list", "last_bounce"
_TOLD = tuple(f"statistic_{name}{end}" for name in (_LEFT, _BLOCKED, _BOUNCED) for end in ("", "_reason"))
_SMALLEST_PAGE = 10


class Newsletter2GoSource:
    def __init__(self, access: Access[Newsletter2GoSettings], options: SourceOptions) -> None:
        self._wire = Wire(access)
        self._wanted = options.opt_out_address_book
        self._fields: tuple[str, ...] = (*STATES, *_TOLD)

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        list_id, list_name = await self._list()
        offset = int(json.loads(request.cursor)["offset"]) if request.cursor else 0
        size = PAGE_SIZE if request.limit is None else min(max(request.limit, _SMALLEST_PAGE), PAGE_SIZE)
        async for rows in self._pages(list_id, offset, size):
            offset += len(rows)
            records = [_record(request.kind, row, list_name) for row in rows]
            yield Page([each for each in records if each], json.dumps({"offset": offset}))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        list_id, list_name = await self._list()
        for recipient_id in ids:
            row = await self._fetched(list_id, recipient_id)
            record = _record(kind, row, list_name) if row else None
            yield Page([record or Deletion(id=recipient_id, kind=kind)], json.dumps({"offset": 0}))

    async def count(self, request: ReadRequest) -> int | None:
        """The account counts recipients, not opt-outs."""
        del request
        return None

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        """Nothing is swept here: an opt-out that ends is a new subscription, given in Newsletter2Go itself."""
        del kind
        for _ in ():
            yield ()

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await suggestions(self._wire, name, self._wanted)

    async def _list(self) -> tuple[str, str]:
        return await self._wire.chosen_list(self._wanted, "opt_out_address_book")

    async def _pages(self, list_id: str, offset: int, size: int) -> AsyncIterator[list[Row]]:
        """The times and reasons are known from a generated client only: an account that refuses them is read "
        "without."""
        try:
            async for rows in self._wire.pages(members_path(list_id), self._query(), offset=offset, size=size):
                offset += len(rows)
                yield rows
        except RejectedError:
            if self._fields == STATES:
                raise
            self._fields = STATES
            async for rows in self._wire.pages(members_path(list_id), self._query(), offset=offset, size=size):
                yield rows

    def _query(self) -> dict[str, str]:
        return {"_fields": ",".join(self._fields)}

    async def _fetched(self, list_id: str, recipient_id: str) -> Row | None:
        try:
            return await self._wire.recipient(list_id, recipient_id, self._fields)
        except RejectedError:
            return await self._wire.recipient(list_id, recipient_id, STATES)


def _record(kind: Kind, row: Row, list_name: str) -> Record | None:
    email = normalised_email(words(row.get("email")))
    if not email:
        return None
    return _bounce(row, email) if kind is Kind.BOUNCES else _opt_out(row, email, list_name)


def _opt_out(row: Row, email: str, list_name: str) -> OptOut | None:
    """Blocked by the owner of the account counts like unsubscribed: nobody is to write to this person."""
    has_left, is_blocked = is_true(row.get("is_unsubscribed")), is_true(row.get("is_blacklisted"))
    if not (has_left or is_blocked):
        return None
    name = _LEFT if has_left else _BLOCKED
    at = moment(row.get(f"statistic_{name}"))
    reason = words(row.get(f"statistic_{name}_reason")) or ("" if has_left else "blocked in Newsletter2Go")
    return OptOut(
        id=words(row.get("id")), updated_at=at, email=email, at=at, list_name=list_name, reason=reason, raw=row
    )


def _bounce(row: Row, email: str) -> Bounce | None:
    """``is_bounced`` is set by Newsletter2Go once an address cannot be delivered to any more."""
    if not is_true(row.get("is_bounced")):
        return None
    at = moment(row.get(f"statistic_{_BOUNCED}"))
    reason = words(row.get(f"statistic_{_BOUNCED}_reason"))
    return Bounce(id=words(row.get("id")), updated_at=at, email=email, at=at, is_hard=True, reason=reason, raw=row)
