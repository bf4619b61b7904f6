"""Customers with an account, and people who are known from their orders only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from app.connectors.woocommerce.buyers import Buyers, Guest, look_through
from app.connectors.woocommerce.consents import ConsentField
from app.connectors.woocommerce.people import (
    People,
    email_of_order,
    guest_id,
    is_guest_id,
    is_of_guest,
    newest_consent,
)
from app.connectors.woocommerce.reading import FAILING, ChangeWindow, PageSize, Place, Windows, included, unreadable
from app.connectors.woocommerce.values import Row, address_from, moment, own_fields, words
from app.connectors.woocommerce.wire import MOST_ROWS, Api
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState
from app.core.records import Contact, Deletion, Kind, Record, Unreadable
from app.sdk.legible import readable
from app.sdk.reading import Once, batches, together
from app.sdk.source import Page, ReadRequest

AnyRecord = Record | Unreadable
ToWindow = Callable[[ReadRequest], Awaitable[ChangeWindow | None]]
_CUSTOMERS, _GUESTS, _CHANGED = "customers", "guests", "changed"
_EVERYBODY = {"role": "all"}
"""Without it subscribers, and the roles of business plug-ins, are left out."""

STAFF = frozenset({"administrator", "shop_manager", "editor", "author", "contributor"})


class ContactReader:
    """Customers have no filter by date: all are read each time. Their own date of change is no help, because plug-ins
    write a consent past it. Guests are asked for by the orders that changed."""

    def __init__(self, api: Api, field: ConsentField, to_window: ToWindow, *, with_guests: bool) -> None:
        self._api = api
        self._field = field
        self._people = People(api)
        self._to_window = to_window
        self._with_guests = with_guests
        self._buyers: Once[Buyers] = Once(lambda: look_through(api, field))

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        place = Place.of(request.cursor)
        if place.phase in {"", _CUSTOMERS}:
            windows = Windows(self._api, _CUSTOMERS, _EVERYBODY, request.limit)
            async for rows, end in windows.read(place.in_phase(_CUSTOMERS)):
                yield Page(await self._accounts(rows), end.text)
        if not self._with_guests:
            return
        window = await self._to_window(request)
        pages = self._guests(request, place) if window is None else self._changed(request, window, place)
        async for page in pages:
            yield page

    async def count(self, request: ReadRequest) -> int | None:
        if self._with_guests or request.since is not None:
            return None
        return (await self._api.rows(_CUSTOMERS, {**_EVERYBODY, "per_page": "1", "_fields": "id"})).total

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, MOST_ROWS):
            rows = await included(self._api, _CUSTOMERS, [each for each in batch if each.isdecimal()], _EVERYBODY)
            found = await self._accounts(rows)
            if asked := [each for each in batch if is_guest_id(each)]:
                guests = (await self._buyers.get()).guests
                found += await self._known_guests([guests[each] for each in asked if each in guests])
            known = {record.id for record in found}
            gone = [Deletion(id=each, kind=Kind.CONTACTS) for each in batch if each not in known]
            yield Page((*found, *gone), Place("fetch").text)

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        async for rows, _ in Windows(self._api, _CUSTOMERS, {**_EVERYBODY, "_fields": "id"}).read(Place()):
            yield [words(row["id"]) for row in rows]
        if self._with_guests:
            yield [*(await self._buyers.get()).guests]

    async def _accounts(self, rows: Sequence[Row]) -> list[AnyRecord]:
        consents = (await self._buyers.get()).consents if self._field.is_at_orders_only and rows else {}
        return [self._account(row, consents.get(words(row["id"]), Consent())) for row in rows]

    def _account(self, row: Row, at_orders: Consent) -> AnyRecord:
        if FAILING in row:
            return unreadable(row)
        consent = at_orders if self._field.is_at_orders_only else self._field.consent_of(row)
        return readable(words(row["id"]), row, lambda: customer_from(row, consent))

    # People without an account

    async def _guests(self, request: ReadRequest, place: Place) -> AsyncIterator[Page]:
        after = place.in_phase(_GUESTS).after
        found = sorted((await self._buyers.get()).guests.values(), key=lambda each: each.order_id)
        left = [each for each in found if each.order_id > after]
        for batch in batches(left, PageSize(request.limit).current):
            yield Page(await self._known_guests(batch), Place(_GUESTS, batch[-1].order_id, 0).text)

    async def _known_guests(self, guests: Sequence[Guest]) -> list[AnyRecord]:
        consents = {each.order_id: each.consent for each in guests}
        rows = await included(self._api, "orders", [str(each) for each in consents], {})
        return [guest_record(row, consents[int(row["id"])]) for row in rows if email_of_order(row)]

    async def _changed(self, request: ReadRequest, window: ChangeWindow, place: Place) -> AsyncIterator[Page]:
        seen: set[str] = set()
        windows = Windows(self._api, "orders", window.query, request.limit)
        async for rows, end in windows.read(place.in_phase(_CHANGED)):
            ordered = [row for row in rows if FAILING not in row and window.holds(row) and is_of_guest(row)]
            addresses = dict.fromkeys(email for row in ordered if (email := email_of_order(row)) and email not in seen)
            seen.update(addresses)
            found = await together(self._guest(each) for each in addresses)
            yield Page([record for record in found if record is not None], end.text)

    async def _guest(self, email: str) -> AnyRecord | None:
        """None for somebody who has an account."""
        if await self._people.accounts(email):
            return None
        rows = await self._people.guest_orders(email)
        return guest_record(rows[0], newest_consent(self._field, rows)) if rows else None


class OrderConsents:
    """What counts today of a tick at an order: whoever unsubscribed later still has it on old orders."""

    def __init__(self, api: Api, field: ConsentField) -> None:
        self._api = api
        self._field = field
        self._people = People(api)
        self._of_guests: dict[str, Consent] = {}
        self._of_customers: dict[str, Consent] = {}

    async def of(self, rows: Sequence[Row]) -> dict[str, Consent]:
        """By order id."""
        found = {words(row["id"]): self._field.consent_of(row) for row in rows}
        ticked = [row for row in rows if found[words(row["id"])].is_given]
        await self._load([row for row in ticked if not is_of_guest(row)])
        addresses = dict.fromkeys(email_of_order(row) for row in ticked if is_of_guest(row))
        await together(self._load_guest(each) for each in addresses if each and each not in self._of_guests)
        for row in ticked:
            today = (
                self._of_guests.get(email_of_order(row), Consent())
                if is_of_guest(row)
                else self._of_customers.get(words(row["customer_id"]), Consent())
            )
            if today.state is not ConsentState.ABSENT:
                found[words(row["id"])] = today
        return found

    async def _load(self, rows: Sequence[Row]) -> None:
        asked = {words(row["customer_id"]) for row in rows} - self._of_customers.keys()
        if self._field.is_at_orders_only:
            ids = sorted(asked)
            found = await together(self._people.orders_of(each) for each in ids)
            self._of_customers |= {
                each: newest_consent(self._field, orders) for each, orders in zip(ids, found, strict=True)
            }
            return
        known = await included(self._api, _CUSTOMERS, sorted(asked), {**_EVERYBODY, "_fields": "id,meta_data"})
        self._of_customers |= dict.fromkeys(asked, Consent())
        self._of_customers |= {words(row["id"]): self._field.consent_of(row) for row in known}

    async def _load_guest(self, email: str) -> None:
        accounts = [] if self._field.is_at_orders_only else await self._people.accounts(email)
        consent = self._field.consent_of(accounts[0]) if accounts else Consent()
        if consent.state is ConsentState.ABSENT:
            consent = newest_consent(self._field, await self._people.guest_orders(email))
        self._of_guests[email] = consent


def customer_from(row: Row, consent: Consent) -> Contact:
    billing, shipping = address_from(row.get("billing")), address_from(row.get("shipping"))
    address = billing or shipping
    of_billing = row.get("billing") or {}
    return Contact(
        id=words(row["id"]),
        email=normalised_email(words(row.get("email")) or words(of_billing.get("email"))),
        consent=consent,
        first_name=words(row.get("first_name")) or (address.first_name if address else ""),
        last_name=words(row.get("last_name")) or (address.last_name if address else ""),
        company=address.company if address else "",
        phone=next((each.phone for each in (billing, shipping) if each and each.phone), ""),
        group=words(row.get("role")),
        address=address,
        delivery=shipping,
        created_at=moment(row, "date_created"),
        updated_at=moment(row, "date_modified"),
        custom=own_fields(row),
        raw=row,
    )


def guest_record(row: Row, consent: Consent) -> AnyRecord:
    record_id = guest_id(email_of_order(row))
    return readable(record_id, row, lambda: _guest_from(record_id, row, consent))


def _guest_from(record_id: str, row: Row, consent: Consent) -> Contact:
    billing, shipping = address_from(row.get("billing")), address_from(row.get("shipping"))
    address = billing or shipping
    return Contact(
        id=record_id,
        email=email_of_order(row),
        consent=consent,
        first_name=address.first_name if address else "",
        last_name=address.last_name if address else "",
        company=address.company if address else "",
        phone=next((each.phone for each in (billing, shipping) if each and each.phone), ""),
        address=address,
        delivery=shipping,
        updated_at=moment(row, "date_modified"),
        is_guest=True,
        raw=row,
    )
