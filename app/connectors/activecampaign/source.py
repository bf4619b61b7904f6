"""Reading back: who has opted out, and whose address bounces hard.

https://developers.activecampaign.com/reference/list-all-contacts with the memberships side-loaded. The filter by date
is documented for whole days only and its time zone is the account's: the manifest says so, and is asked for earlier.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.connectors.activecampaign.lists import list_names, list_suggestions
from app.connectors.activecampaign.people import contact_pages, has_bounced, memberships
from app.connectors.activecampaign.settings import ActiveCampaignSettings, SourceOptions
from app.connectors.activecampaign.wire import Row, Wire, as_object, listed, moment, number, words
from app.core.addresses import normalised_email
from app.core.records import Bounce, Deletion, Kind, OptOut, Record
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Suggestion

_UNSUBSCRIBED, _BOUNCED = "2", "3"


@dataclass(frozen=True, slots=True)
class _Person:
    row: Row
    lists: Sequence[Row]

    @property
    def id(self) -> str:
        return words(self.row.get("id"))

    @property
    def email(self) -> str:
        return normalised_email(words(self.row.get("email")))

    @property
    def updated_at(self) -> datetime | None:
        return moment(self.row.get("udate"))


@dataclass(slots=True)
class _Lists:
    """Names of lists, read once."""

    wire: Wire
    names: Mapping[str, str] | None = field(default=None)

    async def name(self, list_id: str) -> str:
        if self.names is None:
            self.names = await list_names(self.wire)
        return self.names.get(list_id, "")


class ActiveCampaignSource:
    def __init__(self, access: Access[ActiveCampaignSettings], options: SourceOptions) -> None:
        self._wire = Wire(access)
        self._list_id = options.opt_out_list
        self._lists = _Lists(self._wire)

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        query = {}
        if request.since is not None:
            query["filters[updated_after]"] = request.since.astimezone(UTC).date().isoformat()
        after = int(json.loads(request.cursor)["after"]) if request.cursor else 0
        async for page in contact_pages(self._wire, query, after=after, limit=request.limit):
            people = [_Person(row, lists) for row, lists in _with_lists(page)]
            records = [await self._record(request.kind, each) for each in people if _is_due(each, request.until)]
            last = max(number(each.id) for each in people)
            yield Page([each for each in records if each], json.dumps({"after": last}))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        for contact_id in ids:
            yield Page([await self._fetched(kind, contact_id)], json.dumps({"after": number(contact_id)}))

    async def count(self, request: ReadRequest) -> int | None:
        """The account counts contacts, not opt-outs."""
        return None

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        """Nothing is swept here: an opt-out that ends is a new subscription, given in ActiveCampaign itself."""
        for _ in ():
            yield ()

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await list_suggestions(self._wire) if name == "lists" else ()

    async def _fetched(self, kind: Kind, contact_id: str) -> Record:
        try:
            answer = await self._wire.http.get(f"api/3/contacts/{contact_id}")
        except RejectedError:
            return Deletion(id=contact_id, kind=kind)
        body = as_object(answer)
        record = await self._record(kind, _Person(body.get("contact") or {}, listed(body, "contactLists")))
        return record or Deletion(id=contact_id, kind=kind)

    async def _record(self, kind: Kind, person: _Person) -> Record | None:
        if not person.email:
            return None
        return _bounce(person) if kind is Kind.BOUNCES else await self._opt_out(person)

    async def _opt_out(self, person: _Person) -> OptOut | None:
        left = self._left(person)
        if left is None:
            return None
        return OptOut(
            id=person.id,
            updated_at=person.updated_at,
            email=person.email,
            at=moment(left.get("udate")),  # never the contact's own date, which moves with every change of it
            list_name=await self._lists.name(words(left.get("list"))),
            reason=words(left.get("unsubreason")),
            raw=person.row,
        )

    def _left(self, person: _Person) -> Row | None:
        """The membership that ended, latest first; None while the person is still active where it counts."""
        counting = [row for row in person.lists if not self._list_id or words(row.get("list")) == self._list_id]
        if any(words(row.get("status")) == "1" for row in counting):
            return None
        ended = [row for row in counting if words(row.get("status")) == _UNSUBSCRIBED]
        return max(ended, key=_ended_at, default=None)


def _ended_at(membership: Row) -> datetime:
    return moment(membership.get("udate")) or datetime.min.replace(tzinfo=UTC)


def _bounce(person: _Person) -> Bounce | None:
    """The counter is the safe test; a list status alone tells of one list's bounces only."""
    if not has_bounced(person.row) and not any(words(row.get("status")) == _BOUNCED for row in person.lists):
        return None
    return Bounce(
        id=person.id,
        updated_at=person.updated_at,
        email=person.email,
        at=moment(person.row.get("bounced_date")) or person.updated_at,
        is_hard=True,
        raw=person.row,
    )


def _is_due(person: _Person, until: datetime) -> bool:
    """What changed after the run began is read by the next one."""
    return person.updated_at is None or person.updated_at <= until


def _with_lists(page: Row) -> Sequence[tuple[Row, Sequence[Row]]]:
    lists = memberships(page)
    return [(row, lists.get(words(row.get("id")), ())) for row in listed(page, "contacts")]
