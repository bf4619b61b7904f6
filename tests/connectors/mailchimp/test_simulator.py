"""The practice account refuses what Mailchimp refuses."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from app.connectors.mailchimp.manifest import MANIFEST
from app.connectors.mailchimp.practice import AUDIENCE
from app.connectors.mailchimp.practice import STORE as WOO
from app.connectors.mailchimp.simulator import build_simulator
from app.connectors.mailchimp.wire import subscriber_hash
from app.core.errors import DataError, RateLimitError
from app.sdk.answers import RejectedError
from app.sdk.pacing import Pace
from tests.connectors.mailchimp.conftest import staged

EMAIL = "leser@example.com"
MEMBER = f"3.0/lists/{AUDIENCE}/members/{subscriber_hash(EMAIL)}"


async def refused(stage, method, path, body=None, **query):
    with pytest.raises(DataError) as told:
        await stage.account.access.http.request(method, path, query=query, body=body)
    assert isinstance(told.value, RejectedError)
    return told.value


async def test_hash_and_address_must_agree(stage):
    body = {"email_address": "anders@example.com", "status_if_new": "subscribed"}
    error = await refused(stage, "PUT", MEMBER, body)
    assert "already a list member" in error.words


@pytest.mark.parametrize("value", [True, None, 5, {"addr1": "Weg 1"}])
async def test_values_of_the_wrong_type_are_refused(stage, value):
    body = {"email_address": EMAIL, "status_if_new": "subscribed", "merge_fields": {"FNAME": value}}
    error = await refused(stage, "PUT", MEMBER, body, skip_merge_validation="true")
    assert "merge_fields.FNAME" in error.words


async def test_a_required_field_is_asked_for_unless_told_otherwise(stage):
    body = {"email_address": EMAIL, "status_if_new": "subscribed"}
    assert "Please enter a value" in (await refused(stage, "PUT", MEMBER, body)).words
    http = stage.account.access.http
    assert (await http.request("PUT", MEMBER, query={"skip_merge_validation": "true"}, body=body)).status == 200


async def test_whoever_left_by_themselves_cannot_be_subscribed_but_may_be_asked(stage):
    stage.world.add_member(AUDIENCE, EMAIL, "unsubscribed")
    http = stage.account.access.http
    with pytest.raises(DataError) as told:
        await http.request("PATCH", MEMBER, query={"skip_merge_validation": "true"}, body={"status": "subscribed"})
    assert told.value.reason == "compliance_state"
    await http.request("PATCH", MEMBER, query={"skip_merge_validation": "true"}, body={"status": "pending"})
    assert stage.member(EMAIL)["status"] == "pending"


async def test_the_plain_address_and_the_id_of_a_contact_serve_as_well_as_the_hash(stage):
    row = stage.world.add_member(AUDIENCE, EMAIL, "subscribed")
    http = stage.account.access.http
    for key in (EMAIL, row["contact_id"], row["id"]):
        answer = await http.get(f"3.0/lists/{AUDIENCE}/members/{key}")
        assert answer.json()["email_address"] == EMAIL


async def test_more_than_five_hundred_members_or_a_thousand_rows_are_refused(stage):
    members = [{"email_address": f"p{n}@example.com", "status": "transactional"} for n in range(501)]
    assert "Too many" in (await refused(stage, "POST", f"3.0/lists/{AUDIENCE}", {"members": members})).words
    await refused(stage, "GET", f"3.0/lists/{AUDIENCE}/members", count="1001")
    page = (await stage.account.access.http.get("3.0/lists")).json()
    assert page["total_items"] == 2


async def test_the_filter_of_opt_outs_needs_its_status(stage):
    await refused(stage, "GET", f"3.0/lists/{AUDIENCE}/members", unsubscribed_since="2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lines": []}, "lines"),
        ({"order_total": "24.80"}, "order_total"),
        (
            {"lines": [{"id": "1", "product_id": "x", "product_variant_id": "x", "quantity": 1, "price": 1}]},
            "not exist",
        ),
        ({"processed_at_foreign": "gestern"}, "processed_at_foreign"),
    ],
)
async def test_orders_are_checked(stage, changes, words):
    line = {"id": "1", "product_id": "101", "product_variant_id": "101", "quantity": 1, "price": 8.9}
    customer = {"id": subscriber_hash(EMAIL), "email_address": EMAIL, "opt_in_status": False}
    body = {"id": "1", "customer": customer, "currency_code": "EUR", "order_total": 8.9, "lines": [line], **changes}
    assert words in (await refused(stage, "POST", f"3.0/ecommerce/stores/{WOO}/orders", body)).words


async def test_a_customer_keeps_their_address_and_a_long_number_gets_a_web_page(stage):
    http, path = stage.account.access.http, f"3.0/ecommerce/stores/{WOO}/customers"
    body = {"id": "k1", "email_address": EMAIL, "opt_in_status": False}
    await http.request("PUT", f"{path}/k1", body=body)
    assert (
        "not be changed"
        in (await refused(stage, "PUT", f"{path}/k1", {**body, "email_address": "b@example.com"})).words
    )
    error = await refused(stage, "PUT", f"{path}/{'k' * 51}", {**body, "id": "k" * 51})
    assert (error.answer.status, error.answer.content[:6]) == (404, b"<html>")


async def test_amounts_in_cents_are_taken_but_noticed(stage):
    line = {"id": "1", "product_id": "101", "product_variant_id": "101", "quantity": 1, "price": 8.9}
    customer = {"id": "k2", "email_address": EMAIL, "opt_in_status": False}
    body = {"id": "1", "customer": customer, "currency_code": "EUR", "order_total": 890, "lines": [line]}
    await stage.account.access.http.request("POST", f"3.0/ecommerce/stores/{WOO}/orders", body=body)
    assert stage.simulator.summary()["mismatched"] == 1


async def test_a_store_cannot_move_nor_be_made_twice(stage):
    await refused(stage, "PATCH", f"3.0/ecommerce/stores/{WOO}", {"list_id": "f6a7b8c9d0"})
    body = {"id": WOO, "list_id": AUDIENCE, "name": "x", "currency_code": "EUR"}
    assert "already exists" in (await refused(stage, "POST", "3.0/ecommerce/stores", body)).words
    again = {**body, "id": "neu", "domain": "teeladen.example"}
    assert "domain" in (await refused(stage, "POST", "3.0/ecommerce/stores", again)).words


@pytest.mark.proves("mailchimp", "rate_limit")
async def test_the_eleventh_request_at_once_is_refused():
    pace = Pace(per_second=100_000, parallel=20)
    async with staged(pace=pace) as stage:
        stage.world.delay_s = 0.05
        http = stage.account.access.http
        http.options = replace(http.options, tries=1)
        results = await asyncio.gather(*(http.get("3.0/ping") for _ in range(16)), return_exceptions=True)
    assert {type(each) for each in results if isinstance(each, Exception)} == {RateLimitError}


def test_the_state_survives_a_restart():
    first, second = build_simulator(20), build_simulator(0)
    second.restore(json.loads(json.dumps(first.snapshot())))
    assert second.summary() == first.summary()
    assert MANIFEST.simulator(20).summary() == first.summary()
