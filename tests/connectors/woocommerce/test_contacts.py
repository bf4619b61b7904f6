"""People with an account, people without one, and what they said about the newsletter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.connectors.woocommerce.people import guest_id
from app.connectors.woocommerce.world import CONSENT_KEY
from app.core.consent import ConsentState, Standing, decide
from app.core.records import Deletion, Kind
from tests.connectors.standard import fetched, pages_of, read_all, records_in, request
from tests.connectors.woocommerce.conftest import guest, mug


async def _people(shop, **options):
    async with shop(settings=options.pop("settings", None)) as account:
        return {each.email: each for each in await read_all(account.source(**options), Kind.CONTACTS)}


async def test_a_customer_comes_with_name_address_and_moments(shop, world, clock):
    person = guest("x", company="Öhm GmbH", address_1="Straße 1", postcode="50667", phone="0221 1", state="NW")
    customer_id = world.add_customer("Vera@Example.com", person, role="wholesale")
    world.write_meta(world.customers[customer_id], [{"key": "kundennummer", "value": 17}, {"key": "x", "value": ["a"]}])
    (vera,) = (await _people(shop)).values()
    assert (vera.id, vera.email, vera.group) == (str(customer_id), "vera@example.com", "wholesale")
    assert (vera.first_name, vera.last_name, vera.company, vera.phone) == ("Vera", "Öhm", "Öhm GmbH", "0221 1")
    assert (vera.address.street, vera.address.postcode, vera.address.country) == ("Straße 1", "50667", "DE")
    assert vera.custom == {"kundennummer": "17"}
    assert vera.created_at == clock.now
    assert vera.created_at.utcoffset() == timedelta(hours=2)


async def test_subscribers_and_roles_of_plug_ins_are_read_too(shop, world):
    """The shop's own default lists customers only."""
    for role in ("customer", "subscriber", "wholesale"):
        world.add_customer(f"{role}@example.com", role=role)
    assert len(await _people(shop)) == 3


async def test_people_of_the_shop_are_left_out_unless_wanted(shop, world):
    world.add_customer("chefin@example.com", role="administrator")
    world.add_customer("vera@example.com")
    async with shop() as account:
        chefin, vera = await read_all(account.source(), Kind.CONTACTS)
        refusals = [account.source().screen(each) for each in (chefin, vera)]
        assert account.source(include_staff=True).screen(chefin) is None
    assert [each.reason if each else None for each in refusals] == ["staff_account", None]


async def test_a_customer_who_was_never_changed_has_no_moment_of_change(shop, world):
    customer_id = world.add_customer("vera@example.com")
    world.customers[customer_id] |= {"date_modified": None, "date_modified_gmt": None}
    (vera,) = (await _people(shop)).values()
    assert vera.updated_at is None


# Consent --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("yes", ConsentState.YES),
        ("1", ConsentState.YES),
        ("Subscribed", ConsentState.YES),
        (" ON ", ConsentState.YES),
        ("no", ConsentState.NO),
        ("0", ConsentState.NO),
        ("", ConsentState.NO),
        ("ja", ConsentState.NO),
        ("unsubscribed", ConsentState.WITHDRAWN),
        (["yes"], ConsentState.NO),
        ({"a": "yes"}, ConsentState.NO),
        (None, ConsentState.ABSENT),
    ],
)
async def test_only_a_value_that_means_yes_is_a_yes(shop, world, value, state):
    customer_id = world.add_customer("vera@example.com")
    world.write_meta(world.customers[customer_id], [{"key": CONSENT_KEY, "value": value}])
    (vera,) = (await _people(shop)).values()
    assert vera.consent.state is state


async def test_without_a_field_nobody_ever_counts_as_having_agreed(shop, world):
    world.add_customer("vera@example.com", consent="yes")
    world.add_order([mug()], guest=guest("otto@example.com"), consent="yes")
    people = await _people(shop, settings={"consent_preset": "none"})
    assert {each.consent.state for each in people.values()} == {ConsentState.ABSENT}
    decisions = {
        decide(each.consent, standing, may_subscribe=True).action.value
        for each in people.values()
        for standing in Standing
    }
    assert decisions == {"leave"}


async def test_a_field_that_two_writers_left_twice_counts_by_its_stricter_word(shop, world):
    """Facts 19."""
    for number, values in enumerate((["yes", "no"], ["yes", "yes"], ["yes", "unsubscribed"])):
        customer_id = world.add_customer(f"k{number}@example.com")
        world.add_meta_twice(world.customers[customer_id], CONSENT_KEY, values)
    people = await _people(shop)
    assert [each.consent.state.value for each in people.values()] == ["no", "yes", "withdrawn"]


@pytest.mark.parametrize(
    ("preset", "key", "is_at_orders"),
    [
        ("mailchimp", "mailchimp_woocommerce_is_subscribed", False),
        ("activecampaign", "activecampaign_for_woocommerce_accepts_marketing", False),
        ("brevo", "ws_opt_in", True),
    ],
)
async def test_fields_of_known_plug_ins_need_not_be_named(shop, world, preset, key, is_at_orders):
    customer_id = world.add_customer("vera@example.com")
    order_id = world.add_order([mug()], customer_id=customer_id)
    row = world.orders[order_id] if is_at_orders else world.customers[customer_id]
    world.write_meta(row, [{"key": key, "value": "1"}])
    people = await _people(shop, settings={"consent_preset": preset, "consent_key": "", "opt_out_value": "0"})
    assert people["vera@example.com"].consent.state is ConsentState.YES
    assert people["vera@example.com"].consent.source == key


