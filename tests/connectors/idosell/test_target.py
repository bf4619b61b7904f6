"""Opt-outs and bounces on their way back into the shop."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.connectors.idosell.world import OTHER_SHOP, SHOP
from app.connectors.idosell.world_rows import shop as shop_row
from app.core.consent import Standing
from app.core.outcomes import Outcome
from app.core.records import Bounce, Contact, Kind, OptOut
from app.core.rules import Refusal
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Step
from app.sdk.target import Judgement, Timing
from tests.connectors.idosell.conftest import START
from tests.connectors.standard import read_all, send

_EMAIL = "zofia@example.com"


async def _planned(account, *records):
    target = account.target()
    await target.open([Kind.OPT_OUTS], Timing.LIVE)
    drafts = [target.draft(record) for record in records]
    assert all(isinstance(each, Draft) for each in drafts)
    known = await target.look_up(drafts)
    return target, target.plan([(draft, known[draft.key]) for draft in drafts])


async def _written(account, *records):
    """Plan, send, confirm: what became of each."""
    target, plan = await _planned(account, *records)
    return await target.confirm(plan, await send(target, account.access.http, plan))


def _opt_out(email=_EMAIL, number="1"):
    return OptOut(id=number, email=email, at=START)


def _said(world, number, shop=SHOP):
    return world.clients[number]["_words"].get(str(shop), ["", ""])[0]


async def test_an_opt_out_ends_the_approval_of_the_chosen_shop_alone(shop, world):
    world.shops.append(shop_row(OTHER_SHOP, "inny.example"))
    number = world.add_client(_EMAIL.upper(), approves=True, shops=(SHOP, OTHER_SHOP))
    world.say(number, approves=True, shop=OTHER_SHOP)
    async with shop(settings={"shop_id": "1"}) as account:
        settled = await _written(account, _opt_out())
        (write,) = account.simulator.writes
    assert settled["1"].outcome is Outcome.UPDATED
    assert (_said(world, number), _said(world, number, OTHER_SHOP)) == ("n", "y")
    assert write.json()["params"]["clients"] == [
        {"clientLogin": "klient2001", "newsletterEmailApprovalsData": [{"inNewsletterEmailApproval": "n", "shopId": 1}]}
    ]


async def test_the_shop_is_asked_to_write_no_mail_about_it(shop, world):
    world.add_client(_EMAIL, approves=True)
    async with shop() as account:
        await _written(account, _opt_out())
        (write,) = account.simulator.writes
    assert write.json()["params"]["clientsSettings"] == {"clientSettingSendMail": False, "clientSettingSendSms": False}


async def test_what_was_written_is_read_as_a_withdrawal(shop, world, clock):
    world.add_client(_EMAIL, approves=True)
    clock.pass_by(days=2)
    async with shop() as account:
        await _written(account, _opt_out())
        (contact,) = await read_all(account.source(), Kind.CONTACTS)
    assert contact.consent.state == "withdrawn"
    assert contact.consent.changed_at == START + timedelta(days=2)


@pytest.mark.proves("idosell", "duplicates_answered")
async def test_an_opt_out_that_was_written_is_not_written_again(shop, world):
    world.add_client(_EMAIL, approves=True)
    async with shop() as account:
        await _written(account, _opt_out())
        again = await _written(account, _opt_out())
        assert len(account.simulator.writes) == 1
    assert (again["1"].outcome, again["1"].reason) == (Outcome.UNCHANGED, "already_so")


@pytest.mark.proves("idosell", "duplicates_answered")
@pytest.mark.parametrize("crm_finds_guests", [True, False])
async def test_every_record_of_somebody_who_bought_without_an_account_is_changed(shop, world, crm_finds_guests):
    world.crm_finds_guests = crm_finds_guests
    numbers = [world.add_client(_EMAIL, is_guest=True, approves=True) for _ in range(3)]
    async with shop() as account:
        settled = await _written(account, _opt_out())
        assert len(account.simulator.writes) == 1
    assert settled["1"].outcome is Outcome.UPDATED
    assert [_said(world, number) for number in numbers] == ["n", "n", "n"]


async def test_many_opt_outs_are_one_request(shop, world):
    for number in range(15):
        world.add_client(f"k{number}@example.com", approves=True)
    async with shop() as account:
        settled = await _written(account, *(_opt_out(f"k{number}@example.com", str(number)) for number in range(15)))
        assert len(account.simulator.writes) == 1
    assert {each.outcome for each in settled.values()} == {Outcome.UPDATED}


async def test_somebody_the_shop_does_not_know_is_skipped(shop, world):
    world.add_client("zofia@example.com.pl", approves=True)
    async with shop() as account:
        settled = await _written(account, _opt_out())
        assert account.simulator.writes == []
    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.SKIPPED, "not_in_target")


async def test_somebody_without_an_account_is_named_for_the_owner_to_end_by_hand(shop, world):
    world.sign_up(_EMAIL)
    async with shop() as account:
        settled = await _written(account, _opt_out())
        assert account.simulator.writes == []
        world.sign_up(_EMAIL, approves=False)
        later = await _written(account, _opt_out())
    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.HELD, "opt_out_by_hand")
    assert (later["1"].outcome, later["1"].reason) == (Outcome.UNCHANGED, "already_so")


async def test_a_subscriber_whom_the_shop_gave_a_login_is_written_by_it(shop, world):
    world.sign_up(_EMAIL, login="nl-77")
    async with shop() as account:
        settled = await _written(account, _opt_out())
    assert settled["1"].outcome is Outcome.UPDATED
    assert world.subscribers[_EMAIL]["_words"]["1"][0] == "n"


async def test_a_login_that_the_shop_then_refuses_leaves_it_to_the_owner(shop, world):
    world.sign_up(_EMAIL, login="nl-77")
    async with shop() as account:
        target, plan = await _planned(account, _opt_out())
        world.subscribers[_EMAIL]["login"] = ""
        settled = await target.confirm(plan, await send(target, account.access.http, plan))
    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.HELD, "opt_out_by_hand")


async def test_a_form_beside_the_account_leaves_the_rest_to_the_owner(shop, world):
    number = world.add_client(_EMAIL, approves=True)
    world.sign_up(_EMAIL)
    async with shop() as account:
        settled = await _written(account, _opt_out())
    assert _said(world, number) == "n"
    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.HELD, "opt_out_by_hand")


async def test_one_refused_client_fails_alone(shop, world):
    gone = world.add_client("gone@example.com", approves=True)
    stays = world.add_client(_EMAIL, approves=True)
    async with shop() as account:
        target, plan = await _planned(account, _opt_out("gone@example.com", "1"), _opt_out(_EMAIL, "2"))
        world.clients[gone]["clientLogin"] = "renamed"
        answers = await send(target, account.access.http, plan)
        assert answers["newsletter"].status == 207
        settled = await target.confirm(plan, answers)
    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.FAILED, "refused")
    assert "Nie znaleziono klienta" in settled["1"].message
    assert settled["2"].outcome is Outcome.UPDATED
    assert _said(world, stays) == "n"


async def test_an_answer_that_says_yes_without_doing_it_is_no_success(shop, world):
    world.add_client(_EMAIL, approves=True)
    body = json.dumps({"results": [{"resultStatus": "ok", "errors": {"faultCode": 0}}]}).encode()
    async with shop() as account:
        target, plan = await _planned(account, _opt_out())
        settled = await target.confirm(plan, {"newsletter": Answer(200, {}, body)})
    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.FAILED, "refused")


@pytest.mark.parametrize(
    "results",
    [
        [{"errors": {"faultCode": 101, "faultString": "gone"}}, {"errors": {"faultCode": 0}}],
        [
            {"clientLogin": "klient2002", "errors": []},
            {"clientLogin": "klient2001", "errors": [{"faultCode": "101", "faultString": "gone"}]},
        ],
        [{"clientsResult": {"clientLogin": "klient2001"}, "errors": {"faultCode": 101, "faultString": "gone"}}],
    ],
)
async def test_a_result_belongs_to_its_login_or_to_its_place(shop, world, results):
    world.add_client("gone@example.com", approves=True)
    number = world.add_client(_EMAIL, approves=True)
    async with shop() as account:
        target, plan = await _planned(account, _opt_out("gone@example.com", "1"), _opt_out(_EMAIL, "2"))
        world.say(number, approves=False)
        answer = Answer(207, {}, json.dumps({"results": results}).encode())
        settled = await target.confirm(plan, {"newsletter": answer})
    assert (settled["1"].outcome, settled["1"].message) == (Outcome.FAILED, "gone")
    assert settled["2"].outcome is Outcome.UPDATED


async def test_results_that_cannot_be_told_apart_are_not_guessed_at(shop, world):
    world.add_client("gone@example.com", approves=True)
    number = world.add_client(_EMAIL, approves=True)
    async with shop() as account:
        target, plan = await _planned(account, _opt_out("gone@example.com", "1"), _opt_out(_EMAIL, "2"))
        world.say(number, approves=False)
        settled = await target.confirm(plan, {"newsletter": Answer(200, {}, b'{"results": []}')})
    assert settled["1"].outcome is Outcome.FAILED
    assert "still there" in settled["1"].message
    assert settled["2"].outcome is Outcome.UPDATED


async def test_what_is_known_says_whether_somebody_is_subscribed(shop, world):
    world.add_client(_EMAIL, approves=True)
    world.add_client("never@example.com")
    async with shop() as account:
        target = account.target()
        drafts = [target.draft(_opt_out(email, email)) for email in (_EMAIL, "never@example.com", "who@example.com")]
        known = await target.look_up(drafts)
    assert [each.standing for each in known.values()] == [Standing.SUBSCRIBED, Standing.UNSUBSCRIBED, Standing.NONE]


@pytest.mark.parametrize(("email", "reason"), [("", "no_email"), ("nobody", "invalid_email")])
async def test_an_unusable_address_is_held(shop, world, email, reason):
    async with shop() as account:
        refusal = account.target().draft(_opt_out(email))
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.reason) == (Outcome.HELD, reason)


async def test_a_hard_bounce_ends_the_approval_and_a_soft_one_does_not(shop, world):
    number = world.add_client(_EMAIL, approves=True)
    async with shop() as account:
        soft = account.target().draft(Bounce(id="9", email=_EMAIL, is_hard=False))
        assert isinstance(soft, Refusal)
        assert (soft.outcome, soft.reason) == (Outcome.SKIPPED, "soft_bounce")
        settled = await _written(account, Bounce(id="9", email=_EMAIL))
    assert settled["9"].outcome is Outcome.UPDATED
    assert _said(world, number) == "n"


async def test_other_records_are_not_written(shop, world):
    async with shop() as account:
        target = account.target()
        with pytest.raises(TypeError):
            target.draft(Contact(id="1", email=_EMAIL))
        step = Step(name="newsletter", method="PUT", path="/", keys=("1",))
        assert target.judge(step, Answer(404, {}, b"")) is Judgement.REFUSED
