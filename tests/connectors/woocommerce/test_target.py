"""Opt-outs and bounces on their way back into the shop."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.connectors.woocommerce.world import BOUNCE_KEY, CONSENT_KEY, KEY
from app.core.consent import ConsentState, Standing
from app.core.outcomes import Outcome
from app.core.records import Bounce, Contact, Kind, OptOut
from app.core.rules import Refusal
from app.sdk.answers import Answer, RejectedError
from app.sdk.plan import Draft, Plan
from app.sdk.simulator import FaultKind
from app.sdk.target import Judgement, Timing
from tests.connectors.standard import read_all, send
from tests.connectors.woocommerce.conftest import guest, mug

_EMAIL = "vera@example.com"
_AT = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)


def _meta(row, key=CONSENT_KEY):
    return [each["value"] for each in row["meta_data"] if each["key"] == key]


async def _planned(target, *records):
    await target.open([Kind.OPT_OUTS], Timing.LIVE)
    drafts = [target.draft(record) for record in records]
    assert all(isinstance(each, Draft) for each in drafts)
    known = await target.look_up(drafts)
    return target.plan([(draft, known[draft.key]) for draft in drafts])


async def _write(account, *records):
    target = account.target()
    plan = await _planned(target, *records)
    return plan, await target.confirm(plan, await send(target, account.access.http, plan))


async def test_an_opt_out_is_written_at_the_account_and_changes_nothing_else(shop, world):
    customer_id = world.add_customer("Vera@Example.com", guest("x", first_name="Vera"), consent="yes")
    world.write_meta(world.customers[customer_id], [{"key": "liste", "value": ["a", {"b": 1}]}])
    before = {name: value for name, value in world.customers[customer_id].items() if name[:4] not in {"meta", "date"}}
    async with shop() as account:
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL, at=_AT))
        (write,) = account.simulator.writes
        assert write.headers["content-type"] == "application/json"
        assert write.json() == {"update": [{"id": customer_id, "meta_data": [{"key": CONSENT_KEY, "value": "no"}]}]}
    after = world.customers[customer_id]
    assert settled["7"].outcome is Outcome.UPDATED
    assert _meta(after) == ["no"]
    assert _meta(after, "liste") == [["a", {"b": 1}]]
    assert {name: value for name, value in after.items() if name[:4] not in {"meta", "date"}} == before


async def test_what_was_written_is_not_written_again(shop, world):
    world.add_customer(_EMAIL, consent="yes")
    async with shop() as account:
        await _write(account, OptOut(id="7", email=_EMAIL))
        plan, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        assert len(account.simulator.writes) == 1
    assert plan.steps == ()
    assert (settled["7"].outcome, settled["7"].reason) == (Outcome.UNCHANGED, "already_so")


@pytest.mark.parametrize("consent", [None, "yes", "vielleicht"])
async def test_an_opt_out_is_written_whatever_stood_there(shop, world, consent):
    customer_id = world.add_customer(_EMAIL, consent=consent)
    async with shop() as account:
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
    assert settled["7"].outcome is Outcome.UPDATED
    assert _meta(world.customers[customer_id]) == ["no"]


async def test_who_withdrew_in_the_shop_keeps_the_shops_own_word_for_it(shop, world):
    """The opt-out followed from it: writing it back would be an echo."""
    customer_id = world.add_customer(_EMAIL, consent="unsubscribed")
    async with shop() as account:
        plan, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        assert account.simulator.writes == []
    assert plan.steps == ()
    assert (settled["7"].outcome, settled["7"].reason) == (Outcome.UNCHANGED, "already_so")
    assert _meta(world.customers[customer_id]) == ["unsubscribed"]


async def test_a_person_without_an_account_opts_out_at_the_newest_order(shop, world):
    old = world.add_order([mug()], guest=guest(_EMAIL.upper()), consent="yes")
    other = world.add_order([mug()], guest=guest(f"x{_EMAIL}"), consent="yes")
    new = world.add_order([mug()], guest=guest(_EMAIL))
    world.add_order([mug()], guest=guest(_EMAIL), status="checkout-draft")
    async with shop() as account:
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        (vera, _) = await read_all(account.source(), Kind.CONTACTS)
    assert settled["7"].target_id == f"orders/{new}"
    assert [_meta(world.orders[each]) for each in (old, other, new)] == [["yes"], ["yes"], ["no"]]
    assert vera.email in {_EMAIL, f"x{_EMAIL}"}


@pytest.mark.proves("woocommerce", "duplicates_answered")
async def test_a_lost_answer_is_looked_up_and_nothing_is_doubled(shop, world):
    customer_id = world.add_customer(_EMAIL, consent="yes")
    async with shop() as account:
        account.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/batch")
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        again, _ = await _write(account, OptOut(id="7", email=_EMAIL))
    assert settled["7"].outcome is Outcome.UPDATED
    assert again.steps == ()
    assert _meta(world.customers[customer_id]) == ["no"]


async def test_after_an_opt_out_old_ticks_of_a_guest_count_no_more(shop, world):
    world.add_order([mug()], guest=guest(_EMAIL), consent="yes")
    world.add_order([mug()], guest=guest(_EMAIL), consent="yes")
    async with shop() as account:
        await _write(account, OptOut(id="7", email=_EMAIL))
        (vera,) = await read_all(account.source(), Kind.CONTACTS)
        orders = await read_all(account.source(), Kind.ORDERS)
    assert vera.consent.state is ConsentState.NO
    assert {each.accepts_marketing.state for each in orders} == {ConsentState.NO}


async def test_somebody_the_shop_does_not_know_is_skipped(shop):
    async with shop() as account:
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        assert account.simulator.writes == []
    assert (settled["7"].outcome, settled["7"].reason) == (Outcome.SKIPPED, "not_in_target")


async def test_an_address_that_wordpress_takes_for_none_is_nobody(shop):
    async with shop() as account:
        _, settled = await _write(account, OptOut(id="7", email="vera@büro.example"))
    assert settled["7"].reason == "not_in_target"


@pytest.mark.parametrize("record", [OptOut(id="7", email=_EMAIL), Bounce(id="7", email=_EMAIL)])
async def test_without_a_field_the_opt_out_is_held_for_the_list_to_work_off(shop, record):
    async with shop(settings={"consent_preset": "none", "bounce_key": ""}) as account:
        refusal = account.target().draft(record)
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.reason) == (Outcome.HELD, "opt_out_by_hand")


# 200, and nothing written ---------------------------------------------------------------------------------------------


async def test_an_answer_of_200_that_stored_nothing_is_noticed(shop, world):
    world.add_customer(_EMAIL, consent="yes")
    world.setup.drops_meta = True
    async with shop() as account:
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
    assert (settled["7"].outcome, settled["7"].reason) == (Outcome.FAILED, "not_stored")
    assert settled["7"].message == CONSENT_KEY


@pytest.mark.parametrize("kind", ["", "text/plain"])
async def test_without_the_content_type_the_shop_answers_200_and_writes_nothing(shop, world, kind):
    customer_id = world.add_customer(_EMAIL, consent="yes")
    path = f"wp-json/wc/v3/customers/{customer_id}"
    body = {"meta_data": [{"key": CONSENT_KEY, "value": "no"}]}
    async with shop() as account:
        answer = await account.access.http.request("PUT", path, body=body, headers={"Content-Type": kind})
    assert answer.status == 200
    assert _meta(world.customers[customer_id]) == ["yes"]


async def test_an_error_inside_a_batch_of_200_fails_one_record_alone(shop, world):
    gone = world.add_customer("otto@example.com", consent="yes")
    world.add_customer(_EMAIL, consent="yes")
    async with shop() as account:
        target = account.target()
        plan = await _planned(target, OptOut(id="7", email=_EMAIL), OptOut(id="8", email="otto@example.com"))
        world.delete_customer(gone)
        settled = await target.confirm(plan, await send(target, account.access.http, plan))
    assert settled["7"].outcome is Outcome.UPDATED
    assert (settled["8"].outcome, settled["8"].message) == (Outcome.FAILED, "Invalid user ID.")


async def test_a_record_that_the_answer_does_not_mention_stays_in_doubt(shop, world):
    world.add_customer(_EMAIL, consent="yes")
    async with shop() as account:
        target = account.target()
        plan = await _planned(target, OptOut(id="7", email=_EMAIL))
        assert await target.confirm(plan, {"customers": Answer(200, {}, b"[]")}) == {}
        assert await target.confirm(plan, {}) == {}


async def test_a_hundred_opt_outs_go_in_one_request_and_more_would_be_refused(shop, world):
    for number in range(60):
        world.add_customer(f"kunde{number}@example.com", consent="yes")
        world.add_order([mug()], guest=guest(f"gast{number}@example.com"), consent="yes")
    records = [
        OptOut(id=f"{who}{each}", email=f"{who}{each}@example.com") for who in ("kunde", "gast") for each in range(50)
    ]
    async with shop() as account:
        target = account.target()
        await target.open([Kind.OPT_OUTS], Timing.LIVE)
        assert target.batch_size(Kind.OPT_OUTS) == 100
        plan, settled = await _write(account, *records)
        assert len(account.simulator.writes) == 2
    assert [len(step.keys) for step in plan.steps] == [50, 50]
    assert {each.outcome for each in settled.values()} == {Outcome.UPDATED}
    assert sum(_meta(row) == ["no"] for row in (*world.customers.values(), *world.orders.values())) == 100


async def test_the_key_of_a_shop_manager_writes_one_by_one(shop, world):
    """A batch of customers needs the right to promote users, which only administrators have."""
    world.keys[KEY].is_of_administrator = False
    customer_id = world.add_customer(_EMAIL, consent="yes")
    order_id = world.add_order([mug()], guest=guest("otto@example.com"), consent="yes")
    async with shop() as account:
        target = account.target()
        await target.open([Kind.OPT_OUTS], Timing.LIVE)
        assert target.batch_size(Kind.OPT_OUTS) == 1
        plan, settled = await _write(account, OptOut(id="7", email=_EMAIL), OptOut(id="8", email="otto@example.com"))
    assert [(step.method, step.keys) for step in plan.steps] == [("PUT", ("7",)), ("POST", ("8",))]
    assert {each.outcome for each in settled.values()} == {Outcome.UPDATED}
    assert [_meta(world.customers[customer_id]), _meta(world.orders[order_id])] == [["no"], ["no"]]


async def test_an_account_that_a_shop_manager_may_not_change_fails_alone(shop, world):
    world.keys[KEY].is_of_administrator = False
    world.add_customer(_EMAIL, role="subscriber", consent="yes")
    async with shop() as account:
        with pytest.raises(RejectedError) as caught:
            await _write(account, OptOut(id="7", email=_EMAIL))
    assert "not allowed to edit" in str(caught.value)


async def test_where_nobody_says_what_is_allowed_opt_outs_go_one_by_one(shop, world):
    world.add_customer(_EMAIL, consent="yes")
    async with shop() as account:
        account.simulator.fail(method="OPTIONS", status=200, body="{}", times=-1)
        plan, settled = await _write(account, OptOut(id="7", email=_EMAIL))
    assert plan.steps[0].method == "PUT"
    assert settled["7"].outcome is Outcome.UPDATED


async def test_a_field_that_stands_twice_is_written_twice(shop, world):
    customer_id = world.add_customer(_EMAIL)
    world.add_meta_twice(world.customers[customer_id], CONSENT_KEY, ["no", "yes"])
    async with shop() as account:
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
    assert settled["7"].outcome is Outcome.UPDATED
    assert _meta(world.customers[customer_id]) == ["no", "no"]


@pytest.mark.parametrize("sign_in", ["header", "query"])
async def test_with_plain_permalinks_everything_is_read_and_written_too(shop, world, sign_in):
    """Facts 4."""
    world.setup.has_plain_permalinks = True
    customer_id = world.add_customer(_EMAIL, consent="yes")
    order_id = world.add_order([mug()], customer_id=customer_id)
    world.refund(order_id, "5.00")
    shirt = world.add_product("T-Shirt", "10.00", type="variable")
    world.add_variation(shirt, {"Größe": "M"}, "10.00")
    async with shop(settings={"permalinks": "rest_route", "sign_in": sign_in}) as account:
        (order,) = await read_all(account.source(), Kind.ORDERS)
        (product,) = await read_all(account.source(), Kind.PRODUCTS)
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
    assert len(order.reversals) == len(product.variants) == 1
    assert settled["7"].outcome is Outcome.UPDATED
    assert _meta(world.customers[customer_id]) == ["no"]


# Where consents are kept at orders ------------------------------------------------------------------------------------


async def test_a_customer_opts_out_at_the_newest_order_where_consents_are_kept_at_orders(shop, world):
    customer_id = world.add_customer(_EMAIL)
    world.add_order([mug()], customer_id=customer_id, consent="1")
    new = world.add_order([mug()], customer_id=customer_id, consent="1")
    at_orders = {"consent_key": "_hidden_optin", "consent_place": "orders", "opt_out_value": "0"}
    for row in world.orders.values():
        row["meta_data"] = [{**each, "key": "_hidden_optin"} for each in row["meta_data"]]
    async with shop(settings=at_orders) as account:
        (before,) = await read_all(account.source(), Kind.CONTACTS)
        _, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        (after,) = await read_all(account.source(), Kind.CONTACTS)
    assert settled["7"].target_id == f"orders/{new}"
    assert _meta(world.orders[new], "_hidden_optin") == ["0"]
    assert (before.consent.state, after.consent.state) == (ConsentState.YES, ConsentState.NO)


# Bounces --------------------------------------------------------------------------------------------------------------


async def test_a_hard_bounce_ends_the_newsletter_and_leaves_its_day(shop, world):
    customer_id = world.add_customer(_EMAIL, consent="yes")
    async with shop() as account:
        for _ in range(2):
            _, settled = await _write(account, Bounce(id="9", email=_EMAIL, at=_AT, reason="unknown mailbox"))
        assert len(account.simulator.writes) == 1
    row = world.customers[customer_id]
    assert settled["9"].outcome is Outcome.UNCHANGED
    assert (_meta(row), _meta(row, BOUNCE_KEY)) == (["no"], ["2026-05-03"])


async def test_a_bounce_is_noted_where_only_that_field_is_named(shop, world):
    customer_id = world.add_customer(_EMAIL)
    async with shop(settings={"consent_preset": "none"}) as account:
        await _write(account, Bounce(id="9", email=_EMAIL, at=_AT))
    assert [each["key"] for each in world.customers[customer_id]["meta_data"]] == [BOUNCE_KEY]


async def test_a_soft_bounce_changes_nothing(shop):
    async with shop() as account:
        refusal = account.target().draft(Bounce(id="9", email=_EMAIL, is_hard=False))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "soft_bounce"


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("email", "reason"), [("", "no_email"), ("nobody", "invalid_email")])
async def test_an_unusable_address_is_held(shop, email, reason):
    async with shop() as account:
        refusal = account.target().draft(OptOut(id="7", email=email))
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.reason) == (Outcome.HELD, reason)


async def test_two_accounts_of_one_address_are_held(shop, world):
    world.add_customer(_EMAIL)
    world.add_customer(_EMAIL.upper())
    async with shop() as account:
        target = account.target()
        draft = target.draft(OptOut(id="7", email=_EMAIL))
        assert isinstance(draft, Draft)
        known = (await target.look_up([draft]))["7"]
        plan = target.plan([(draft, known)])
    assert (known.matches, known.standing) == (2, Standing.NONE)
    assert plan.records[0].outcome is Outcome.HELD


async def test_other_records_are_not_written(shop):
    async with shop() as account:
        with pytest.raises(TypeError):
            account.target().draft(Contact(id="1", email=_EMAIL))


async def test_what_vanished_meanwhile_is_looked_up_again_and_other_refusals_are_refusals(shop, world):
    world.add_customer(_EMAIL)
    async with shop() as account:
        target = account.target()
        plan: Plan = await _planned(target, OptOut(id="7", email=_EMAIL))
        judged = [target.judge(plan.steps[0], Answer(status, {}, b"")) for status in (404, 400, 413)]
    assert judged == [Judgement.EXISTS, Judgement.REFUSED, Judgement.REFUSED]
