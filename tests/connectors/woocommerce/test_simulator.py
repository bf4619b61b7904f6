"""The practice shop is as strict, and as odd, as WooCommerce 10.0.2 was seen to be."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.connectors.woocommerce.simulator import simulator
from app.connectors.woocommerce.world import CONSENT_KEY, KEY, SECRET, Key, World
from app.sdk.simulator import serve
from tests.connectors.woocommerce.conftest import guest, mug

_ORDERS = "/wp-json/wc/v3/orders"
_CUSTOMERS = "/wp-json/wc/v3/customers"


async def _ask(world: World, method: str, path: str, auth: tuple[str, str] | None = (KEY, SECRET), **rest: Any) -> Any:
    """Around our own client, which would never ask like this."""
    async with serve(simulator(0, world)) as address, httpx.AsyncClient(base_url=address, auth=auth) as client:
        return await client.request(method, path, **rest)


def _code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


# Credentials ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "auth", [None, ("ck_unknown", SECRET), ("admin", "password")], ids=["none", "unknown key", "password"]
)
async def test_an_unknown_key_looks_like_none(world, auth):
    """Facts 1."""
    answer = await _ask(world, "GET", _ORDERS, auth)
    assert (answer.status_code, _code(answer)) == (401, "woocommerce_rest_cannot_view")
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize("header", ["Bearer abc", "Basic !!!", "Basic", ""])
async def test_any_other_header_looks_like_none_too(world, header):
    answer = await _ask(world, "GET", _ORDERS, None, headers={"Authorization": header})
    assert _code(answer) == "woocommerce_rest_cannot_view"


async def test_a_wrong_secret_is_told_and_the_query_beats_the_header(world):
    """Facts 1 and 2."""
    wrong = await _ask(world, "GET", _ORDERS, (KEY, "cs_wrong"))
    query = {"consumer_key": KEY, "consumer_secret": "cs_wrong"}
    beaten = await _ask(world, "GET", _ORDERS, params=query)
    blank = await _ask(world, "GET", _ORDERS, (f"{KEY} ", SECRET))
    assert [_code(each) for each in (wrong, beaten)] == ["woocommerce_rest_authentication_error"] * 2
    assert blank.status_code == 200


async def test_rights_of_keys_and_of_their_users(world):
    """Facts 2."""
    world.keys |= {
        "ck_read": Key(secret="s", can_write=False),
        "ck_write": Key(secret="s", can_read=False),
        "ck_guest": Key(secret="s", is_of_manager=False),
    }
    reads = await _ask(world, "PUT", f"{_CUSTOMERS}/1", ("ck_read", "s"), json={})
    writes = await _ask(world, "GET", _ORDERS, ("ck_write", "s"))
    nobody = await _ask(world, "GET", _ORDERS, ("ck_guest", "s"))
    assert (reads.status_code, writes.status_code, nobody.status_code) == (401, 401, 403)
    assert "write permissions" in reads.text
    assert "read permissions" in writes.text


@pytest.mark.parametrize(
    ("query", "status"), [("", 401), ("&x=wp-json/wc/", 200), ("&x=wp-json%2Fwc%2F", 401)], ids=["no", "raw", "encoded"]
)
async def test_plain_permalinks_look_at_the_key_only_with_the_text_in_the_address(world, query, status):
    """Facts 4."""
    world.setup.has_plain_permalinks = True
    answer = await _ask(world, "GET", f"/?rest_route=/wc/v3/orders{query}")
    assert answer.status_code == status


async def test_plain_permalinks_lead_the_usual_address_elsewhere(world):
    world.setup.has_plain_permalinks = True
    index, orders = await _ask(world, "GET", "/wp-json/"), await _ask(world, "GET", _ORDERS)
    assert index.headers["content-type"].startswith("text/html")
    assert (orders.status_code, orders.headers["location"]) == (301, f"{_ORDERS}/")


async def test_unencrypted_no_key_is_looked_at_and_nothing_is_redirected(world):
    """Facts 3."""
    world.setup.is_plain_http = True
    assert (await _ask(world, "GET", _ORDERS)).status_code == 401
    assert (await _ask(world, "GET", "/wp-json/", None)).status_code == 200


# Lists ----------------------------------------------------------------------------------------------------------------


async def test_defaults_of_lists(world):
    for number in range(12):
        world.add_customer(f"k{number}@example.com", role="customer" if number else "subscriber")
        world.add_order([mug()], guest=guest("a@example.com"))
    customers = await _ask(world, "GET", _CUSTOMERS)
    orders = await _ask(world, "GET", _ORDERS, params={"colour": "red"})
    assert (customers.headers["X-WP-Total"], len(customers.json())) == ("11", 10)
    ids = [each["id"] for each in orders.json()]
    assert len(ids) == 10
    assert 'rel="next"' in orders.headers["link"]
    assert 'rel="prev"' not in orders.headers["link"]


async def test_customers_ignore_dates_and_refuse_to_be_sorted_by_them(world):
    world.add_customer("vera@example.com")
    future = {"modified_after": "2030-01-01T00:00:00"}
    assert len((await _ask(world, "GET", _CUSTOMERS, params=future)).json()) == 1
    assert (await _ask(world, "GET", _CUSTOMERS, params={"orderby": "modified"})).status_code == 400


@pytest.mark.parametrize(("has_order_tables", "count"), [(False, 2), (True, 0)])
async def test_the_odd_status_and_drafts_in_the_list(world, has_order_tables, count):
    """Facts 8."""
    world.setup.has_order_tables = has_order_tables
    world.add_order([mug()], guest=guest("a@example.com"))
    world.add_order([mug()], guest=guest("b@example.com"), status="checkout-draft")
    odd = await _ask(world, "GET", _ORDERS, params={"status": "auto-draft"})
    prefixed = await _ask(world, "GET", _ORDERS, params={"status": "wc-completed"})
    assert len(odd.json()) == count
    assert len((await _ask(world, "GET", _ORDERS)).json()) == 2
    assert prefixed.status_code == 400


async def test_the_filter_of_addresses_knows_no_case_and_takes_only_addresses(world):
    world.add_customer("vera@example.com")
    found = await _ask(world, "GET", _CUSTOMERS, params={"email": "VERA@example.com"})
    assert len(found.json()) == 1
    assert (await _ask(world, "GET", _CUSTOMERS, params={"email": "nomail"})).status_code == 400


# Writing --------------------------------------------------------------------------------------------------------------


async def _put(world: World, path: str, entries: list[dict[str, Any]]) -> Any:
    return (await _ask(world, "PUT", path, json={"meta_data": entries})).json()


async def test_meta_comes_back_as_text_null_deletes_and_hidden_keys_of_customers_are_dropped(world):
    """Facts 13."""
    customer_id = world.add_customer("vera@example.com")
    order_id = world.add_order([mug()], guest=guest("a@example.com"))
    entries: list[dict[str, Any]] = [
        {"key": "zahl", "value": 5},
        {"key": "wahr", "value": True},
        {"key": "liste", "value": ["a", 1]},
        {"key": "leer", "value": None},
        {"key": "_versteckt", "value": "x"},
    ]
    customer = await _put(world, f"{_CUSTOMERS}/{customer_id}", entries)
    order = await _put(world, f"{_ORDERS}/{order_id}", entries)
    again = await _put(world, f"{_CUSTOMERS}/{customer_id}", [{"key": "zahl", "value": None}])
    stored = {each["key"]: each["value"] for each in customer["meta_data"]}
    assert stored == {"zahl": "5", "wahr": "1", "liste": ["a", 1]}
    assert "_versteckt" in {each["key"] for each in order["meta_data"]}
    assert "zahl" not in {each["key"] for each in again["meta_data"]}


@pytest.mark.parametrize("has_order_tables", [False, True])
async def test_meta_alone_moves_the_date_of_a_customer_but_not_of_an_order_on_the_older_store(
    world, clock, has_order_tables
):
    """Facts 7."""
    world.setup.has_order_tables = has_order_tables
    customer_id = world.add_customer("vera@example.com")
    order_id = world.add_order([mug()], guest=guest("a@example.com"))
    before = world.orders[order_id]["date_modified"]
    clock.pass_by(hours=1)
    entries = [{"key": CONSENT_KEY, "value": "no"}]
    customer = await _put(world, f"{_CUSTOMERS}/{customer_id}", entries)
    order = await _put(world, f"{_ORDERS}/{order_id}", entries)
    assert customer["date_modified"] > before
    assert (order["date_modified"] > before) is has_order_tables


async def test_a_change_merges_on_every_level(world):
    """Facts 15."""
    customer_id = world.add_customer("vera@example.com", guest("vera@example.com"))
    body = {"billing": {"phone": "1"}, "unbekannt": 1}
    answer = (await _ask(world, "PUT", f"{_CUSTOMERS}/{customer_id}", json=body)).json()
    assert (answer["billing"]["phone"], answer["billing"]["city"]) == ("1", "Köln")
    assert "unbekannt" not in answer


async def test_bodies_that_cannot_be_read(world):
    """Facts 17."""
    customer_id = world.add_customer("vera@example.com", first_name="Vera")
    path, headers = f"{_CUSTOMERS}/{customer_id}", {"Content-Type": "application/json"}
    broken = [b'{"first_name": "x",', '{"first_name": "ü"}'.encode("latin-1"), b'\xef\xbb\xbf{"first_name": "x"}']
    for content in broken:
        answer = await _ask(world, "PUT", path, content=content, headers=headers)
        assert (answer.status_code, _code(answer)) == (400, "rest_invalid_json")
    fatal = await _ask(world, "PUT", path, content=b'"x"', headers=headers)
    assert (fatal.status_code, _code(fatal)) == (500, "internal_server_error")
    assert (await _ask(world, "PUT", path, content=b'{"first_name": "x"}')).status_code == 200
    assert world.customers[customer_id]["first_name"] == "Vera"
    assert (await _ask(world, "PUT", path, data={"first_name": "Form"})).json()["first_name"] == "Form"


async def test_batches(world):
    """Facts 15: errors inside a 200, at most a hundred, nothing is an empty list."""
    mixed = await _ask(world, "POST", f"{_CUSTOMERS}/batch", json={"update": [{"id": 99}]})
    large = await _ask(world, "POST", f"{_CUSTOMERS}/batch", json={"update": [{"id": 1}] * 101})
    empty = await _ask(world, "POST", f"{_CUSTOMERS}/batch", json={})
    assert mixed.status_code == 200
    assert mixed.json()["update"][0]["error"]["code"] == "wc_user_invalid_id"
    assert large.status_code == 413
    assert empty.json() == []


async def test_what_is_missing_when_it_is_changed(world):
    """Facts 10: an order is 400, a customer 404."""
    statuses = [(await _ask(world, "PUT", f"{path}/99", json={})).status_code for path in (_ORDERS, _CUSTOMERS)]
    assert statuses == [400, 404]
    assert (await _ask(world, "GET", f"{_ORDERS}/abc")).status_code == 404


async def test_maintenance_is_data_or_a_page_as_the_client_accepts(world):
    """Facts 18."""
    world.setup.is_in_maintenance = True
    data = await _ask(world, "GET", _ORDERS, headers={"Accept": "application/json"})
    text = await _ask(world, "GET", _ORDERS)
    assert (data.status_code, text.status_code) == (503, 503)
    assert (_code(data), data.headers["retry-after"]) == ("wp_die", "600")
    assert text.headers["content-type"].startswith("text/html")


def test_a_practice_shop_survives_a_restart():
    first = simulator(40)
    second = simulator(0)
    second.restore(first.snapshot())
    assert second.summary() == first.summary()
    assert second.snapshot() == first.snapshot()


def test_a_practice_shop_holds_what_goes_wrong_elsewhere():
    summary = simulator(60).summary()
    assert summary["guest_orders"] > 3
    assert summary["refunds"] > 1
    assert 0 < summary["newsletter"] < summary["customers"]
    assert summary["variations"] == 3
