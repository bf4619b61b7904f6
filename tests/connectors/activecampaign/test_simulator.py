"""The simulated account is strict: what would go wrong in somebody's account goes wrong here."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from app.connectors.activecampaign.manifest import MANIFEST
from app.connectors.activecampaign.simulator import build_simulator
from app.core.errors import RateLimitError
from app.core.records import Kind
from app.sdk.answers import RejectedError
from tests.connectors.activecampaign.conftest import staged
from tests.connectors.activecampaign.records import cart, contact, order

CREATED = "2025-03-04T09:30:00+00:00"
CONNECTION = {
    "service": "s",
    "externalid": "x",
    "name": "n",
    "logoUrl": "https://a.example/l.png",
    "linkUrl": "https://a.example",
}


@pytest.fixture
async def post(stage):
    access = await stage.access()

    async def send(path, body, method="POST"):
        answer = await access.http.request(method, f"api/3/{path}", body=body)
        return answer.status, answer.json()

    return send


@pytest.fixture
async def shop(post):
    await post("connections", {"connection": CONNECTION})
    customer = {"connectionid": "1", "externalid": "7", "email": "a@example.com"}
    await post("ecomCustomers", {"ecomCustomer": customer})
    return post


def an_order(**values):
    return {
        "ecomOrder": {
            "externalid": "O1",
            "email": "a@example.com",
            "connectionid": 1,
            "customerid": 1,
            "source": 1,
            "currency": "EUR",
            "totalPrice": 100,
            "externalCreatedDate": CREATED,
            **values,
        }
    }


def a_line(**values):
    return {"externalid": "P", "name": "Lamp", "price": 100, "quantity": 1, **values}


@pytest.mark.parametrize(
    "bad",
    [
        {"totalPrice": Decimal("91.11")},
        {"totalPrice": "9111"},
        {"totalPrice": -1},
        {"totalPrice": 2_147_483_648},
        {"orderProducts": [a_line(price=Decimal("1.5"))]},
        {"orderProducts": [{"externalid": "P", "price": 100, "quantity": 1}]},
        {"orderProducts": [a_line(colour="red")]},
        {"externalid": ""},
        {"externalid": "", "externalcheckoutid": "C1"},
        {"externalid": "", "externalcheckoutid": "C1", "abandonedDate": "2999-01-01T00:00:00+00:00"},
        {"connectionid": 9},
        {"customerid": 9},
        {"source": 2},
        {"currency": "EURO"},
        {"externalCreatedDate": "2025-03-04"},
        {"orderDiscounts": [{"name": "x", "type": "gift", "discountAmount": 1}]},
        {"unknown": 1},
    ],
    ids=str,
)
async def test_a_wrong_order_is_refused(shop, bad):
    with pytest.raises(RejectedError):
        await shop("ecomOrders", an_order(**bad))


async def test_an_order_twice_is_a_duplicate_and_a_live_one_starts_automations(stage, shop):
    status, body = await shop("ecomOrders", an_order(orderProducts=[a_line()]))
    assert (status, body["ecomOrder"]["state"], body["ecomOrder"]["id"]) == (201, 1, "1")
    with pytest.raises(RejectedError) as caught:
        await shop("ecomOrders", an_order())

    assert '"duplicate"' in caught.value.answer.text
    assert stage.simulator.summary()["automations_fired"] >= 1


@pytest.mark.parametrize("body", [{"email": "a@example.com"}, {"contacts": {}}, {"contact": {"email": "no"}}, None])
async def test_bodies_must_be_wrapped_and_addresses_valid(post, body):
    with pytest.raises(RejectedError):
        await post("contact/sync", body)


async def test_contacts_are_matched_by_address_whatever_its_case(post):
    assert (await post("contact/sync", {"contact": {"email": "A@Example.com"}}))[0] == 201
    assert (await post("contact/sync", {"contact": {"email": "a@example.com", "phone": "1"}}))[0] == 200
    with pytest.raises(RejectedError) as caught:
        await post("contacts", {"contact": {"email": "a@example.com"}})
    assert "already exists" in caught.value.words


async def test_a_contact_is_created_changed_and_deleted(stage, post):
    _, created = await post("contacts", {"contact": {"email": "a@example.com", "firstName": "A"}})
    path = f"contacts/{created['contact']['id']}"
    assert (await post(path, {"contact": {"lastName": "B"}}, "PUT"))[0] == 200
    assert (await post(path, None, "DELETE"))[1] == {}
    with pytest.raises(RejectedError):
        await post(path, None, "DELETE")
    assert stage.simulator.summary()["contacts"] == 0


async def test_coming_back_after_leaving_is_noted(stage, post):
    await post("contact/sync", {"contact": {"email": "a@example.com"}})
    statuses = []
    for status in ("2", "1", "1"):
        body = {"contactList": {"list": "1", "contact": "1", "status": status}}
        statuses.append((await post("contactLists", body))[0])

    assert statuses == [201, 200, 200]
    assert stage.world.resubscribed == ["a@example.com"]


async def test_tags_are_unique_without_regard_to_case(post):
    assert (await post("tags", {"tag": {"tag": "VIP", "tagType": "contact"}}))[0] == 201
    with pytest.raises(RejectedError):
        await post("tags", {"tag": {"tag": "vip", "tagType": "contact"}})


async def test_tagging_somebody_again_changes_nothing(post):
    await post("contact/sync", {"contact": {"email": "a@example.com"}})
    body = {"contactTag": {"contact": "1", "tag": "1"}}

    assert [(await post("contactTags", body))[0] for _ in range(2)] == [201, 200]


@pytest.mark.parametrize(
    "contacts",
    [
        [{"email": f"a{number}@example.com"} for number in range(251)],
        [{"email": "a@example.com", "first_name": "x" * 400_000}],
        [{"email": "no address"}],
        [{"email": "a@example.com", "firstName": "camelCase"}],
        [{"email": "a@example.com", "fields": [{"id": 99, "value": "x"}]}],
        [{"email": "a@example.com", "subscribe": [{"listid": "99"}]}],
        "none",
    ],
    ids=range(7),
)
async def test_a_wrong_import_is_refused_whole(stage, post, contacts):
    with pytest.raises(RejectedError):
        await post("import/bulk_import", {"contacts": contacts})

    assert stage.simulator.summary()["contacts"] == 0


async def test_single_imports_have_a_limit_of_twenty_a_minute(stage, post):
    moment = 1_000.0
    stage.world.monotonic = lambda: moment
    body = {"contacts": [{"email": "a@example.com", "exclude_automations": True}]}
    for _ in range(20):
        await post("import/bulk_import", body)
    access = await stage.access(tries=1)
    with pytest.raises(RateLimitError) as caught:
        await access.http.request("POST", "api/3/import/bulk_import", body=body)

    assert caught.value.retry_after_s == 60


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ " + "searchOrder { id } " * 5_001 + "}", "grammar tokens"),
        ("mutation { bulkUpsertOrders(orders: [{ legacyConnectionId: 1 }]) { id } }", "storeOrderId"),
        ("{ searchOrder(filter: { shade: 1 }) { id } }", "shade"),
        ("{ getOrder(legacyConnectionId: 1, storeOrderId: 2) { id } }", "String"),
        ("{ nothing }", "nothing"),
        ("{", "Syntax"),
        ('{ searchOrder(filter: { storeOrderId: { value: "x", filterOperator: IN } }) { id } }', ""),
        ("{ searchOrder(filter: { pagination: { limit: 101 } }) { id } }", "range"),
    ],
    ids=range(8),
)
async def test_a_wrong_query_is_answered_with_status_200_and_errors(stage, post, query, words):
    stage.world["graph_orders"]["1:O1"] = {"storeOrderId": "O1"}
    with pytest.raises(RejectedError) as caught:
        await post("ecom/graphql", {"query": query})

    assert caught.value.answer.status == 200
    assert words in caught.value.words


@pytest.mark.parametrize(
    "bad",
    [
        {"normalizedStatus": "SHIPPED"},
        {"finalAmount": "91.11"},
        {"colour": "red"},
        {"finalAmount": Decimal(-1)},
        {"currency": "EURO"},
        {"email": "nobody"},
        {"storeCreatedDate": "yesterday"},
        {"legacyConnectionId": 9},
    ],
    ids=str,
)
async def test_a_wrong_graphql_order_is_refused(stage, shop, bad):
    given = {
        "legacyConnectionId": 1,
        "storeOrderId": "O1",
        "email": "a@example.com",
        "currency": "EUR",
        "finalAmount": 91,
        "storeCreatedDate": "2025-03-04T09:30:00Z",
    }
    document = "mutation Send($orders: [OrderInput!]!) { bulkUpsertOrders(orders: $orders) { id } }"
    with pytest.raises(RejectedError):
        await shop("ecom/graphql", {"query": document, "variables": {"orders": [{**given, **bad}]}})

    assert stage.simulator.summary()["orders"] == 0


async def test_pages_are_capped_in_silence_and_totals_are_texts():
    async with staged(130) as stage:
        access = await stage.access()
        default = (await access.http.get("api/3/contacts")).json()
        capped = (await access.http.get("api/3/contacts", {"limit": "500"})).json()

    assert len(default["contacts"]) == 20
    assert len(capped["contacts"]) == 100
    assert capped["meta"]["total"] == "130"
    assert capped["contacts"][0]["id"] == "1"
    assert capped["contacts"][0]["cdate"].endswith("-05:00")
    assert capped["contacts"][0]["bounced_date"] == "0000-00-00"


async def test_an_account_survives_a_restart(stage):
    drive = await stage.drive(Kind.CONTACTS, Kind.ORDERS, Kind.CARTS)
    await drive.send(contact())
    await drive.send(order())
    await drive.send(cart())
    before = stage.simulator.summary()

    again = build_simulator(0)
    again.restore(json.loads(json.dumps(stage.simulator.snapshot())))

    assert again.summary() == before


def test_the_manifest_builds_its_simulator_with_people_in_it():
    simulator = MANIFEST.simulator(12)

    assert simulator.summary()["contacts"] == 12
    assert set(simulator.settings) | set(simulator.secrets) == {"api_url", "api_key"}
