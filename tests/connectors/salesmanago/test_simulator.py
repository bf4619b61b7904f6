"""The practice account refuses what the documentation says that SALESmanago refuses."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.connectors.salesmanago.simulator import build_simulator
from app.connectors.salesmanago.wire import signature
from app.connectors.salesmanago.world import API_SECRET, CLIENT_ID, OWNER
from app.sdk.simulator import serve


def signed(**more):
    sha = signature("k" * 32, CLIENT_ID, API_SECRET)
    auth = {"clientId": CLIENT_ID, "apiKey": "k" * 32, "requestTime": 1_767_225_600_000, "sha": sha}
    return {**auth, "owner": OWNER, **more}


@dataclass(frozen=True)
class Post:
    client: httpx.AsyncClient

    async def __call__(self, path: str, body: object, **options: Any) -> Any:
        answer = await self.client.post(f"/api/{path}", json=body, **options)
        return answer.json()


@pytest.fixture
async def post(stage) -> AsyncIterator[Post]:
    async with httpx.AsyncClient(base_url=stage.address) as client:
        yield Post(client)


def upsert(*contacts, **more):
    return signed(upsertDetails=[{"contact": each, **more} for each in contacts])


@pytest.mark.parametrize("missing", ["clientId", "apiKey", "sha", "requestTime"])
async def test_whoever_does_not_sign_is_not_authenticated_in_a_200(post, missing):
    body = signed()
    del body[missing]
    answer = await post.client.post("/api/user/listByClient", json=body)

    assert answer.status_code == 200
    assert answer.json() == {"success": False, "message": ["User not authenticated"]}


async def test_an_unknown_owner_an_unknown_path_and_another_content_type_are_refused(post):
    assert (await post("user/listByClient", signed(owner="x@example.com")))["success"] is False
    assert (await post.client.post("/api/contact/nothing", json=signed())).status_code == 404
    form = await post.client.post("/api/user/listByClient", content="a=b", headers={"Content-Type": "text/plain"})
    assert form.status_code == 415


@pytest.mark.parametrize(
    ("contact", "more"),
    [
        ({"email": "no address"}, {}),
        ({"email": f"{'a' * 65}@example.com"}, {}),
        ({"email": "a@example.com", "state": "FRIEND"}, {}),
        ({"email": "a@example.com"}, {"forceOptIn": True, "forceOptOut": True}),
        ({"email": "a@example.com"}, {"birthday": "1980-10-07"}),
        ({"email": "a@example.com"}, {"tags": ["a,b"]}),
    ],
)
@pytest.mark.parametrize("path", ["contact/batchupsert", "contact/batchupsertv2"])
async def test_what_an_upsert_must_not_hold_is_refused(stage, post, path, contact, more):
    assert (await post(path, upsert(contact, **more)))["success"] is False
    assert stage.world.contacts == {}


async def test_a_birthday_inside_the_contact_is_ignored(stage, post):
    await post("contact/batchupsert", upsert({"email": "a@example.com", "birthday": "19801007"}))

    assert stage.world.contacts["a@example.com"]["birthday"] is None


async def test_flags_that_are_false_leave_the_status_and_a_forced_one_is_noted(stage, post):
    await post("contact/batchupsert", upsert({"email": "a@example.com"}, forceOptIn=True))
    await post("contact/batchupsert", upsert({"email": "a@example.com"}, forceOptIn=False, forceOptOut=False))
    assert stage.world.contacts["a@example.com"]["optedOut"] is False

    await post("contact/optout", signed(email="a@example.com"))
    await post("contact/batchupsert", upsert({"email": "a@example.com"}, forceOptIn=True))
    assert stage.world.resubscribed == ["a@example.com"]


async def test_the_asynchronous_upsert_works_later(stage, post):
    answer = await post("contact/batchupsertv2", upsert({"email": "a@example.com"}))
    assert answer["requestId"]
    assert stage.world.contacts == {}
    for _ in range(2):
        await post("contact/hasContact", signed(email="a@example.com"))
    assert set(stage.world.contacts) == {"a@example.com"}


@pytest.mark.parametrize("count", [0, 1001])
@pytest.mark.parametrize(
    ("path", "name"), [("contact/batchupsert", "upsertDetails"), ("contact/batchAddContactExtEvent", "events")]
)
async def test_batches_are_neither_empty_nor_too_long(post, path, name, count):
    element = {"contact": {"email": "a@example.com"}, "email": "a@example.com", "contactEvent": event()}

    assert (await post(path, signed(**{name: [element] * count})))["success"] is False


def event(**changes):
    return {"date": 1_767_225_600_000, "contactExtEventType": "PURCHASE", "value": 9.5, **changes}


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody@example.com", "contactEvent": event()},
        {"email": "a@example.com", "contactId": "c1", "contactEvent": event()},
        {"email": "a@example.com", "contactEvent": event(products="1" * 513)},
        {"email": "a@example.com", "contactEvent": event(detail3="1" * 256)},
        {"email": "a@example.com", "contactEvent": event(contactExtEventType="SALE")},
        {"email": "a@example.com", "contactEvent": event(value="9.50")},
        {"email": "a@example.com", "contactEvent": event(date="2026-01-01")},
    ],
)
async def test_what_an_event_must_not_be_is_refused(stage, post, body):
    await post("contact/batchupsert", upsert({"email": "a@example.com"}))

    assert (await post("contact/addContactExtEvent", signed(**body)))["success"] is False
    assert stage.world.events == []


async def test_the_same_event_twice_stands_there_twice(stage, post):
    await post("contact/batchupsert", upsert({"email": "a@example.com"}))
    for _ in range(2):
        await post("contact/addContactExtEvent", signed(email="a@example.com", contactEvent=event(externalId="O1")))

    assert [each["externalId"] for each in stage.world.events] == ["O1", "O1"]


async def test_events_of_unknown_people_are_counted_inside_a_success(stage, post):
    await post("contact/batchupsert", upsert({"email": "a@example.com"}))
    asked = [{"email": email, "contactEvent": event()} for email in ("a@example.com", "b@example.com")]
    answer = await post("contact/batchAddContactExtEvent", signed(events=asked))

    assert (answer["success"], answer["createdAmount"], answer["failedAmount"]) == (True, 1, 1)
    assert answer["failedContacts"] == ["b@example.com"]


async def test_more_than_fifty_people_are_not_looked_up_at_once(post):
    assert (await post("contact/list", signed(email=[f"a{n}@example.com" for n in range(51)])))["success"] is False


async def test_own_changes_are_listed_like_everybodys_and_seconds_find_1970(post):
    await post("contact/batchupsert", upsert({"email": "a@example.com"}))
    frame = {"page": 1, "size": 10}
    now = time.time_ns() // 1_000_000

    async def changed(start, end):
        return (await post("contact/paginatedModifiedContacts", signed(**frame, **{"from": start, "to": end})))[
            "modifiedContacts"
        ]

    assert len(await changed(now - 60_000, now + 60_000)) == 1
    assert await changed(0, now // 1000) == []


async def test_a_practice_world_survives_a_restart(stage):
    first = build_simulator(40)
    again = build_simulator(0)
    again.restore(json.loads(json.dumps(first.snapshot())))

    assert again.summary() == first.summary()
    assert 0 < first.summary()["subscribed"] < first.summary()["contacts"] < 40
    async with serve(again) as address, httpx.AsyncClient(base_url=address) as client:
        answer = await client.post("/api/contact/basic", json=signed(email=["kontakt00001@example.com"]))
        assert answer.json()["contacts"][0]["name"]
