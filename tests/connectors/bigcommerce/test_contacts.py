"""Customers, their consent, and subscribers without an account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.connectors.bigcommerce.subscribers import consent_of
from app.core.addresses import normalised_email
from app.core.consent import ConsentState
from app.core.records import Address, Deletion, Kind
from tests.connectors.bigcommerce.conftest import NOW, START
from tests.connectors.standard import fetched, read_all


@pytest.mark.parametrize(
    ("subscriber", "state"),
    [
        (None, ConsentState.ABSENT),
        ({}, ConsentState.ABSENT),
        ({"consents": None}, ConsentState.ABSENT),
        ({"consents": []}, ConsentState.NO),
        ({"consents": ["abandoned_cart"]}, ConsentState.NO),
        ({"consents": ["marketing_newsletter"]}, ConsentState.YES),
        ({"consents": ["abandoned_cart", "marketing_newsletter"]}, ConsentState.YES),
    ],
)
def test_only_an_explicit_newsletter_consent_is_a_yes(subscriber, state):
    assert consent_of(subscriber).state is state


def test_a_consent_knows_when_and_where_it_was_given():
    consent = consent_of(
        {"consents": ["marketing_newsletter"], "source": "order", "date_modified": "2026-05-01T08:00:00Z"}
    )
    assert consent.changed_at == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert consent.source == "order"


async def _one(account, **changes):
    [found] = await read_all(account.source(), Kind.CONTACTS, **changes)
    return found


async def test_a_customer_comes_with_everything_the_shop_knows(shop, world):
    customer_id = world.add_customer(
        "Ayşe@Example.com", "Ayşe", "Öz", company="Öz GmbH", group=4, form_fields={"Farbe": "Rot"}, at=START
    )
    world.add_attribute(customer_id, "Punkte", "12")
    world.add_subscriber("ayşe@example.com", at=START)
    async with shop() as account:
        found = await _one(account)
    assert found.id == f"c:{customer_id}"
    assert found.email == normalised_email("ayşe@example.com")
    assert (found.first_name, found.last_name, found.company) == ("Ayşe", "Öz", "Öz GmbH")
    assert found.group == "4"
    assert found.custom == {"Farbe": "Rot", "Punkte": "12"}
    assert found.created_at == START
    assert found.consent.state is ConsentState.YES
    assert isinstance(found.address, Address)
    assert (found.address.city, found.address.country, found.address.postcode) == ("Leipzig", "DE", "04109")


@pytest.mark.parametrize("count", [3, 40])
async def test_consents_meet_customers_by_address_whatever_the_case(shop, world, count):
    """Few addresses are asked for one by one, many by reading the whole list: both ways must agree."""
    for number in range(count):
        world.add_customer(f"Kunde{number}@Example.com")
        if number % 3 == 0:
            world.add_subscriber(f"kunde{number}@example.COM", consents=["marketing_newsletter"])
        elif number % 3 == 1:
            world.add_subscriber(f"KUNDE{number}@example.com", consents=[])
    async with shop() as account:
        found = await read_all(account.source(), Kind.CONTACTS)
        asked = [each for each in account.simulator.journal if each.path.endswith("/subscribers")]
    expected = [ConsentState.YES, ConsentState.NO, ConsentState.ABSENT]
    assert [each.consent.state for each in found] == [expected[number % 3] for number in range(count)]
    assert len(asked) == (count if count <= 25 else 1)


async def test_customers_without_orders_are_read(shop, world):
    world.add_customer("never-bought@example.com")
    async with shop() as account:
        assert (await _one(account)).email == "never-bought@example.com"


async def test_a_changed_customer_is_a_change(shop, world, clock):
    first, second = world.add_customer("a@example.com", "Old"), world.add_customer("b@example.com")
    clock.pass_by(days=1)
    since = clock.pass_by(days=1)
    world.change_customer(first, first_name="New")
    async with shop() as account:
        found = await _one(account, since=since, until=NOW)
    assert (found.id, found.first_name) == (f"c:{first}", "New")
    assert second


async def test_a_changed_consent_is_a_change_of_its_customer(shop, world, clock):
    customer_id = world.add_customer("a@example.com")
    subscriber_id = world.add_subscriber("A@example.com")
    clock.pass_by(days=1)
    since = clock.pass_by(days=1)
    world.change_subscriber(subscriber_id, consents=[])
    async with shop() as account:
        found = await _one(account, since=since, until=NOW)
    assert found.id == f"c:{customer_id}"
    assert found.consent.state is ConsentState.NO
    assert found.consent.changed_at == since


async def test_customer_and_consent_that_both_changed_come_once(shop, world, clock):
    customer_id = world.add_customer("a@example.com")
    subscriber_id = world.add_subscriber("a@example.com", consents=[])
    since = clock.pass_by(days=1)
    world.change_customer(customer_id, first_name="New")
    world.change_subscriber(subscriber_id, consents=["marketing_newsletter"])
    async with shop() as account:
        found = await _one(account, since=since, until=NOW)
    assert found.consent.state is ConsentState.YES


async def test_a_new_address_starts_without_the_consent_of_the_old_one(shop, world):
    customer_id = world.add_customer("old@example.com")
    world.add_subscriber("old@example.com")
    world.change_customer(customer_id, email="new@example.com")
    async with shop() as account:
        assert (await _one(account)).consent.state is ConsentState.ABSENT


async def test_subscribers_without_account_come_only_when_asked_for(shop, world):
    customer_id = world.add_customer("with@example.com")
    world.add_subscriber("With@example.com")
    alone = world.add_subscriber("alone@example.com", "Solo", consents=[])
    async with shop() as account:
        assert [each.id for each in await read_all(account.source(), Kind.CONTACTS)] == [f"c:{customer_id}"]
        source = account.source(include_subscribers_without_account=True)
        found = await read_all(source, Kind.CONTACTS)
        listed = [each async for ids in source.all_ids(Kind.CONTACTS) for each in ids]
    assert [each.id for each in found] == [f"c:{customer_id}", f"s:{alone}"]
    assert found[1].consent.state is ConsentState.NO
    assert not found[1].is_guest
    assert set(listed) >= {each.id for each in found}


@pytest.mark.proves("bigcommerce", "deletions")
async def test_a_deleted_customer_is_told_when_fetched_and_missing_from_the_sweep(shop, world):
    kept, gone = world.add_customer("a@example.com"), world.add_customer("b@example.com")
    world.delete_customer(gone)
    async with shop() as account:
        source = account.source()
        found = await fetched(source, Kind.CONTACTS, [f"c:{kept}", f"c:{gone}", "nonsense"])
        listed = [each async for ids in source.all_ids(Kind.CONTACTS) for each in ids]
    assert [each.id for each in found if not isinstance(each, Deletion)] == [f"c:{kept}"]
    assert {each.id for each in found if isinstance(each, Deletion)} == {f"c:{gone}", "nonsense"}
    assert listed == [f"c:{kept}"]


async def test_one_broken_customer_does_not_stop_the_others(shop, world):
    broken = world.add_customer("a@example.com")
    world.customers[broken]["date_created"] = "2026-99-99T00:00:00Z"
    async with shop() as account:
        world.add_customer("b@example.com")
        first, second = await read_all(account.source(), Kind.CONTACTS, since=START, until=NOW)
    assert (first.reason, first.id) == ("unreadable", f"c:{broken}")
    assert "a@example.com" not in f"{first.message}{first.where}"
    assert second.email == "b@example.com"
