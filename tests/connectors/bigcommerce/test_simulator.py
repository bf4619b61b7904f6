"""The simulated shop is as strict as the real one: clients that BigCommerce would refuse must not pass here."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.connectors.bigcommerce.manifest import MANIFEST
from app.connectors.bigcommerce.simulator import simulator
from app.connectors.bigcommerce.world import READING, STORE_HASH, TOKEN, Item, World
from app.sdk.simulator import serve

_SIGNED = {"X-Auth-Token": TOKEN, "Accept": "application/json"}
_GUEST = ("A", "B", "a@example.com")


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A naive client, to show what happens to it."""
    async with (
        serve(simulator(0, world)) as address,
        httpx.AsyncClient(base_url=f"{address}/stores/{STORE_HASH}", headers=_SIGNED, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Auth-Token": ""}, 401),
        ({"X-Auth-Token": "wrong"}, 401),
        ({"X-Auth-Token": "", "Authorization": "Basic YTpi"}, 401),
        ({}, 200),
    ],
)
async def test_only_the_token_in_its_header_signs_in(http, headers, status):
    assert (await http.get("/v2/store", headers=headers)).status_code == status


async def test_another_hash_is_refused(http):
    url = str(http.base_url).replace(STORE_HASH, "other1")
    assert (await http.get(f"{url}v2/store")).status_code == 403


async def test_v2_answers_xml_to_who_does_not_ask_for_json(http):
    answer = await http.get("/v2/store", headers={"Accept": "*/*"})
    assert answer.headers["content-type"].startswith("application/xml")


async def test_a_read_only_key_may_not_change_subscribers(http, world):
    world.tokens[TOKEN] = READING
    subscriber_id = world.add_subscriber("a@example.com")
    answer = await http.put(f"/v3/customers/subscribers/{subscriber_id}", json={"consents": []})
    assert answer.status_code == 403
    assert answer.json()["title"] == "You don't have a required scope to access the endpoint"
    assert answer.json()["errors"] == {}


async def test_nothing_to_list_is_204_without_a_body(http, world):
    for path in ("/v2/orders", "/v2/orders/1/products", "/v2/orders/1/coupons"):
        answer = await http.get(path)
        assert (answer.status_code, answer.content) == (204, b"")
    world.add_order(items=[Item(77)], guest=_GUEST)
    assert (await http.get("/v2/orders", params={"page": 2})).status_code == 204


async def test_money_and_dates_of_v2(http, world):
    world.add_order(items=[Item(77)], guest=_GUEST, at=datetime(2025, 6, 25, 5, 22, 10, tzinfo=UTC))
    [order] = (await http.get("/v2/orders")).json()
    assert order["total_inc_tax"] == "11.9000"
    assert order["date_created"] == "Wed, 25 Jun 2025 05:22:10 +0000"
    assert order["refunded_amount"] == "0.0000"
    assert set(order["products"]) == {"url", "resource"}


async def test_more_than_250_are_never_given(http, world):
    for number in range(300):
        world.add_product("P", sku=f"P-{number}", price=Decimal(1))
    answer = (await http.get("/v3/catalog/products", params={"limit": 1000})).json()
    assert len(answer["data"]) == answer["meta"]["pagination"]["per_page"] == 250
    options = (await http.get("/v3/catalog/products", params={"limit": 250, "include": "options"})).json()
    assert len(options["data"]) == 10
    assert options["meta"]["pagination"]["total_pages"] == 31


async def test_a_page_beyond_the_end_is_empty_in_v3(http):
    answer = await http.get("/v3/catalog/products", params={"page": 9})
    assert (answer.status_code, answer.json()["data"]) == (200, [])


async def test_cursors_replace_page_numbers(http, world):
    ids = [world.add_customer(f"a{number}@example.com") for number in range(5)]
    first = (await http.get("/v3/customers", params={"limit": 2})).json()
    cursor = first["meta"]["cursor_pagination"]["end_cursor"]
    second = (await http.get("/v3/customers", params={"limit": 2, "after": cursor, "page": 1})).json()
    assert [row["id"] for row in second["data"]] == ids[2:4]
    assert "next" in second["meta"]["cursor_pagination"]["links"]
    mixed = await http.get("/v3/customers", params={"after": cursor, "before": cursor})
    broken = await http.get("/v3/customers", params={"after": "???"})
    assert (mixed.status_code, broken.status_code) == (422, 422)


@pytest.mark.parametrize("path", ["/v3/customers", "/v3/customers/subscribers", "/v3/catalog/products"])
async def test_unknown_filters_are_refused(http, path):
    assert (await http.get(path, params={"colour": "red"})).status_code == 422


