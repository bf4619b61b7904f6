"""What a practice Konnektive holds: campaigns with offers, customers, orders, payments. The same for the same size."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

LOGIN = "api-koppler"
PASSWORD = "Ubungs-Kennwort-9"  # noqa: S105 - of the practice account
CAMPAIGN = "11"
OTHER_CAMPAIGN = "12"
_PEOPLE = (
    ("Jörg", "Müller", "DE", "Hauptstraße 5", "04109", "Leipzig"),
    ("Ana", "Lindqvist", "SE", "Storgatan 12", "111 22", "Stockholm"),
    ("Zoë", "O'Neill", "IE", "Bóthar na Trá 3", "H91 E2K3", "Galway"),
    ("Łukasz", "Żak", "PL", "Długa 7", "80-831", "Gdańsk"),
    ("Mia", "Brandt", "AT", "Am Ring 1", "1010", "Wien"),
)
_FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class World:
    """``state`` is all that a restart keeps; the switches beside it are for tests."""

    state: Row
    clock: Callable[[], datetime] = _now
    password: str = PASSWORD
    blocked_address: str = ""
    """The caller's address as Konnektive would name it, where it is not on the list."""
    denied: set[str] = field(default_factory=set)
    """Paths that the API user may not use."""
    is_text_html: bool = False
    holds_for_review: bool = False
    counts_price_once: bool = False
    """The price of several pieces is that of the line."""
    tells_custom_fields_inside: bool = False
    names_custom_fields_otherwise: bool = False
    """As ``udf1``: nobody can know them."""
    tells_currency: bool = True
    keeps_foreign_ids: bool = True
    """Whether a refund's foreign id comes back in queries."""

    @property
    def customers(self) -> dict[str, Row]:
        found: dict[str, Row] = self.state["customers"]
        return found

    @property
    def orders(self) -> dict[str, Row]:
        found: dict[str, Row] = self.state["orders"]
        return found

    @property
    def transactions(self) -> dict[str, Row]:
        found: dict[str, Row] = self.state["transactions"]
        return found

    @property
    def campaigns(self) -> dict[str, Row]:
        found: dict[str, Row] = self.state["campaigns"]
        return found

    def next_number(self, kind: str) -> int:
        self.state["numbers"][kind] += 1
        number: int = self.state["numbers"][kind]
        return number

    def stamp(self) -> str:
        return self.clock().strftime("%Y-%m-%d %H:%M:%S")

    def customer_of(self, fields: Row) -> Row:
        """Merged by e-mail address, unless the caller forbids it."""
        email = str(fields.get("emailAddress", "")).casefold()
        same = [each for each in self.customers.values() if each["emailAddress"].casefold() == email]
        if same and fields.get("disableCustomerDedup") != "1":
            return same[0]
        number = str(self.next_number("customer"))
        kept = {name: fields.get(name, "") for name in CUSTOMER_FIELDS}
        self.customers[number] = {"customerId": number, **kept, "dateCreated": self.stamp()}
        return self.customers[number]

    def add_order(self, fields: Row, customer: Row, status: str, total: Decimal, items: Row) -> Row:
        number = f"{self.next_number('order'):010X}"
        order = {
            **{name: fields.get(name, "") for name in (*CUSTOMER_FIELDS, *SHIP_FIELDS, "paySource", "couponCode")},
            "orderId": number,
            "clientOrderId": "",
            "customerId": customer["customerId"],
            "campaignId": fields["campaignId"],
            "orderStatus": status,
            "totalAmount": f"{total:.2f}",
            "salesTax": fields.get("salesTax", "0.00"),
            "dateCreated": self.stamp(),
            "dateUpdated": self.stamp(),
            "items": items,
            "custom": {name: fields[name] for name in FREE_FIELDS if fields.get(name)},
            "cancelReason": "",
        }
        self.orders[number] = order
        if status != "PARTIAL":
            self.add_transaction(number, "SALE", total, fields.get("paySource", ""))
        return order

    def add_transaction(self, order_id: str, kind: str, amount: Decimal, source: str, foreign_id: str = "") -> Row:
        number = str(self.next_number("transaction"))
        row = {
            "transactionId": number,
            "orderId": order_id,
            "txnType": kind,
            "responseType": "SUCCESS",
            "totalAmount": f"{amount:.2f}",
            "merchantTxnId": foreign_id,
            "paySource": source,
            "isChargedback": "0",
            "dateCreated": self.stamp(),
        }
        self.transactions[number] = row
        return row

    def summary(self) -> Row:
        orders = list(self.orders.values())
        statuses = sorted({each["orderStatus"] for each in orders})
        return {
            "campaigns": len(self.campaigns),
            "customers": len(self.customers),
            "orders": len(orders),
            "by_status": {status: sum(each["orderStatus"] == status for each in orders) for status in statuses},
            "refunds": sum(each["txnType"] == "REFUND" for each in self.transactions.values()),
            "chargebacks": sum(each["isChargedback"] == "1" for each in self.transactions.values()),
            "confirmations_sent": self.state["confirmations"],
        }

    def snapshot(self) -> Row:
        return deepcopy(self.state)

    def restore(self, saved: Row) -> None:
        self.state.clear()
        self.state.update(deepcopy(saved))


