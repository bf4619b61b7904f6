"""Opt-outs and bounces on their way back into the shop."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.consent import Standing
from app.core.outcomes import Outcome
from app.core.records import Bounce, Contact, Kind, OptOut
from app.core.rules import Refusal
from app.sdk.answers import Answer, RejectedError
from app.sdk.plan import Draft, Step
from app.sdk.target import Judgement, Timing
from tests.connectors.standard import send

_EMAIL = "vera@example.com"
_AT = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)


async def _write(account, record, **options):
    """Plan, send, confirm: the plan and what became of it."""
    target = account.target(**options)
    await target.open([Kind.OPT_OUTS], Timing.LIVE)
    draft = target.draft(record)
    assert isinstance(draft, Draft)
    known = await target.look_up([draft])
    plan = target.plan([(draft, known[draft.key])])
    settled = await target.confirm(plan, await send(target, account.access.http, plan))
    return plan, settled[draft.key]


@pytest.mark.parametrize(
    "consents",
    [None, [], ["marketing_newsletter"], ["abandoned_cart"], ["marketing_newsletter", "abandoned_cart"]],
)
async def test_an_opt_out_ends_the_newsletter_and_nothing_else(shop, world, consents):
    subscriber_id = world.add_subscriber("Vera@Example.com", "Vera", "Öhm", consents=consents)
    before = dict(world.subscribers[subscriber_id])
    async with shop() as account:
        plan, settled = await _write(account, OptOut(id="7", email=_EMAIL, at=_AT))
    after = world.subscribers[subscriber_id]
    assert "marketing_newsletter" not in after["consents"] if "consents" in after else consents == []
    kept = [each for each in consents or [] if each != "marketing_newsletter"]
    assert after.get("consents", []) == kept
    assert (after["email"], after["first_name"], after["last_name"]) == ("Vera@Example.com", "Vera", "Öhm")
    was_subscribed = consents is None or "marketing_newsletter" in consents
    assert settled.outcome is (Outcome.UPDATED if was_subscribed else Outcome.UNCHANGED)
    assert bool(plan.steps) is was_subscribed
    if not was_subscribed:
        assert plan.records[0].reason == "already_so"
        assert after == before


@pytest.mark.proves("bigcommerce", "duplicates_answered")
async def test_an_opt_out_that_was_written_is_not_written_again(shop, world):
    world.add_subscriber(_EMAIL)
    async with shop() as account:
        await _write(account, OptOut(id="7", email=_EMAIL))
        writes = len(account.simulator.writes)
        plan, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        assert len(account.simulator.writes) == writes == 1
    assert settled.outcome is Outcome.UNCHANGED
    assert plan.steps == ()


async def test_somebody_the_shop_does_not_know_is_skipped(shop, world):
    world.add_subscriber("vera@example.com.au")
    async with shop() as account:
        plan, settled = await _write(account, OptOut(id="7", email=_EMAIL))
        assert account.simulator.writes == []
    assert (settled.outcome, settled.reason) == (Outcome.SKIPPED, "not_in_target")
    assert plan.records[0].draft.removes


async def test_two_records_of_one_address_are_held(shop, world):
    world.add_subscriber(_EMAIL)
    world.add_subscriber(_EMAIL.upper())
    async with shop() as account:
        target = account.target()
        draft = target.draft(OptOut(id="7", email=_EMAIL))
        assert isinstance(draft, Draft)
        known = (await target.look_up([draft]))["7"]
    assert known.matches == 2
    assert known.standing is Standing.SUBSCRIBED
    assert target.plan([(draft, known)]).records[0].outcome is Outcome.HELD


@pytest.mark.parametrize(("email", "reason"), [("", "no_email"), ("nobody", "invalid_email")])
async def test_an_unusable_address_is_held(shop, world, email, reason):
    async with shop() as account:
        refusal = account.target().draft(OptOut(id="7", email=email))
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.reason) == (Outcome.HELD, reason)


async def test_other_records_are_not_written(shop, world):
    async with shop() as account:
        with pytest.raises(TypeError):
            account.target().draft(Contact(id="1", email=_EMAIL))


# Bounces --------------------------------------------------------------------------------------------------------------


async def test_a_hard_bounce_ends_the_newsletter(shop, world):
    subscriber_id = world.add_subscriber(_EMAIL)
    async with shop() as account:
        _, settled = await _write(account, Bounce(id="9", email=_EMAIL))
    assert settled.outcome is Outcome.UPDATED
    assert world.subscribers[subscriber_id]["consents"] == []


async def test_a_soft_bounce_changes_nothing(shop, world):
    async with shop() as account:
        refusal = account.target().draft(Bounce(id="9", email=_EMAIL, is_hard=False))
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.reason) == (Outcome.SKIPPED, "soft_bounce")


async def test_a_bounce_is_noted_below_what_the_staff_wrote(shop, world):
    customer_id = world.add_customer(_EMAIL)
    world.change_customer(customer_id, notes="Stammkundin")
    world.add_subscriber(_EMAIL)
    bounce = Bounce(id="9", email=_EMAIL, at=_AT, reason="unknown mailbox")
    async with shop() as account:
        for _ in range(2):
            await _write(account, bounce, note_bounces=True)
        assert len(account.simulator.writes) == 2
    notes = world.customers[customer_id]["notes"]
    assert notes == "Stammkundin\n2026-05-03 E-mail bounced (unknown mailbox)"


async def test_a_bounce_of_a_customer_without_newsletter_is_only_noted(shop, world):
    customer_id = world.add_customer(_EMAIL)
    async with shop() as account:
        plan, settled = await _write(account, Bounce(id="9", email=_EMAIL), note_bounces=True)
    assert settled.outcome is Outcome.UPDATED
    assert [step.body for step in plan.steps] == [[{"id": customer_id, "notes": "E-mail bounced"}]]


# Refusals -------------------------------------------------------------------------------------------------------------


async def test_a_subscriber_that_vanished_meanwhile_is_looked_up_again(shop, world):
    subscriber_id = world.add_subscriber(_EMAIL)
    async with shop() as account:
        target = account.target()
        draft = target.draft(OptOut(id="7", email=_EMAIL))
        assert isinstance(draft, Draft)
        plan = target.plan([(draft, (await target.look_up([draft]))["7"])])
        del world.subscribers[subscriber_id]
        with pytest.raises(RejectedError) as caught:
            await send(target, account.access.http, plan)
        assert target.judge(plan.steps[0], caught.value.answer) is Judgement.EXISTS
        known = await target.look_up([draft])
    assert target.plan([(draft, known["7"])]).records[0].reason == "not_in_target"


async def test_other_refusals_are_refusals(shop, world):
    async with shop() as account:
        step = Step(name="newsletter 7", method="PUT", path="/", keys=("7",))
        assert account.target().judge(step, Answer(422, {}, b"")) is Judgement.REFUSED


async def test_an_answer_that_still_shows_the_consent_is_no_success(shop, world):
    world.add_subscriber(_EMAIL)
    body = b'{"data": {"id": 1, "consents": ["marketing_newsletter"]}, "meta": {}}'
    async with shop() as account:
        target = account.target()
        draft = target.draft(OptOut(id="7", email=_EMAIL))
        assert isinstance(draft, Draft)
        plan = target.plan([(draft, (await target.look_up([draft]))["7"])])
        settled = await target.confirm(plan, {plan.steps[0].name: Answer(200, {}, body)})
    assert settled["7"].outcome is Outcome.FAILED
