"""People go in by the rule of consent, one way, and whoever left Brevo never comes back by us."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from app.connectors.brevo.people import People
from app.connectors.brevo.wire import Wire
from app.core.consent import Consent, ConsentState
from app.core.errors import ConfigError
from app.core.events import RunMode
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.records import Address, Deletion, Kind
from app.sdk.plan import Draft, Known
from app.sdk.simulator import FaultKind
from app.sdk.target import EndsSubscriptions, Mappings, MapsFields, Suggests, Timing
from tests.connectors.brevo.conftest import SHOP, staged
from tests.connectors.brevo.records import agreed, contact, withdrawn

ASKS = {
    "subscribe_to_list": "2",
    "double_opt_in": "ask",
    "doi_template": "7",
    "doi_redirect": "https://lampen.example/danke",
}


async def test_who_agreed_joins_the_chosen_list_and_nobody_else(stage):
    await stage.contacts(agreed(1), contact(2), subscribe_to_list="2")

    assert stage.world.by_email("neu0001@example.com")["listIds"] == [2]
    assert stage.world.by_email("neu0002@example.com")["listIds"] == []


async def test_without_a_list_nobody_is_subscribed(stage):
    await stage.contacts(agreed(1))
    assert stage.world.noted("joined") == []


async def test_keys_that_bring_people_back_are_never_sent(stage):
    await stage.contacts(agreed(1), contact(2), withdrawn(3), subscribe_to_list="2")
    await stage.contacts(agreed(1, first_name="Georg"), contact(2, first_name="Ute"), subscribe_to_list="2")

    bodies = stage.bodies("contacts")
    assert bodies
    assert not any(each.get("emailBlacklisted") is False or "unlinkListIds" in each for each in bodies)
    assert sum("listIds" in each for each in bodies) == 1


async def test_who_unsubscribed_in_brevo_stays_so_and_is_still_kept_up_to_date(stage):
    stage.world.unsubscribe("neu0001@example.com")
    entries = await stage.contacts(agreed(1), subscribe_to_list="2")

    row = stage.world.by_email("neu0001@example.com")
    assert (row["emailBlacklisted"], row["listIds"]) == (True, [])
    assert row["attributes"]["LASTNAME"] == "Weiß"
    assert entries["1"].outcome is Outcome.UPDATED


async def test_leaving_the_one_list_counts_as_leaving_it(stage):
    row = stage.world.add("neu0001@example.com")
    row["listUnsubscribed"] = [2]
    await stage.contacts(agreed(1), subscribe_to_list="2")
    assert stage.world.noted("resubscribed") == []


async def test_a_withdrawal_blocks_from_all_campaigns_and_counts_as_a_removal(stage):
    await stage.contacts(agreed(1), subscribe_to_list="2")
    target = stage.target(subscribe_to_list="2")
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.draft(withdrawn(1))
    assert isinstance(draft, Draft)
    plan = target.plan([(draft, (await target.look_up([draft]))["1"])])
    assert plan.records[0].draft.removes

    await stage.contacts(withdrawn(1), subscribe_to_list="2")
    assert stage.world.by_email("neu0001@example.com")["emailBlacklisted"] is True


async def test_a_new_yes_after_an_objection_changes_nothing(stage):
    await stage.contacts(agreed(1), subscribe_to_list="2")
    await stage.contacts(withdrawn(1), subscribe_to_list="2")
    await stage.contacts(agreed(1), subscribe_to_list="2")
    assert stage.world.by_email("neu0001@example.com")["emailBlacklisted"] is True
    assert stage.world.noted("resubscribed") == []


async def test_of_who_is_left_out_only_the_withdrawal_is_told(stage):
    row = stage.world.add("neu0001@example.com")
    stage.world.join(row, 2)
    target = stage.target(subscribe_to_list="2")
    assert isinstance(stage.target(), EndsSubscriptions)
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.withdrawal(withdrawn(1))
    assert isinstance(draft, Draft)
    assert "@" not in str(draft.content)
    (step,) = target.plan([(draft, (await target.look_up([draft]))["1"])]).steps
    assert step.body == {"emailBlacklisted": True}
    assert target.plan([(draft, Known())]).records[0].outcome is Outcome.SKIPPED


@pytest.mark.proves("brevo", "deletions")
async def test_deleted_in_the_shop_is_deleted_in_brevo(stage):
    await stage.contacts(agreed(1), agreed(2), subscribe_to_list="2")
    result = await stage.run({Kind.CONTACTS: [agreed(1)]}, sweeps=True, subscribe_to_list="2")

    assert stage.world.by_email("neu0002@example.com") is None
    assert stage.outcome(Kind.CONTACTS, "2") == (Outcome.UPDATED, "deleted_in_source")
    assert result.balance.balances


@pytest.mark.proves("brevo", "deletions")
async def test_an_objection_is_not_forgotten_with_the_person(stage):
    await stage.contacts(agreed(1), agreed(2), subscribe_to_list="2")
    stage.world.unsubscribe("neu0002@example.com")
    await stage.run({Kind.CONTACTS: [agreed(1)]}, sweeps=True, subscribe_to_list="2")

    assert stage.world.by_email("neu0002@example.com")["emailBlacklisted"] is True
    assert stage.outcome(Kind.CONTACTS, "2") == (Outcome.SKIPPED, "kept_objection")
    assert stage.world.noted("objections_forgotten") == []


async def test_many_deletions_at_once_ask_first(stage):
    people = [agreed(number) for number in range(1, 41)]
    await stage.contacts(*people)
    await stage.run({Kind.CONTACTS: people[:10]}, sweeps=True)
    assert len(stage.world.contacts) == 42
    assert stage.outcome(Kind.CONTACTS, "40") == (Outcome.HELD, "large_removal")


async def test_deletions_can_be_left_to_the_person(stage):
    await stage.contacts(agreed(1), agreed(2))
    await stage.run({Kind.CONTACTS: [agreed(1)]}, sweeps=True, deleted_people="keep")
    assert stage.world.by_email("neu0002@example.com") is not None


async def test_a_deletion_of_somebody_unknown_changes_nothing(stage):
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.draft(Deletion(id="77", kind=Kind.CONTACTS))
    assert isinstance(draft, Draft)
    assert draft.removes
    plan = target.plan([(draft, (await target.look_up([draft]))["77"])])
    assert (plan.records[0].outcome, plan.records[0].reason, plan.steps) == (Outcome.SKIPPED, "not_in_target", ())


@pytest.mark.proves("brevo", "deletions")
async def test_deleted_in_brevo_is_never_created_again(stage):
    await stage.contacts(agreed(1), subscribe_to_list="2")
    stage.world.delete_by_hand("neu0001@example.com")
    await stage.contacts(agreed(1, first_name="Georg"), subscribe_to_list="2")

    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.SKIPPED, "stays_deleted")
    assert stage.world.noted("brought_back") == []


async def test_deleted_between_look_up_and_write_is_not_created_either(stage):
    await stage.contacts(agreed(1), subscribe_to_list="2")
    target = stage.target(subscribe_to_list="2")
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.draft(agreed(1, first_name="Georg"))
    (step,) = target.plan([(draft, (await target.look_up([draft]))["1"])]).steps
    assert (step.method, step.query) == ("PUT", {"identifierType": "contact_id"})


async def test_a_telephone_number_of_somebody_else_does_not_lose_the_contact(stage):
    stage.world.add("mutter@example.com")["attributes"]["SMS"] = "493412345678"
    home = Address(country="DE")
    await stage.contacts(contact(1, phone="0341 2345678", address=home))

    row = stage.world.by_email("neu0001@example.com")
    assert (row["attributes"]["LASTNAME"], row["attributes"].get("SMS")) == ("Weiß", None)
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.CREATED, "phone_elsewhere")


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("0341 23 45-678", "DE", "493412345678"),
        ("+48 600 700 800", "", "48600700800"),
        ("0043 (0)1 58858", "AT", "43158858"),
        ("06 1234567", "IT", "39061234567"),
        ("0341 2345678", "", None),
        ("keine", "DE", None),
    ],
)
async def test_numbers_become_international_or_stay_out(stage, raw, country, expected):
    await stage.contacts(contact(1, phone=raw, address=Address(country=country)))
    assert stage.world.by_email("neu0001@example.com")["attributes"].get("SMS") == expected


async def test_a_new_address_in_the_shop_moves_the_person_with_their_objection(stage):
    await stage.contacts(agreed(1), subscribe_to_list="2")
    stage.world.unsubscribe("neu0001@example.com")
    await stage.contacts(agreed(1, email="neue.adresse@example.com"), subscribe_to_list="2")

    assert stage.world.by_email("neu0001@example.com") is None
    row = stage.world.by_email("neue.adresse@example.com")
    assert (row["emailBlacklisted"], row["ext_id"]) == (True, "lampen-1")
    assert stage.world.noted("resubscribed") == []


async def test_a_new_address_that_brevo_knows_already_keeps_both(stage):
    await stage.contacts(contact(1))
    stage.world.add("schon.da@example.com")
    await stage.contacts(contact(1, email="schon.da@example.com"))
    assert stage.world.by_email("schon.da@example.com")["attributes"]["LASTNAME"] == "Weiß"
    assert stage.world.by_email("neu0001@example.com") is not None


# Double opt-in -------------------------------------------------------------------------------------------------------


async def test_with_double_opt_in_brevo_asks_and_adds_nobody(stage):
    await stage.contacts(agreed(1), **ASKS)
    assert stage.world.noted("asked") == ["neu0001@example.com"]
    assert stage.world.noted("joined") == []


async def test_nobody_is_asked_twice(stage):
    await stage.contacts(agreed(1), **ASKS)
    await stage.contacts(agreed(1, first_name="Georg"), **ASKS)
    assert len(stage.world.noted("asked")) == 1
    assert stage.world.by_email("neu0001@example.com")["attributes"]["FIRSTNAME"] == "Georg"


async def test_a_lost_answer_to_the_question_does_not_ask_again(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, path="doubleOptinConfirmation")
    await stage.contacts(agreed(1), **ASKS)
    assert len(stage.world.noted("asked")) == 1


async def test_a_history_asks_nobody_by_mail(stage):
    await stage.contacts(agreed(1), mode=RunMode.HISTORICAL, **ASKS)
    assert (stage.world.noted("asked"), stage.world.noted("joined")) == ([], [])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"doi_template": "8"}, "doi_template"),
        ({"doi_template": ""}, "doi_template"),
        ({"doi_redirect": ""}, "doi_redirect"),
    ],
)
async def test_a_question_that_cannot_be_put_is_named_before_anything_is_sent(stage, changed, field):
    target = stage.target(**{**ASKS, **changed})
    with pytest.raises(ConfigError) as caught:
        await target.open([Kind.CONTACTS], Timing.LIVE)
    assert caught.value.field == field
    assert stage.writes == []


# Attributes ----------------------------------------------------------------------------------------------------------


async def test_every_type_of_attribute_gets_its_own_form(stage):
    rules = (
        FieldRule("contact.birthday", "BIRTHDAY"),
        FieldRule("contact.custom.points", "BONUS"),
        FieldRule("contact.custom.vip", "VIP"),
        FieldRule("contact.custom.likes", "INTERESTS"),
        FieldRule("contact.city", "city"),
    )
    custom = {"points": "12,5", "vip": "ja", "likes": "Licht, Holz"}
    person = contact(1, birthday=date(1980, 2, 29), custom=custom, address=Address(city="Łódź"))
    await stage.contacts(person, mappings=Mappings(source_id="lampen", fields=rules))

    held = stage.world.by_email("neu0001@example.com")["attributes"]
    assert str(held["BONUS"]) == "12.5"
    assert (held["BIRTHDAY"], held["VIP"], held["CITY"]) == ("1980-02-29", True, "Łódź")
    assert held["INTERESTS"] == ["Licht", "Holz"]


async def test_a_value_that_does_not_fit_is_left_out_rather_than_lost_without_a_word(stage):
    rules = (FieldRule("contact.custom.points", "BONUS"),)
    await stage.contacts(contact(1, custom={"points": "viele"}), mappings=Mappings(source_id="lampen", fields=rules))
    assert "BONUS" not in stage.bodies("contacts")[0]["attributes"]


@pytest.mark.parametrize("name", ["LIEBLINGSFARBE", "BLACKLIST"])
async def test_an_attribute_that_brevo_would_drop_is_named_before_anything_is_sent(stage, name):
    target = stage.target(Mappings(fields=(FieldRule("contact.city", name),)))
    with pytest.raises(ConfigError, match=name) as caught:
        await target.open([Kind.CONTACTS], Timing.LIVE)
    assert caught.value.field == "fields"
    assert stage.writes == []


async def test_german_names_of_attributes_are_used_where_they_are(stage):
    for english, german in (("FIRSTNAME", "VORNAME"), ("LASTNAME", "NACHNAME")):
        stage.world.attributes[german] = {**stage.world.attributes.pop(english), "name": german}
    await stage.contacts(contact(1))
    assert stage.world.by_email("neu0001@example.com")["attributes"]["NACHNAME"] == "Weiß"


async def test_a_missing_attribute_is_created_first_and_the_preview_shows_it(stage):
    del stage.world.attributes["LASTNAME"]
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    assert [each.path for each in target.setup()] == ["contacts/attributes/normal/LASTNAME"]
    await stage.contacts(contact(1))
    assert stage.world.by_email("neu0001@example.com")["attributes"]["LASTNAME"] == "Weiß"


async def test_tags_stand_in_an_attribute_of_choice(stage):
    stage.world.attributes["TAGS"] = {"name": "TAGS", "category": "normal", "type": "text"}
    await stage.contacts(contact(1, tags=("Stammkunde", "Messe")), tags_attribute="tags")
    assert stage.world.by_email("neu0001@example.com")["attributes"]["TAGS"] == "Stammkunde, Messe"


async def test_fields_can_be_listed_and_created_and_lists_suggested(stage):
    target = stage.target()
    assert isinstance(target, MapsFields)
    assert isinstance(target, Suggests)
    created = await target.create_field("Lieblings Farbe")
    assert created.id == "LIEBLINGS_FARBE"
    assert (await target.create_field("Lieblings Farbe")).id == created.id
    assert "BLACKLIST" not in {each.id for each in await target.remote_fields()}
    assert [each.value for each in await target.suggestions("lists")] == ["5", "2"]
    assert [each.value for each in await target.suggestions("templates")] == ["7"]


async def test_a_list_that_the_account_does_not_have_is_named(stage):
    target = stage.target(subscribe_to_list="99")
    with pytest.raises(ConfigError, match=r'no list "99".*2 \(Newsletter\)') as caught:
        await target.open([Kind.CONTACTS], Timing.LIVE)
    assert caught.value.field == "subscribe_to_list"


# Cost and repetition -------------------------------------------------------------------------------------------------


async def test_a_large_account_is_read_once_and_then_only_what_changed():
    async with staged(300) as stage:
        people = [agreed(number, email=f"kunde{number:04d}@example.com") for number in range(1, 301)]
        await stage.run({Kind.CONTACTS: people})
        asked = [each.query for each in stage.simulator.journal if (each.method, each.path) == ("GET", "/contacts")]
    whole = [each for each in asked if "limit=1000" in each and "modifiedSince" not in each]
    assert len(whole) == 1
    assert len(asked) <= 4


async def test_who_asks_while_everybody_is_read_misses_nobody():
    async with staged(1500) as stage:
        people = People(Wire(stage.access), 2, stage.access.clock)
        emails = [f"kunde{number:04d}@example.com" for number in range(1, 1501)]
        found = await asyncio.gather(people.find(emails[:700]), people.find(emails[700:]), people.existing(emails))
    known = {**found[0], **found[1]}
    assert all(each.exists for each in known.values())
    assert found[2] == set(emails)


async def test_what_brevo_holds_already_is_not_written_again(stage):
    await stage.contacts(agreed(1), subscribe_to_list="2")
    stage.ledger.entries.clear()
    before = len(stage.writes)
    await stage.contacts(agreed(1), subscribe_to_list="2")
    assert len(stage.writes) == before
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.UNCHANGED, "already_so")


@pytest.mark.proves("brevo", "duplicates_answered")
async def test_a_lost_answer_does_not_double_anybody(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/contacts")
    await stage.contacts(agreed(1), subscribe_to_list="2")
    assert stage.writes.count(("POST", "contacts")) == 1
    assert stage.outcome(Kind.CONTACTS, "1")[0] in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}


@pytest.mark.proves("brevo", "duplicates_answered")
async def test_somebody_created_meanwhile_is_looked_up_and_updated(stage):
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    stage.simulator.fail(
        status=400,
        method="POST",
        path="/contacts",
        body='{"code":"duplicate_parameter","message":"Contact already exist"}',
    )
    await stage.contacts(contact(1))
    assert stage.world.by_email("neu0001@example.com") is not None


async def test_the_shops_ids_are_kept_apart_by_shop_and_survive_any_character(stage):
    target = stage.target(SHOP)
    await target.open([Kind.CONTACTS], Timing.LIVE)
    drafts = [target.draft(contact(1, id=each)) for each in ("gast:a/b", "gast-a-b", "7")]
    ids = [each.content["ext_id"] for each in drafts if isinstance(each, Draft)]
    assert len(set(ids)) == 3
    assert all("/" not in each and each.startswith("lampen-") for each in ids)


async def test_no_address_is_held(stage):
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    assert target.draft(contact(1, email="")).reason == "no_email"


async def test_an_empty_box_changes_nothing(stage):
    row = stage.world.add("neu0001@example.com")
    stage.world.join(row, 2)
    await stage.contacts(contact(1, consent=Consent(ConsentState.NO)), subscribe_to_list="2")
    assert (row["listIds"], row["emailBlacklisted"]) == ([2], False)
