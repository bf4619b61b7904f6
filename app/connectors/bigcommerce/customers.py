"""Customers with their newsletter consent, and subscribers who have no customer account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.reading import PageSize, Place, all_rows, by_cursor, by_number, is_in_window, v3_window
from app.connectors.bigcommerce.subscribers import Consents, consent_of
from app.connectors.bigcommerce.values import address_of_customer, as_filter, moment_v3, words
from app.core.addresses import normalised_email
from app.core.consent import Consent
from app.core.records import Contact, Deletion, Kind, Record, Unreadable
from app.sdk.legible import readable
from app.sdk.reading import Once, batches, place_text, together
from app.sdk.source import Page, ReadRequest

_CUSTOMERS = "customers"
_SUBSCRIBERS = "customers/subscribers"
_INCLUDED = "addresses,attributes,formfields"
_MOST_ADDRESSES = 50
"""Addresses in one query: they make the request's line long."""
_NO_GROUP = 0

AnyRecord = Record | Unreadable


class ContactReader:
    def __init__(self, api: Api, consents: Consents, *, with_subscribers: bool) -> None:
        self._api = api
        self._consents = consents
        self._with_subscribers = with_subscribers
        self._attribute_names: Once[Mapping[int, str]] = Once(self._read_attribute_names)

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        """Customers first; then, for changes, the customers whose consent changed, and subscribers without account."""
        place = Place(request.cursor)
        if place.phase != "subscribers":
            async for page in self._customers(request, place.word("after")):
                yield page
        if request.since is not None or self._with_subscribers:
            start = place.number("offset", 0) if place.phase == "subscribers" else 0
            async for page in self._subscribers(request, start):
                yield page

    async def count(self, request: ReadRequest) -> int | None:
        if request.since is not None or self._with_subscribers:
            return None
        return (await self._api.v3(_CUSTOMERS, {**_customer_query(request), "limit": "1"})).total

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, _MOST_ADDRESSES):
            customers = [each.removeprefix("c:") for each in batch if each.startswith("c:")]
            subscribers = [each.removeprefix("s:") for each in batch if each.startswith("s:")]
            found: list[AnyRecord] = []
            if customers:
                found += await self._records(await self._customer_rows({"id:in": ",".join(customers)}))
            if subscribers:
                rows = (await self._api.v3(_SUBSCRIBERS, {"id:in": ",".join(subscribers), "limit": "250"})).data
                found += [_subscriber_record(row) for row in rows]
            known = {record.id for record in found}
            gone = [Deletion(id=each, kind=Kind.CONTACTS) for each in batch if each not in known]
            yield Page((*found, *gone), place_text("fetch"))

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        async for rows, _ in by_cursor(self._api, _CUSTOMERS, {}, None, PageSize()):
            yield [f"c:{row['id']}" for row in rows]
        if self._with_subscribers:
            async for rows, _ in by_number(self._api, _SUBSCRIBERS, {}, PageSize()):
                yield [f"s:{row['id']}" for row in rows]

    async def _customers(self, request: ReadRequest, after: str | None) -> AsyncIterator[Page]:
        query = {**_customer_query(request), "include": _INCLUDED}
        async for rows, end in by_cursor(self._api, _CUSTOMERS, query, after, PageSize(request.limit)):
            yield Page(await self._records(rows), place_text("customers", after=end))

    async def _subscribers(self, request: ReadRequest, offset: int) -> AsyncIterator[Page]:
        query = dict(v3_window(request))
        # Without an upper end, no row can leave the list while it is read and pull others past the next page.
        query.pop("date_modified:max", None)
        pages = by_number(self._api, _SUBSCRIBERS, query, PageSize(request.limit), offset=offset)
        async for rows, end in pages:
            yield Page(await self._behind(request, rows), place_text("subscribers", offset=end))

    async def _behind(self, request: ReadRequest, rows: Sequence[Row]) -> list[AnyRecord]:
        """The customers behind these subscribers, unless read as changed already, and who has no account."""
        consents = {normalised_email(words(row.get("email"))): consent_of(row) for row in rows}
        customers = await self._customers_with([words(row.get("email")) for row in rows])
        found: list[AnyRecord] = []
        if request.since is not None:
            late = [row for row in customers if not is_in_window(request, _modified(row))]
            found += await self._records(late, consents)
        if self._with_subscribers:
            with_account = {normalised_email(words(row.get("email"))) for row in customers}
            alone = (row for row in rows if normalised_email(words(row.get("email"))) not in with_account)
            found += [_subscriber_record(row) for row in alone]
        return found

    async def _customers_with(self, addresses: Sequence[str]) -> list[Row]:
        asked = [each for each in addresses if each and "," not in each]
        found = await together(
            self._customer_rows({"email:in": ",".join(batch)}) for batch in batches(asked, _MOST_ADDRESSES)
        )
        return [row for rows in found for row in rows]

    async def _customer_rows(self, query: Mapping[str, str]) -> list[Row]:
        found: list[Row] = []
        async for rows, _ in by_cursor(self._api, _CUSTOMERS, {**query, "include": _INCLUDED}, None, PageSize()):
            found += rows
        return found

    async def _records(self, rows: Sequence[Row], consents: Mapping[str, Consent] | None = None) -> list[AnyRecord]:
        if consents is None:
            consents = await self._consents.of([words(row.get("email")) for row in rows])
        has_attributes = any(row.get("attributes") for row in rows)
        names = await self._attribute_names.get() if has_attributes else {}
        return [_customer_record(row, consents, names) for row in rows]

    async def _read_attribute_names(self) -> Mapping[int, str]:
        rows = await all_rows(self._api, "customers/attributes")
        return {int(row["id"]): words(row.get("name")) for row in rows}


