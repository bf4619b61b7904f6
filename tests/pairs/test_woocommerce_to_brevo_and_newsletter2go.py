"""WooCommerce into Brevo and Newsletter2Go, and back.

Who leaves the newsletter is noted in the shop, or stands on a list to work off where the shop has no field for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.connectors.brevo.world import NEWSLETTER
from app.connectors.brevo.world import World as Brevo
from app.connectors.newsletter2go.world import World as Letters
from app.connectors.woocommerce.world import CONSENT_KEY
from app.connectors.woocommerce.world import World as Shop
from app.connectors.woocommerce.world_rows import Item
from app.core.records import Kind
from tests.pairs.conftest import Pair, Program, written

INTO_BREVO = {"subscribe_to_list": str(NEWSLETTER), "guest_orders": "send"}
INTO_LETTERS = {"new_people": "add", "guest_orders": "send"}
BOTH = pytest.mark.parametrize(("system", "options"), [("brevo", INTO_BREVO), ("newsletter2go", INTO_LETTERS)])


async def connected(program: Program, system: str, options: Mapping[str, object]) -> Pair:
    pair = await program.connect("woocommerce", system, options)
    shop_of(pair).clock = lambda: datetime.now(UTC) - timedelta(seconds=1)
    if isinstance(pair.target.world, Brevo):
        pair.target.world.per_hour = 10**6
    return pair


def shop_of(pair: Pair) -> Shop:
    assert isinstance(pair.source.world, Shop)
    return pair.source.world


def newsletter_of(pair: Pair) -> Brevo | Letters:
    world = pair.target.world
    assert isinstance(world, Brevo | Letters)
    return world


def gets_newsletters(world: Brevo | Letters, email: str) -> bool:
    row = world.by_email(email)
    if row is None:
        return False
    if isinstance(world, Brevo):
        return NEWSLETTER in row["listIds"] and not row["emailBlacklisted"]
    return not any(row[mark] for mark in ("is_unsubscribed", "is_bounced", "is_blacklisted"))


def consents(shop: Shop, email: str) -> list[Any]:
    rows = [row for row in shop.customers.values() if row["email"] == email]
    return [each["value"] for row in rows for each in row["meta_data"] if each["key"] == CONSENT_KEY]


def agreed(shop: Shop) -> Sequence[str]:
    """Customers who said yes."""
    return [
        row["email"]
        for row in shop.customers.values()
        if row["role"] == "customer" and consents(shop, row["email"]) == ["yes"]
    ]


def somebody(pair: Pair) -> str:
    return next(email for email in agreed(shop_of(pair)) if gets_newsletters(newsletter_of(pair), email))


def kept_of(order: dict[str, Any]) -> Decimal:
    """What the shop kept of an order's money; refunds are negative."""
    return Decimal(order["total"]) + sum((Decimal(each["total"]) for each in order["refunds"]), Decimal(0))


def never_brought_back(world: Brevo | Letters) -> bool:
    return not world.noted("resubscribed") and not world.noted("brought_back") and not world.noted("asked")


def customer(shop: Shop, email: str) -> dict[str, Any]:
    (found,) = [row for row in shop.customers.values() if row["email"] == email]
    return found


@BOTH
async def test_a_history_brings_those_who_agreed_and_a_second_run_writes_nothing(
    program: Program, system: str, options: Mapping[str, object]
) -> None:
    pair = await connected(program, system, options)
    shop, world = shop_of(pair), newsletter_of(pair)
    before = {each for each in emails(world) if gets_newsletters(world, each)}
    await pair.import_history()

    assert await pair.held() == {}
    new = {each for each in emails(world) if gets_newsletters(world, each)} - before
    assert set(agreed(shop)) <= new
    for email in new:
        said = consents(shop, email) or [
            each["value"]
            for row in shop.orders.values()
            if row["billing"]["email"] == email
            for each in row["meta_data"]
            if each["key"] == CONSENT_KEY
        ]
        assert "yes" in said, email
    assert never_brought_back(world)
    assert not world.noted("automations")
    assert pair.source.writes == []
    await pair.sync_quietly()
    await pair.sync_quietly()


def emails(world: Brevo | Letters) -> set[str]:
    rows = world.contacts.values() if isinstance(world, Brevo) else world.recipients["om355owj"].values()
    return {row["email"] for row in rows}


async def test_the_orders_of_the_shop_stand_in_brevo_to_the_cent(program: Program) -> None:
    pair = await connected(program, "brevo", INTO_BREVO)
    shop, brevo = shop_of(pair), newsletter_of(pair)
    assert isinstance(brevo, Brevo)
    first = await pair.import_history()
    brevo.work_off()

    assert len(brevo.orders) == written(first, Kind.ORDERS)[0] > 10
    told = {str(row["id"]): Decimal(str(row["amount"])) for row in brevo.orders.values()}
    totals = {str(number): kept_of(row) for number, row in shop.orders.items()}
    matched = {number: next(each for each in totals if number.endswith(each)) for number in told}
    assert len(set(matched.values())) == len(told)
    assert {number: totals[matched[number]] for number in told} == told
    assert not brevo.noted("created_by_order")


