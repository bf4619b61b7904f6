"""The practice panel refuses what the vendor refuses, and answers in the vendor's awkward ways."""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx
import pytest

from app.connectors.idosell.simulator import simulator
from app.connectors.idosell.world import KEY, NEVER, SHOP, World
from app.connectors.idosell.world_rows import Item
from app.sdk.simulator import serve

_HEADERS = {"X-API-KEY": KEY, "Accept": "application/json"}
_SEARCH = {"shops": [{"shop_id": SHOP, "approval": "y", "registered": "n"}]}


@pytest.fixture
async def panel(world):
    async with serve(simulator(0, world)) as address, httpx.AsyncClient(base_url=address, headers=_HEADERS) as client:
        yield client


async def _post(panel, node, params, version="v8"):
    return await panel.post(f"/api/admin/{version}/{node}", json={"params": params})


def _fault(answer):
    return answer.json()["errors"]["faultCode"]


async def test_a_wrong_key_is_401_with_words_encoded_twice(panel):
    answer = await panel.get("/api/admin/v8/system/serverTime", headers={"X-API-KEY": "wrong"})
    assert answer.status_code == 401
    assert "Å" in answer.headers["x-error"]


async def test_a_missing_scope_is_403_and_names_module_and_level(panel, world):
    world.keys[KEY] = {"CRM": "r"}
    answer = await _post(panel, "orders/orders/search", {})
    assert (answer.status_code, "Scope: oms, level: r" in answer.json()["errors"]["faultString"]) == (403, True)
    answer = await panel.put("/api/admin/v8/clients/clients", json={"params": {"clients": [{}]}})
    assert "Scope: crm, level: rw" in answer.json()["errors"]["faultString"]


async def test_a_version_or_a_node_that_does_not_exist_is_404(panel):
    assert (await panel.get("/api/admin/v4/system/serverTime")).status_code == 404
    assert (await panel.get("/api/admin/v8/system/secrets")).status_code == 404


@pytest.mark.parametrize("body", [{}, {"ordersIds": []}, {"params": []}, {"params": {}, "more": 1}])
async def test_a_body_without_its_wrapper_is_refused(panel, body):
    answer = await panel.post("/api/admin/v8/orders/orders/search", json=body)
    assert (answer.status_code, _fault(answer)) == (200, 4)


@pytest.mark.parametrize("query", ["clientsIds=1,2", "clientsIds[0]=1", "clientsIds=1&clientsIds=2"])
async def test_a_query_that_is_not_encoded_as_documented_is_refused(panel, world, query):
    world.add_client("a@example.com")
    async with httpx.AsyncClient(base_url=panel.base_url, headers=_HEADERS) as client:
        request = client.build_request("GET", "/api/admin/v8/clients/clients")
        request.url = request.url.copy_with(raw_path=b"/api/admin/v8/clients/clients?" + query.encode())
        assert _fault(await client.send(request)) == 4


async def test_a_list_joined_by_encoded_commas_is_understood(panel, world):
    numbers = [world.add_client(f"{each}@example.com") for each in "abc"]
    joined = quote(",".join(numbers[:2]), safe="")
    answer = await panel.get(f"/api/admin/v8/clients/clients?clientsIds={joined}&returnElements=clientId")
    assert [row["clientId"] for row in answer.json()["results"]] == [2001, 2002]
    assert set(answer.json()["results"][0]) == {"clientId"}


async def test_more_than_a_hundred_rows_a_page_are_refused(panel):
    assert _fault(await _post(panel, "orders/orders/search", {"resultsLimit": 101})) == 4
    assert _fault(await _post(panel, "orders/orders/search", {"resultsLimit": 0})) == 4


async def test_unknown_parameters_and_elements_are_refused(panel):
    assert _fault(await _post(panel, "orders/orders/search", {"orderIds": [1]})) == 4
    assert _fault(await _post(panel, "products/products/search", {"returnElements": ["productName"]})) == 4


async def test_nothing_found_is_fault_2_without_a_list(panel):
    answer = await _post(panel, "orders/orders/search", {})
    assert (answer.status_code, _fault(answer)) == (200, 2)
    assert "Results" not in answer.json()


