"""The practice Konnektive refuses what the vendor refuses."""

from __future__ import annotations

import httpx
import pytest

from app.connectors.konnektive.simulator import build_simulator
from app.connectors.konnektive.world import LOGIN, PASSWORD
from app.sdk.simulator import serve

WHOLE = {
    "campaignId": "11",
    "paySource": "PREPAID",
    "firstName": "Eva",
    "lastName": "Öhm",
    "emailAddress": "eva@example.com",
    "address1": "Weg 1",
    "city": "Jena",
    "postalCode": "07743",
    "country": "DE",
    "product1_id": "4101",
    "product1_qty": "1",
    "product1_price": "49.00",
}


@pytest.fixture
async def ask():
    async with serve(build_simulator(10)) as address, httpx.AsyncClient(base_url=address) as client:

        async def post(path, **fields):
            answer = await client.post(path, data={"loginId": LOGIN, "password": PASSWORD, **fields})
            return answer if answer.status_code != 200 else answer.json()

        yield post


async def test_an_unknown_path_is_a_page_and_a_missing_slash_redirects(ask):
    assert (await ask("/customer/import/")).status_code == 404
    assert (await ask("/order/query")).status_code == 301


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"product1_id": "902"}, "product1_id"),
        ({"campaignId": "99"}, "campaignId"),
        ({"paySource": "GOLD"}, "paySource"),
        ({"address1": "A" * 31}, "address1"),
        ({"state": "Thüringen"}, "state"),
        ({"billShipSame": "true"}, "billShipSame"),
        ({"city": ""}, "city"),
        ({"phoneNumber": "+49 1"}, "phoneNumber"),
        ({"product1_qty": "1.5"}, "product1_qty"),
    ],
)
async def test_an_import_is_refused_with_its_field_and_status_200(ask, changes, field):
    answer = await ask("/order/import/", **{**WHOLE, **changes})
    assert answer["result"] == "ERROR"
    assert field in answer["message"]


async def test_the_same_import_twice_makes_two_orders(ask):
    first, second = [await ask("/order/import/", **WHOLE) for _ in range(2)]
    assert first["message"]["orderId"] != second["message"]["orderId"]
    assert first["message"]["customerId"] == second["message"]["customerId"]
    assert first["message"]["totalAmount"] == "49.00"


async def test_queries_want_american_days_and_answer_an_error_when_empty(ask):
    iso = await ask("/order/query/", startDate="2026-01-01", endDate="2026-01-02")
    none = await ask("/order/query/", startDate="01/01/2020", endDate="01/02/2020")
    many = await ask("/order/query/", startDate="01/01/2026", endDate="12/31/2026", resultsPerPage="201")
    assert "startDate" in iso["message"]
    assert none == {"result": "ERROR", "message": "No orders matching those parameters could be found"}
    assert "resultsPerPage" in many["message"]


async def test_free_fields_come_on_request_only(ask):
    await ask("/order/import/", **WHOLE, custom1="A1")
    days = {"startDate": "01/01/2026", "endDate": "12/31/2036", "emailAddress": "eva@example.com"}
    plain = await ask("/order/query/", **days)
    told = await ask("/order/query/", **days, includeCustomFields="1")
    assert "custom1" not in plain["message"]["data"][0]
    assert told["message"]["data"][0]["custom1"] == "A1"


async def test_a_refund_without_the_external_mark_reaches_a_processor_that_declines(ask):
    number = (await ask("/order/import/", **WHOLE))["message"]["orderId"]
    sale = (await ask("/transactions/query/", orderId=number))["message"]["data"][0]["transactionId"]
    paid = {"transactionId": sale, "refundAmount": "10.00", "refundMerchantTxnId": "7"}
    assert (await ask("/transactions/refund/", **paid))["result"] == "ERROR"
    assert (await ask("/transactions/refund/", **paid, externalRefund="1"))["result"] == "SUCCESS"
    more = {**paid, "refundAmount": "39.01", "externalRefund": "1"}
    assert (await ask("/transactions/refund/", **more))["result"] == "ERROR"


async def test_a_cancellation_needs_its_reason_and_a_chargeback_all_four_fields(ask):
    number = (await ask("/order/import/", **WHOLE))["message"]["orderId"]
    sale = (await ask("/transactions/query/", orderId=number))["message"]["data"][0]["transactionId"]
    assert (await ask("/order/cancel/", orderId=number))["result"] == "ERROR"
    assert (await ask("/transactions/update/", transactionId=sale, markChargeback="1"))["result"] == "ERROR"


def test_a_restart_keeps_what_was_there():
    first, second = build_simulator(20), build_simulator(0)
    second.restore(first.snapshot())
    assert second.summary() == first.summary()