async def test_keys_seen_at_customers_and_orders_are_suggested_without_their_values(shop, world):
    for number in range(3):
        world.add_customer(f"k{number}@example.com", consent="geheim")
    order_id = world.add_order([mug()], guest=guest("otto@example.com"), consent="geheim")
    world.write_meta(world.orders[order_id], [{"key": "_hidden", "value": "geheim"}])
    async with shop(settings={"consent_key": ""}) as account:
        found = await account.source().suggestions("meta_keys")
        assert await account.source().suggestions("else") == ()
    assert [each.value for each in found] == [CONSENT_KEY, "_hidden"]
    assert found[0].label == "newsletter_optin (customers: 3, orders: 1)"
    assert "geheim" not in str(found)


# Without an account ---------------------------------------------------------------------------------------------------


async def test_people_without_an_account_come_from_their_newest_order_once(shop, world, clock):
    for name in ("Alt", "Neu"):
        clock.pass_by(days=1)
        world.add_order([mug()], guest=guest("Otto@Example.com", last_name=name, company="Otto KG"))
    (otto,) = (await _people(shop)).values()
    assert otto.is_guest
    assert (otto.id, otto.email, otto.last_name) == (guest_id("otto@example.com"), "otto@example.com", "Neu")
    assert "otto" not in otto.id


async def test_what_was_said_last_at_an_order_counts(shop, world):
    for consent in ("yes", "no", None):
        world.add_order([mug()], guest=guest("otto@example.com"), consent=consent)
    (otto,) = (await _people(shop)).values()
    assert otto.consent.state is ConsentState.NO


async def test_who_has_an_account_is_no_guest_although_he_ordered_without_it(shop, world):
    world.add_customer("otto@example.com")
    world.add_order([mug()], guest=guest("OTTO@example.com"), consent="yes")
    (otto,) = (await _people(shop)).values()
    assert not otto.is_guest
    assert otto.consent.state is ConsentState.ABSENT


async def test_unfinished_checkouts_make_nobody_a_contact(shop, world):
    """Facts 8: such orders are in the list that the shop gives by default."""
    world.add_order([mug()], guest=guest("otto@example.com"), status="checkout-draft", consent="yes")
    world.trash(world.orders[world.add_order([mug()], guest=guest("ida@example.com"))])
    assert await _people(shop) == {}


async def test_guests_stay_out_where_they_are_not_wanted(shop, world):
    world.add_customer("vera@example.com")
    world.add_order([mug()], guest=guest("otto@example.com"))
    async with shop() as account:
        source = account.source(contacts_from_orders=False)
        people = await read_all(source, Kind.CONTACTS)
        listed = [each async for ids in source.all_ids(Kind.CONTACTS) for each in ids]
        assert await source.count(request(Kind.CONTACTS)) == 1
        assert not any("/orders" in each.path for each in account.simulator.journal)
    assert [each.email for each in people] == ["vera@example.com"]
    assert len(listed) == 1


async def test_a_sync_reads_all_accounts_and_guests_whose_orders_changed(shop, world, clock):
    """Facts 6: customers ignore the filter by date."""
    world.add_customer("vera@example.com")
    world.add_order([mug()], guest=guest("otto@example.com"), consent="yes")
    late = clock.pass_by(days=9)
    world.add_order([mug()], guest=guest("ida@example.com"), consent="yes")
    world.add_order([mug()], guest=guest("ida@example.com"))
    world.add_order([mug()], guest=guest("vera@example.com"))
    async with shop() as account:
        wanted = request(Kind.CONTACTS, since=late, until=late + timedelta(days=1))
        pages = await pages_of(account.source(), wanted)
        whole = await read_all(account.source(), Kind.CONTACTS)
    found: list[Any] = records_in(pages)
    assert [each.email for each in found] == ["vera@example.com", "ida@example.com"]
    assert found[1] == next(each for each in whole if each.email == "ida@example.com")
    assert found[1].consent.state is ConsentState.YES


async def test_deleted_people_are_not_listed_and_told_as_gone(shop, world):
    """Facts 14: a deleted customer's orders become nobody's, without a date that moves."""
    customer_id = world.add_customer("vera@example.com", guest("vera@example.com"))
    order_id = world.add_order([mug()], customer_id=customer_id)
    before = world.orders[order_id]["date_modified"]
    world.delete_customer(customer_id)
    async with shop() as account:
        listed = [each async for ids in account.source().all_ids(Kind.CONTACTS) for each in ids]
        found = await fetched(account.source(), Kind.CONTACTS, [str(customer_id), *listed])
        (order,) = await read_all(account.source(), Kind.ORDERS)
    assert listed == [guest_id("vera@example.com")]
    assert Deletion(id=str(customer_id), kind=Kind.CONTACTS) in found
    assert (order.is_guest, order.customer_id) == (True, "")
    assert world.orders[order_id]["date_modified"] == before


async def test_a_changed_address_of_an_account_stays_the_same_person(shop, world):
    """Facts 15: user name and billing address keep the old one."""
    customer_id = world.add_customer("alt@example.com", guest("alt@example.com"))
    async with shop() as account:
        path = f"wp-json/wc/v3/customers/{customer_id}"
        await account.access.http.request("PUT", path, body={"email": "neu@example.com"}, is_repeatable=True)
        (vera,) = await read_all(account.source(), Kind.CONTACTS)
    assert (vera.id, vera.email) == (str(customer_id), "neu@example.com")
    assert world.customers[customer_id]["billing"]["email"] == "alt@example.com"


async def test_people_whose_data_was_erased_in_wordpress_are_nobody(shop, world):
    """They all get one and the same address."""
    for _ in range(2):
        world.add_order([mug()], guest=guest("deleted@site.invalid"))
    async with shop() as account:
        assert await read_all(account.source(), Kind.CONTACTS) == []
        orders = await read_all(account.source(), Kind.ORDERS)
    assert {each.email for each in orders} == {""}