@BOTH
async def test_what_happens_in_the_shop_arrives_once(
    program: Program, system: str, options: Mapping[str, object]
) -> None:
    pair = await connected(program, system, options)
    shop, world = shop_of(pair), newsletter_of(pair)
    await pair.import_history()
    email = somebody(pair)
    row = customer(shop, email)
    shop.change(row, first_name="Jürgen-Anton", billing={**row["billing"], "first_name": "Jürgen-Anton"})
    product, tea = next((number, each) for number, each in shop.products.items() if each["sku"] == "BG-0001")
    item = Item(net=Decimal("7.01"), name=tea["name"], product_id=product, sku="BG-0001", tax_class="reduced-rate")
    order = shop.add_order([item], customer_id=row["id"], status="completed")
    refunded = next(
        number
        for number, each in shop.orders.items()
        if each["status"] == "completed" and not each["refunds"] and number != order
    )
    shop.refund(refunded, shop.orders[refunded]["total"])

    await pair.sync()

    found = world.by_email(email)
    assert found is not None
    name = found["attributes"]["FIRSTNAME"] if isinstance(world, Brevo) else found["first_name"]
    assert name == "Jürgen-Anton"
    if isinstance(world, Brevo):
        world.work_off()
        new = next(each for number, each in world.orders.items() if number.endswith(str(order)))
        assert Decimal(str(new["amount"])) == Decimal(shop.orders[order]["total"])
        back = next(each for number, each in world.orders.items() if number.endswith(str(refunded)))
        assert "refund" in back["status"]
    await pair.sync_quietly()


@BOTH
async def test_a_withdrawal_in_the_shop_ends_the_subscription(
    program: Program, system: str, options: Mapping[str, object]
) -> None:
    pair = await connected(program, system, options)
    shop, world = shop_of(pair), newsletter_of(pair)
    await pair.import_history()
    email = somebody(pair)
    shop.write_meta(customer(shop, email), [{"key": CONSENT_KEY, "value": "unsubscribed"}])
    shop.touch(customer(shop, email))
    await pair.sync()
    assert not gets_newsletters(world, email)
    await pair.sync_quietly()
    assert never_brought_back(world)


@BOTH
async def test_who_leaves_or_bounces_there_is_noted_in_the_shop_and_stays_away(
    program: Program, system: str, options: Mapping[str, object]
) -> None:
    pair = await connected(program, system, options)
    shop, world = shop_of(pair), newsletter_of(pair)
    await pair.import_history()
    left, dead = [email for email in agreed(shop) if gets_newsletters(world, email)][:2]
    moment = datetime.now(UTC) - timedelta(seconds=1)
    world.unsubscribe(left, moment)
    world.bounce(dead, moment)

    await pair.sync()

    assert consents(shop, left) == ["no"]
    assert any(each["key"] == "email_bounced" for each in customer(shop, dead)["meta_data"])
    assert await pair.services.worklist.count(pair.key) == 0
    await pair.sync_quietly()
    shop.write_meta(customer(shop, left), [{"key": CONSENT_KEY, "value": "yes"}])
    shop.touch(customer(shop, left))
    await pair.sync()
    assert not gets_newsletters(world, left)
    assert never_brought_back(world)


@BOTH
async def test_without_a_field_an_opt_out_stands_on_the_list_until_it_is_ticked_off(
    program: Program, system: str, options: Mapping[str, object], tmp_path: Path
) -> None:
    pair = await connected(program, system, options)
    pair.source.settings = {**pair.source.settings, "consent_preset": "none", "consent_key": "", "bounce_key": ""}
    shop, world = shop_of(pair), newsletter_of(pair)
    await pair.import_history()
    email = next(iter(emails(world) & {row["email"] for row in shop.customers.values()}), "")
    if not email:  # nobody counts as having agreed, so that nobody of the shop was added
        email = agreed(shop)[0]
    waiting = await pair.services.worklist.count(pair.key)
    before = len(pair.source.writes)
    world.unsubscribe(email, datetime.now(UTC) - timedelta(seconds=1))

    await pair.sync()

    listed = await pair.services.worklist.list(pair.key)
    assert len(listed) == waiting + 1
    (todo,) = [each for each in listed if each.email == email]
    assert await pair.services.worklist.export(pair.key, tmp_path / "list.csv") == len(listed)
    await pair.sync()
    assert await pair.services.worklist.count(pair.key) == waiting + 1
    assert await pair.services.worklist.done(pair.key, {todo.kind: [todo.key]}) == 1
    assert email not in {each.email for each in await pair.services.worklist.list(pair.key)}
    await pair.sync_quietly()
    assert email not in {each.email for each in await pair.services.worklist.list(pair.key)}
    assert len(pair.source.writes) == before


@BOTH
async def test_a_person_deleted_in_the_shop_is_deleted_there_and_one_deleted_there_stays_so(
    program: Program, system: str, options: Mapping[str, object]
) -> None:
    pair = await connected(program, system, options)
    shop, world = shop_of(pair), newsletter_of(pair)
    await pair.import_history()
    gone, other = [email for email in agreed(shop) if gets_newsletters(world, email)][:2]
    for number in [number for number, row in shop.orders.items() if row["billing"]["email"] == gone]:
        shop.delete_order(number)
    shop.delete_customer(customer(shop, gone)["id"])
    world.delete_by_hand(other)
    shop.change(customer(shop, other), last_name="Weiß-Blau")

    await pair.sync()

    assert world.by_email(other) is None
    assert world.by_email(gone) is None
    assert never_brought_back(world)
    await pair.sync_quietly()