CUSTOMER_FIELDS = (
    "firstName",
    "lastName",
    "companyName",
    "address1",
    "address2",
    "city",
    "state",
    "postalCode",
    "country",
    "phoneNumber",
    "emailAddress",
)
SHIP_FIELDS = tuple(f"ship{name[0].upper()}{name[1:]}" for name in CUSTOMER_FIELDS[:9])
FREE_FIELDS = (
    *(f"custom{number}" for number in range(1, 6)),
    *(f"sourceValue{number}" for number in range(1, 6)),
    "affId",
)


def new_world(records: int) -> World:
    """About so many orders of former years, with what happens to orders."""
    world = World(_empty(), clock=lambda: _FIRST)
    for number in range(records):
        _add_past_order(world, number)
    world.clock = _now
    return world


def _empty() -> Row:
    return {
        "campaigns": {CAMPAIGN: _campaign(CAMPAIGN, "Online-Kurse", _OFFERS), OTHER_CAMPAIGN: _campaign(*_SECOND)},
        "customers": {},
        "orders": {},
        "transactions": {},
        "notes": [],
        "confirmations": 0,
        "numbers": {"customer": 7_000, "order": 43_000_000, "transaction": 990_000},
    }


_OFFERS = (
    ("4999", "901", "Starter-Paket", "9.95"),
    ("4101", "902", "Kurs Grundlagen", "49.00"),
    ("4102", "903", "Kurs für Fortgeschrittene", "97.00"),
    ("4103", "904", "Handbuch (gedruckt)", "29.90"),
)
_SECOND = (OTHER_CAMPAIGN, "Coaching", (("5201", "905", "Coaching monatlich", "47.00"),))


def _campaign(number: str, name: str, offers: tuple[tuple[str, str, str, str], ...]) -> Row:
    products = [
        {
            "campaignProductId": offer,
            "productId": base,
            "productName": title,
            "productSku": f"KV-{base}",
            "price": price,
            "shippingPrice": "0.00",
        }
        for offer, base, title, price in offers
    ]
    return {"campaignId": number, "campaignName": name, "currencyCode": "EUR", "products": products, "coupons": []}


def _add_past_order(world: World, number: int) -> None:
    first, last, country, street, postcode, city = _PEOPLE[number % len(_PEOPLE)]
    world.clock = lambda: _FIRST + timedelta(hours=7 * number)
    offer, _, title, price = _OFFERS[number % len(_OFFERS)]
    fields = {
        "campaignId": CAMPAIGN,
        "firstName": first,
        "lastName": last,
        "address1": street,
        "postalCode": postcode,
        "city": city,
        "country": country,
        "emailAddress": f"stammkunde{number % (number // 2 + 1)}@example.com",
        "paySource": "CREDITCARD",
    }
    total = Decimal(price)
    items = {str(number + 1): {"productId": offer, "name": title, "qty": "1", "price": price}}
    status = ("COMPLETE", "COMPLETE", "COMPLETE", "PARTIAL", "COMPLETE", "REFUNDED", "CANCELLED")[number % 7]
    order = world.add_order(fields, world.customer_of(fields), status, total, items)
    if status == "REFUNDED":
        world.add_transaction(order["orderId"], "REFUND", total, "CREDITCARD", f"own-{number}")
