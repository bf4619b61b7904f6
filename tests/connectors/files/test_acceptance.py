"""Real exports, read to the cent."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.core.records import Kind, Order, Product
from app.core.rules import Rules, refusal_of
from tests.connectors.files.conftest import read_all, request_for, source_for

pytestmark = pytest.mark.shared

SETTINGS: dict[str, Any] = {
    "default_currency": "GBP",
    "time_zone": "Europe/London",
    "email_template": "customer{customer_id}@example.com",
}


@pytest.fixture
def retail(shared: Path) -> Path:
    return shared / "data" / "online_retail_first_10000_lines.csv"


@pytest.fixture
def woocommerce(shared: Path) -> Path:
    return shared / "data" / "woocommerce_sample_products.csv"


async def test_every_document_arrives_and_the_money_is_right_to_the_cent(retail: Path) -> None:
    orders = await read_all(source_for(retail, **SETTINGS), Kind.ORDERS)
    reasons = Counter(
        refusal.reason if (refusal := refusal_of(order, Rules())) else "sent" for order in orders if order
    )
    assert reasons == {"sent": 401, "guest_order": 68, "credit_note": 43}
    sent = [order for order in orders if isinstance(order, Order) and refusal_of(order, Rules()) is None]
    assert sum(order.total.amount for order in sent) == Decimal("148206.83")
    assert {order.total.currency for order in sent} == {"GBP"}


async def test_each_total_is_lines_and_shipping_without_discounts(retail: Path) -> None:
    for order in await read_all(source_for(retail, **SETTINGS), Kind.ORDERS):
        assert isinstance(order, Order)
        goods = sum((line.total.amount for line in order.lines), Decimal(0))
        shipping = order.shipping.amount if order.shipping else Decimal(0)
        assert goods + shipping - order.discount.amount == order.total.amount, order.number


async def test_contacts_are_the_customers_of_the_orders_that_are_sent(retail: Path) -> None:
    source = source_for(retail, **SETTINGS)
    contacts = await read_all(source, Kind.CONTACTS)
    assert len(contacts) == len({contact.id for contact in contacts}) == 303
    assert await source.count(request_for(Kind.CONTACTS)) == 303
    assert await source.count(request_for(Kind.ORDERS)) == 512


async def test_details_of_the_export_survive(retail: Path) -> None:
    orders = {order.id: order for order in await read_all(source_for(retail, **SETTINGS), Kind.ORDERS)}
    first = orders["536365"]
    assert isinstance(first, Order)
    assert first.created_at.replace(tzinfo=None).isoformat() == "2010-12-01T08:26:00"
    assert first.created_at.tzinfo == ZoneInfo("Europe/London")
    assert first.email == "customer17850@example.com"
    two_times = orders["536591"]
    assert isinstance(two_times, Order)
    assert two_times.created_at.strftime("%H:%M") in {"16:57", "16:58"}
    everything = [order for order in orders.values() if isinstance(order, Order)]
    assert all(line.name for order in everything for line in order.lines)
    assert sum(1 for order in everything for line in order.lines if not line.unit_price) == 46
    assert any(len({line.sku for line in order.lines}) < len(order.lines) for order in everything)
    assert sum(order.shipping.amount for order in everything if order.shipping) > 0


async def test_credit_notes_as_refunds_leave_net_zero_and_lose_nothing(retail: Path) -> None:
    orders = await read_all(source_for(retail, {"credit_notes": "refund"}, **SETTINGS), Kind.ORDERS)
    assert len(orders) == 512
    refunded = [order for order in orders if isinstance(order, Order) and order.status.value == "refunded"]
    assert len(refunded) == 43
    assert all(order.total == order.refunded and order.total.amount > 0 for order in refunded)
    assert sum(order.total.amount for order in refunded) == Decimal("3580.58")


async def test_woocommerce_products_keep_kind_variations_and_category_paths(woocommerce: Path) -> None:
    source = source_for(woocommerce, **{**SETTINGS, "email_template": ""})
    products = {product.id: product for product in await read_all(source, Kind.PRODUCTS)}
    assert all(isinstance(product, Product) for product in products.values())
    kinds = Counter(product.product_type for product in products.values() if isinstance(product, Product))
    assert kinds == {"simple": 12, "variable": 2, "simple, downloadable, virtual": 2, "grouped": 1, "external": 1}
    hoodie, beanie, pennant = products["45"], products["48"], products["89"]
    assert isinstance(hoodie, Product)
    assert isinstance(beanie, Product)
    assert isinstance(pennant, Product)
    assert [variant.id for variant in hoodie.variants] == ["79", "80", "81", "90"]
    assert hoodie.variants[0].attributes == {"Color": "Red", "Logo": "No"}
    assert hoodie.attributes == {"Color": ("Blue", "Green", "Red"), "Logo": ("Yes", "No")}
    assert hoodie.categories == (("Clothing", "Hoodies"),)
    assert str(beanie.price) == "18.00 GBP"
    assert pennant.url.startswith("https://mercantile.wordpress.org/")
    assert str(pennant.price) == "11.05 GBP"
