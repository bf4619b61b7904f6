"""The state of a simulated shop, kept in the form in which BigCommerce answers. Tests and practice change it here."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import format_datetime
from typing import Any

from app.connectors.bigcommerce import world_orders as order_rows
from app.connectors.bigcommerce import world_rows as rows

STORE_HASH = "k7praxis"
TOKEN = "praxis-token-3f9c2a7e41"  # noqa: S105 - opens a simulated shop only
READING = frozenset(
    {
        "store_v2_information_read_only",
        "store_v2_customers_read_only",
        "store_v2_orders_read_only",
        "store_v2_transactions_read_only",
        "store_v2_products_read_only",
    }
)
WRITING = (READING - {"store_v2_customers_read_only"}) | {"store_v2_customers"}


@dataclass(frozen=True, slots=True)
class Item:
    """``price`` None: the product's own, including tax."""

    product_id: int
    quantity: int = 1
    price: Decimal | None = None
    name: str = ""


@dataclass(slots=True)
class Quota:
    """Requests for each window of so many seconds; a Pro shop has 450, a Standard shop 150."""

    requests: int = 450
    window_s: float = 30.0
    has_headers: bool = True


@dataclass
class World:
    store: dict[str, Any] = field(default_factory=rows.store)
    tokens: dict[str, frozenset[str]] = field(default_factory=lambda: {TOKEN: WRITING})
    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    subscribers: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    items: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    addresses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    refunds: dict[int, dict[str, Any]] = field(default_factory=dict)
    categories: dict[int, dict[str, Any]] = field(default_factory=dict)
    brands: dict[int, dict[str, Any]] = field(default_factory=dict)
    products: dict[int, dict[str, Any]] = field(default_factory=dict)
    attributes: dict[int, dict[str, Any]] = field(default_factory=dict)
    status_names: dict[int, str] = field(default_factory=lambda: dict(order_rows.STATUS_NAMES))
    last_ids: dict[str, int] = field(default_factory=dict)
    quota: Quota = field(default_factory=Quota)
    failing: set[int] = field(default_factory=set)
    """Orders and products on which the shop fails as soon as more than their bare row is asked for."""
    lists_incomplete: bool = True
    """Whether an unfiltered list of orders holds unfinished checkouts: not documented, so both must work."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    # Catalogue

    def add_category(self, name: str, parent_id: int = 0) -> int:
        return self._added("categories", rows.category(name, parent_id), "category_id")

    def add_brand(self, name: str) -> int:
        return self._added("brands", rows.brand(name))

    def add_product(
        self,
        name: str,
        *,
        sku: str,
        price: Decimal,
        tax_percent: int = 19,
        category_ids: Sequence[int] = (),
        brand_id: int = 0,
        colours: Sequence[str] = (),
        stock: int | None = 10,
        at: datetime | None = None,
    ) -> int:
        product_id = self._next_id("products", 77)
        product = rows.product(product_id, name, sku, price, _iso(at or self.clock()))
        product |= {"categories": list(category_ids), "brand_id": brand_id, "tax_class_id": tax_percent}
        tracking = "none" if stock is None else "variant" if colours else "product"
        product |= {"inventory_tracking": tracking, "inventory_level": (stock or 0) * max(len(colours), 1)}
        product["variants"] = rows.variants(product, colours, stock or 0)
        product["base_variant_id"] = None if colours else product["variants"][0]["id"]
        self.products[product_id] = product
        return product_id

    def delete_product(self, product_id: int) -> None:
        del self.products[product_id]

    # People

    def add_customer(
        self,
        email: str,
        first_name: str = "",
        last_name: str = "",
        *,
        place: tuple[str, str, str] = ("Leipzig", "04109", "Sachsen"),
        country: str = "DE",
        company: str = "",
        group: int = 0,
        form_fields: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> int:
        customer_id = self._next_id("customers", 1)
        moment = _iso_z(at or self.clock())
        self.customers[customer_id] = rows.customer(
            customer_id, email, first_name, last_name, company, group, moment
        ) | {
            "addresses": [rows.customer_address(customer_id, first_name, last_name, company, place, country)],
            "form_fields": [
                {"name": name, "value": value, "customer_id": customer_id}
                for name, value in (form_fields or {}).items()
            ],
        }
        return customer_id

    def change_customer(self, customer_id: int, **changes: Any) -> None:
        self.customers[customer_id] |= {**changes, "date_modified": _iso_z(self.clock())}

    def delete_customer(self, customer_id: int) -> None:
        del self.customers[customer_id]

    def add_attribute(self, customer_id: int, name: str, value: str) -> None:
        attribute_id = self._added("attributes", rows.attribute(name, _iso_z(self.clock())))
        customer = self.customers[customer_id]
        customer["attributes"].append(rows.attribute_value(attribute_id, customer_id, value, _iso_z(self.clock())))
        customer["attribute_count"] = len(customer["attributes"])

    def add_subscriber(
        self,
        email: str,
        first_name: str = "",
        last_name: str = "",
        *,
        consents: Sequence[str] | None = ("marketing_newsletter",),
        source: str = "storefront",
        at: datetime | None = None,
    ) -> int:
        """``consents`` None leaves the key out, as an old record might."""
        row = rows.subscriber(email, first_name, last_name, source, _iso_z(at or self.clock()))
        return self._added("subscribers", row if consents is None else row | {"consents": list(consents)})

    def change_subscriber(self, subscriber_id: int, **changes: Any) -> dict[str, Any]:
        self.subscribers[subscriber_id] |= {**changes, "date_modified": _iso_z(self.clock())}
        return self.subscribers[subscriber_id]

    def subscriber_with(self, email: str) -> dict[str, Any] | None:
        return next((row for row in self.subscribers.values() if row["email"].lower() == email.lower()), None)

    # Orders

    def add_order(
        self,
        *,
        items: Sequence[Item],
        customer_id: int = 0,
        guest: tuple[str, str, str] | None = None,
        status_id: int = 11,
        shipping: Decimal = Decimal(0),
        coupon: tuple[str, Decimal] | None = None,
        discount: Decimal = Decimal(0),
        is_digital: bool = False,
        opted_in: bool = False,
        currency: str = "EUR",
        shown_currency: str = "",
        cart_id: str = "",
        at: datetime | None = None,
        **changes: Any,
    ) -> int:
        """``coupon`` is a code and its percentage; all amounts include tax. Shipping is free for digital goods."""
        order_id = self._next_id("orders", 100)
        lines = [self._line(order_id, number, item) for number, item in enumerate(items)]
        goods = sum((Decimal(line["total_inc_tax"]) for line in lines), Decimal(0))
        code, percent = coupon or ("", Decimal(0))
        off = (goods * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        order_rows.apply_discounts(lines, goods, code, off, discount)
        sums = order_rows.OrderSums(goods, Decimal(0) if is_digital else shipping, off, discount)
        customer = self.customers.get(customer_id)
        moment = at or self.clock()
        order = order_rows.order(order_id, sums, lines, _rfc2822(moment), currency, shown_currency or currency)
        order |= {
            "customer_id": customer_id,
            "status_id": status_id,
            "billing_address": order_rows.billing_address(customer, guest),
            "is_email_opt_in": opted_in,
            "order_is_digital": is_digital,
            "cart_id": cart_id or str(uuid.uuid5(uuid.NAMESPACE_OID, f"cart {order_id}")),
        }
        self.orders[order_id] = order | changes
        self.items[order_id] = lines
        address = order_rows.shipping_address(order_id, order["billing_address"], sums.shipping, len(lines))
        self.addresses[order_id] = [] if is_digital else [address]
        return order_id

    def _line(self, order_id: int, number: int, item: Item) -> dict[str, Any]:
        product = self.products.get(item.product_id)
        return order_rows.order_line(order_id, number, item.quantity, product, item.price, item.name)

    def change_order(self, order_id: int, **changes: Any) -> None:
        self.orders[order_id] |= {**changes, "date_modified": _rfc2822(self.clock())}

    def archive(self, order_id: int) -> None:
        self.orders[order_id]["is_deleted"] = True

    def refund(self, order_id: int, amount: Decimal, *, is_declined: bool = False, at: datetime | None = None) -> int:
        """The order's own ``refunded_amount`` stays 0, as documented; its status is not changed here."""
        row = order_rows.refund(order_id, amount, _iso_z(at or self.clock()), is_declined=is_declined)
        return self._added("refunds", row)

    def total_of(self, order_id: int) -> Decimal:
        return Decimal(self.orders[order_id]["total_inc_tax"])

    # State

    def summary(self) -> Mapping[str, Any]:
        """What a person would count in the shop."""
        finished = [row for row in self.orders.values() if row["status_id"]]
        agreed = [row for row in self.subscribers.values() if "marketing_newsletter" in row.get("consents", [])]
        return {
            "customers": len(self.customers),
            "subscribers": len(self.subscribers),
            "newsletter": len(agreed),
            "orders": len(finished),
            "guest_orders": sum(1 for row in finished if not row["customer_id"]),
            "order_total": str(sum((Decimal(row["total_inc_tax"]) for row in finished), Decimal(0))),
            "unfinished": len(self.orders) - len(finished),
            "products": len(self.products),
            "categories": len(self.categories),
        }

    def snapshot(self) -> Any:
        tables = {name: copy.deepcopy(getattr(self, name)) for name in _TABLES}
        return {"tables": tables, "last_ids": dict(self.last_ids)}

    def restore(self, state: Any) -> None:
        for name in _TABLES:
            setattr(self, name, {int(key): row for key, row in state["tables"][name].items()})
        self.last_ids = dict(state["last_ids"])

    def _next_id(self, table: str, first: int = 1) -> int:
        """Never one that was used before."""
        self.last_ids[table] = self.last_ids.get(table, first - 1) + 1
        return self.last_ids[table]

    def _added(self, table: str, row: dict[str, Any], id_field: str = "id") -> int:
        new_id = self._next_id(table)
        getattr(self, table)[new_id] = {id_field: new_id, **row}
        return new_id


_TABLES = (
    "customers",
    "subscribers",
    "orders",
    "items",
    "addresses",
    "refunds",
    "categories",
    "brands",
    "products",
    "attributes",
)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _iso_z(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rfc2822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))
