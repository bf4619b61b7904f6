"""People go in by the rule of consent, one way, and whoever left the address book never comes back by us."""

from __future__ import annotations

import pytest

from app.connectors.newsletter2go.wire import any_of, recipient_path
from app.connectors.newsletter2go.world import FORM
from app.core.consent import Consent, ConsentState
from app.core.errors import ConfigError, ProtocolError
from app.core.events import RunMode
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind
from app.sdk.plan import Draft, Known
from app.sdk.simulator import FaultKind
from app.sdk.target import EndsSubscriptions, Mappings, MapsFields, Suggests, Timing
from tests.connectors.newsletter2go.records import agreed, contact, withdrawn

ADDS = {"new_people": "add"}
ASKS = {"new_people": "ask", "doi_form": FORM}


async def test_only_who_agreed_is_added(stage):
    no = contact(3, consent=Consent(ConsentState.NO))
    entries = await stage.contacts(agreed(1), contact(2), no, **ADDS)
    assert stage.world.by_email("neu0001@example.com")["last_name"] == "Weiß"
    assert stage.world.by_email("neu0002@example.com") is stage.world.by_email("neu0003@example.com") is None
    assert [each.reason for each in entries.values()] == ["", "no_consent", "no_consent"]


async def test_by_default_nobody_is_added_and_who_is_there_is_kept_up_to_date(stage):
    stage.world.put("neu0002@example.com", {"last_name": "Schwarz"})
    await stage.contacts(agreed(1), contact(2))
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.SKIPPED, "subscribing_off")
    assert stage.world.by_email("neu0002@example.com")["last_name"] == "Weiß"


async def test_nothing_that_is_sent_can_bring_anybody_back(stage):
    for number, mark in enumerate(("unsubscribe", "bounce", "blacklist"), 1):
        getattr(stage.world, mark)(f"neu{number:04d}@example.com")
    await stage.contacts(*(agreed(number) for number in range(1, 6)), **ADDS)
    await stage.contacts(*(agreed(number, first_name="Ute") for number in range(1, 6)), **ADDS)
    sent = [each for body in stage.bodies("recipients") for each in body]
    assert sent
    assert not any({"is_unsubscribed", "is_blacklisted"} & set(each) for each in sent)
    assert stage.world.noted("resubscribed") == []
    assert stage.world.by_email("neu0001@example.com")["is_unsubscribed"] is True


async def test_a_withdrawal_unsubscribes_in_a_request_of_its_own(stage):
    await stage.contacts(agreed(1), agreed(2), **ADDS)
    await stage.contacts(withdrawn(1), agreed(2, first_name="Ute"), **ADDS)
    assert stage.world.by_email("neu0001@example.com")["is_unsubscribed"] is True
    assert stage.world.by_email("neu0002@example.com")["is_unsubscribed"] is False
    for body in stage.bodies("recipients"):
        assert len({tuple(sorted(each)) for each in body}) == 1


async def test_a_withdrawal_counts_as_a_removal(stage):
    await stage.contacts(agreed(1), **ADDS)
    target = stage.target(**ADDS)
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.draft(withdrawn(1))
    assert isinstance(draft, Draft)
    assert target.plan([(draft, (await target.look_up([draft]))["1"])]).records[0].draft.removes


async def test_a_new_yes_after_an_objection_changes_nothing(stage):
    await stage.contacts(agreed(1), **ADDS)
    await stage.contacts(withdrawn(1), **ADDS)
    await stage.contacts(agreed(1), **ADDS)
    assert stage.world.by_email("neu0001@example.com")["is_unsubscribed"] is True


async def test_of_who_is_left_out_only_the_withdrawal_is_told(stage):
    stage.world.put("neu0001@example.com", {})
    target = stage.target()
    assert isinstance(stage.target(), EndsSubscriptions)
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.withdrawal(withdrawn(1))
    assert isinstance(draft, Draft)
    assert "@" not in str(draft.content)
    (step,) = target.plan([(draft, (await target.look_up([draft]))["1"])]).steps
    assert step.body.render() == [{"list_id": "om355owj", "email": "neu0001@example.com", "is_unsubscribed": True}]
    assert target.plan([(draft, Known())]).records[0].outcome is Outcome.SKIPPED


