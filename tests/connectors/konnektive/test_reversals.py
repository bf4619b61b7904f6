"""Refunds and chargebacks that happened elsewhere are booked once, and nothing is paid out by it."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import UnknownOutcomeError
from app.core.outcomes import Outcome
from app.core.records import OrderEvent, OrderStatus
from app.sdk.simulator import FaultKind
from tests.connectors.konnektive.conftest import driven, euros, order, refund


def refunded(*reversals, **changes):
    return order(
        reversals=reversals,
        refunded=sum((each.amount for each in reversals), euros("0")),
        status=OrderStatus.PARTIALLY_REFUNDED,
        event=OrderEvent.REFUND,
        **changes,
    )


async def test_a_refund_is_booked_as_external_and_only_once():
    async with driven() as konnektive:
        await konnektive.send(order())
        first = await konnektive.send(refunded(refund("49.00")))
        again = await konnektive.send(refunded(refund("49.00")))
        (booked,) = konnektive.refunds
        assert (first.outcome, again.outcome) == (Outcome.UPDATED, Outcome.UNCHANGED)
        assert (booked["totalAmount"], booked["merchantTxnId"]) == ("49.00", "3999940")
        assert konnektive.orders[0]["orderStatus"] == "REFUNDED"
        (step,) = konnektive.plans[1].steps
    assert isinstance(step.body, dict)
    assert step.body["externalRefund"] == "1"


@pytest.mark.proves("konnektive", "duplicates_answered")
async def test_a_refund_whose_answer_was_lost_is_not_booked_again():
    async with driven() as konnektive:
        await konnektive.send(order())
        konnektive.account.simulator.fail(kind=FaultKind.DROP_AFTER, path="transactions/refund")
        with pytest.raises(UnknownOutcomeError):
            await konnektive.send(refunded(refund("20.00")))
        again = await konnektive.send(refunded(refund("20.00")))
        assert again.outcome is Outcome.UNCHANGED
        assert len(konnektive.refunds) == 1


async def test_a_second_refund_is_added_to_the_first():
    async with driven() as konnektive:
        await konnektive.send(order())
        await konnektive.send(refunded(refund("20.00", "1")))
        await konnektive.send(refunded(refund("20.00", "1"), refund("9.00", "2")))
        assert [each["merchantTxnId"] for each in konnektive.refunds] == ["1", "2"]


async def test_refunds_are_recognised_by_their_amount_where_their_ids_do_not_come_back(world):
    world.keeps_foreign_ids = False
    async with driven(world) as konnektive:
        await konnektive.send(order())
        await konnektive.send(refunded(refund("20.00", "1")))
        again = await konnektive.send(refunded(refund("20.00", "1")))
        more = await konnektive.send(refunded(refund("20.00", "1"), refund("20.00", "2"), refund("9.00", "3")))
        last = await konnektive.send(refunded(refund("20.00", "1"), refund("20.00", "2"), refund("9.00", "3")))
        assert [each.outcome for each in (again, more, last)] == [Outcome.UNCHANGED, Outcome.UPDATED, Outcome.UNCHANGED]
        assert [each["totalAmount"] for each in konnektive.refunds] == ["20.00", "20.00", "9.00"]


async def test_an_order_refunded_in_part_before_its_import_arrives_with_its_refund():
    async with driven() as konnektive:
        settled = await konnektive.send(refunded(refund("9.00")))
        assert settled.outcome is Outcome.CREATED
        assert [each["totalAmount"] for each in konnektive.refunds] == ["9.00"]


async def test_a_refund_that_somebody_booked_by_hand_is_not_booked_again():
    async with driven() as konnektive:
        await konnektive.send(order())
        sale = next(iter(konnektive.world.transactions.values()))
        konnektive.world.add_transaction(sale["orderId"], "REFUND", euros("20.00").amount, "PREPAID", "by-hand")
        same = await konnektive.send(refunded(refund("20.00")))
        more = await konnektive.send(refunded(refund("30.00")))
        assert (same.outcome, more.outcome, more.reason) == (Outcome.UNCHANGED, Outcome.HELD, "refund_differs")
        assert len(konnektive.refunds) == 1


async def test_a_source_that_names_only_a_sum_has_one_refund_for_it():
    known: dict[str, Any] = {"status": OrderStatus.PARTIALLY_REFUNDED, "event": None}
    async with driven() as konnektive:
        await konnektive.send(order())
        await konnektive.send(order(refunded=euros("10.00"), **known))
        again = await konnektive.send(order(refunded=euros("10.00"), **known))
        assert again.outcome is Outcome.UNCHANGED
        assert [each["totalAmount"] for each in konnektive.refunds] == ["10.00"]


async def test_a_chargeback_is_marked_at_the_payment_once():
    back = refund("49.00", is_chargeback=True, reason="fraud by buyer")
    gone = order(reversals=(back,), refunded=euros("49.00"), event=OrderEvent.CHARGEBACK)
    async with driven() as konnektive:
        await konnektive.send(order())
        first = await konnektive.send(gone)
        again = await konnektive.send(gone)
        (sale,) = konnektive.world.transactions.values()
    assert (first.outcome, again.outcome) == (Outcome.UPDATED, Outcome.UNCHANGED)
    assert (sale["isChargedback"], sale["chargebackAmount"], sale["chargebackDate"]) == ("1", "49.00", "11/02/2026")


async def test_what_the_action_table_leaves_alone_is_not_booked():
    async with driven(actions={"payment": "enter"}) as konnektive:
        await konnektive.send(order())
        settled = await konnektive.send(refunded(refund("49.00")))
        assert settled.outcome is Outcome.UNCHANGED
        assert konnektive.refunds == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"event": OrderEvent.LAST_PAID_DAY}, "Last paid day reached"),
        ({"event": None, "status": OrderStatus.CANCELLED}, "Cancelled in the shop"),
    ],
)
async def test_an_order_that_ends_is_cancelled_with_its_reason_once(changes, words):
    async with driven() as konnektive:
        await konnektive.send(order())
        first = await konnektive.send(order(**changes))
        again = await konnektive.send(order(**changes))
        (held,) = konnektive.orders
    assert (first.outcome, again.outcome) == (Outcome.UPDATED, Outcome.UNCHANGED)
    assert (held["orderStatus"], held["cancelReason"]) == ("CANCELLED", words)
