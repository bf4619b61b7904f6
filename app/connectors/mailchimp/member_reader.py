"""Reading people: contacts, and among them those who opted out or whose address bounces.

https://mailchimp.com/developer/marketing/api/list-members/ . The upper end of the time frame is asked for as well, so
that rows which change meanwhile leave the list instead of moving about in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mailchimp.account import Audience
from app.connectors.mailchimp.people import tags_of
from app.connectors.mailchimp.reading import pages
from app.connectors.mailchimp.wire import Row, Wire, moment, stamp, words
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState
from app.core.records import Address, Bounce, Contact, Deletion, Kind, OptOut, Record
from app.sdk.source import Page, ReadRequest

_FIELDS = (
    "id",
    "contact_id",
    "email_address",
    "status",
    "unsubscribe_reason",
    "merge_fields",
    "language",
    "tags",
    "source",
    "timestamp_signup",
    "timestamp_opt",
    "last_changed",
)
_STATUS = {Kind.OPT_OUTS: "unsubscribed", Kind.BOUNCES: "cleaned"}
_CONSENT = {"subscribed": ConsentState.YES, "unsubscribed": ConsentState.WITHDRAWN}
"""Waiting for a confirmation, bounced, or a customer without a newsletter: none of them is a yes."""
_OWN_FIELDS = {"FNAME", "LNAME", "PHONE", "COMPANY", "ADDRESS"}
_GONE = "archived"


@dataclass(frozen=True, slots=True)
class MemberReader:
    wire: Wire
    audience: Audience
    kind: Kind

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        path = f"lists/{await self.audience.find()}/members"
        query = self._query(request)
        found = pages(self.wire, path, "members", _FIELDS, query, cursor=request.cursor, limit=request.limit)
        async for rows, cursor in found:
            yield Page([record for row in rows if (record := self._record(row))], cursor)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        path = f"lists/{await self.audience.find()}/members"
        for member_id in ids:
            row = await self.wire.get_or_none(f"{path}/{member_id}", {"fields": ",".join(_FIELDS)})
            record = None if row is None else self._record(row)
            yield Page([record or Deletion(id=member_id, kind=self.kind)], "")

    async def count(self, request: ReadRequest) -> int | None:
        return await self.wire.total(f"lists/{await self.audience.find()}/members", self._query(request))

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        path = f"lists/{await self.audience.find()}/members"
        async for rows, _ in pages(self.wire, path, "members", ("id", "contact_id", "status"), {}):
            yield [_id(row) for row in rows if words(row.get("status")) != _GONE]

    def _query(self, request: ReadRequest) -> Mapping[str, str]:
        query = {"before_last_changed": stamp(request.until), "sort_field": "last_changed", "sort_dir": "ASC"}
        if status := _STATUS.get(self.kind):
            query["status"] = status
        if request.since is not None:
            # Only people who unsubscribed have a filter of their own; with any other status it is an error.
            name = "unsubscribed_since" if self.kind is Kind.OPT_OUTS else "since_last_changed"
            query[name] = stamp(request.since)
        return query

    def _record(self, row: Row) -> Record | None:
        status = words(row.get("status"))
        if status == _GONE or _STATUS.get(self.kind, status) != status:
            return None
        match self.kind:
            case Kind.OPT_OUTS:
                return _opt_out(row)
            case Kind.BOUNCES:
                return _bounce(row)
            case _:
                return _contact(row)


def _id(row: Row) -> str:
    """The contact's id stays when their address changes; the member's is made of the address."""
    return words(row.get("contact_id")) or words(row.get("id"))


def _contact(row: Row) -> Contact:
    merged = row.get("merge_fields")
    fields: Mapping[str, object] = merged if isinstance(merged, Mapping) else {}
    return Contact(
        id=_id(row),
        email=normalised_email(words(row.get("email_address"))),
        consent=_consent(row),
        first_name=words(fields.get("FNAME")),
        last_name=words(fields.get("LNAME")),
        company=words(fields.get("COMPANY")),
        phone=words(fields.get("PHONE")),
        language=words(row.get("language")),
        address=_address(fields.get("ADDRESS")),
        tags=tags_of(row),
        created_at=moment(row.get("timestamp_signup")) or moment(row.get("timestamp_opt")),
        updated_at=moment(row.get("last_changed")),
        custom={
            tag: words(value)
            for tag, value in fields.items()
            if tag not in _OWN_FIELDS and not isinstance(value, Mapping) and words(value)
        },
        raw=row,
    )


def _consent(row: Row) -> Consent:
    state = _CONSENT.get(words(row.get("status")), ConsentState.NO)
    changed = row.get("timestamp_opt") if state is ConsentState.YES else row.get("last_changed")
    return Consent(state, moment(changed), words(row.get("source")))


def _address(value: object) -> Address | None:
    if not isinstance(value, Mapping) or not any(value.values()):
        return None
    return Address(
        street=words(value.get("addr1")),
        street_2=words(value.get("addr2")),
        postcode=words(value.get("zip")),
        city=words(value.get("city")),
        region=words(value.get("state")),
        country=words(value.get("country")),
    )


def _opt_out(row: Row) -> OptOut:
    return OptOut(
        id=_id(row),
        updated_at=moment(row.get("last_changed")),
        email=normalised_email(words(row.get("email_address"))),
        at=moment(row.get("last_changed")),
        reason=words(row.get("unsubscribe_reason")),
        raw=row,
    )


def _bounce(row: Row) -> Bounce:
    return Bounce(
        id=_id(row),
        updated_at=moment(row.get("last_changed")),
        email=normalised_email(words(row.get("email_address"))),
        at=moment(row.get("last_changed")),
        is_hard=True,
        raw=row,
    )
