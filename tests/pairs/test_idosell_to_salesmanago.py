"""IdoSell into SALESmanago: a shop in Kraków, its buyers and its purchases; who leaves there leaves the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import httpx
import pytest

from app.connectors.idosell.world import World as Shop
from app.connectors.idosell.world_rows import Item
from app.connectors.salesmanago.callbacks import key_of
from app.connectors.salesmanago.world import PARAMETER
from app.connectors.salesmanago.world import World as Crm
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.services.receiving.settings import ReceiverSettings
from tests.pairs.conftest import Pair, Program, written

SUBSCRIBES = {"subscribe_who_agreed": True, "guest_orders": "send"}


@pytest.fixture
async def pair(program: Program) -> Pair:
    return await program.connect("idosell", "salesmanago", SUBSCRIBES)


def worlds(pair: Pair) -> tuple[Shop, Crm]:
    assert isinstance(pair.source.world, Shop)
    assert isinstance(pair.target.world, Crm)
    return pair.source.world, pair.target.world


def values(crm: Crm, kind: str) -> dict[str, Decimal]:
    found = [each for each in crm.events if each["contactExtEventType"] == kind and each["externalId"].isdecimal()]
    assert len({each["externalId"] for each in found}) == len(found)
    return {each["externalId"]: Decimal(str(each["value"])) for each in found}


def agrees(shop: Shop, email: str) -> bool:
    rows = [row for row in shop.clients.values() if row["clientEmail"].casefold() == email]
    rows += [row for name, row in shop.subscribers.items() if name.casefold() == email]
    return any(row["_words"].get("1", ["n"])[0] == "y" for row in rows)


def somebody(shop: Shop, crm: Crm) -> tuple[str, str]:
    """A client with an account who agreed in the shop and is subscribed there: number and address."""
    return next(
        (number, email)
        for number, row in shop.clients.items()
        if row["isUnregistered"] == "n" and agrees(shop, email := row["clientEmail"].casefold())
        if email in crm.contacts and not crm.contacts[email]["optedOut"]
    )


async def test_a_history_arrives_to_the_grosz_and_a_second_run_writes_nothing(pair: Pair) -> None:
    shop, crm = worlds(pair)
    before = len(crm.contacts)
    first = await pair.import_history()

    assert set(await pair.held()) <= {"other_currency"}  # what was sold in euros
    bought = values(crm, "PURCHASE")
    assert len(bought) == written(first, Kind.ORDERS)[0] > 10
    assert bought == {number: shop.total_of(number) for number in bought}
    new = [email for email, row in crm.contacts.items() if not row["optedOut"]][before:]
    assert all(agrees(shop, email) for email in new)
    assert crm.resubscribed == []
    await pair.sync_quietly()
    await pair.sync_quietly()


async def test_what_happens_in_the_shop_arrives_and_what_stays_is_left_alone(pair: Pair) -> None:
    shop, crm = worlds(pair)
    await pair.import_history()
    number, email = somebody(shop, crm)
    other = next(each for each in values(crm, "PURCHASE") if shop.orders[each]["orderDetails"]["prepaids"])
    tea = next(each for each, row in shop.products.items() if row["productIsDeleted"] == "n")
    order = shop.add_order(number, [Item(tea, 2)], status="finished", shipping="14.90")
    shop.repay(other, "10.00")
    shop.change_client(number, clientCity="Wrocław")

    result = await pair.sync()

    assert values(crm, "PURCHASE")[order] == shop.total_of(order)
    assert values(crm, "RETURN")[other] >= 10
    assert crm.contacts[email]["address"]["city"] == "Wrocław"
    assert result.balance.flows[Kind.ORDERS].count(Outcome.CREATED) == 1
    await pair.sync_quietly()


async def test_a_withdrawal_in_the_shop_ends_the_subscription_and_a_deleted_person_stays_deleted(pair: Pair) -> None:
    shop, crm = worlds(pair)
    await pair.import_history()
    number, email = somebody(shop, crm)
    shop.say(number, approves=False)
    await pair.sync()
    assert crm.contacts[email]["optedOut"]

    gone, address = somebody(shop, crm)
    shop.delete_client(gone)
    crm.contacts[address]["deleted"] = True
    await pair.sync()
    assert crm.contacts[address]["deleted"]
    assert crm.resubscribed == []
    await pair.sync_quietly()


async def test_whoever_leaves_there_leaves_the_shops_list(pair: Pair) -> None:
    shop, crm = worlds(pair)
    await pair.import_history()
    _, email = somebody(shop, crm)
    crm.contacts[email]["optedOut"] = True
    crm.touch(crm.contacts[email])

    result = await pair.sync()

    assert written(result, Kind.OPT_OUTS) == (0, 1)
    assert not agrees(shop, email)
    await pair.sync_quietly()
    assert crm.contacts[email]["optedOut"]
    assert crm.resubscribed == []


async def test_with_the_choices_of_a_new_user_no_consent_in_the_shop_ends(program: Program) -> None:
    """Nobody is subscribed then: whoever was only entered there has not left."""
    pair = await program.connect("idosell", "salesmanago")
    shop, _ = worlds(pair)
    before = {email for email in pair_emails(shop) if agrees(shop, email)}
    await pair.import_history()
    await pair.sync_quietly()
    assert {email for email in pair_emails(shop) if agrees(shop, email)} == before != set()


def pair_emails(shop: Shop) -> set[str]:
    return {row["clientEmail"].casefold() for row in shop.clients.values()} | {
        each.casefold() for each in shop.subscribers
    }


async def test_a_call_back_ends_the_consent_at_once_and_a_forged_one_does_not(pair: Pair, unused_tcp_port: int) -> None:
    shop, crm = worlds(pair)
    await pair.import_history()
    _, email = somebody(shop, crm)
    receiver = pair.services.receiver
    await receiver.book.save(ReceiverSettings(port=unused_tcp_port))
    base = await receiver.start()
    await receiver.book.save(ReceiverSettings(port=unused_tcp_port, public_address=base))
    address = await receiver.book.public_address(pair.target_account.key)
    crm.contacts[email]["optedOut"] = True  # modifiedOn stays: only the call tells it

    async with httpx.AsyncClient() as client:
        fields = {"event": "optout", "email": email}
        forged = await client.get(address, params={**fields, "key": key_of(email, "guessed")})
        assert forged.status_code == 403
        await receiver.following.done()
        assert agrees(shop, email)
        told = await client.get(address, params={**fields, "key": key_of(email, PARAMETER)})
        assert told.status_code == 200
    await receiver.following.done()

    assert not agrees(shop, email)
    await pair.sync()  # the contact, whose consent has changed
    assert crm.contacts[email]["optedOut"]
    assert crm.resubscribed == []
    await pair.sync_quietly()


async def test_the_offer_feed_holds_the_products_of_the_shop(pair: Pair) -> None:
    shop, _ = worlds(pair)
    assert await pair.services.feeds.is_offered(pair.key)
    feed = await pair.services.feeds.make(pair.key)

    sold = [row for row in shop.products.values() if row["productIsDeleted"] == "n"]
    items = ET.fromstring(feed.content).findall(".//item")  # noqa: S314 - made by the program itself
    assert feed.products == len(sold)
    assert len(items) >= len(sold)
    prices = {each.findtext("{http://base.google.com/ns/1.0}price") or "" for each in items}
    assert all(price.endswith(" PLN") for price in prices)
    kept = await pair.services.feeds.kept(pair.key)
    assert kept is not None
    assert kept.content == feed.content
    assert feed.made_at - datetime.now(UTC) < timedelta(minutes=1)
