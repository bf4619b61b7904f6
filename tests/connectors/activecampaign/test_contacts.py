"""Contacts: tagged, never re-subscribed, never blanked, and quiet when they are history."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from app.connectors.activecampaign.contact_import import Patience
from app.core.consent import Consent, ConsentAction, ConsentState, Standing
from app.core.errors import ConfigError
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind
from app.sdk.plan import Batched
from app.sdk.simulator import FaultKind
from app.sdk.target import Mappings, MapsFields, Suggests, Timing
from tests.connectors.activecampaign.conftest import SHOP, staged
from tests.connectors.activecampaign.records import agreed, contact, drafted

BOTH = pytest.mark.parametrize("timing", list(Timing))


def person(stage, number=1):
    return stage.world.contact_by_email(f"kunde{number:04d}@example.com")


def status(stage, number=1, list_id="1"):
    held = stage.world.membership(person(stage, number)["id"], list_id)
    return held["status"] if held else None


def field_of(stage, field_id, number=1):
    held = stage.world["field_values"].get(f"{person(stage, number)['id']}:{field_id}")
    return held["value"] if held else None


async def drive_with(stage, *rules, timing, **options):
    mappings = Mappings(
        fields=rules, source_system=SHOP.source_system, source_name=SHOP.source_name, source_id=SHOP.source_id
    )
    return await stage.drive(Kind.CONTACTS, timing=timing, mappings=mappings, **options)


@BOTH
async def test_everyone_gets_name_and_tag(stage, timing):
    drive = await stage.drive(Kind.CONTACTS, timing=timing)
    settled = await drive.send(contact(1), contact(2))

    assert {each.outcome for each in settled.values()} == {Outcome.CREATED}
    assert person(stage)["lastName"] == "Müller"
    assert person(stage)["phone"] == "+49 30 1234"
    assert stage.world.tags_of("kunde0002@example.com") == {"bigcommerce-customer"}


@BOTH
async def test_the_tag_is_the_persons_choice_and_foreign_tags_stay(stage, timing):
    stage.world.put_contact("kunde0001@example.com", {})
    stage.world.tag_contact(person(stage)["id"], "1")

    drive = await stage.drive(Kind.CONTACTS, timing=timing, tag="Meine Kunden")
    await drive.send(contact(1, tags=("VIP", "vip")))

    assert stage.world.tags_of("kunde0001@example.com") == {"bigcommerce-customer-old", "Meine Kunden", "vip"}


async def test_a_similar_tag_is_not_mistaken_for_ours(stage):
    """The account's search finds whatever contains the words: "bigcommerce-customer-old" is there already."""
    drive = await stage.drive(Kind.CONTACTS, timing=Timing.LIVE)
    await drive.send(contact())

    assert len(stage.world["tags"]) == 2
    assert stage.world.tags_of("kunde0001@example.com") == {"bigcommerce-customer"}


async def test_files_as_a_source_get_a_sensible_tag(stage):
    drive = await stage.drive(Kind.CONTACTS, mappings=Mappings(source_system="files", source_id="list"))
    await drive.send(contact())

    assert stage.world.tags_of("kunde0001@example.com") == {"files-customer"}


async def test_a_historical_import_starts_no_automation_and_travels_in_bulk():
    async with staged() as stage:
        drive = await stage.drive(Kind.CONTACTS)
        await drive.send(*(contact(number) for number in range(1, 301)))

        summary = stage.simulator.summary()
        assert (summary["contacts"], summary["automations_fired"]) == (300, 0)
        imports = [each for each in stage.simulator.writes if each.path.endswith("bulk_import")]
        assert [len(each.json()["contacts"]) for each in imports] == [250, 50]


async def test_a_request_stays_below_the_limit_of_bytes(stage):
    """400,000 bytes are refused whole."""
    drive = await stage.drive(Kind.CONTACTS)
    tags = tuple(f"{place}-{'ä' * 100}" for place in range(12))
    settled = await drive.send(*(contact(number, tags=tags) for number in range(1, 251)))

    assert {each.outcome for each in settled.values()} == {Outcome.CREATED}
    imports = [each for each in stage.simulator.writes if each.path.endswith("bulk_import")]
    assert len(imports) == 2
    assert all(len(each.body) < 400_000 for each in imports)


