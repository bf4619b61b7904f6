"""Orders travel in batches, with history and present told apart, in one currency, and create nobody unasked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from app.connectors.brevo import orders
from app.connectors.brevo.manifest import MANIFEST
from app.connectors.brevo.settings import TargetOptions
from app.connectors.brevo.target import BrevoTarget
from app.core.errors import ConfigError
from app.core.events import RunMode
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Discount, Kind, OrderStatus
from app.sdk.plan import Draft, Known
from app.sdk.simulator import FaultKind
from app.sdk.target import Timing
from tests.connectors.brevo.conftest import SHOP
from tests.connectors.brevo.records import line, order
from tests.connectors.standard import opened


async def sent(stage, *records, **options):
    await stage.run({Kind.ORDERS: records}, **options)
    return {row["id"]: row for row in stage.world.orders.values()}


async def drafted(stage, record, **options):
    target = stage.target(**options)
    await target.open([Kind.ORDERS], Timing.LIVE)
    made = target.draft(record)
    assert isinstance(made, Draft), made
    return target, made


async def test_a_history_goes_in_one_batch_and_starts_no_automation(stage):
    await sent(stage, *(order(number) for number in range(1, 151)), mode=RunMode.HISTORICAL)

    batches = stage.bodies("orders/status/batch")
    assert [each["historical"] for each in batches] == [True]
    assert stage.world.noted("automations") == []
    assert stage.simulator.summary()["totals"] == {"EUR": "4492.50"}


async def test_live_orders_say_that_they_are_live(stage):
    await sent(stage, order(1))
    assert [each["historical"] for each in stage.bodies("orders/status/batch")] == [False]
    assert stage.world.noted("automations") == ["lampen-O1"]
    assert stage.world.noted("batches_without_historical") == []


async def test_an_old_order_in_a_live_run_belongs_to_the_history(stage):
    target, old = await drafted(stage, order(1))
    _, new = await drafted(stage, order(2))
    plan = target.plan([(replace(old, is_past=True), Known()), (new, Known())])
    assert [(each.body.envelope["historical"], each.is_repeatable) for each in plan.steps] == [
        (True, True),
        (False, False),
    ]
    assert len({each.name for each in plan.steps}) == 2


async def test_an_order_arrives_digit_for_digit(stage):
    rows = await sent(
        stage,
        order(
            1,
            total=Money.of("28.95", "EUR"),
            discounts=(Discount(name="SOMMER", amount=Money.of("1", "EUR")),),
            tax=Money.of("4.62", "EUR"),
            source_status="wc-completed",
        ),
    )
    row = rows["lampen-O1"]
    assert (row["amount"], row["status"], row["createdAt"]) == (Decimal("28.95"), "completed", "2025-03-04T09:30:00Z")
    assert row["products"] == [{"productId": "lampen-P1", "quantity": 2, "price": Decimal("12.50")}]
    assert row["identifiers"] == {"email_id": "vera@example.com"}
    assert row["coupons"] == ["SOMMER"]
    assert row["metaInfo"] == {
        "number": "2025/001",
        "currency": "EUR",
        "shop_status": "wc-completed",
        "shipping": Decimal("4.95"),
        "tax": Decimal("4.62"),
        "discount": Decimal("1.00"),
    }
    assert row["billing"]["city"] == "Leipzig"


async def test_a_refund_lowers_the_amount_by_exactly_its_sum(stage):
    rows = await sent(stage, order(1, refunded=Money.of("12.50", "EUR"), status=OrderStatus.PARTIALLY_REFUNDED))
    assert (rows["lampen-O1"]["amount"], rows["lampen-O1"]["status"]) == (Decimal("17.45"), "partially_refunded")


async def test_a_fraction_has_its_own_field_and_a_return_none(stage):
    lines = (
        line(1, quantity=Decimal("1.5"), unit_price=Money.of("10", "EUR")),
        line(2, quantity=Decimal(1), unit_price=Money.of("-5", "EUR")),
        line(3, product_id="P3", variant_id="V9", quantity=Decimal(1), unit_price=Money.of("15", "EUR")),
    )
    rows = await sent(stage, order(1, lines=lines, total=Money.of("29.95", "EUR")))
    assert rows["lampen-O1"]["products"] == [
        {"productId": "lampen-P1", "quantityFloat": Decimal("1.5"), "price": Decimal("10.00")},
        {"productId": "lampen-P3", "quantity": 1, "price": Decimal("15.00"), "variantId": "lampen-P3.V9"},
    ]


async def test_an_order_in_another_currency_stays_out_with_its_reason(stage):
    francs = order(
        2,
        total=Money.of("12.50", "CHF"),
        shipping=None,
        lines=(line(1, quantity=Decimal(1), unit_price=Money.of("12.50", "CHF")),),
    )
    rows = await sent(stage, order(1), francs)
    assert list(rows) == ["lampen-O1"]
    assert stage.outcome(Kind.ORDERS, "O2") == (Outcome.SKIPPED, "other_currency")


async def test_an_order_does_not_bring_back_who_was_deleted(stage):
    stage.world.delete_by_hand("vera@example.com")
    await sent(stage, order(1))
    assert stage.outcome(Kind.ORDERS, "O1") == (Outcome.SKIPPED, "buyer_not_in_brevo")
    assert (stage.world.noted("created_by_order"), stage.world.noted("brought_back")) == ([], [])


async def test_orders_without_contacts_can_be_chosen(stage):
    rows = await sent(stage, order(1, email="gast@example.com"), unknown_buyers="send")
    assert "lampen-O1" in rows


async def test_a_second_run_writes_nothing_and_a_change_replaces_the_order(stage):
    await sent(stage, order(1), order(2))
    before = len(stage.writes)
    await sent(stage, order(1), order(2))
    assert len(stage.writes) == before
    rows = await sent(stage, order(1, status=OrderStatus.CANCELLED), order(2))
    assert (len(rows), rows["lampen-O1"]["status"]) == (2, "cancelled")
    assert len(stage.bodies("orders/status/batch")[-1]["orders"]) == 1


async def test_a_shop_that_only_touches_an_order_sends_nothing(stage):
    target, first = await drafted(stage, order(1))
    second = target.draft(order(1, updated_at=order(1).created_at.replace(year=2026)))
    assert first.content == second.content


@pytest.mark.proves("brevo", "duplicates_answered")
async def test_a_lost_answer_doubles_no_order_and_starts_no_automation_twice(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="orders/status/batch")
    await sent(stage, *(order(number) for number in range(1, 21)))
    assert len(stage.world.orders) == 20
    assert len(stage.world.noted("automations")) == 20
    assert {stage.entry(Kind.ORDERS, f"O{each}").outcome for each in range(1, 21)} <= {
        Outcome.CREATED,
        Outcome.UNCHANGED,
    }


async def test_a_batch_that_brevo_lost_in_part_is_in_doubt(stage):
    stage.world.works_off_orders = False
    target, draft = await drafted(stage, order(1))
    _, other = await drafted(stage, order(2))
    plan = target.plan([(draft, Known()), (other, Known())])
    answer = await stage.access.http.request("POST", plan.steps[0].path, body=plan.steps[0].body.render())
    stage.world.orders["lampen-O1"] = {**draft.content, "_stored": stage.world.stamp()}
    settled = await target.confirm(plan, {plan.steps[0].name: answer})
    assert settled["O1"].outcome is Outcome.CREATED
    assert (settled["O2"].outcome, settled["O2"].reason) == (Outcome.IN_DOUBT, "batch_unfinished")


async def test_batches_stay_below_the_limits(stage, monkeypatch):
    monkeypatch.setattr(orders, "_LARGEST_BODY", 4_000)
    target, _ = await drafted(stage, order(1))
    pairs = [(target.draft(order(number)), Known()) for number in range(1, 31)]
    plan = target.plan(pairs)
    assert len(plan.steps) > 1
    assert sum(len(each.keys) for each in plan.steps) == 30


async def test_an_inactive_shop_is_activated_first(stage):
    stage.world.is_shop_active = False
    target = stage.target()
    await target.open([Kind.ORDERS], Timing.HISTORICAL)
    assert [each.path for each in target.setup()] == ["ecommerce/activate"]
    rows = await sent(stage, order(1))
    assert list(rows) == ["lampen-O1"]


async def test_a_currency_that_nobody_tells_is_asked_for_and_then_set(stage):
    stage.world.currency = ""
    with pytest.raises(ConfigError) as caught:
        await stage.target().open([Kind.ORDERS], Timing.LIVE)
    assert caught.value.field == "account_currency"
    await sent(stage, order(1), account_currency="EUR")
    assert stage.world.currency == "EUR"


async def test_a_currency_at_odds_with_the_account_is_named(stage):
    with pytest.raises(ConfigError, match="counts in EUR, not in PLN"):
        await stage.target(account_currency="PLN").open([Kind.ORDERS], Timing.LIVE)


async def test_many_orders_need_few_of_the_hours_requests(stage):
    stage.world.per_hour = 100
    await sent(stage, *(order(number) for number in range(1, 801)), mode=RunMode.HISTORICAL)
    assert len(stage.world.orders) == 800
    rest = [each for each in stage.simulator.journal if each.path.startswith(("/orders", "/ecommerce"))]
    assert len(rest) < 60


async def test_a_single_new_order_does_not_read_all_the_others(stage):
    await sent(stage, *(order(number) for number in range(1, 201)), mode=RunMode.HISTORICAL)
    before = len(stage.simulator.journal)
    await sent(stage, *(order(number) for number in range(1, 202)))
    asked = [each for each in list(stage.simulator.journal)[before:] if each.path == "/orders"]
    assert len(asked) <= 3
    assert stage.outcome(Kind.ORDERS, "O201")[0] is Outcome.CREATED


@pytest.mark.parametrize(("kinds", "outcome"), [([Kind.CONTACTS, Kind.ORDERS], "created"), ([Kind.ORDERS], "skipped")])
async def test_a_preview_takes_it_that_contacts_are_written_before_their_orders(stage, kinds, outcome):
    async with opened(MANIFEST, simulator=stage.simulator, read_only=True) as account:
        target = BrevoTarget(account.access, TargetOptions(), SHOP)
        await target.open(kinds, Timing.HISTORICAL)
        draft = target.draft(order(1, email="neu@example.com"))
        assert isinstance(draft, Draft)
        plan = target.plan([(draft, (await target.look_up([draft]))[draft.key])])
    assert plan.records[0].outcome == outcome
