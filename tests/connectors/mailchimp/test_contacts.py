"""People: who is written how, who is subscribed, and who is never brought back."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from app.connectors.mailchimp.practice import AUDIENCE
from app.connectors.mailchimp.wire import subscriber_hash
from app.core.consent import Consent, ConsentState, Standing
from app.core.errors import ConfigError
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.records import Address, Kind
from app.sdk.plan import Draft, Known
from app.sdk.simulator import FaultKind
from app.sdk.target import Timing
from tests.connectors.mailchimp.conftest import SHOP, staged
from tests.connectors.mailchimp.records import AGREED, PLACED, WITHDRAWN, agreed, contact
from tests.connectors.standard import send

HOME = Address(street="Teeweg 1", postcode="50667", city="Köln", country="DE")
LEFT = {"unsubscribed": Standing.UNSUBSCRIBED, "cleaned": Standing.BOUNCED}


REFUSAL = (
    '{"title": "Invalid Resource", "detail": "Your merge fields were invalid.", "errors": [{"field": "MMERGE6", '
    '"message": "Please enter a value"}]}'
)


async def sent(stage, *people, mode="history", **options):
    run = stage.run if mode == "history" else stage.sync
    return await run({Kind.CONTACTS: list(people)}, **options)


@pytest.mark.parametrize("mode", ["history", "live"])
@pytest.mark.parametrize(
    ("newsletter", "consent", "status"),
    [
        ("nobody", AGREED, "transactional"),
        ("subscribe", AGREED, "subscribed"),
        ("confirm", AGREED, "pending"),
        ("subscribe", Consent(ConsentState.NO), "transactional"),
        ("subscribe", Consent(ConsentState.ABSENT), "transactional"),
        ("subscribe", WITHDRAWN, "unsubscribed"),
    ],
)
async def test_a_newcomer_is_subscribed_only_by_consent_and_choice(stage, mode, newsletter, consent, status):
    await sent(stage, contact(1, consent=consent), mode=mode, newsletter=newsletter)
    member = stage.member("kunde0001@example.com")
    assert member["status"] == status
    assert member["timestamp_signup"] == PLACED.isoformat()
    assert member["merge_fields"]["FNAME"] == "Erika"


@pytest.mark.parametrize("mode", ["history", "live"])
@pytest.mark.parametrize("left", ["unsubscribed", "cleaned"])
async def test_nobody_who_left_is_brought_back_while_their_data_is_kept_up(stage, mode, left):
    stage.world.add_member(AUDIENCE, "kunde0001@example.com", left)
    stage.world.left_by_api.append(subscriber_hash("kunde0001@example.com"))
    result = await sent(stage, agreed(1), mode=mode, newsletter="subscribe")
    assert stage.member("kunde0001@example.com")["status"] == left
    assert stage.member("kunde0001@example.com")["merge_fields"]["LNAME"] == "Müller"
    assert stage.world.resubscribed == 0
    assert result.balance.total.count(Outcome.UPDATED) == 1


@pytest.mark.parametrize("mode", ["history", "live"])
async def test_a_known_customer_who_agrees_is_subscribed(stage, mode):
    stage.world.add_member(AUDIENCE, "kunde0001@example.com", "transactional")
    await sent(stage, agreed(1), mode=mode, newsletter="subscribe")
    assert stage.member("kunde0001@example.com")["status"] == "subscribed"


async def test_an_update_names_no_status(stage):
    stage.world.add_member(AUDIENCE, "kunde0001@example.com", "subscribed")
    await sent(stage, agreed(1), mode="live", newsletter="subscribe")
    (write,) = stage.writes("PATCH", "/members/")
    assert "status" not in write.json()
    assert "email_address" not in write.json()


@pytest.mark.proves("mailchimp", "deletions")
@pytest.mark.parametrize("mode", ["history", "live"])
async def test_whoever_was_archived_in_mailchimp_stays_so(stage, mode):
    stage.world.add_member(AUDIENCE, "kunde0001@example.com", "archived")
    result = await sent(stage, agreed(1), mode=mode, newsletter="subscribe")
    assert result.balance.total.reasons == {"stays_deleted": 1}
    assert stage.member("kunde0001@example.com")["status"] == "archived"


@pytest.mark.proves("mailchimp", "deletions")
async def test_whoever_was_deleted_for_good_since_the_last_run_is_not_sent_again(stage):
    await sent(stage, agreed(1), newsletter="subscribe")
    del stage.world.members[AUDIENCE][subscriber_hash("kunde0001@example.com")]
    result = await sent(stage, agreed(1, last_name="Groß"), mode="live", newsletter="subscribe")
    assert result.balance.total.reasons == {"stays_deleted": 1}
    assert not stage.writes("PUT", "/members/")


async def test_somebody_who_leaves_between_reading_and_writing_is_not_brought_back(stage):
    """Everybody was read before; whoever would be subscribed is asked anew."""
    stage.world.add_member(AUDIENCE, "kunde0001@example.com", "transactional")
    stage.world.add_member(AUDIENCE, "kunde0002@example.com", "transactional")
    target = stage.target(newsletter="subscribe")
    await target.open([Kind.CONTACTS], Timing.HISTORICAL)
    drafts = [target.draft(agreed(1)), target.draft(agreed(2)), *(target.draft(agreed(n)) for n in range(3, 9))]
    await target.look_up(drafts)
    stage.member("kunde0001@example.com")["status"] = "unsubscribed"
    known = await target.look_up(drafts[:1])
    assert known[drafts[0].key].standing is Standing.UNSUBSCRIBED
    assert target.plan([(drafts[0], known[drafts[0].key])]).records[0].consent.reason == "stays_unsubscribed"


async def test_a_withdrawal_in_the_shop_ends_the_subscription(stage):
    await sent(stage, agreed(1), newsletter="subscribe")
    await sent(stage, contact(1, consent=WITHDRAWN), mode="live", newsletter="subscribe")
    assert stage.member("kunde0001@example.com")["status"] == "unsubscribed"


@pytest.mark.proves("mailchimp", "errors_in_words")
@pytest.mark.parametrize("mode", ["history", "live"])
@pytest.mark.parametrize(
    ("email", "reason"), [("vergessen@example.com", "forgotten_email"), ("x@example.invalid", "fake_address")]
)
async def test_whom_mailchimp_refuses_fails_alone_with_its_reason(stage, mode, email, reason):
    result = await sent(stage, agreed(1), agreed(2, email=email), agreed(3), mode=mode, newsletter="subscribe")
    assert result.balance.total.count(Outcome.CREATED) == 2
    assert stage.entry(Kind.CONTACTS, "2").reason == reason
    assert email not in stage.entry(Kind.CONTACTS, "2").message


async def test_a_refused_change_among_others_fails_alone(stage):
    """A few changes of a history are written one by one; the newcomers beside them arrive."""
    await sent(stage, *(contact(number) for number in range(1, 4)))
    stage.simulator.fail(status=400, method="PATCH", path=subscriber_hash("kunde0002@example.com"), body=REFUSAL)
    people = [*(contact(number, last_name="Groß") for number in range(1, 4)), contact(4)]
    result = await sent(stage, *people)
    assert stage.entry(Kind.CONTACTS, "2").message == "Your merge fields were invalid. MMERGE6: Please enter a value"
    assert result.balance.total.count(Outcome.FAILED) == 1
    assert result.balance.total.count(Outcome.CREATED) == 1
    assert stage.member("kunde0003@example.com")["merge_fields"]["LNAME"] == "Groß"


async def test_a_required_field_that_the_shop_does_not_know_hinders_nobody(stage):
    assert any(each["required"] for each in stage.world.merge_fields[AUDIENCE])
    await sent(stage, contact(1))
    await sent(stage, contact(1, last_name="Groß"), mode="live")
    assert stage.member("kunde0001@example.com")["merge_fields"]["LNAME"] == "Groß"


# A history ------------------------------------------------------------------------------------------------------------


async def test_newcomers_of_a_history_travel_by_hundreds():
    async with staged() as stage:
        await sent(stage, *(contact(number) for number in range(1, 701)))
        sizes = [len(each.json()["members"]) for each in stage.writes("POST", f"/lists/{AUDIENCE}")]
        assert sizes == [500, 200]
        assert all(each.json()["update_existing"] is False for each in stage.writes("POST", f"/lists/{AUDIENCE}"))


@pytest.mark.proves("mailchimp", "duplicates_answered")
async def test_somebody_who_comes_in_meanwhile_is_looked_up_and_not_overwritten(stage):
    """The bulk call must leave alone whoever is there by then."""
    target = stage.target(newsletter="subscribe")
    await target.open([Kind.CONTACTS], Timing.HISTORICAL)
    real = target.look_up
    asked: list[object] = []

    async def late(drafts):
        known = await real(drafts)
        if not asked:
            stage.world.add_member(AUDIENCE, "kunde0002@example.com", "unsubscribed")
        asked.append(len(drafts))
        return known

    stage.target = lambda *_args, **_options: target
    target.look_up = late
    result = await sent(stage, agreed(1), agreed(2), agreed(3), newsletter="subscribe")
    assert stage.member("kunde0002@example.com")["status"] == "unsubscribed"
    assert stage.member("kunde0002@example.com")["merge_fields"]["LNAME"] == "Müller"
    assert result.balance.balances
    assert result.balance.total.count(Outcome.FAILED) == 0
    assert len(asked) == 2


@pytest.mark.proves("mailchimp", "duplicates_answered")
async def test_a_lost_answer_to_the_bulk_call_doubles_nobody(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/lists/")
    result = await sent(stage, *(contact(number) for number in range(1, 6)))
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0
    assert len(stage.world.members[AUDIENCE]) == 5


async def test_many_changes_travel_as_one_batch_that_is_waited_for():
    async with staged() as stage:
        await sent(stage, *(contact(number) for number in range(1, 41)))
        stage.world.batch_rounds = 3
        result = await sent(stage, *(contact(number, last_name="Groß") for number in range(1, 41)))
        assert result.balance.total.count(Outcome.UPDATED) == 40
        assert len(stage.writes("POST", "/batches")) == 1
        assert not stage.writes("PATCH", "/members/")
        assert stage.member("kunde0040@example.com")["merge_fields"]["LNAME"] == "Groß"


async def test_a_batch_with_errors_is_judged_by_looking_everybody_up(stage):
    """Its archive lies on another host, which is never contacted."""
    await sent(stage, *(contact(number) for number in range(1, 21)))
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.HISTORICAL)
    drafts = [target.draft(contact(n, last_name="Groß", first_name="Eva" if n <= 3 else "")) for n in range(1, 21)]
    known = await target.look_up(drafts)
    plan = target.plan([(draft, known[draft.key]) for draft in drafts])
    stage.world.merge_fields[AUDIENCE][0]["type"] = "number"  # somebody changes what a first name is
    answers = await send(target, stage.account.access.http, plan)
    settled = await target.confirm(plan, answers)
    assert Counter(each.outcome for each in settled.values()) == {Outcome.UPDATED: 17, Outcome.FAILED: 3}
    assert settled["1"].reason == "batch_refused"
    assert stage.member("kunde0020@example.com")["merge_fields"]["LNAME"] == "Groß"


async def test_a_batch_that_does_not_finish_leaves_everybody_in_doubt(stage):
    await sent(stage, *(contact(number) for number in range(1, 21)))
    stage.world.batch_rounds = 10_000
    result = await sent(stage, *(contact(number, last_name="Groß") for number in range(1, 21)))
    assert result.balance.total.reasons == {"batch_unfinished": 20}


async def test_tags_of_a_history_start_no_automation_and_those_of_a_sync_may(stage):
    await sent(stage, contact(1, tags=("Stammkunde",)), member_tag="{source}-kunde")
    assert {each["name"] for each in stage.member("kunde0001@example.com")["tags"]} == {
        "Stammkunde",
        "mpluskassa-kunde",
    }
    assert stage.world.fired == []
    await sent(stage, contact(2, tags=("Neukunde",)), mode="live")
    assert stage.world.fired == ["tag Neukunde"]


async def test_tags_that_are_there_cost_no_request(stage):
    await sent(stage, contact(1, tags=("Stammkunde",)))
    await sent(stage, contact(1, tags=("stammkunde",), last_name="Groß"), mode="live")
    assert len(stage.writes("POST", "/tags")) == 1


# Fields ---------------------------------------------------------------------------------------------------------------


async def test_address_birthday_and_language_travel_in_their_own_forms(stage):
    person = contact(1, address=HOME, birthday=date(1980, 2, 29), language="de-AT")
    await sent(stage, person)
    member = stage.member("kunde0001@example.com")
    assert member["merge_fields"]["BIRTHDAY"] == "02/29"
    assert member["language"] == "de"
    assert member["merge_fields"]["ADDRESS"] == {
        "addr1": "Teeweg 1",
        "city": "Köln",
        "state": "Köln",
        "zip": "50667",
        "country": "DE",
    }


async def test_half_an_address_is_left_out(stage):
    await sent(stage, contact(1, address=Address(city="Köln")))
    assert stage.member("kunde0001@example.com")["merge_fields"]["ADDRESS"] == ""


async def test_a_choice_that_the_field_does_not_offer_is_left_out(stage):
    mappings = SHOP.__class__(source_id="x", fields=(FieldRule("contact.custom.tee", "*|TEESORTE|*"),))
    await sent(stage, contact(1, custom={"tee": "grün"}), contact(2, custom={"tee": "rot"}), mappings=mappings)
    assert stage.member("kunde0001@example.com")["merge_fields"]["TEESORTE"] == "grün"
    assert stage.member("kunde0002@example.com")["merge_fields"]["TEESORTE"] == ""


async def test_a_field_for_newcomers_only_is_not_overwritten_later(stage):
    rule = FieldRule("contact.company", "MMERGE6", on_update=False)
    mappings = SHOP.__class__(source_id="x", fields=(rule,))
    await sent(stage, contact(1, company="Alt GmbH"), mappings=mappings)
    await sent(stage, contact(1, company="Neu GmbH", last_name="Groß"), mode="live", mappings=mappings)
    assert stage.member("kunde0001@example.com")["merge_fields"]["MMERGE6"] == "Alt GmbH"


async def test_a_mapped_field_that_is_gone_is_named(stage):
    target = stage.target(SHOP.__class__(fields=(FieldRule("contact.phone", "HANDY"),)))
    with pytest.raises(ConfigError) as told:
        await target.open([Kind.CONTACTS], Timing.LIVE)
    assert (told.value.field, "HANDY" in str(told.value)) == ("fields", True)


async def test_a_new_field_gets_a_short_tag_of_its_own_and_is_no_public_one(stage):
    target = stage.target()
    first = await target.create_field("Größe der Tasse")
    second = await target.create_field("Größe der Kanne")
    assert (first.id, second.id) == ("GROESSE_DE", "GROESSE_D2")
    assert (await target.create_field("größe der tasse")).id == first.id
    assert all(not each["public"] for each in stage.world.merge_fields[AUDIENCE])
    assert {"FNAME", "GROESSE_DE"} <= {each.id for each in await target.remote_fields()}


# An address that was changed in Mailchimp -----------------------------------------------------------------------------


@pytest.mark.proves("mailchimp", "duplicates_answered")
async def test_a_member_under_the_hash_of_an_old_address_is_found_by_searching(stage):
    row = stage.world.add_member(AUDIENCE, "alt@example.com", "subscribed")
    row["email_address"] = "kunde0001@example.com"
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.draft(contact(1))
    assert isinstance(draft, Draft)
    first = (await target.look_up([draft]))[draft.key]
    again = (await target.look_up([draft]))[draft.key]
    assert (first.exists, again.exists, again.target_id) == (False, True, row["id"])
    (step,) = target.plan([(draft, again)]).steps
    assert (step.method, step.path) == ("PATCH", f"3.0/lists/{AUDIENCE}/members/{row['id']}")


async def test_a_row_with_another_address_is_never_taken_for_the_person(stage):
    """The hash is that of an address which somebody else had before."""
    row = stage.world.add_member(AUDIENCE, "kunde0001@example.com", "subscribed")
    row["email_address"] = "jemand.anders@example.com"
    result = await sent(stage, contact(1), mode="live")
    assert result.balance.total.count(Outcome.FAILED) == 1
    assert row["merge_fields"]["LNAME"] == ""


async def test_only_the_end_of_a_subscription_is_told_of_somebody_who_is_not_sent(stage):
    stage.world.add_member(AUDIENCE, "kunde0001@example.com", "subscribed")
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.withdrawal(contact(1, consent=WITHDRAWN))
    assert isinstance(draft, Draft)
    assert "kunde" not in str(draft.content)
    known = (await target.look_up([draft]))[draft.key]
    (step,) = target.plan([(draft, known)]).steps
    assert step.body == {"status": "unsubscribed"}
    nobody = target.plan([(draft, Known(standing=Standing.NONE))])
    assert nobody.records[0].reason == "consent_required"