async def test_orders_come_under_a_capital_and_pages_count_from_0(panel, world):
    client = world.add_client("a@example.com")
    numbers = [int(world.add_order(client, [Item("101")])) for _ in range(3)]
    first = (await _post(panel, "orders/orders/search", {"resultsLimit": 2})).json()
    assert [row["orderSerialNumber"] for row in first["Results"]] == [numbers[2], numbers[1]], "newest first"
    assert (first["resultsNumberAll"], first["resultsNumberPage"], first["resultsPage"]) == (3, 2, 0)
    rising = {"ordersBy": [{"elementName": "id", "sortDirection": "ASC"}]}
    second = (await _post(panel, "orders/orders/search", {"resultsLimit": 2, "resultsPage": 1, **rising})).json()
    assert [row["orderSerialNumber"] for row in second["Results"]] == [numbers[2]]
    assert first["Results"][0]["clientResult"]["clientDeliveryAddress"] == [], "an empty object is a list"
    assert first["Results"][0]["orderDetails"]["orderDispatchDate"] == 0


async def test_the_newsletter_speaks_snake_case_and_counts_in_texts(panel, world):
    world.sign_up("a@example.org")
    world.add_client("b@example.com", approves=True)
    world.add_client("c@example.com")
    alone = (await _post(panel, "clients/newsletter/email/search", _SEARCH)).json()
    assert [row["email"] for row in alone["clients"]] == ["a@example.org"]
    assert alone["results_number_all"] == "1"
    everybody = (await _post(panel, "clients/newsletter/email/search", {})).json()["clients"]
    assert {row["email"]: bool(row["shops"]) for row in everybody} == {
        "a@example.org": True,
        "b@example.com": True,
        "c@example.com": False,
    }
    assert [row["shops"] for row in everybody if row["email"] == "c@example.com"] == [[]]


async def test_an_account_without_an_approval_has_one_of_no_date(panel, world):
    world.add_client("a@example.com")
    (row,) = (await panel.get("/api/admin/v8/clients/clients")).json()["results"]
    assert row["newsletterEmailApprovalsData"] == [{"shopId": SHOP, "newsletterEmailApprovalDate": NEVER}]


async def test_a_write_answers_each_element_and_207_where_they_differ(panel, world):
    world.add_client("a@example.com", approves=True)
    approval = [{"inNewsletterEmailApproval": "n", "shopId": SHOP}]
    clients = [
        {"clientLogin": "klient2001", "newsletterEmailApprovalsData": approval},
        {"clientLogin": "nobody", "newsletterEmailApprovalsData": approval},
    ]
    answer = await panel.put("/api/admin/v8/clients/clients", json={"params": {"clients": clients}})
    assert answer.status_code == 207
    assert [each["errors"]["faultCode"] for each in answer.json()["results"]] == [0, 101]
    listed = await _post(panel, "clients/newsletter/email/search", {"shops": [{"shop_id": SHOP, "approval": "n"}]})
    assert [row["email"] for row in listed.json()["clients"]] == ["a@example.com"]


async def test_calls_are_counted_and_end_with_the_plan(panel, world):
    world.calls_included = 1
    assert (await panel.get("/api/admin/v8/system/serverTime")).status_code == 200
    assert _fault(await panel.get("/api/admin/v8/system/serverTime")) == 13
    assert (await panel.get("/_simulator/summary")).json()["calls_this_month"] == 2


def test_the_state_survives_a_restart():
    made = simulator(40)
    assert isinstance(made.world, World)
    kept = json.loads(json.dumps(made.snapshot()))
    other = simulator(0)
    other.restore(kept)
    assert other.snapshot() == made.snapshot()
    assert other.summary() == made.summary()


def test_the_practice_shop_holds_what_goes_wrong_elsewhere():
    world = simulator(200).world
    assert isinstance(world, World)
    emails = [row["clientEmail"] for row in world.clients.values()]
    assert any(each.endswith("allegromail.pl") for each in emails)
    assert any(row["isUnregistered"] == "y" for row in world.clients.values())
    assert {"y", "n"} <= {said[0] for row in world.clients.values() for said in row["_words"].values()}
    assert {row["_place"] for row in world.products.values()} == {"active", "deleted", "in_trash"}
    details = [row["orderDetails"] for row in world.orders.values()]
    assert {each["payments"]["orderCurrency"]["currencyId"] for each in details} == {"PLN", "EUR"}
    assert any(each["prepaids"][-1]["paymentType"] == "repayment" for each in details)
