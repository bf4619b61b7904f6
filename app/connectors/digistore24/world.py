"""What a practice Digistore24 holds: products, buyers, purchases with their payments. The same for the same size."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]

KEY = "4711-Uebungsschluessel"
READ_ONLY_KEY = "4712-Nurlesen"
PASSPHRASE = "Uebungs-Passwort mit Leerzeichen"  # noqa: S105 - of the practice account
_ZONE = ZoneInfo("Europe/Berlin")
_FIRST = datetime(2026, 1, 5, 9, 30, tzinfo=_ZONE)
_PRODUCTS = (
    (512345, "Kurs Grundlagen", "de", "49.00", "single_payment"),
    (512346, "Kurs für Fortgeschrittene", "de", "97.00", "single_payment"),
    (512347, "Basics Course", "en", "49.00", "single_payment"),
    (512348, "Mitgliedschaft monatlich", "de", "47.00", "subscription"),
    (512349, "Ausbildung in drei Raten", "de", "199.00", "installment"),
    (512350, "Handbuch (gedruckt)", "de", "29.90", "single_payment"),
)
_PEOPLE = (
    ("Jörg", "Müller", "M", "", "Hauptstraße 5", "04109", "Leipzig", "DE"),
    ("Eva", "Weiß-Groß", "F", "Weiß & Söhne GmbH", "Am Ring 12", "1010", "Wien", "AT"),
    ("Łukasz", "Żak", "M", "", "Długa 7", "80-831", "Gdańsk", "PL"),
    ("Test", "Kauf", "", "", "", "", "", "CH"),
    ("Zoë", "O'Neill", "F", "", "Bóthar na Trá 3", "H91 E2K3", "Galway", "IE"),
)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class World:
    """``state`` is all that a restart keeps; the switches beside it are for tests."""

    state: Row
    clock: Callable[[], datetime] = _now
    keys: dict[str, bool] = field(default_factory=lambda: {KEY: True, READ_ONLY_KEY: False})
    """Key to whether it may write."""
    answers_errors_with_200: bool = False
    denied: set[str] = field(default_factory=set)
    """Functions that the key may not use."""
    roles: str = "user,merchant"
    calls_before_429: int = -1

    @property
    def products(self) -> dict[str, Row]:
        found: dict[str, Row] = self.state["products"]
        return found

    @property
    def buyers(self) -> dict[str, Row]:
        found: dict[str, Row] = self.state["buyers"]
        return found

    @property
    def purchases(self) -> dict[str, Row]:
        found: dict[str, Row] = self.state["purchases"]
        return found

    @property
    def changes(self) -> list[Row]:
        found: list[Row] = self.state["changes"]
        return found

    def stamp(self, moment: datetime) -> str:
        return moment.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S")

    def next_number(self, kind: str) -> int:
        self.state["numbers"][kind] += 1
        number: int = self.state["numbers"][kind]
        return number

    def add_buyer(self, place: int, at: datetime) -> Row:
        first, last, salutation, company, street, zipcode, city, country = _PEOPLE[place % len(_PEOPLE)]
        number = self.next_number("buyer")
        name, _, house = street.rpartition(" ")
        row = {
            "id": number,
            "address_id": number + 50_000,
            "created_at": self.stamp(at),
            "email": f"kaeufer{number}@example.de",
            "first_name": first,
            "last_name": last,
            "salutation": salutation,
            "title": None,
            "company": company or None,
            "street": street,
            "street_name": name,
            "street_number": house,
            "zipcode": zipcode,
            "city": city,
            "state": None,
            "country": country,
            "phone_no": "+49 341 12345" if place % 2 else None,
        }
        self.buyers[str(number)] = row
        return row

    def add_purchase(self, buyer: Row, products: list[int], at: datetime, **more: Any) -> Row:
        """With its first payment at the same moment, unless ``is_unpaid``."""
        number = f"{self.next_number('purchase'):X}".rjust(8, "A")
        chosen = [self.products[str(each)] for each in products]
        amount = sum((Decimal(each["price"]) for each in chosen), Decimal(0))
        row = {
            "id": number,
            "role": more.get("role", "vendor"),
            "buyer_id": buyer["id"],
            "created_at": self.stamp(at),
            "amount": str(amount),
            "currency": more.get("currency", "EUR"),
            "billing_type": chosen[0]["billing_type"],
            "billing_status": "unpaid" if more.get("is_unpaid") else more.get("billing_status", "completed"),
            "pay_method": more.get("pay_method", "paypal"),
            "items": [self._item(place, len(chosen), each) for place, each in enumerate(chosen, 1)],
            "transactions": [],
        }
        self.purchases[number] = row
        if not more.get("is_unpaid"):
            self.add_transaction(number, "payment", amount, at)
        return row

    def _item(self, place: int, count: int, product: Row) -> Row:
        return {
            "id": 33_000_000 + self.next_number("item"),
            "no": place,
            "count": count,
            "product_id": product["id"],
            "product_name": product["name"],
            "quantity": 1,
            "variant_name": "",
            "variant_key": "",
        }

    def add_transaction(self, number: str, kind: str, amount: Decimal, at: datetime) -> Row:
        """Money that goes back is negative."""
        purchase = self.purchases[number]
        row = {
            "id": self.next_number("transaction"),
            "type": kind,
            "amount": str(amount if kind == "payment" else -amount),
            "created_at": self.stamp(at),
        }
        purchase["transactions"].append(row)
        return row

    def change_rebilling(self, number: str, kind: str, at: datetime) -> None:
        status = {"rebill_cancelled": "aborted", "rebill_resumed": "paying", "last_paid_day": "aborted"}[kind]
        self.purchases[number]["billing_status"] = status
        sequence = len([each for each in self.purchases[number]["transactions"] if each["type"] == "payment"])
        row = {"id": self.next_number("change"), "purchase_id": number, "type": kind, "pay_sequence_no": sequence}
        self.changes.append({**row, "created_at": self.stamp(at)})

    def summary(self) -> Row:
        transactions = [each for row in self.purchases.values() for each in row["transactions"]]
        kinds = sorted({each["type"] for each in transactions})
        return {
            "products": len(self.products),
            "buyers": len(self.buyers),
            "purchases": len(self.purchases),
            "transactions": {kind: sum(each["type"] == kind for each in transactions) for kind in kinds},
        }

    def snapshot(self) -> Row:
        return deepcopy(self.state)

    def restore(self, saved: Row) -> None:
        self.state.clear()
        self.state.update(deepcopy(saved))


def new_world(records: int) -> World:
    """About so many purchases, with everything that happens to purchases."""
    world = World(
        {
            "products": {str(number): _product(number, *rest) for number, *rest in _PRODUCTS},
            "buyers": {},
            "purchases": {},
            "changes": [],
            "numbers": {"buyer": 333_000, "purchase": 0xB1_C2D0, "item": 0, "transaction": 3_999_000, "change": 0},
        }
    )
    buyers: list[Row] = []
    for number in range(records):
        at = _FIRST + timedelta(hours=5 * (number // 2))  # two in the same second
        if number % 3 != 2 or not buyers:
            buyers.append(world.add_buyer(number, at))
        _add_past_purchase(world, number, buyers[-1], at)
    return world


def _product(number: int, name: str, language: str, price: str, billing_type: str) -> Row:
    return {
        "id": number,
        "name": name,
        "note": None,
        "tag": None,
        "language": language,
        "product_group_id": 17,
        "product_group_name": "Kurse" if price != "29.90" else None,
        "units_left": "infinite" if price != "29.90" else "140",
        "created_at": "2025-06-07 00:45:36",
        "modified_at": "2025-09-16 21:45:10",
        "price": price,
        "billing_type": billing_type,
    }


_Made = Callable[[World, Row, datetime], None]
_MONTH = timedelta(days=30)


def _add_past_purchase(world: World, number: int, buyer: Row, at: datetime) -> None:
    _KINDS.get(number % 12, _bought(512345))(world, buyer, at)


def _bought(*products: int, **more: Any) -> _Made:
    def make(world: World, buyer: Row, at: datetime) -> None:
        world.add_purchase(buyer, list(products), at, **more)

    return make


def _paid_later(product: int, times: int, *, is_stopped: bool) -> _Made:
    def make(world: World, buyer: Row, at: datetime) -> None:
        bought = world.add_purchase(buyer, [product], at, billing_status="paying")
        for later in range(1, times + 1):
            world.add_transaction(bought["id"], "payment", Decimal(bought["amount"]), at + later * _MONTH)
        if is_stopped:
            world.change_rebilling(bought["id"], "rebill_cancelled", at + times * _MONTH + timedelta(days=3))

    return make


def _reversed(product: int, kind: str, amount: str, days: int) -> _Made:
    def make(world: World, buyer: Row, at: datetime) -> None:
        bought = world.add_purchase(buyer, [product], at)
        world.add_transaction(bought["id"], kind, Decimal(amount), at + timedelta(days=days))

    return make


_KINDS: dict[int, _Made] = {
    2: _bought(512345, 512350),
    3: _paid_later(512348, 2, is_stopped=True),
    4: _paid_later(512349, 1, is_stopped=False),
    5: _reversed(512346, "refund", "97.00", 9),
    6: _reversed(512346, "refund", "20.00", 4),
    7: _reversed(512345, "chargeback", "49.00", 40),
    8: _bought(512347),
    9: _bought(512345, pay_method="test"),
    10: _bought(512346, role="affiliate"),
    11: _bought(512346, is_unpaid=True, pay_method="banktransfer"),
}
