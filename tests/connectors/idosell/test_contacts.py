"""Clients, their consent, and people on the newsletter list alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.connectors.idosell.world import OTHER_SHOP, SHOP
from app.connectors.idosell.world_rows import shop as shop_row
from app.core.consent import ConsentState
from app.core.records import Deletion, Kind, Unreadable
from tests.connectors.idosell.conftest import START
from tests.connectors.standard import fetched, ids_in, pages_of, read_all, request

_DAY = timedelta(days=1)


async def _contacts(account, **wanted):
    found = await read_all(account.source(), Kind.CONTACTS, **wanted)
    return {each.email: each for each in found}


async def _consent(shop, email="a@example.com"):
    async with shop() as account:
        return (await _contacts(account))[email].consent


# Clients --------------------------------------------------------------------------------------------------------------


async def test_a_client_is_read_with_everything_that_is_known(shop, world):
    number = world.add_client(
        "Zofia@Example.com", clientFirm="Żółć sp. z o.o.", birthday="1984-03-09", at=START, approves=True
    )
    world.clients[number]["clientPreferences"]["clientGroupDiscountName"] = "Stali klienci"
    world.clients[number]["clientCodeExternal"] = "ERP-7"
    async with shop() as account:
        contact = (await _contacts(account))["zofia@example.com"]
    assert (contact.id, contact.first_name, contact.last_name) == (f"c:{number}", "Zofia", "Łoś")
    assert (contact.company, contact.phone, contact.group) == ("Żółć sp. z o.o.", "+48 600 100 200", "Stali klienci")
    assert contact.birthday == date(1984, 3, 9)
    assert contact.language == "pl"
    assert contact.address.street == "ul. Lipowa 7/2"
    assert (contact.address.postcode, contact.address.city, contact.address.country) == ("30-702", "Kraków", "PL")
    assert contact.created_at == START
    assert contact.custom == {"external_code": "ERP-7", "client_type": "firm", "shops": "1"}
    assert not contact.is_guest
    assert not contact.is_subscriber_only


async def test_who_bought_without_an_account_is_a_guest(shop, world):
    world.add_client("gosc@example.com", is_guest=True)
    async with shop() as account:
        contact = (await _contacts(account))["gosc@example.com"]
    assert contact.is_guest
    assert contact.birthday is None


async def test_clients_are_read_a_hundred_at_a_time_with_only_the_fields_in_use(shop, world):
    for number in range(250):
        world.add_client(f"k{number}@example.com")
    async with shop() as account:
        assert len(await _contacts(account)) == 250
        asked = [each for each in account.simulator.journal if each.path.endswith("clients/clients")]
    assert len(asked) == 3
    assert all("returnElements=clientId%2C" in each.query and "resultsLimit=100" in each.query for each in asked)
    assert world.calls < 12, "calls cost money"


async def test_somebody_who_is_deleted_while_pages_are_read_pushes_nobody_out_of_sight(shop, world):
    numbers = [world.add_client(f"k{number}@example.com") for number in range(12)]
    async with shop() as account:
        met = set()
        async for page in account.source().read(request(Kind.CONTACTS, limit=5)):
            met |= {each.email for each in page.records}
            world.clients.pop(numbers[0], None)
    assert met == {f"k{number}@example.com" for number in range(12)}


async def test_only_clients_who_changed_are_asked_for(shop, world, clock):
    world.add_client("old@example.com")
    since = clock.pass_by(days=3)
    clock.pass_by(minutes=1)
    world.add_client("new@example.com")
    async with shop() as account:
        assert set(await _contacts(account, since=since)) == {"new@example.com"}


async def test_times_are_asked_for_as_the_clock_of_the_shop_shows_them(shop, world):
    async with shop() as account:
        await _contacts(account, since=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
        (asked,) = [each for each in account.simulator.journal if "LastModification" in each.query]
    assert "%5BclientsLastModificationDateBegin%5D=2026-07-02+00%3A30%3A00" in asked.query


# Consent --------------------------------------------------------------------------------------------------------------


async def test_an_approval_for_the_chosen_shop_is_a_yes_with_its_date(shop, world):
    world.add_client("a@example.com", at=START, approves=True, said_at=START + _DAY)
    consent = await _consent(shop)
    assert (consent.state, consent.changed_at) == (ConsentState.YES, START + _DAY)


async def test_an_approval_for_another_shop_is_none(shop, world):
    world.shops.append(shop_row(OTHER_SHOP, "inny.example"))
    number = world.add_client("a@example.com", shops=(SHOP, OTHER_SHOP))
    world.say(number, approves=True, shop=OTHER_SHOP)
    async with shop(settings={"shop_id": "1"}) as account:
        assert (await _contacts(account))["a@example.com"].consent.state is ConsentState.NO
    async with shop(settings={"shop_id": "2"}) as account:
        assert (await _contacts(account))["a@example.com"].consent.state is ConsentState.YES


async def test_a_withdrawal_is_told_with_its_date(shop, world):
    number = world.add_client("a@example.com", at=START, approves=True)
    world.say(number, approves=False, at=START + 5 * _DAY)
    consent = await _consent(shop)
    assert (consent.state, consent.changed_at) == (ConsentState.WITHDRAWN, START + 5 * _DAY)


async def test_a_box_left_empty_at_the_registration_is_no_withdrawal(shop, world):
    world.add_client("a@example.com", at=START, approves=False, said_at=START + timedelta(seconds=20))
    assert (await _consent(shop)).state is ConsentState.NO


async def test_who_was_never_asked_said_nothing(shop, world):
    world.add_client("a@example.com", shops=())
    assert (await _consent(shop)).state is ConsentState.ABSENT


@pytest.mark.parametrize(
    ("account_says", "form_says", "expected"),
    [
        (None, True, ConsentState.YES),
        (None, False, ConsentState.WITHDRAWN),
        (True, False, ConsentState.WITHDRAWN),
        (False, True, ConsentState.YES),
    ],
)
async def test_the_latest_word_under_an_address_counts(shop, world, account_says, form_says, expected):
    world.add_client("a@example.com", at=START, approves=account_says, said_at=START + _DAY)
    world.sign_up("A@example.com", approves=form_says, at=START + 3 * _DAY)
    assert (await _consent(shop)).state is expected


async def test_an_older_word_by_the_form_does_not_overrule_the_account(shop, world):
    number = world.add_client("a@example.com", at=START, approves=True)
    world.say(number, approves=False, at=START + 9 * _DAY)
    world.sign_up("a@example.com", approves=True, at=START + 3 * _DAY)
    assert (await _consent(shop)).state is ConsentState.WITHDRAWN


async def test_a_withdrawal_by_the_form_before_the_registration_still_counts(shop, world):
    world.sign_up("a@example.com", approves=False, at=START - 30 * _DAY)
    world.add_client("a@example.com", at=START)
    assert (await _consent(shop)).state is ConsentState.WITHDRAWN


async def test_an_approval_by_the_form_without_a_date_is_an_approval(shop, world):
    world.sign_up("a@example.com")
    world.subscribers["a@example.com"]["_words"]["1"][1] = "0000-00-00 00:00:00"
    consent = await _consent(shop)
    assert (consent.state, consent.changed_at) == (ConsentState.YES, None)


async def test_a_date_that_makes_no_sense_breaks_nobody_elses_reading(shop, world):
    first = world.add_client("a@example.com", at=START, approves=True)
    world.clients[first]["_words"]["1"][1] = "yesterday"
    world.sign_up("b@example.com")
    world.subscribers["b@example.com"]["_words"]["1"][1] = "2026-99-99 00:00:00"
    world.add_client("c@example.com", at=START)
    world.clients[first]["clientRegistrationDate"] = "long ago"
    async with shop() as account:
        found = {each.id[0] + each.id[2:][:4]: each for each in await read_all(account.source(), Kind.CONTACTS)}
    assert isinstance(found["c2001"], Unreadable)
    assert found["c2002"].email == "c@example.com"
    assert [each.consent.state for key, each in found.items() if key[0] == "s"] == [ConsentState.YES]


async def test_of_two_words_at_the_same_moment_the_refusal_counts(shop, world):
    world.add_client("a@example.com", at=START, approves=True, said_at=START + _DAY)
    world.sign_up("a@example.com", approves=False, at=START + _DAY)
    assert (await _consent(shop)).state is ConsentState.WITHDRAWN


async def test_a_changed_mind_is_found_although_the_client_did_not_change(shop, world, clock):
    number = world.add_client("a@example.com", approves=True)
    world.add_client("b@example.com", approves=True)
    since = clock.pass_by(days=3)
    world.say(number, approves=False, at=clock.pass_by(minutes=2))
    async with shop() as account:
        found = await _contacts(account, since=since)
    assert {email: each.consent.state for email, each in found.items()} == {"a@example.com": ConsentState.WITHDRAWN}


async def test_a_sync_in_which_nothing_changed_takes_few_calls(shop, world, clock):
    for number in range(300):
        world.sign_up(f"n{number}@example.org", at=START)
        world.add_client(f"k{number}@example.com", at=START, approves=True)
    async with shop() as account:
        found = await _contacts(account, since=clock.pass_by(days=3))
    assert found == {}
    assert world.calls <= 4


async def test_a_word_by_the_form_alone_brings_the_client_with_this_address(shop, world, clock):
    world.add_client("a@example.com", at=START, approves=True)
    since = clock.pass_by(days=3)
    world.sign_up("a@example.com", approves=False, at=clock.pass_by(minutes=2))
    async with shop() as account:
        found = await read_all(account.source(), Kind.CONTACTS, since=since)
    assert [(each.id[:2], each.consent.state) for each in found] == [("c:", ConsentState.WITHDRAWN)]


async def test_reading_changes_goes_on_after_any_page(shop, world, clock):
    numbers = [world.add_client(f"k{number}@example.com", at=START) for number in range(12)]
    since = clock.pass_by(days=3)
    for number in numbers[4:]:
        world.say(number, approves=True, at=clock.pass_by(minutes=1))
    for number in numbers[:4]:
        world.change_client(number, clientCity="Łódź")
    for number in range(7):
        world.sign_up(f"n{number}@example.org")
    async with shop() as account:
        whole = await pages_of(account.source(), request(Kind.CONTACTS, since=since, limit=2))
        for number, page in enumerate(whole):
            rest = await pages_of(account.source(), request(Kind.CONTACTS, since=since, cursor=page.cursor))
            before, after = ids_in(whole[: number + 1]), ids_in(rest)
            assert set(before).isdisjoint(after)
            assert len(before) + len(after) == 19


async def test_many_words_by_the_form_are_matched_with_one_list_of_addresses(shop, world, clock):
    for number in range(40):
        world.add_client(f"k{number}@example.com", at=START)
    since = clock.pass_by(days=3)
    for number in range(50):
        world.sign_up(f"k{number}@example.com", at=clock.pass_by(minutes=1))
    async with shop() as account:
        found = await read_all(account.source(), Kind.CONTACTS, since=since)
    assert sum(each.is_subscriber_only for each in found) == 10
    assert sum(not each.is_subscriber_only for each in found) == 40
    assert world.calls < 20


# Without an account ---------------------------------------------------------------------------------------------------


async def test_subscribers_without_an_account_are_read_too_and_marked(shop, world):
    world.sign_up("Czytelnik@Example.org", language="eng", at=START)
    world.sign_up("gone@example.org", at=START)
    world.sign_up("gone@example.org", approves=False, at=START + _DAY)
    async with shop() as account:
        found = await _contacts(account)
    reader, gone = found["czytelnik@example.org"], found["gone@example.org"]
    assert reader.is_subscriber_only
    assert (reader.consent.state, reader.consent.changed_at) == (ConsentState.YES, START)
    assert reader.language == "en"
    assert "@" not in reader.id
    assert gone.consent.state is ConsentState.WITHDRAWN


async def test_they_are_left_out_where_they_are_not_wanted(shop, world):
    world.sign_up("czytelnik@example.org")
    async with shop() as account:
        source = account.source(include_subscribers_without_account=False)
        assert await read_all(source, Kind.CONTACTS) == []


async def test_an_address_with_an_account_comes_once(shop, world):
    world.add_client("a@example.com")
    world.sign_up("A@Example.com")
    async with shop() as account:
        found = await read_all(account.source(), Kind.CONTACTS)
    assert [each.id[:2] for each in found] == ["c:"]


async def test_a_client_who_is_gone_is_told(shop, world):
    number = world.add_client("a@example.com")
    del world.clients[number]
    async with shop() as account:
        assert await fetched(account.source(), Kind.CONTACTS, [f"c:{number}"]) == [
            Deletion(id=f"c:{number}", kind=Kind.CONTACTS)
        ]


# Marketplaces and other shops -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "email",
    ["8awgqyk6a5+cub31c122@allegromail.pl", "x1y2@marketplace.amazon.de", "abc_1@members.ebay.com"],
)
async def test_nobody_behind_the_address_of_a_marketplace_is_ever_subscribed(shop, world, email):
    world.add_client(email, approves=True)
    async with shop() as account:
        source = account.source(marketplace_orders="send")
        (contact,) = await read_all(source, Kind.CONTACTS)
        assert contact.consent.state is ConsentState.ABSENT
        assert source.screen(contact) is None
        assert account.source().screen(contact).reason == "masked_address"


async def test_a_client_of_another_shop_stays_out_with_a_reason(shop, world):
    world.shops.append(shop_row(OTHER_SHOP, "inny.example"))
    world.add_client("a@example.com", shops=(OTHER_SHOP,))
    world.add_client("b@example.com", shops=(SHOP, OTHER_SHOP))
    async with shop(settings={"shop_id": "1"}) as account:
        source = account.source()
        found = {each.email: source.screen(each) for each in await read_all(source, Kind.CONTACTS)}
    assert found["a@example.com"].reason == "other_shop"
    assert found["b@example.com"] is None