async def test_people_the_account_blocks_are_listed_and_do_not_stop_the_rest(stage):
    stage.world.blocked = {"kunde0002@example.com"}
    drive = await stage.drive(Kind.CONTACTS)
    settled = await drive.send(contact(1), contact(2), contact(3))

    assert (settled["2"].outcome, settled["2"].reason) == (Outcome.FAILED, "blocked_in_target")
    assert settled["3"].outcome is Outcome.CREATED


async def test_a_refused_import_is_halved_until_the_bad_contact_is_alone(stage):
    drive = await stage.drive(Kind.CONTACTS)
    settled = await drive.send(*(contact(number) for number in range(1, 8)), contact(8, email="bad@@example"))

    assert settled["8"].outcome is Outcome.FAILED
    assert "email" in settled["8"].message
    assert stage.simulator.summary()["contacts"] == 7


async def test_an_import_that_never_finishes_is_in_doubt(stage):
    stage.world.polls_until_imported = 1_000
    drive = await stage.drive(Kind.CONTACTS)
    drive.target._patience = Patience(first_s=0.01, longest_s=0.01, total_s=0.02)
    await drive.target.open([Kind.CONTACTS], Timing.HISTORICAL)
    settled = await drive.send(contact())

    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.IN_DOUBT, "import_unfinished")


async def test_a_lost_answer_to_an_import_doubles_nobody(stage):
    drive = await stage.drive(Kind.CONTACTS)
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="bulk_import")
    settled = await drive.send(contact(1), contact(2))

    assert {each.outcome for each in settled.values()} == {Outcome.CREATED}
    assert stage.simulator.summary()["contacts"] == 2


# Consent -------------------------------------------------------------------------------------------------------------

_STATUSES = {Standing.SUBSCRIBED: "1", Standing.UNSUBSCRIBED: "2", Standing.BOUNCED: "3", Standing.PENDING: "0"}


@pytest.mark.parametrize(
    ("timing", "state", "standing"),
    list(itertools.product(Timing, ConsentState, [*_STATUSES, Standing.NONE])),
    ids=str,
)
async def test_no_path_leads_to_a_subscription_without_consent(stage, timing, state, standing):
    if standing is not Standing.NONE:
        row, _ = stage.world.put_contact("kunde0001@example.com", {})
        stage.world.set_membership(row["id"], "1", _STATUSES[standing])
    drive = await stage.drive(Kind.CONTACTS, timing=timing, subscribe_to_list="1")
    await drive.send(contact(consent=Consent(state)))
    stage.simulator.summary()

    may_be_new = state is ConsentState.YES and standing is Standing.NONE
    leaves = state is ConsentState.WITHDRAWN and standing in {Standing.SUBSCRIBED, Standing.PENDING}
    expected = "1" if may_be_new else "2" if leaves else _STATUSES.get(standing)
    assert status(stage) == expected
    assert stage.world.resubscribed == []


@BOTH
async def test_without_a_chosen_list_nobody_is_subscribed_or_unsubscribed(stage, timing):
    row, _ = stage.world.put_contact("kunde0002@example.com", {})
    stage.world.set_membership(row["id"], "1", "1")
    drive = await stage.drive(Kind.CONTACTS, timing=timing)
    await drive.send(agreed(1), contact(2, consent=Consent(ConsentState.WITHDRAWN)))

    decisions = {each.key: each.consent for plan in drive.plans for each in plan.records}
    assert decisions["1"].reason == "subscribing_off"
    assert {each.action for each in decisions.values()} == {ConsentAction.LEAVE}
    assert (status(stage, 1), status(stage, 2)) == (None, "1")


async def test_thirty_who_left_are_still_gone_after_three_imports():
    async with staged(300) as stage:
        people = [agreed(number) for number in range(1, 301)]
        for _ in range(3):
            drive = await stage.drive(Kind.CONTACTS, subscribe_to_list="1")
            await drive.send(*people)

        assert stage.simulator.summary()["resubscribed"] == 0
        assert sum(1 for number in range(1, 301) if status(stage, number) == "2") == 30
        reasons = [each.consent.reason for plan in drive.plans for each in plan.records if each.consent]
        assert reasons.count("stays_unsubscribed") == 30
        assert reasons.count("stays_bounced") == 6


