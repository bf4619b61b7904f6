"""The state of a simulated panel, kept in the form in which IdoSell answers. Tests and practice change it here."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.connectors.idosell import world_rows as rows
from app.connectors.idosell.world_rows import Item

KEY = "cwiczenia-klucz-7Qx2"
SHOP, OTHER_SHOP = 1, 2
READING = {"CRM": "r", "OMS": "r", "PIM": "r", "WMS": "r", "SYSTEM": "r"}
WRITING = {**READING, "CRM": "rw"}
NEVER = "0000-00-00 00:00:00"
_WARSAW = ZoneInfo("Europe/Warsaw")
_KEPT = ("clients", "subscribers", "orders", "unfinished", "products", "categories", "last_ids", "calls")

Row = dict[str, Any]


@dataclass
class World:
    shops: list[Row] = field(default_factory=lambda: [rows.shop(SHOP, "sklep.example")])
    keys: dict[str, Mapping[str, str]] = field(default_factory=lambda: {KEY: WRITING})
    """Each with the level of access to each module."""
    versions: set[str] = field(default_factory=lambda: {"v7", "v8"})
    clients: dict[str, Row] = field(default_factory=dict)
    subscribers: dict[str, Row] = field(default_factory=dict)
    """On the list without an account, by address."""
    orders: dict[str, Row] = field(default_factory=dict)
    unfinished: dict[str, Row] = field(default_factory=dict)
    """What ``orders/unfinished`` lists beside the orders that are still being worked on."""
    products: dict[str, Row] = field(default_factory=dict)
    categories: dict[str, Row] = field(default_factory=dict)
    last_ids: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    calls_included: int = 10**9
    is_overloaded: bool = False
    gateway_fails_every: int = 0
    """Each so manieth call is answered by a web page of the gateway; 0 for never."""
    lists_open_orders: bool = True
    """Whether ``orders/unfinished`` lists the orders that are still being worked on, as its description says."""
    crm_finds_guests: bool = True
    """Whether the search of the CRM finds who bought without an account: not documented, so both must work."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def local(self, at: datetime | None = None) -> str:
        return (at or self.clock()).astimezone(_WARSAW).strftime("%Y-%m-%d %H:%M:%S")

    # Catalogue

    def add_category(self, name: str, parent: str = "0") -> str:
        number = self._next("categories", 1214553867)
        self.categories[number] = rows.category(int(number), int(parent), name)
        return number

    def add_product(
        self,
        name: str,
        *,
        price: str,
        category: str = "",
        sizes: Sequence[str] = (),
        stock: int | str = 10,
        vat: int = 23,
        code: str = "",
        parent: str = "",
        url: str = "",
        at: datetime | None = None,
    ) -> str:
        number = self._next("products", 101)
        row = rows.product(int(number), name, price, vat, code or f"LP-{number}", self.local(at))
        row |= rows.sizes(int(number), row["productDisplayedCode"], list(sizes), stock)
        if category:
            row |= {"categoryId": int(category), "categoryName": rows.name_of(self.categories[category])}
        if parent:
            row["productVersion"] = {"versionParentId": int(parent), "versionPriority": 1}
        if url:
            row["productUrl"] = {"productUrlsLangData": [{"shopId": SHOP, "langId": "pol", "url": url}]}
        self.products[number] = row
        return number

    def change_product(self, number: str, **changes: Any) -> None:
        dates = {"productModificationTime": self.local()}
        if "productRetailPrice" in changes:
            dates = {"productPriceChangedTime": self.local()}
        self.products[number] = {**self.products[number], **changes, **dates}

    def delete_product(self, number: str, *, to_trash: bool = False) -> None:
        self.products[number] |= {
            "productIsDeleted": "y",
            "_place": "in_trash" if to_trash else "deleted",
            "productModificationTime": self.local(),
        }

    # People

    def add_client(
        self,
        email: str,
        first_name: str = "Zofia",
        last_name: str = "Łoś",
        *,
        login: str = "",
        is_guest: bool = False,
        approves: bool | None = None,
        said_at: datetime | None = None,
        shops: Sequence[int] = (SHOP,),
        at: datetime | None = None,
        **more: str,
    ) -> str:
        """``approves`` None: the box was left empty at the registration, and nothing was said since."""
        number = self._next("clients", 2001)
        row = rows.client(int(number), login or f"klient{number}", email, first_name, last_name, self.local(at))
        row["isUnregistered"] = "y" if is_guest else "n"
        row["clientActiveInShops"] = [{"shopId": each, "shopName": self._shop_name(each)} for each in shops]
        row["clientBillingAddress"] |= {
            name: value for name, value in more.items() if name in row["clientBillingAddress"]
        }
        row["clientPersonalData"] |= {"clientBirthDate": more.get("birthday", "0000-00-00")}
        row["clientType"] = "firm" if more.get("clientFirm") else row["clientType"]
        self.clients[number] = row
        if approves is not None:
            self.say(number, approves=approves, at=said_at or at)
        return number

    def say(self, number: str, *, approves: bool, shop: int = SHOP, at: datetime | None = None) -> None:
        """What a client says of the newsletter; the client's own date of change stays, as nobody promises otherwise."""
        self.clients[number]["_words"][str(shop)] = ["y" if approves else "n", self.local(at)]

    def sign_up(
        self,
        email: str,
        *,
        approves: bool = True,
        shop: int = SHOP,
        login: str = "",
        language: str = "pol",
        at: datetime | None = None,
    ) -> None:
        """The newsletter form alone: no account."""
        row = self.subscribers.get(email) or {"email": email, "login": login, "language": language, "_words": {}}
        row["_words"][str(shop)] = ["y" if approves else "n", self.local(at)]
        self.subscribers[email] = row

    def change_client(self, number: str, **changes: str) -> None:
        row = self.clients[number]
        row["clientBillingAddress"] |= {name: value for name, value in changes.items() if name.startswith("client")}
        row["clientsLastModificationDate"] = self.local()

    def delete_client(self, number: str) -> None:
        """Orders keep what they know of their buyer."""
        del self.clients[number]

    # Orders

    def add_order(self, client: str, items: Sequence[Item], **more: Any) -> str:
        return self._placed("orders", client, items, more)

    def leave_order(self, client: str, items: Sequence[Item], **more: Any) -> str:
        """A checkout that never became an order."""
        return self._placed("unfinished", client, items, more)

    def _placed(self, name: str, client: str, items: Sequence[Item], more: Mapping[str, Any]) -> str:
        number = self._next("orders", 40001)
        lines = [rows.line(each, self.products.get(each.product_id, {}), place) for place, each in enumerate(items)]
        row = rows.order(int(number), self.clients[client], lines, self.local(more.get("at")), more)
        getattr(self, name)[number] = row
        return number

    def change_order(self, number: str, **changes: Any) -> None:
        details = self.orders[number]["orderDetails"]
        self.orders[number]["orderDetails"] = {**details, **changes, "orderChangeDate": self.local()}

    def repay(self, number: str, amount: str, *, status: str = "y") -> None:
        details = self.orders[number]["orderDetails"]
        currency = details["payments"]["orderCurrency"]["currencyId"]
        payment = rows.payment(int(number), len(details["prepaids"]) + 1, "repayment", amount, currency, self.local())
        self.change_order(number, prepaids=[*details["prepaids"], {**payment, "paymentStatus": status}])

    def total_of(self, number: str) -> Decimal:
        costs = self.orders[number]["orderDetails"]["payments"]["orderCurrency"]
        names = ("orderProductsCost", "orderDeliveryCost", "orderPayformCost", "orderInsuranceCost")
        return sum((Decimal(str(costs[name])) for name in names), Decimal(0))

    # Keeping

    def summary(self) -> dict[str, Any]:
        words = [
            row["_words"].get(str(SHOP), ["", ""])[0] for row in (*self.clients.values(), *self.subscribers.values())
        ]
        return {
            "clients": len(self.clients),
            "subscribers_without_account": len(self.subscribers),
            "newsletter_approvals": words.count("y"),
            "orders": len(self.orders),
            "products": sum(row["productIsDeleted"] == "n" for row in self.products.values()),
            "calls_this_month": self.calls,
        }

    def snapshot(self) -> dict[str, Any]:
        return {name: copy.deepcopy(getattr(self, name)) for name in _KEPT}

    def restore(self, kept: Mapping[str, Any]) -> None:
        for name in _KEPT:
            setattr(self, name, copy.deepcopy(kept[name]))

    def _next(self, name: str, first: int) -> str:
        self.last_ids[name] = self.last_ids.get(name, first - 1) + 1
        return str(self.last_ids[name])

    def _shop_name(self, number: int) -> str:
        return next((each["shop_name"] for each in self.shops if each["shop_id"] == number), "")
