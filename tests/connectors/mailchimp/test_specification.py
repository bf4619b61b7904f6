"""What is sent, and what the simulator answers, is held against the vendor's own Swagger documents."""

from __future__ import annotations

import pytest

from app.connectors.mailchimp.manifest import MANIFEST
from app.connectors.mailchimp.practice import STORE
from app.core.records import Address, Kind, OptOut, OrderStatus
from app.sdk.check import run_probes
from app.sdk.plan import Plan
from app.sdk.target import Timing
from tests.connectors.mailchimp.conftest import staged
from tests.connectors.mailchimp.records import AGREED, agreed, cart, contact, discounted, line, order, product
from tests.connectors.standard import read_all, send
from tests.specification import SpecificationSet, Tolerance

pytestmark = pytest.mark.shared
_FILES = ("list-id", "members", "orders", "stores", "fields", "batches", "root", "pings")
_TOLERATED = (
    Tolerance(r"lines\[\]\.id: this field is not declared", "the document's own words merge lines by their id"),
)


async def test_requests_and_answers_agree_with_the_official_documents(shared):
    folder = shared / "specs" / "mailchimp"
    paths = [folder / f"mailchimp-{name}.swagger.yml" for name in _FILES]
    specification = SpecificationSet.load(paths, tolerated=_TOLERATED)
    async with staged(12) as stage:
        await _everything(stage)
        exchanges = list(stage.simulator.journal)

    problems = {problem: each.path for each in exchanges for problem in specification.problems(each)}
    assert problems == {}
    assert specification.unused_tolerances == []


async def _everything(stage):
    account = stage.account
    kinds = [*(each.kind for each in MANIFEST.reads), *(each.kind for each in MANIFEST.writes)]
    _ = [each async for each in run_probes(MANIFEST.probes(account.access, kinds))]
    source = account.source(read_from_store=STORE)
    for reads in MANIFEST.reads:
        await read_all(source, reads.kind)
    home = Address(street="Weg 1", city="Köln", postcode="50667", country="DE")
    people = [contact(number, address=home, language="de") for number in range(1, 30)]
    await stage.run(
        {
            Kind.PRODUCTS: [product(1)],
            Kind.CONTACTS: people,
            Kind.ORDERS: [discounted(1), order(2, status=OrderStatus.CANCELLED)],
            Kind.CARTS: [cart(3)],
        },
        member_tag="Laden",
    )
    changed = [contact(number, address=home, language="pl") for number in range(1, 30)]
    await stage.run({Kind.CONTACTS: changed}, member_tag="Stammkunde")
    await stage.sync(
        {
            Kind.PRODUCTS: [product(1, name="Tasse", sku="B-9")],
            Kind.CONTACTS: [agreed(90, tags=("neu",)), contact(1, consent=AGREED)],
            Kind.ORDERS: [order(1, lines=(line(2),)), order(9, cart_id="c3")],
            Kind.CARTS: [cart(3), cart(4)],
        },
        newsletter="confirm",
    )
    await stage.sync({Kind.OPT_OUTS: [OptOut(id="1", email="kunde0090@example.com")]})
    await stage.target().create_field("Lieblingstee")
    await _taken_back(stage)


async def _taken_back(stage):
    target = stage.target()
    await target.open([Kind.ORDERS, Kind.PRODUCTS, Kind.CONTACTS], Timing.HISTORICAL)
    for record in (order(2, status=OrderStatus.CANCELLED), product(1, name="Tasse", sku="B-9"), contact(20)):
        draft = target.draft(record)
        known = (await target.look_back([draft]))[draft.key]
        steps = target.removal(draft, known, {Kind.ORDERS: known.facts.get("orders", ())}).steps
        await send(target, stage.account.access.http, Plan((), steps))
