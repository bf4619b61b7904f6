"""Who stands in the address book, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.connectors.newsletter2go.answers import Row, is_true, words
from app.connectors.newsletter2go.attributes import CUSTOMER_ID
from app.connectors.newsletter2go.wire import Wire, in_filters, members_path
from app.core.consent import Standing
from app.sdk.answers import RejectedError
from app.sdk.plan import Known

STATES = ("id", "email", "is_unsubscribed", "is_bounced", "is_blacklisted")
NOBODY = Known(standing=Standing.NONE)


class Recipients:
    def __init__(self, wire: Wire, list_id: str, names: Sequence[str], *, has_customer_id: bool) -> None:
        self._wire = wire
        self._list_id = list_id
        self._has_customer_id = has_customer_id
        own = (CUSTOMER_ID,) if has_customer_id else ()
        self._fields = tuple(dict.fromkeys((*STATES, *own, *names)))
        self._can_filter = True

    async def find(self, emails: Iterable[str]) -> Mapping[str, Known]:
        rows = await self._wire.recipients_named(self._list_id, emails, self._fields)
        return {email: _known(found) for email, found in rows.items()}

    async def of_customers(self, customer_ids: Sequence[str], *, may_scan: bool = True) -> Mapping[str, Known]:
        """By the shop's ids; whoever has none of them is nobody. Whether own attributes can be filtered by is not
        documented; where they cannot, everybody is read, if that is worth it."""
        if not self._has_customer_id or not (self._can_filter or may_scan):
            return {}
        found: dict[str, list[Row]] = {each: [] for each in customer_ids}
        for row in await self._with_ids(customer_ids, may_scan=may_scan):
            if (own := words(row.get(CUSTOMER_ID))) in found:
                found[own].append(row)
        return {each: _known(rows) for each, rows in found.items()}

    async def vanished(self, recipient_id: str) -> bool:
        return await self._wire.recipient(self._list_id, recipient_id, ("id",)) is None

    async def _with_ids(self, customer_ids: Sequence[str], *, may_scan: bool) -> list[Row]:
        path, fields = members_path(self._list_id), {"_fields": ",".join(self._fields)}
        if self._can_filter:
            try:
                return [row for few in in_filters(CUSTOMER_ID, customer_ids) for row in await self._rows(path, few)]
            except RejectedError:
                self._can_filter = False
        return await self._wire.rows(path, fields) if may_scan else []

    async def _rows(self, path: str, filtered: str) -> list[Row]:
        return await self._wire.rows(path, {"_filter": filtered, "_fields": ",".join(self._fields)})


def _known(rows: Sequence[Row]) -> Known:
    """The address is unique in an address book; two with one would be held, never guessed."""
    if not rows:
        return NOBODY
    row = rows[0]
    return Known(
        exists=True,
        target_id=words(row.get("id")),
        standing=standing_of(row),
        matches=len({words(each.get("id")) for each in rows}),
        facts={"row": dict(row)},
    )


def standing_of(row: Row) -> Standing:
    """Whoever stands in an address book gets newsletters, unless one of three marks says otherwise."""
    if is_true(row.get("is_unsubscribed")) or is_true(row.get("is_blacklisted")):
        return Standing.UNSUBSCRIBED
    return Standing.BOUNCED if is_true(row.get("is_bounced")) else Standing.SUBSCRIBED