async def test_a_hard_bounce_counts_even_where_the_list_still_says_active(stage):
    stage.world.put_contact("kunde0001@example.com", {"bounced_hard": "2"})
    drive = await stage.drive(Kind.CONTACTS, subscribe_to_list="1")
    await drive.send(agreed())

    assert drive.plans[0].records[0].consent.reason == "stays_bounced"
    assert status(stage) is None


async def test_who_left_another_list_and_is_active_nowhere_is_not_subscribed(stage):
    row, _ = stage.world.put_contact("kunde0001@example.com", {})
    stage.world.set_membership(row["id"], "2", "2")
    drive = await stage.drive(Kind.CONTACTS, timing=Timing.LIVE, subscribe_to_list="1")
    await drive.send(agreed())

    assert status(stage) is None


async def test_an_unsubscription_counts_as_a_removal(stage):
    row, _ = stage.world.put_contact("kunde0001@example.com", {})
    stage.world.set_membership(row["id"], "1", "1")
    drive = await stage.drive(Kind.CONTACTS, subscribe_to_list="1")
    await drive.send(contact(consent=Consent(ConsentState.WITHDRAWN)), contact(2))

    assert [each.draft.removes for each in drive.plans[0].records] == [True, False]


# Fields --------------------------------------------------------------------------------------------------------------


@BOTH
async def test_an_update_never_blanks_what_the_shop_does_not_know(stage, timing):
    stage.world.put_contact("kunde0001@example.com", {"firstName": "Erika", "phone": "0123"})
    drive = await stage.drive(Kind.CONTACTS, timing=timing)
    settled = await drive.send(contact(first_name="", phone="", last_name="Neu"))

    assert settled["1"].outcome is Outcome.UPDATED
    assert (person(stage)["firstName"], person(stage)["lastName"], person(stage)["phone"]) == ("Erika", "Neu", "0123")


@BOTH
async def test_field_rules_decide_what_an_update_changes(stage, timing):
    stage.world.put_contact("kunde0001@example.com", {"firstName": "Eri", "phone": "0123"})
    drive = await drive_with(
        stage,
        FieldRule("contact.first_name", "FIRSTNAME", on_update=False),
        FieldRule("contact.phone", "%PHONE%", empty_overwrites=True),
        FieldRule("contact.birthday", "BIRTHDAY"),
        timing=timing,
    )
    await drive.send(contact(1, first_name="Erika", phone="", birthday=date(1980, 5, 1)), contact(2, first_name="Max"))

    assert (person(stage)["firstName"], person(stage)["phone"]) == ("Eri", "")
    assert field_of(stage, "1") == "1980-05-01"
    assert person(stage, 2)["firstName"] == "Max"


async def test_a_rule_for_a_field_that_is_gone_names_it(stage):
    with pytest.raises(ConfigError) as caught:
        await drive_with(stage, FieldRule("contact.company", "FIRMA"), timing=Timing.LIVE)

    assert "FIRMA" in str(caught.value)


async def test_a_text_mapped_into_a_date_field_is_refused_before_the_first_record(stage):
    with pytest.raises(ConfigError) as caught:
        await drive_with(stage, FieldRule("contact.company", "BIRTHDAY"), timing=Timing.LIVE)

    assert "Company" in str(caught.value.message)
    assert caught.value.field == "fields"


@pytest.mark.parametrize(
    ("word", "sent"),
    [("1980-02-29", "1980-02-29"), ("1980-02-29T10:00:00+01:00", "1980-02-29"), ("im Sommer 1980", None)],
)
async def test_what_is_no_date_stays_out_of_a_date_field(stage, word, sent):
    drive = await drive_with(stage, FieldRule("contact.custom.Born", "BIRTHDAY"), timing=Timing.LIVE)
    content = drafted(drive.target.draft(contact(1, custom={"Born": word}))).content
    assert [each["value"] for each in content["fields"] if each["name"] == "BIRTHDAY"] == ([sent] if sent else [])


