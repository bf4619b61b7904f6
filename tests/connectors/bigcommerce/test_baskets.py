"""Baskets as shops really fill them: whatever way the shop counts, the parts of the order come to its total."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.connectors.bigcommerce.manifest import MANIFEST
from app.connectors.bigcommerce.order_records import OrderParts, Surroundings, order_from
from app.core.money import Money
from app.core.records import Kind, Order
from app.core.rules import money_refusal
from app.sdk.source import ReadRequest
from tests.connectors.standard import opened

_CENT = Decimal("0.01")
_BASKETS_PER_EXAMPLE = 5
"""So that the thorough profile counts ten thousand."""


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _v2(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.0001"), ROUND_HALF_UP))


@dataclass(frozen=True)
class Shelf:
    price: Decimal
    quantity: int
    percent: Decimal


@dataclass(frozen=True)
class Basket:
    shelves: tuple[Shelf, ...]
    enters_net: bool
    """The shop types its prices without tax."""
    rounds: str
    """``unit``, ``line`` or ``total``."""
    off_percent: int
    """Of the goods, as a coupon or a discount by hand."""
    by_coupon: bool
    states_discount_net: bool
    shipping: Decimal
    wrapping: Decimal
    fees: tuple[Decimal, ...]
    certificate: Decimal
    """Taken off the total already."""


_percents = st.sampled_from([Decimal(each) for each in ("0", "5", "7", "8", "19", "20", "23", "25.5")])
_prices = st.decimals(min_value="0.05", max_value="899", places=2)
_charges = st.sampled_from([Decimal(each) for each in ("0", "0", "3.95", "4.90", "12.49")])
_baskets = st.builds(
    Basket,
    shelves=st.lists(st.builds(Shelf, _prices, st.integers(1, 40), _percents), min_size=1, max_size=9).map(tuple),
    enters_net=st.booleans(),
    rounds=st.sampled_from(["unit", "line", "total"]),
    off_percent=st.sampled_from([0, 0, 0, 5, 10, 15, 33]),
    by_coupon=st.booleans(),
    states_discount_net=st.booleans(),
    shipping=_charges,
    wrapping=_charges,
    fees=st.lists(st.sampled_from([Decimal("0.60"), Decimal("1.99")]), max_size=2).map(tuple),
    certificate=st.sampled_from([Decimal(0), Decimal(0), Decimal("0.05")]),
)


def _row_of(basket: Basket) -> tuple[dict[str, object], list[dict[str, object]], Decimal]:
    """The order as the shop would answer it, its lines, and what the shopper paid."""
    items, kept_goods, off_net, off_gross = [], Decimal(0), Decimal(0), Decimal(0)
    share = Decimal(basket.off_percent) / 100
    for number, shelf in enumerate(basket.shelves, 1):
        factor = 1 + shelf.percent / 100
        gross = shelf.price * factor if basket.enters_net else shelf.price
        gross = _cents(gross) if basket.rounds == "unit" else gross
        whole = _cents(gross * shelf.quantity) if basket.rounds == "line" else gross * shelf.quantity
        lowered = _cents(whole * share)
        off_gross += lowered
        off_net += lowered / factor
        kept_goods += whole
        items.append(
            {
                "id": number,
                "name": f"Lamp {number}",
                "quantity": shelf.quantity,
                "price_inc_tax": _v2(gross),
                "total_inc_tax": _v2(whole),
                "discounted_total_inc_tax": _v2(whole - lowered),
            }
        )
    total = _cents(
        kept_goods - off_gross + basket.shipping + basket.wrapping + sum(basket.fees, Decimal(0)) - basket.certificate
    )
    stated = _cents(off_net) if basket.states_discount_net else off_gross
    row: dict[str, object] = {
        "id": 7,
        "status_id": 10,
        "date_created": "Wed, 25 Jun 2025 05:22:10 +0000",
        "default_currency_code": "EUR",
        "total_inc_tax": _v2(total),
        "total_ex_tax": "0",
        "total_tax": "0",
        "coupon_discount" if basket.by_coupon else "discount_amount": _v2(stated),
        "shipping_cost_inc_tax": _v2(basket.shipping),
        "wrapping_cost_inc_tax": _v2(basket.wrapping),
        "fees": [{"cost_inc_tax": str(each)} for each in basket.fees],
        "gift_certificate_amount": _v2(basket.certificate),
    }
    return row, items, total


def _order_of(basket: Basket) -> tuple[Order, Decimal]:
    row, items, total = _row_of(basket)
    return order_from(OrderParts(row=row, items=items), Surroundings(zone=UTC, products={}, consents={})), total


@given(st.lists(_baskets, min_size=_BASKETS_PER_EXAMPLE, max_size=_BASKETS_PER_EXAMPLE))
def test_every_basket_arrives_to_the_cent(baskets: list[Basket]) -> None:
    for basket in baskets:
        order, total = _order_of(basket)
        assert order.total == Money(total, "EUR")
        assert money_refusal(order) is None, (basket, order.lines_total, order.discounts, order.adjustments)
        assert abs(order.adjustment.amount) <= _CENT * len(basket.shelves)


_plain = st.builds(
    Basket,
    shelves=st.lists(st.builds(Shelf, _prices, st.integers(1, 40), _percents), min_size=1, max_size=9).map(tuple),
    enters_net=st.booleans(),
    rounds=st.sampled_from(["unit", "line", "total"]),
    off_percent=st.just(0),
    by_coupon=st.just(value=False),
    states_discount_net=st.just(value=False),
    shipping=_charges,
    wrapping=_charges,
    fees=st.just(()),
    certificate=st.just(Decimal(0)),
)


@given(_plain, st.decimals(min_value="0.11", max_value="50", places=2), st.sampled_from([1, -1]))
def test_an_amount_that_nothing_explains_holds_the_order(basket: Basket, missing: Decimal, sign: int) -> None:
    row, items, total = _row_of(basket)
    order = order_from(
        OrderParts(row={**row, "total_inc_tax": _v2(total + sign * missing)}, items=items),
        Surroundings(zone=UTC, products={}, consents={}),
    )
    refusal = money_refusal(order)
    assert refusal is not None
    difference = Decimal(refusal.details["difference"].split()[0])
    assert abs(difference + sign * missing) <= _CENT


async def test_every_order_of_the_practice_shop_adds_up() -> None:
    async with opened(MANIFEST, simulator=MANIFEST.simulator(120)) as account:
        request = ReadRequest(kind=Kind.ORDERS, until=datetime.now(UTC))
        records = [record async for page in account.source().read(request) for record in page.records]
    orders = [record for record in records if isinstance(record, Order)]
    assert len(orders) == len(records) > 0
    assert {each.id: refusal for each in orders if (refusal := money_refusal(each))} == {}
