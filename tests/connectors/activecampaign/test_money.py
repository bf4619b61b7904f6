"""Refunds and cancellations after the first sync change the target by exactly their sum; adjustments are visible."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.connectors.activecampaign.orders import graphql_order, rest_order
from app.core.money import Money
from app.core.records import Adjustment, Kind, Order, OrderStatus
from app.core.rules import Refusal
from app.sdk.target import Mappings
from tests.connectors.activecampaign.conftest import Stage, staged
from tests.connectors.activecampaign.records import drafted, line, order
from tests.connectors.activecampaign.test_whole_run import Integration
from tests.engine.warehouse import ShelfSource

_PAID = Decimal("91.11")
_cents = st.integers(min_value=1, max_value=9111).map(lambda each: Decimal(each).scaleb(-2))


def _gbp(amount: Decimal | str) -> Money:
    return Money(Decimal(amount), "GBP")


def _refunded(before: Order, amount: Decimal) -> Order:
    whole = amount == before.total.amount
    status = OrderStatus.REFUNDED if whole else OrderStatus.PARTIALLY_REFUNDED
    return replace(before, refunded=_gbp(amount), status=status)


def _total(stage: Stage) -> Decimal:
    return Decimal(stage.simulator.summary()["totals"]["GBP"])


@pytest.mark.parametrize("way", ["graphql", "rest"])
@settings(max_examples=4, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.dictionaries(st.integers(0, 5), _cents, min_size=1), min_size=1, max_size=3))
async def test_refunds_after_the_first_sync_change_the_target_by_exactly_their_sum(
    way: str, rounds: Sequence[dict[int, Decimal]]
) -> None:
    """Each round states for some orders how much of them has been paid back by then."""
    async with staged() as stage:
        shelf = ShelfSource([order(number) for number in range(1, 7)])
        integration = Integration(stage, {Kind.ORDERS: shelf})
        await integration.run(order_path=way)
        assert _total(stage) == 6 * _PAID

        paid_back: dict[int, Decimal] = {}
        for changes in rounds:
            for place, amount in changes.items():
                paid_back[place] = max(amount, paid_back.get(place, Decimal(0)))
                shelf.records[place] = _refunded(order(place + 1), paid_back[place])
            result = await integration.run(order_path=way)
            assert result.is_finished
            assert _total(stage) == 6 * _PAID - sum(paid_back.values())


async def test_a_cancellation_after_the_first_sync_takes_the_whole_order_off_in_cents(stage: Stage) -> None:
    shelf = ShelfSource([order(1), order(2)])
    integration = Integration(stage, {Kind.ORDERS: shelf})
    await integration.run(order_path="rest")
    shelf.records[0] = order(1, status=OrderStatus.CANCELLED)
    await integration.run(order_path="rest")
    assert _total(stage) == _PAID


async def test_an_adjustment_is_seen_in_the_preview_and_adds_up_in_the_target() -> None:
    adjustments = (Adjustment(name="Fee", amount=_gbp("2.00")), Adjustment(name="Rounding", amount=_gbp("-0.01")))
    adjusted = order(1, total=_gbp("93.10"), adjustments=adjustments)

    content = drafted(graphql_order(adjusted, Mappings())).content
    assert content["shippingAmount"] == Decimal("6.95")
    assert content["discounts"] == [{"name": "Rounding", "type": "ORDER", "discountAmount": Decimal("0.01")}]
    goods = sum(each["priceAmount"] * each["quantity"] for each in content["lineItems"])
    assert goods + content["shippingAmount"] - content["discountsAmount"] == content["finalAmount"]

    draft = drafted(rest_order(adjusted, Mappings()))
    assert (draft.content["shippingAmount"], draft.content["discountAmount"]) == (695, 1)
    shown = [(line.source, line.target) for line in draft.fields if str(line.label) == "Adjustment"]
    assert shown == [("Fee 2.00 GBP", "shippingAmount"), ("Rounding -0.01 GBP", "discounts")]


@given(
    st.lists(st.tuples(st.integers(-3, 30), st.integers(0, 99_999)), min_size=1, max_size=6),
    st.integers(0, 2_000),
    st.lists(st.integers(-500, 500), max_size=3),
)
def test_what_goes_out_adds_up_as_what_came_in(
    goods: list[tuple[int, int]], shipping: int, adjustments: list[int]
) -> None:
    lines = tuple(
        line(number, quantity=Decimal(quantity), unit_price=_gbp(Decimal(cents).scaleb(-2)))
        for number, (quantity, cents) in enumerate(goods, 1)
    )
    bare = order(
        1,
        lines=lines,
        shipping=_gbp(Decimal(shipping).scaleb(-2)),
        adjustments=tuple(Adjustment(name="x", amount=_gbp(Decimal(each).scaleb(-2))) for each in adjustments),
    )
    made = rest_order(replace(bare, total=bare.parts_total), Mappings())
    if isinstance(made, Refusal):
        assert bare.parts_total.is_negative()
        return
    content = made.content
    sent = sum(each["price"] * each["quantity"] for each in content["orderProducts"])
    assert sent + content["shippingAmount"] - content["discountAmount"] == content["totalPrice"]