# Deletions -----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("newsletter2go", "deletions")
@pytest.mark.parametrize("can_filter", [True, False])
async def test_deleted_in_the_shop_is_deleted_from_the_address_book(stage, can_filter):
    stage.world.filters_own_attributes = can_filter
    await stage.contacts(agreed(1), agreed(2), **ADDS)
    result = await stage.run({Kind.CONTACTS: [agreed(1)]}, sweeps=True, **ADDS)
    assert stage.world.noted("deleted") == ["neu0002@example.com"]
    assert stage.outcome(Kind.CONTACTS, "2") == (Outcome.UPDATED, "deleted_in_source")
    assert result.balance.balances


@pytest.mark.proves("newsletter2go", "deletions")
@pytest.mark.parametrize("mark", ["unsubscribe", "bounce", "blacklist"])
async def test_an_objection_is_not_forgotten_with_the_person(stage, mark):
    await stage.contacts(agreed(1), agreed(2), **ADDS)
    getattr(stage.world, mark)("neu0002@example.com")
    await stage.run({Kind.CONTACTS: [agreed(1)]}, sweeps=True, **ADDS)
    assert stage.outcome(Kind.CONTACTS, "2") == (Outcome.SKIPPED, "kept_objection")
    assert (stage.world.noted("deleted"), stage.world.noted("objections_forgotten")) == ([], [])


async def test_many_deletions_at_once_ask_first(stage):
    people = [agreed(number) for number in range(1, 41)]
    await stage.contacts(*people, **ADDS)
    await stage.run({Kind.CONTACTS: people[:10]}, sweeps=True, **ADDS)
    assert stage.world.noted("deleted") == []
    assert stage.outcome(Kind.CONTACTS, "40") == (Outcome.HELD, "large_removal")


async def test_deletions_can_be_left_to_the_person(stage):
    await stage.contacts(agreed(1), agreed(2), **ADDS)
    await stage.run({Kind.CONTACTS: [agreed(1)]}, sweeps=True, deleted_recipients="keep", **ADDS)
    assert stage.world.noted("deleted") == []


@pytest.mark.proves("newsletter2go", "deletions")
async def test_deleted_in_newsletter2go_is_never_added_again(stage):
    await stage.contacts(agreed(1), **ADDS)
    stage.world.delete_by_hand("neu0001@example.com")
    await stage.contacts(agreed(1, first_name="Georg"), **ADDS)
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.SKIPPED, "stays_deleted")
    assert stage.world.noted("brought_back") == []


async def test_a_call_that_would_mean_everybody_cannot_be_made(stage):
    for wrong in ("", "/", "a b", "../x"):
        with pytest.raises(ProtocolError):
            recipient_path("om355owj", wrong)
    for values in ([], [""], ['a",email=ne="']):
        with pytest.raises(ProtocolError):
            any_of("email", values)
    await stage.contacts(agreed(1), agreed(2, tags=("Messe",)), group="Alle", tags_as_groups=True, **ADDS)
    await stage.run({Kind.CONTACTS: [agreed(1)]}, sweeps=True, **ADDS)
    assert stage.world.noted("filterless") == []


async def test_a_deletion_of_somebody_unknown_changes_nothing(stage):
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    draft = target.draft(Deletion(id="77", kind=Kind.CONTACTS))
    assert isinstance(draft, Draft)
    plan = target.plan([(draft, (await target.look_up([draft]))["77"])])
    assert (plan.records[0].outcome, plan.records[0].reason, plan.steps) == (Outcome.SKIPPED, "not_in_target", ())


async def test_a_new_address_in_the_shop_moves_the_person_with_their_objection(stage):
    await stage.contacts(agreed(1), agreed(2), **ADDS)
    stage.world.unsubscribe("neu0001@example.com")
    moved = [agreed(number, email=f"umzug{number}@example.com") for number in (1, 2)]
    await stage.contacts(*moved, **ADDS)
    assert stage.world.by_email("neu0001@example.com") is stage.world.by_email("neu0002@example.com") is None
    assert stage.world.by_email("umzug1@example.com")["is_unsubscribed"] is True
    assert stage.world.by_email("umzug2@example.com")["is_unsubscribed"] is False
    assert len(stage.world.recipients["om355owj"]) == 4
    assert stage.world.noted("filterless") == []


