"""Contacts as relations: found by e-mail, created or updated, companies with their person, consent in a field."""

from __future__ import annotations

import pytest

from app.connectors.mpluskassa.manifest import MANIFEST
from app.connectors.mpluskassa.practice import CONSENT_FIELD
from app.core.consent import Consent, ConsentState
from app.core.errors import UnknownOutcomeError
from app.core.outcomes import Outcome
from app.core.records import Address, Deletion, Kind, OptOut
from app.sdk.settings import parse
from app.sdk.simulator import FaultKind
from tests.connectors.mpluskassa.conftest import Stage, person, refused, staged

YES, WITHDRAWN = Consent(ConsentState.YES), Consent(ConsentState.WITHDRAWN)


def relation(stage: Stage, email: str):
    rows = stage.world.register.table("relations").values()
    return next(row for row in rows if row.get("email") == email)


def flag(row) -> bool | None:
    fields = row.get("customFieldList", {}).get("customField", [])
    return next((each.get("boolValue") for each in fields if each["fieldName"] == CONSENT_FIELD), None)


async def test_a_person_becomes_a_private_debtor(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    settled = await stage.sent(target, person())
    row = relation(stage, "person1@example.com")
    assert settled.outcome is Outcome.CREATED
    assert settled.target_id == str(row["relationNumber"])
    assert (row["name"], row["address"], row["zipcode"], row["city"], row["country"]) == (
        "Jürgen Groß",
        "Am Ring 5 Hinterhaus",
        "04109",
        "Leipzig",
        "DE",
    )
    assert "companyName" not in row
    assert row["extRelationId"] == "woocommerce-1"


async def test_with_a_company_it_becomes_a_company_debtor_with_its_contact_person(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    await stage.sent(target, person(company="Groß & Söhne", custom={"vat_number": "DE811569869"}))
    row = relation(stage, "person1@example.com")
    assert (row["name"], row["companyName"], row["contact"]) == ("Groß & Söhne", "Groß & Söhne", "Jürgen Groß")
    assert row["vatNumber"] == "DE811569869"


@pytest.mark.parametrize(("words", "country"), [("alpha_2", "NL"), ("alpha_3", "NLD"), ("name", "Netherlands")])
async def test_countries_are_written_as_the_register_prints_them(stage: Stage, words: str, country: str) -> None:
    target = await stage.target(Kind.CONTACTS, country_words=words)
    await stage.sent(target, person(address=Address(street="A 1", country="NL"), delivery=Address(country="Elbonia")))
    row = relation(stage, "person1@example.com")
    assert (row["country"], row["deliveryCountry"]) == (country, "Elbonia")


@pytest.mark.proves("mpluskassa", "duplicates_answered")
async def test_who_is_known_by_e_mail_is_updated_and_loses_nothing(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    before = dict(relation(stage, "klant002@example.com"))
    settled = await stage.sent(target, person(email="klant002@example.com", address=Address(city="Breda")))
    after = relation(stage, "klant002@example.com")
    assert (settled.outcome, settled.target_id) == (Outcome.UPDATED, "100003")
    assert (after["city"], after["address"], after["points"]) == ("Breda", before["address"], 20)
    assert after["birthDate"] == before["birthDate"]
    assert (
        len([each for each in stage.world.register.table("relations").values() if each.get("email") == before["email"]])
        == 1
    )


async def test_the_search_is_exact(stage: Stage) -> None:
    """The other one takes a part of an address for the whole."""
    target = await stage.target(Kind.CONTACTS)
    assert (await stage.sent(target, person(email="lant002@example.com"))).outcome is Outcome.CREATED
    assert stage.asked("findRelationV2")[0]["request"]["exactMatch"] == "true"


async def test_an_address_in_capitals_is_the_same_customer(stage: Stage) -> None:
    """Whether the exact search tells capitals apart is not documented."""
    target = await stage.target(Kind.CONTACTS)
    settled = await stage.sent(target, person(email="klant011@example.com"))
    assert (settled.outcome, settled.target_id) == (Outcome.UPDATED, "100012")


async def test_somebody_nameless_does_not_take_a_name_away(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    before = relation(stage, "klant002@example.com")["name"]
    await stage.sent(target, person(email="klant002@example.com", first_name="", last_name=""))
    assert relation(stage, "klant002@example.com")["name"] == before
    await stage.sent(target, person(2, first_name="", last_name=""))
    assert relation(stage, "person2@example.com")["name"] == "person2@example.com", "the register wants a name"


async def test_a_register_without_the_exact_search_is_compared_here(stage: Stage) -> None:
    stage.world.register.too_old_for.add("findRelationV2")
    target = await stage.target(Kind.CONTACTS)
    assert (await stage.sent(target, person(email="lant002@example.com"))).outcome is Outcome.CREATED
    assert (await stage.sent(target, person(2, email="klant002@example.com"))).outcome is Outcome.UPDATED
    assert len(stage.asked("findRelationV2")) == 1, "it is not asked again"


async def test_a_new_address_of_a_known_customer_is_found_by_the_shops_own_id(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    await stage.sent(target, person())
    settled = await stage.sent(target, person(email="neu@example.com"))
    assert settled.outcome is Outcome.UPDATED
    assert relation(stage, "neu@example.com")["extRelationId"] == "woocommerce-1"


async def test_a_second_time_nothing_is_written(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    await stage.sent(target, person())
    writes = len(stage.writes)
    assert (await stage.sent(target, person())).outcome is Outcome.UNCHANGED
    assert len(stage.writes) == writes


async def test_who_is_switched_off_stays_so(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    settled = await stage.sent(target, person(email="klant006@example.com"))
    assert (settled.outcome, settled.reason) == (Outcome.SKIPPED, "relation_switched_off")
    assert stage.writes == []


async def test_a_company_stays_one_when_its_person_writes_without_naming_it(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    await stage.sent(target, person(email="klant003@example.com"))
    assert relation(stage, "klant003@example.com")["name"] == "Bedrijf 3 B.V."


@pytest.mark.proves("mpluskassa", "deletions")
async def test_a_deleted_customer_is_not_deleted_in_the_register(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    assert refused(target, Deletion(id="1", kind=Kind.CONTACTS)).reason == "deleted_in_source"


@pytest.mark.proves("mpluskassa", "duplicates_answered")
async def test_a_lost_answer_creates_nobody_twice(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    stage.account.simulator.fail(kind=FaultKind.DROP_AFTER, holding="createRelation")
    with pytest.raises(UnknownOutcomeError):
        await stage.sent(target, person())
    assert (await stage.sent(target, person())).outcome is Outcome.UNCHANGED
    rows = stage.world.register.table("relations").values()
    assert len([row for row in rows if row.get("email") == "person1@example.com"]) == 1


# Consent --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("consent", "may_subscribe", "before", "after"),
    [
        (YES, True, None, True),
        (YES, False, None, None),
        (Consent(ConsentState.NO), True, None, None),
        (Consent(ConsentState.ABSENT), True, None, None),
        (YES, True, False, False),
        (YES, True, True, True),
        (WITHDRAWN, False, True, False),
        (WITHDRAWN, True, None, None),
        (Consent(ConsentState.NO), True, True, True),
    ],
)
async def test_the_consent_field_follows_the_rule(
    stage: Stage, consent: Consent, may_subscribe: bool, before: bool | None, after: bool | None
) -> None:
    row = relation(stage, "klant002@example.com")
    fields = [] if before is None else [{"fieldName": CONSENT_FIELD, "boolValue": before}]
    row["customFieldList"] = {"customField": [*fields, {"fieldName": "Notitie", "strValue": "x"}]}
    target = await stage.target(Kind.CONTACTS, subscribe_in_register=may_subscribe)
    await stage.sent(target, person(email="klant002@example.com", consent=consent))
    changed = relation(stage, "klant002@example.com")
    assert flag(changed) is after
    assert "Notitie" in str(changed["customFieldList"])


async def test_a_change_of_consent_alone_is_noticed(stage: Stage) -> None:
    target = await stage.target(Kind.CONTACTS)
    drafts = [target.draft(person(consent=each)) for each in (YES, WITHDRAWN)]
    assert drafts[0].content != drafts[1].content  # type: ignore[union-attr]


async def test_an_opt_out_switches_the_field_off(stage: Stage) -> None:
    target = await stage.target(Kind.OPT_OUTS)
    settled = await stage.sent(target, OptOut(id="o1", email="klant000@example.com"))
    row = relation(stage, "klant000@example.com")
    assert (settled.outcome, flag(row), row["points"]) == (Outcome.UPDATED, False, 0)
    again = await stage.sent(target, OptOut(id="o1", email="klant000@example.com"))
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_so")


async def test_an_opt_out_of_somebody_unknown_changes_nothing(stage: Stage) -> None:
    target = await stage.target(Kind.OPT_OUTS)
    settled = await stage.sent(target, OptOut(id="o1", email="nobody@example.com"))
    assert (settled.outcome, settled.reason) == (Outcome.SKIPPED, "not_in_target")


async def test_without_a_named_field_an_opt_out_waits_for_one() -> None:
    async with staged(settings={"consent_field": ""}) as stage:
        target = await stage.target(Kind.OPT_OUTS)
        assert refused(target, OptOut(id="o1", email="klant000@example.com")).reason == "no_consent_field"


def test_bounces_are_no_business_of_the_register() -> None:
    assert MANIFEST.writes_kind(Kind.BOUNCES) is None


def test_settings_of_the_account_take_what_people_paste() -> None:
    pasted = parse(
        MANIFEST.settings,
        {"server": "https://api.mpluskassa.nl:50123/?ident=a", "port": 50123, "ident": "a", "secret": "b"},
    )
    assert MANIFEST.base_url(pasted) == "https://api.mpluskassa.nl:50123"
