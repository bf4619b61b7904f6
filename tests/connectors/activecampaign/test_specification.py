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
from tests.connectors.activecampaign.records import agreed, cart, contact, order
from tests.specification import SpecificationSet

pytestmark = pytest.mark.shared
_TOLERATED = ()


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