async def test_new_people_cost_no_reading_of_everybody_where_numbers_cannot_be_looked_for(stage):
    stage.world.filters_own_attributes = False
    await stage.contacts(*(agreed(number) for number in range(1, 61)), **ADDS)
    asked = [each.query for each in stage.simulator.journal if each.path.endswith("om355owj/recipients")]
    assert not [each for each in asked if "_filter" not in each]
    assert len([each for each in asked if "koppler_customer_id%3D%3D" in each]) == 1
    assert len(stage.world.recipients["om355owj"]) == 62


# Double opt-in -------------------------------------------------------------------------------------------------------


async def test_the_form_asks_and_the_person_is_added_after_the_click(stage):
    await stage.contacts(agreed(1), **ASKS)
    assert stage.world.noted("asked") == ["neu0001@example.com"]
    assert stage.world.by_email("neu0001@example.com") is None
    stage.world.click("neu0001@example.com")
    await stage.contacts(agreed(1, first_name="Georg"), **ASKS)
    assert stage.world.by_email("neu0001@example.com")["first_name"] == "Georg"


async def test_nobody_is_asked_twice(stage):
    await stage.contacts(agreed(1), **ASKS)
    await stage.contacts(agreed(1, first_name="Georg"), **ASKS)
    assert len(stage.world.noted("asked")) == 1
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.SKIPPED, "stays_pending")


async def test_a_history_asks_nobody_by_mail(stage):
    await stage.contacts(agreed(1), mode=RunMode.HISTORICAL, **ASKS)
    assert stage.world.noted("asked") == []
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.SKIPPED, "asked_live_only")


async def test_an_address_that_the_form_refuses_has_failed_although_it_answers_200(stage):
    await stage.contacts(agreed(1, email="ungueltig@example.com"), **ASKS)
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.FAILED, "invalid_email")


@pytest.mark.parametrize("form", ["", "gibt-es-nicht"])
async def test_a_form_that_is_not_there_is_named_before_anything_is_sent(stage, form):
    with pytest.raises(ConfigError) as caught:
        await stage.target(new_people="ask", doi_form=form).open([Kind.CONTACTS], Timing.LIVE)
    assert caught.value.field == "doi_form"
    assert stage.writes == []


# Batches -------------------------------------------------------------------------------------------------------------


async def test_people_with_the_same_fields_travel_together_and_all_objects_are_alike(stage):
    await stage.contacts(*(agreed(number, phone="" if number % 2 else "0341 1") for number in range(1, 41)), **ADDS)
    bodies = stage.bodies("recipients")
    assert sorted(len(each) for each in bodies) == [7, 8, 12, 13]
    assert all(len({tuple(sorted(each)) for each in body}) == 1 for body in bodies)


async def test_who_was_not_taken_although_it_says_success_has_failed_alone(stage):
    people = [agreed(1), agreed(2, email="ungueltig@example.com"), agreed(3)]
    await stage.contacts(*people, **ADDS)
    assert stage.outcome(Kind.CONTACTS, "2") == (Outcome.FAILED, "invalid_email")
    assert stage.outcome(Kind.CONTACTS, "1")[0] is Outcome.CREATED
    assert stage.entry(Kind.CONTACTS, "3").target_id == stage.world.by_email("neu0003@example.com")["id"]


@pytest.mark.proves("newsletter2go", "duplicates_answered")
async def test_a_lost_answer_doubles_nobody(stage):
    stage.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/recipients")
    await stage.contacts(*(agreed(number) for number in range(1, 6)), **ADDS)
    assert len(stage.world.recipients["om355owj"]) == 7
    assert {stage.entry(Kind.CONTACTS, str(each)).outcome for each in range(1, 6)} <= {
        Outcome.CREATED,
        Outcome.UNCHANGED,
    }