def _customer_query(request: ReadRequest) -> Mapping[str, str]:
    return v3_window(request) or {"date_created:max": as_filter(request.until)}


def _modified(row: Row) -> datetime | None:
    try:
        return moment_v3(row.get("date_modified"))
    except ValueError:
        return None


def _customer_record(row: Row, consents: Mapping[str, Consent], attribute_names: Mapping[int, str]) -> AnyRecord:
    record_id = f"c:{row.get('id')}"
    return readable(record_id, row, lambda: _customer(record_id, row, consents, attribute_names))


def _customer(record_id: str, row: Row, consents: Mapping[str, Consent], attribute_names: Mapping[int, str]) -> Contact:
    email = normalised_email(words(row.get("email")))
    # No address is marked as the main one; the first is the oldest and what the control panel shows first.
    addresses = row.get("addresses") or []
    group = row.get("customer_group_id") or _NO_GROUP
    return Contact(
        id=record_id,
        email=email,
        consent=consents.get(email, Consent()),
        first_name=words(row.get("first_name")),
        last_name=words(row.get("last_name")),
        company=words(row.get("company")),
        phone=words(row.get("phone")),
        group="" if group == _NO_GROUP else str(group),
        address=address_of_customer(addresses[0]) if addresses else None,
        created_at=moment_v3(row.get("date_created")),
        updated_at=moment_v3(row.get("date_modified")),
        custom=_custom(row, attribute_names),
        raw=row,
    )


def _custom(row: Row, attribute_names: Mapping[int, str]) -> dict[str, str]:
    """The shop's own form fields and attributes, by the names that the owner gave them."""
    fields = {words(each["name"]): _as_text(each.get("value")) for each in row.get("form_fields") or []}
    attributes = {
        attribute_names.get(int(each["attribute_id"]), words(each["attribute_id"])): words(each.get("attribute_value"))
        for each in row.get("attributes") or []
    }
    return {name: value for name, value in {**attributes, **fields}.items() if name}


def _as_text(value: object) -> str:
    return ", ".join(map(words, value)) if isinstance(value, list) else words(value)


def _subscriber_record(row: Row) -> AnyRecord:
    record_id = f"s:{row.get('id')}"
    return readable(record_id, row, lambda: _subscriber(record_id, row))


def _subscriber(record_id: str, row: Row) -> Contact:
    return Contact(
        id=record_id,
        email=normalised_email(words(row.get("email"))),
        consent=consent_of(row),
        first_name=words(row.get("first_name")),
        last_name=words(row.get("last_name")),
        created_at=moment_v3(row.get("date_created")),
        updated_at=moment_v3(row.get("date_modified")),
        raw=row,
    )