async def test_fields_are_listed_and_created_for_all_lists(stage):
    drive = await stage.drive(Kind.CONTACTS)
    assert isinstance(drive.target, MapsFields)

    created = await drive.target.create_field("Lieblingstee")
    again = await drive.target.create_field("lieblingstee")

    assert created == again
    assert [each["relid"] for each in stage.world["field_rels"].values()] == [0]
    listed = {each.id: each.input for each in await drive.target.remote_fields()}
    assert listed == {
        "FIRSTNAME": "text",
        "LASTNAME": "text",
        "PHONE": "text",
        "BIRTHDAY": "date",
        "LIEBLINGSTEE": "text",
    }


async def test_lists_are_suggested_while_filling_the_form(stage):
    drive = await stage.drive()
    assert isinstance(drive.target, Suggests)

    assert {(each.value, each.label) for each in await drive.target.suggestions("lists")} == {
        ("1", "Newsletter"),
        ("2", "Product news"),
    }
    assert await drive.target.suggestions("moons") == ()


# Looking up ----------------------------------------------------------------------------------------------------------


async def test_few_people_in_a_large_account_are_asked_for_one_by_one():
    async with staged(1_000) as stage:
        drive = await stage.drive(Kind.CONTACTS)
        await drive.send(contact(1), contact(2))

        asked = [each for each in stage.simulator.journal if each.path.endswith("/contacts")]
        assert len(asked) == 3, "one to learn how many there are, one for each person"


async def test_many_people_are_found_by_reading_everybody_once():
    async with staged(250) as stage:
        drive = await stage.drive(Kind.CONTACTS)
        settled = await drive.send(*(contact(number) for number in range(1, 301)))

        asked = [each for each in stage.simulator.journal if each.path.endswith("/contacts")]
        assert len(asked) == 4, "one to learn how many there are, three pages of everybody"
        assert [each.outcome for each in settled.values()].count(Outcome.UPDATED) == 250


async def test_two_people_with_one_address_are_told_apart_from_a_guess(stage):
    stage.world.put_contact("kunde0001@example.com", {})
    twin, _ = stage.world.put_contact("twin@example.com", {})
    twin["email"] = "kunde0001@example.com"
    drive = await stage.drive(Kind.CONTACTS)
    draft = drive.target.draft(contact())
    known = await drive.target.look_up([draft])
    again = await drive.target.look_up([draft])

    assert known["1"].matches == again["1"].matches == 2


async def test_a_person_without_address_is_held_and_a_deleted_one_stays(stage):
    drive = await stage.drive(Kind.CONTACTS)
    settled = await drive.send(contact(1, email=""), Deletion(id="2", kind=Kind.CONTACTS))

    assert (settled["1"].outcome, settled["1"].reason) == (Outcome.HELD, "no_email")
    assert (settled["2"].outcome, settled["2"].reason) == (Outcome.SKIPPED, "deleted_in_source")


async def test_a_lost_subscription_is_looked_up_before_it_is_sent_again(stage):
    """Status 1 would silently bring back somebody who left in between."""
    drive = await stage.drive(Kind.CONTACTS, timing=Timing.LIVE, subscribe_to_list="1")
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="contactLists", method="POST")
    await drive.send(agreed())

    sent = [each for each in stage.simulator.writes if each.path.endswith("/contactLists")]
    assert (len(sent), status(stage)) == (1, "1")


async def test_a_preview_shows_one_persons_part_of_the_import(stage):
    drive = await stage.drive(Kind.CONTACTS)
    await drive.send(contact(1), contact(2))

    step = drive.plans[0].steps[0].for_record("2")
    assert isinstance(step.body, Batched)
    assert [each["email"] for each in step.body.render()["contacts"]] == ["kunde0002@example.com"]


async def test_the_content_does_not_depend_on_history_or_ids(stage):
    first = (await stage.drive(Kind.CONTACTS)).target.draft(agreed())
    stage.world.put_contact("kunde0001@example.com", {})
    second = (await stage.drive(Kind.CONTACTS, timing=Timing.LIVE)).target.draft(agreed())

    assert first.content == second.content


@pytest.mark.parametrize("timing", list(Timing))
async def test_a_list_that_the_account_does_not_have_is_named_before_anything_is_sent(stage, timing):
    with pytest.raises(ConfigError, match=r'no list "99".*1 \(Newsletter\)') as caught:
        await stage.drive(Kind.CONTACTS, timing=timing, subscribe_to_list="99")

    assert caught.value.field == "subscribe_to_list"
    assert not stage.simulator.writes