@pytest.mark.proves("newsletter2go", "duplicates_answered")
async def test_a_group_that_somebody_made_meanwhile_is_used(stage):
    target = stage.target(group="Alle", **ADDS)
    await target.open([Kind.CONTACTS], Timing.LIVE)
    assert [each.path for each in target.setup()] == ["attributes", "groups"]
    await stage.contacts(agreed(1, tags=("Stammkunden",)), group="Alle", tags_as_groups=True, **ADDS)
    assert stage.world.members_of("Stammkunden") == stage.world.members_of("Alle") == {"neu0001@example.com"}
    assert len([each for each in stage.world.groups.values() if each["name"] == "Stammkunden"]) == 1


async def test_what_is_held_already_is_not_written_again(stage):
    await stage.contacts(agreed(1), **ADDS)
    stage.ledger.entries.clear()
    before = len(stage.writes)
    await stage.contacts(agreed(1), **ADDS)
    assert len(stage.writes) == before
    assert stage.outcome(Kind.CONTACTS, "1") == (Outcome.UNCHANGED, "already_so")


@pytest.mark.parametrize("as_text", [True, False])
async def test_marks_are_understood_in_any_form(stage, as_text):
    stage.world.texts_for_booleans = as_text
    stage.world.unsubscribe("neu0001@example.com")
    await stage.contacts(agreed(1), **ADDS)
    assert stage.entry(Kind.CONTACTS, "1").outcome is Outcome.UPDATED
    assert stage.world.noted("resubscribed") == []


# Attributes ----------------------------------------------------------------------------------------------------------


async def test_attributes_get_the_form_of_their_type(stage):
    rules = (
        FieldRule("contact.custom.points", "points"),
        FieldRule("contact.custom.vip", "is_vip"),
        FieldRule("contact.custom.title", "gender"),
    )
    custom = {"points": "12,5", "vip": "nein", "title": "Frau"}
    mappings = Mappings(source_id="lampen", fields=rules)
    await stage.contacts(agreed(1, custom=custom), agreed(2, custom={"title": "divers"}), mappings=mappings, **ADDS)
    row = stage.world.by_email("neu0001@example.com")
    assert (str(row["points"]), row["is_vip"], row["gender"]) == ("12.5", False, "f")
    assert stage.world.by_email("neu0002@example.com")["gender"] is None


@pytest.mark.parametrize("name", ["Lieblingsfarbe", "City"])
async def test_an_attribute_that_is_not_there_is_named_before_anything_is_sent(stage, name):
    with pytest.raises(ConfigError, match=name) as caught:
        await stage.target(Mappings(fields=(FieldRule("contact.city", name),))).open([Kind.CONTACTS], Timing.LIVE)
    assert caught.value.field == "fields"
    assert stage.writes == []


async def test_fields_can_be_listed_and_created_and_choices_suggested(stage):
    target = stage.target()
    assert isinstance(target, MapsFields)
    assert isinstance(target, Suggests)
    created = await target.create_field("Lieblings-Farbe")
    assert created.id == "Lieblings_Farbe"
    assert (await target.create_field("Lieblings-Farbe")).id == created.id
    assert {"gender", "city", created.id} <= {each.id for each in await target.remote_fields()}
    assert [each.label for each in await target.suggestions("lists")] == ["Standard", "Wöchentliche Neuigkeiten"]
    assert [each.value for each in await target.suggestions("groups")] == ["Stammkunden"]


async def test_an_address_book_that_is_not_there_is_named(stage):
    with pytest.raises(ConfigError, match=r'no address book "nix".*om355owj \(Standard\)') as caught:
        await stage.target(address_book="nix").open([Kind.CONTACTS], Timing.LIVE)
    assert caught.value.field == "address_book"


async def test_no_address_is_held_and_orders_are_not_taken(stage):
    target = stage.target()
    await target.open([Kind.CONTACTS], Timing.LIVE)
    assert target.draft(contact(1, email="")).reason == "no_email"
    assert target.draft(Deletion(id="1", kind=Kind.ORDERS)).reason == "not_a_kind"
