"""What is sent, and what the simulator answers, is held against the vendor's own OpenAPI document."""

from __future__ import annotations

import pytest

from app.connectors.activecampaign.manifest import MANIFEST
from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Discount, Kind
from app.sdk.check import run_probes
from app.sdk.target import Timing
from tests.connectors.activecampaign.conftest import staged
from tests.connectors.activecampaign.records import agreed, cart, contact, drafted, order
from tests.specification import SpecificationSet, Tolerance

pytestmark = pytest.mark.shared
_TOLERATED = (
    Tolerance(r"query parameter (limit|offset) is not declared", "every list has them, says the page about pagination"),
    Tolerance(r"GET /contacts: query parameter include", "side-loading is described by the vendor's staff only"),
    Tolerance(r"GET /contacts -> 200: answer \.", "the answer fits several of the document's shapes"),
    Tolerance(r"GET /ecomOrders: query parameter filters\[externalid\]", "an order's id in a shop may be any text"),
    Tolerance(r"GET /ecomOrders -> 200: a body was answered", "the document has an example in place of a schema"),
    Tolerance(r"contactTag\.(contact|tag): '\d+' is not of type", "the document's own example writes texts"),
    Tolerance(r"ecomOrder\.customerid: '\d+' is not of type", "an id from an answer is a text; both are taken"),
    Tolerance(r"contactTags: no such operation", "removing a tag needs the ids that only this list tells"),
    Tolerance(r"POST /contactLists -> 201", "a new membership is answered so, as other clients found"),
    Tolerance(r"POST /contact/sync -> 200", "an update; the document shows a new contact only"),
    Tolerance(r"orderProducts: .* is not of type 'object'", "the document's own example writes a list"),
    Tolerance(r"orderDiscounts: .* is not of type 'object'", "the document's own example writes a list"),
    Tolerance(
        r"POST /ecomOrders: body .ecomOrder: '(externalid|externalcheckoutid|abandonedDate)' is a required",
        "the document's own words ask for exactly one of the two ids",
    ),
)


async def test_requests_and_answers_agree_with_the_official_document(shared):
    document = shared / "specs" / "activecampaign" / "activecampaign-v3.openapi.json"
    specification = SpecificationSet.load([document], tolerated=_TOLERATED, is_complete=False)
    async with staged(12) as stage:
        await _everything(stage)
        exchanges = [each for each in stage.simulator.journal if not each.path.endswith("/ecom/graphql")]

    problems = {problem: each.path for each in exchanges for problem in specification.problems(each)}
    assert problems == {}
    assert specification.unused_tolerances == []


async def _everything(stage):
    access = await stage.access()
    kinds = [Kind.CONTACTS, Kind.ORDERS, Kind.CARTS, Kind.OPT_OUTS]
    _ = [each async for each in run_probes(MANIFEST.probes(access, kinds))]
    live = await stage.drive(Kind.CONTACTS, Kind.ORDERS, timing=Timing.LIVE, order_path="rest", subscribe_to_list="1")
    await live.send(agreed(101), contact(1))
    accepts = Consent(ConsentState.YES)
    discounts = (Discount(name="SUMMER", amount=Money.of("2", "GBP")),)
    await live.send(order(1, accepts_marketing=accepts, discounts=discounts))
    await live.target.create_field("Lieblingstee")
    history = await stage.drive(Kind.CONTACTS, Kind.ORDERS, Kind.CARTS, order_path="rest", subscribe_to_list="2")
    await history.send(*(agreed(number) for number in range(1, 20)))
    await history.send(order(1, accepts_marketing=Consent(ConsentState.NO)), order(2))
    await history.send(cart(3))
    for record in (order(2), cart(3), agreed(19)):
        await _taken_back(history, drafted(history.target.draft(record)))


async def _taken_back(drive, draft):
    known = (await drive.target.look_back([draft]))[draft.key]
    for step in drive.target.removal(draft, known, {}).steps:
        await drive.http.request(step.method, step.path, is_repeatable=True)
