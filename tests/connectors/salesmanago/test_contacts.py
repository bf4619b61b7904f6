"""Contacts in SALESmanago's terms; who is subscribed, and who never is."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from msgspec.structs import replace

from app.connectors.salesmanago.manifest import MANIFEST
from app.connectors.salesmanago.newcomers import MARK
from app.connectors.salesmanago.people import known_person
from app.core.events import RunMode
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Address, Deletion, Kind
from app.sdk.target import Mappings, Timing
from tests.connectors.salesmanago.conftest import SHOP, integration
from tests.connectors.salesmanago.records import contact, drafted, order, refused


async def drafts(stage, *records, mappings=SHOP, **options):
    target = await stage.target([Kind.CONTACTS], Timing.HISTORICAL, mappings=mappings, **options)
    return [target.draft(each) for each in records]


async def test_everything_the_shop_knows_arrives_where_it_belongs(stage):
    record = contact(
        1,
        company="Żółta Lampa sp. z o.o.",
        birthday=date(1980, 10, 7),
        language="pl-PL",
        address=Address(street="Długa 7", street_2="m. 3", postcode="31-147", city="Kraków", country="PL", region="MP"),
    )
    await integration(stage, contacts=[record]).run()

    row = stage.world.contacts["klient0001@example.com"]
    assert (row["name"], row["company"], row["phone"]) == ("Grażyna Żółć", record.company, record.phone)
    assert row["address"] == {"streetAddress": "Długa 7 m. 3", "zipCode": "31-147", "city": "Kraków", "country": "PL"}
    assert (row["birthday"], row["province"], row["lang"]) == ("19801007", "MP", "PL")
    assert (row["state"], row["externalId"], row["tags"]) == ("CUSTOMER", "1", ["REJESTRACJA"])


async def test_what_the_shop_does_not_know_is_not_blanked(stage):
    poorer = contact(1, company="", phone="", address=None, first_name="Ewa")
    await integration(stage, contacts=[contact(1, company="Lampa")]).run()
    await integration(stage, contacts=[poorer]).run(RunMode.CHANGES)

    row = stage.world.contacts["klient0001@example.com"]
    assert (row["name"], row["company"], row["phone"]) == ("Ewa Żółć", "Lampa", "+48 12 345 67 89")
    assert row["address"]["city"] == "Kraków"


@pytest.mark.parametrize(
    ("held", "becomes"), [("PROSPECT", "CUSTOMER"), ("UNKNOWN", "CUSTOMER"), ("PARTNER", "PARTNER"), ("OTHER", "OTHER")]
)
@pytest.mark.parametrize("by", ["account", "purchase"])
async def test_a_prospect_becomes_a_customer_and_any_other_state_stays(stage, held, becomes, by):
    stage.world.new_contact("klient0001@example.com", 1)["state"] = held
    records = {"contacts": [contact(1)]} if by == "account" else {"orders": [order(1)]}
    await integration(stage, **records).run(RunMode.CHANGES)

    assert stage.world.contacts["klient0001@example.com"]["state"] == becomes


async def test_an_account_a_subscriber_and_a_guest_are_told_apart(stage):
    account, subscriber, guest = await drafts(
        stage, contact(1), contact(2, is_subscriber_only=True), contact(3, is_guest=True)
    )

    assert (account.content["tags"], account.content["contact"]["state"]) == (["REJESTRACJA"], "CUSTOMER")
    assert (subscriber.content["tags"], subscriber.content["contact"]["state"]) == (["NEWSLETTER"], "PROSPECT")
    assert "tags" not in guest.content
    assert "externalId" not in guest.content["contact"]


async def test_tags_are_the_persons_own_and_written_in_their_way(stage):
    record = contact(1, tags=("Stały klient", "REJESTRACJA", "a,b"))
    (shouted,) = await drafts(stage, record, account_tags="Nowe Konto, rejestracja")
    (plain,) = await drafts(stage, record, account_tags="Nowe Konto", tag_style="as_written")
    (none,) = await drafts(stage, contact(1), account_tags="")

    assert shouted.content["tags"] == ["NOWE_KONTO", "REJESTRACJA", "STAŁY_KLIENT", "A_B"]
    assert plain.content["tags"] == ["Nowe Konto", "Stały klient", "REJESTRACJA", "a b"]
    assert "tags" not in none.content


async def test_subscribers_without_an_account_can_stay_out(stage):
    (left_out, sent) = await drafts(stage, contact(1, is_subscriber_only=True), contact(2), include_subscribers=False)

    assert refused(left_out) == "subscriber_without_account"
    assert drafted(sent).key == "2"


async def test_an_address_longer_than_the_vendor_takes_is_held(stage):
    (made,) = await drafts(stage, contact(1, email=f"{'a' * 65}@example.com"))

    assert (made.outcome, made.reason) == (Outcome.HELD, "invalid_email")


async def test_own_fields_become_details_of_the_contact(stage):
    mappings = Mappings(
        fields=(FieldRule("contact.group", "grupa"), FieldRule("contact.phone", "telefon", on_update=False))
    )
    running = integration(stage, contacts=[contact(1, group="Hurt")])
    await running.run(mappings=mappings)
    running.shelves[Kind.CONTACTS].records[0] = contact(1, group="Detal", phone="1")
    await running.run(RunMode.CHANGES, mappings=mappings)

    assert stage.world.contacts["klient0001@example.com"]["properties"] == {
        "grupa": "Detal",
        "telefon": "+48 12 345 67 89",
        **MARK,
    }


_CROWD = list(product(("yes", "no", "absent", "withdrawn"), ("new", "subscribed", "left", "dead", "unsure")))
"""What the shop knows of each person, and what SALESmanago knows."""


@pytest.mark.parametrize("may_subscribe", [True, False])
@pytest.mark.parametrize("mode", [RunMode.HISTORICAL, RunMode.CHANGES])
async def test_only_who_agreed_and_is_new_is_subscribed_and_only_who_withdrew_is_unsubscribed(
    stage, may_subscribe, mode
):
    people = [contact(number, state) for number, (state, _) in enumerate(_CROWD)]
    for person, (_, standing) in zip(people, _CROWD, strict=True):
        if standing != "new":
            row = stage.world.new_contact(person.email, 1)
            opted_out = {"subscribed": False, "dead": False, "left": True, "unsure": None}[standing]
            row |= {"optedOut": opted_out, "invalid": standing == "dead"}

    await integration(stage, contacts=people).run(mode, subscribe_who_agreed=may_subscribe)

    items = [item for each in stage.simulator.writes for item in each.json().get("upsertDetails", ())]
    flags = {item["contact"]["email"]: item for item in items}
    for person, (state, standing) in zip(people, _CROWD, strict=True):
        joins = state == "yes" and standing == "new" and may_subscribe
        leaves = state == "withdrawn" and standing == "subscribed"
        told = flags[person.email]
        assert (told["forceOptIn"], told["forceOptOut"]) == (joins, leaves), (state, standing)
        assert (told["forcePhoneOptIn"], told["forcePhoneOptOut"]) == (False, False)
        is_subscribed = stage.world.contacts[person.email]["optedOut"] is False
        assert is_subscribed is (joins or (standing in {"subscribed", "dead"} and not leaves)), (state, standing)
    assert stage.world.resubscribed == []


async def test_an_account_that_subscribes_everybody_by_itself_is_corrected_at_once(stage):
    stage.world.subscribes_new_contacts = True
    states = {1: "yes", 2: "no", 3: "absent"}
    running = integration(stage, contacts=[contact(number, state) for number, state in states.items()])

    result = await running.run(subscribe_who_agreed=True)

    assert result.balance.total.count(Outcome.CREATED) == 3
    assert {row["email"] for row in stage.world.contacts.values() if not row["optedOut"]} == {"klient0001@example.com"}


@pytest.mark.parametrize("knows_nobody", [True, False])
async def test_unknown_people_are_new_however_the_vendor_answers_for_them(stage, knows_nobody):
    stage.world.refuses_unknown_people = True
    if not knows_nobody:
        stage.world.new_contact("klient0003@example.com", 1)
    running = integration(stage, contacts=[contact(number, "yes") for number in range(1, 8)])

    result = await running.run(subscribe_who_agreed=True)

    assert result.balance.total.count(Outcome.CREATED) == (7 if knows_nobody else 6)
    assert len(stage.world.subscribed) == (7 if knows_nobody else 6)
    assert stage.world.resubscribed == []


@pytest.mark.proves("salesmanago", "deletions")
async def test_whoever_was_deleted_in_salesmanago_is_not_entered_again(stage):
    running = integration(stage, contacts=[contact(number, "yes") for number in range(1, 4)])
    await running.run(subscribe_who_agreed=True)
    stage.world.contacts["klient0001@example.com"]["deleted"] = True
    del stage.world.contacts["klient0002@example.com"]

    shelf = running.shelves[Kind.CONTACTS]
    shelf.records[:] = [replace(each, first_name="Nowa") for each in shelf.records]
    result = await running.run(RunMode.CHANGES, subscribe_who_agreed=True)

    assert result.balance.flows[Kind.CONTACTS].reasons == {"stays_deleted": 2}
    assert set(stage.world.contacts) == {"klient0001@example.com", "klient0003@example.com"}
    assert stage.world.contacts["klient0001@example.com"]["deleted"]


@pytest.mark.proves("salesmanago", "deletions")
async def test_a_deletion_in_the_shop_is_named_and_deletes_nothing(stage):
    target = await stage.target([Kind.CONTACTS, Kind.ORDERS], Timing.LIVE)

    for kind in (Kind.CONTACTS, Kind.ORDERS):
        reason = refused(target.draft(Deletion(id="1", kind=kind)))
        assert "keeps it" in str(ReasonTexts(MANIFEST.reasons).of(reason).words)
    assert stage.simulator.writes == []


async def test_a_withdrawal_of_somebody_who_is_not_sent_ends_the_subscription_and_tells_no_more(stage):
    for email, opted_out in (("klient0001@example.com", False), ("klient0002@example.com", True)):
        stage.world.new_contact(email, 1)["optedOut"] = opted_out
    target = await stage.target([Kind.CONTACTS], Timing.LIVE)
    made = [drafted(target.withdrawal(contact(number, "withdrawn"))) for number in (1, 2, 3)]
    known = await target.look_up(made)
    plan = target.plan([(each, known[each.key]) for each in made])

    assert [(each.key, each.outcome) for each in plan.records] == [
        ("1", Outcome.UPDATED),
        ("2", Outcome.SKIPPED),
        ("3", Outcome.SKIPPED),
    ]
    assert plan.records[0].draft.removes
    (step,) = plan.steps
    assert (step.path, step.body["email"]) == ("api/contact/optout", "klient0001@example.com")
    assert "klient" not in repr([each.content for each in made])


async def test_a_contact_that_the_background_never_enters_stays_in_doubt_and_is_found_later(stage):
    stage.world.asks_until_entered = 1000
    running = integration(stage, contacts=[contact(1, "yes")])
    slow = await running.run(subscribe_who_agreed=True)
    stage.world.pending[0]["after"] = 0
    later = await running.run(subscribe_who_agreed=True)

    assert slow.balance.flows[Kind.CONTACTS].reasons == {"entering_unfinished": 1}
    assert later.balance.total.count(Outcome.IN_DOUBT) == 0
    assert stage.simulator.summary()["contacts"] == 1


async def test_two_living_contacts_under_one_address_are_held(stage):
    first = stage.world.new_contact("klient0001@example.com", 1)
    stage.world.contacts["another place"] = {**first, "id": "c2"}
    wire = [first, stage.world.contacts["another place"]]
    assert known_person(wire).matches == 2
    assert known_person([{**first, "deleted": True}, wire[1]]).matches == 1


async def test_consent_belongs_to_the_content(stage):
    yes, no = await drafts(stage, contact(1, "yes"), contact(1, "no"))

    assert yes.content != no.content