async def test_what_is_not_asked_for_is_not_embedded(http, world):
    customer_id = world.add_customer("a@example.com", form_fields={"Farbe": "Rot"})
    world.customers[customer_id]["addresses"] *= 12
    [plain] = (await http.get("/v3/customers")).json()["data"]
    assert {"addresses", "attributes", "form_fields"}.isdisjoint(plain)
    [full] = (await http.get("/v3/customers", params={"include": "addresses,formfields"})).json()["data"]
    assert len(full["addresses"]) == 10
    assert full["form_fields"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v3/customers/subscribers/{id}", [{"consents": []}], 422),
        ("/v3/customers/subscribers/{id}", {"consents": ["everything"]}, 422),
        ("/v3/customers/subscribers/{id}", {"email": "B@example.com"}, 409),
        ("/v3/customers/subscribers/999", {"consents": []}, 404),
        ("/v3/customers/subscribers/{id}", {"consents": ["abandoned_cart"]}, 200),
        ("/v3/customers", {"id": 1, "notes": "x"}, 422),
        ("/v3/customers", [{"id": 999, "notes": "x"}], 422),
    ],
)
async def test_writes_are_checked(http, world, path, body, status):
    subscriber_id = world.add_subscriber("a@example.com", "Vera")
    world.add_subscriber("b@example.com")
    answer = await http.put(path.format(id=subscriber_id), json=body)
    assert answer.status_code == status
    if status == 200:
        assert world.subscribers[subscriber_id]["consents"] == ["abandoned_cart"]
        assert world.subscribers[subscriber_id]["first_name"] == "Vera"


async def test_an_address_can_subscribe_once(http, world):
    world.add_subscriber("a@example.com")
    answer = await http.post("/v3/customers/subscribers", json={"email": "A@Example.com"})
    assert answer.status_code == 409


@pytest.mark.parametrize(("kind", "body", "status"), [("text/plain", "{}", 415), ("application/json", "{", 400)])
async def test_bodies_must_be_json(http, world, kind, body, status):
    answer = await http.put("/v3/customers", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status


async def test_carts_cannot_be_listed(http):
    assert (await http.get("/v3/carts")).status_code == 405


@pytest.mark.parametrize("has_headers", [True, False])
async def test_the_quota_is_enforced(http, world, has_headers):
    world.quota.requests, world.quota.window_s, world.quota.has_headers = 3, 60.0, has_headers
    answers = [await http.get("/v2/time") for _ in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert ("x-retry-after" in answers[-1].headers) is has_headers
    assert ("x-rate-limit-requests-left" in answers[0].headers) is has_headers


async def test_a_bare_date_for_products_has_the_time_of_day_added(http, world):
    now = datetime.now(UTC)
    world.products[77]["date_modified"] = now.replace(hour=0, minute=0, second=0).isoformat()
    day = now.date().isoformat()
    if now.hour or now.minute:
        bare = (await http.get("/v3/catalog/products", params={"date_modified:min": day})).json()
        assert bare["data"] == []
    whole = (await http.get("/v3/catalog/products", params={"date_modified:min": f"{day}T00:00:00Z"})).json()
    assert len(whole["data"]) == 1


async def test_changed_rows_move_to_the_end_of_a_list_by_date(http, world, clock):
    ids = [world.add_order(items=[], guest=_GUEST, at=clock.pass_by(minutes=1)) for _ in range(3)]
    clock.pass_by(hours=1)
    world.change_order(ids[0], staff_notes="x")
    rows = (await http.get("/v2/orders", params={"sort": "date_modified:asc"})).json()
    assert [row["id"] for row in rows] == [ids[1], ids[2], ids[0]]


def test_the_practice_shop_has_what_goes_wrong_elsewhere():
    world = MANIFEST.simulator(100).world
    assert isinstance(world, World)
    consents = [row.get("consents") for row in world.subscribers.values()]
    sold = {line["product_id"] for lines in world.items.values() for line in lines}
    buyers = {row["customer_id"] for row in world.orders.values() if row["status_id"]}
    assert [] in consents
    assert None in consents
    assert any("marketing_newsletter" in each for each in consents if each)
    assert len(world.subscribers) < len(world.customers)
    assert set(world.customers) - buyers
    assert sold - set(world.products), "an order of a product that was deleted"
    assert {row["status_id"] for row in world.orders.values()} >= {0, 1, 5, 6, 10}
    assert world.refunds
    assert any(row["is_deleted"] for row in world.orders.values())
    assert any(row["parent_id"] for row in world.categories.values())


def test_its_state_survives_the_end_of_the_program():
    first, second = MANIFEST.simulator(30), MANIFEST.simulator(30)
    assert isinstance(first.world, World)
    first.world.add_order(items=[Item(77)], guest=_GUEST)
    state: Any = json.loads(json.dumps(first.snapshot()))
    second.restore(state)
    assert second.summary() == first.summary()
    assert second.snapshot() == first.snapshot()


def test_its_size_follows_the_wish():
    told = MANIFEST.simulator(2_000).summary()
    assert (told["customers"], told["orders"]) == (800, 1_200)
