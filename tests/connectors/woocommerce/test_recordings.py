"""A real shop's own listings, read whole, and its own answers, understood. Needs the recordings beside the checkout."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.practice import practice_world
from app.connectors.woocommerce.refusals import NoKeyArrivedError, ServerFaultError, refusal
from app.connectors.woocommerce.simulator import simulator
from app.connectors.woocommerce.world import World
from app.core.errors import AddressError, AppError, ConfigError, PermissionMissingError, SignInError, UnreachableError
from app.core.records import Kind, OrderStatus, Unreadable
from app.core.rules import GuestOrders, Rules, refusal_of
from app.sdk.answers import Answer, RejectedError
from app.sdk.source import Screens
from tests.connectors.standard import opened, read_all
from tests.connectors.woocommerce.conftest import mug

pytestmark = pytest.mark.shared


@pytest.fixture
def recordings(shared: Path) -> Path:
    return shared / "recordings" / "woocommerce"


@pytest.fixture
def recorded(recordings: Path) -> World:
    """The shop as it was, with nothing made up."""
    world = World()
    for name in ("customers", "orders", "products", "categories"):
        with gzip.open(recordings / f"dump-{name}.json.gz") as stream:
            setattr(world, name, {row["id"]: row for row in json.load(stream)})
    for product in world.products.values():
        world.variations |= {row["id"]: row for row in product.pop("_variations", [])}
    for number, order in enumerate(world.orders.values()):
        for refund in order["refunds"]:
            moment = {name: order[name] for name in ("date_created", "date_created_gmt")}
            amount = refund["total"].removeprefix("-")
            world.refunds[refund["id"]] = {**refund, **moment, "parent_id": order["id"], "amount": amount, "n": number}
    return world


async def _read(world: World, kind: Kind, **options: object) -> tuple[Any, list[Any]]:
    async with opened(MANIFEST, simulator=simulator(0, world)) as account:
        source = account.source(**options)
        return source, await read_all(source, kind)


async def test_all_recorded_orders_are_read_and_each_meets_its_total(recorded):
    source, orders = await _read(recorded, Kind.ORDERS)
    assert [each for each in orders if isinstance(each, Unreadable)] == []
    assert len(orders) == len(recorded.orders) == 333
    sent = Rules(guest_orders=GuestOrders.SEND)
    refused = Counter(each.reason for order in orders if (each := refusal_of(order, sent)))
    assert refused["money_mismatch"] == 0
    assert isinstance(source, Screens)
    left_out = [order.source_status for order in orders if source.screen(order)]
    assert left_out == ["checkout-draft", "checkout-draft"]


async def test_recorded_amounts_are_kept_to_the_cent(recorded):
    _, orders = await _read(recorded, Kind.ORDERS)
    for order in orders:
        row = recorded.orders[int(order.id)]
        assert order.total.amount == Decimal(row["total"])
        assert order.parts_total.rounded() == order.total
        assert order.shipping.amount == Decimal(row["shipping_total"]) + Decimal(row["shipping_tax"])
        refunded = -sum(Decimal(each["total"]) for each in row["refunds"])
        assert (order.refunded.amount if order.refunded else 0) == refunded
        assert sum(each.amount.amount for each in order.reversals) == refunded
    assert {line.tax_percent for order in orders for line in order.lines} <= {Decimal(0), Decimal(7), Decimal(19)}
    assert Counter(order.total.currency for order in orders) == {"EUR": 332, "PLN": 1}
    assert sum(1 for order in orders if order.status is OrderStatus.REFUNDED) == 46


async def test_recorded_moments_are_those_of_the_shop(recorded):
    _, orders = await _read(recorded, Kind.ORDERS)
    for order in orders:
        row = recorded.orders[int(order.id)]
        assert order.created_at.strftime("%Y-%m-%dT%H:%M:%S") == row["date_created"]
        assert order.created_at.utcoffset().total_seconds() == 3600


async def test_all_recorded_customers_are_read_and_the_people_behind_guest_orders_too(recorded):
    source, contacts = await _read(recorded, Kind.CONTACTS)
    assert [each for each in contacts if isinstance(each, Unreadable)] == []
    accounts = [each for each in contacts if not each.is_guest]
    assert len(accounts) == len(recorded.customers) == 122
    assert [each.group for each in accounts if source.screen(each)] == ["administrator"]
    guests = [each for each in contacts if each.is_guest]
    assert len({each.email for each in guests}) == len(guests) > 0
    assert {each.email for each in guests}.isdisjoint(each.email for each in accounts)
    assert Counter(each.consent.state.value for each in accounts) == {"absent": 121, "no": 1}


async def test_all_recorded_products_are_read_with_their_variations(recorded):
    _, products = await _read(recorded, Kind.PRODUCTS)
    assert [each for each in products if isinstance(each, Unreadable)] == []
    assert len(products) == len(recorded.products) == 68
    assert sum(len(each.variants) for each in products) == len(recorded.variations) == 5
    assert {variant.quantity for each in products for variant in each.variants} == {None, Decimal(7), Decimal(20)}
    priced = [each for each in products if each.price]
    assert priced
    assert all(each.net_price.amount < each.price.amount for each in priced)


async def test_all_recorded_categories_have_their_names_in_plain_letters(recorded):
    _, categories = await _read(recorded, Kind.CATEGORIES)
    assert len(categories) == 8
    assert "Größe & Maß" in {each.name for each in categories}


async def test_recorded_stock_is_that_of_products_and_variations(recorded):
    _, levels = await _read(recorded, Kind.STOCK)
    rows = [*recorded.products.values(), *recorded.variations.values()]
    managed = [row for row in rows if row["manage_stock"] in {True, "parent"}]
    assert len(levels) == len(managed)
    assert min(each.quantity for each in levels) < 0


# Answers -------------------------------------------------------------------------------------------------------------


def _answer(recordings: Path, number: str) -> tuple[Answer, Mapping[str, Any]]:
    (path,) = recordings.glob(f"{number}-*.json")
    whole = json.loads(path.read_text())
    request, response = whole["request"], whole["response"]
    body = response["body"]
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return Answer(response["status"], headers, content, f"{request['url_base']}{request['path'].split('?')[0]}"), whole


_READINGS: Mapping[str, tuple[type[AppError], str | None]] = {
    "009": (ConfigError, "shop_address"),
    "011": (AddressError, "shop_address"),
    "015": (NoKeyArrivedError, "consumer_key"),
    "105": (NoKeyArrivedError, "consumer_key"),
    "106": (SignInError, "consumer_secret"),
    "108": (NoKeyArrivedError, "consumer_key"),
    "113": (SignInError, "consumer_secret"),
    "118": (PermissionMissingError, "consumer_key"),
    "119": (PermissionMissingError, "consumer_key"),
    "120": (PermissionMissingError, "consumer_key"),
    "123": (PermissionMissingError, "consumer_key"),
    "126": (PermissionMissingError, "consumer_key"),
    "132": (RejectedError, None),
    "528": (RejectedError, None),
    "133": (NoKeyArrivedError, "consumer_key"),
    "136": (PermissionMissingError, None),
    "210": (RejectedError, None),
    "222": (RejectedError, None),
    "256": (RejectedError, None),
    "257": (RejectedError, None),
    "265": (RejectedError, None),
    "427": (ServerFaultError, None),
    "446": (RejectedError, None),
    "531": (RejectedError, None),
    "701": (RejectedError, None),
    "704": (ServerFaultError, None),
    "720": (UnreachableError, None),
    "721": (UnreachableError, None),
    "726": (AppError, None),
    "727": (AddressError, "permalinks"),
    "730": (NoKeyArrivedError, "consumer_key"),
    "733": (AddressError, "permalinks"),
}


@pytest.mark.parametrize("number", _READINGS)
def test_a_recorded_refusal_becomes_words_with_a_next_step(recordings, number):
    expected, field = _READINGS[number]
    answer, _ = _answer(recordings, number)
    error = refusal(answer)
    assert isinstance(error, expected)
    assert error.field == field
    assert str(error.message).strip()
    assert str(error.remedy).strip() or isinstance(error, RejectedError)
    assert "/var/www" not in f"{error.detail} {error}"


def test_every_recorded_answer_is_either_accepted_or_told_in_words(recordings):
    for path in sorted(recordings.glob("[0-9]*.json")):
        answer, whole = _answer(recordings, path.name[:3])
        is_page = answer.content.lstrip()[:1] == b"<"
        error = refusal(answer)
        assert (error is None) is (answer.status < 300 and not is_page), whole["note"]


def test_maintenance_says_when_to_come_back(recordings):
    for number in ("720", "721"):
        error = refusal(_answer(recordings, number)[0])
        assert isinstance(error, UnreachableError)
        assert error.retry_after_s == 600


@pytest.mark.parametrize("number", ["210", "211", "213", "215", "218", "221", "222", "511"])
async def test_the_simulator_refuses_parameters_in_the_same_words(recordings, number):
    await _same_as_recorded(recordings, number)


@pytest.mark.parametrize("number", ["009", "010", "256", "257", "258", "260", "261", "265", "266", "267", "531"])
async def test_the_simulator_misses_records_in_the_same_words(recordings, number):
    await _same_as_recorded(recordings, number)


async def _same_as_recorded(recordings: Path, number: str) -> None:
    answer, whole = _answer(recordings, number)
    async with opened(MANIFEST, simulator=simulator(0, World())) as account:
        request, path = whole["request"], whole["request"]["path"]
        with pytest.raises(AppError):
            await account.access.http.request(request["method"], path, body=request["body"], is_repeatable=True)
        ours = account.simulator.journal[-1]
    assert ours.status == answer.status
    theirs, mine = json.loads(answer.content), json.loads(ours.answer)
    assert mine["code"] == theirs["code"]
    assert mine["message"] == theirs["message"]
    assert mine["data"].get("params") == theirs["data"].get("params")


# Shapes --------------------------------------------------------------------------------------------------------------


def _shape(value: Any) -> Any:
    """Names and kinds of values, as deep as they go; empty texts, null and numbers stand for one another."""
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items() if name != "_links"}
    if isinstance(value, list):
        return "list"
    return "value"


def _differences(ours: Any, theirs: Any, place: str = "") -> list[str]:
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        is_same = ours == theirs or "list" not in {ours, theirs}
        return [] if is_same else [f"{place}: {ours} is {theirs}"]
    missing = [f"{place}.{name}" for name in sorted(theirs.keys() ^ ours.keys())]
    return missing + [
        found
        for name in ours.keys() & theirs.keys()
        for found in _differences(ours[name], theirs[name], f"{place}.{name}")
    ]


@pytest.mark.parametrize("table", ["customers", "orders", "products", "variations", "categories", "refunds"])
def test_rows_of_the_practice_shop_have_the_shape_of_recorded_ones(recorded, recordings, table):
    ours, theirs = getattr(practice_world(40), table), getattr(recorded, table)
    if table == "refunds":
        answer, _ = _answer(recordings, "425")
        theirs = {1: {**json.loads(answer.content)[0], "parent_id": 0}}
    pattern = _shape(next(iter(theirs.values())))
    for row in ours.values():
        assert _differences(_shape(row), pattern) == []


@pytest.mark.parametrize("part", ["line_items", "tax_lines", "shipping_lines", "fee_lines", "coupon_lines", "refunds"])
def test_parts_of_orders_have_the_shape_of_recorded_ones(recorded, part):
    (ours, theirs) = (
        [each for row in world.orders.values() for each in row[part]] for world in (practice_world(60), recorded)
    )
    assert ours
    for each in ours:
        assert _differences(_shape(each), _shape(theirs[0])) == []


# Edges of dates ------------------------------------------------------------------------------------------------------

_AT_ORDER_139 = {"3": "2026-11-21T17:22:38", "8": "2026-11-21T17:31:39"}
"""When it was changed last, in UTC: before the recordings of each block."""


@pytest.mark.parametrize("number", [str(each) for each in (*range(304, 316), *range(317, 322), *range(805, 814))])
async def test_filters_by_date_let_through_what_the_real_shop_let_through(recordings, number):
    """Facts 6: bounds that exclude, shop time and UTC, zones, and what is shifted twice; on both kinds of store."""
    answer, whole = _answer(recordings, number)
    world = World()
    world.setup.has_order_tables = number.startswith("8")
    world.add_order([mug()], at=datetime(2026, 11, 21, 16, 12, 9, tzinfo=UTC))
    (order,) = world.orders.values()
    changed_at = datetime.fromisoformat(_AT_ORDER_139[number[0]]).replace(tzinfo=UTC)
    world.orders = {139: {**order, "id": 139}}
    world.touch(world.orders[139], changed_at)
    async with opened(MANIFEST, simulator=simulator(0, world)) as account:
        ours = await account.access.http.get(whole["request"]["path"])
    theirs = json.loads(answer.content)
    assert [row["id"] for row in ours.json()] == [row["id"] for row in theirs if row["id"] == 139]
