"""What we send and what our simulator answers, against the vendor's WSDL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.connectors.mpluskassa import vocabulary
from app.connectors.mpluskassa.grammar import SCALARS, answer_names, answers, requests, types
from app.connectors.mpluskassa.manifest import MANIFEST
from app.connectors.mpluskassa.soap import enveloped
from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Category, Discount, Kind, OptOut, OrderStatus, Reversal, StockLevel, Variant
from app.sdk.check import run_probes
from app.sdk.simulator import Exchange
from tests.connectors.mpluskassa.conftest import (
    ARTICLES,
    AT,
    Stage,
    change,
    line,
    operation_of,
    order,
    person,
    product,
    staged,
)
from tests.connectors.mpluskassa.wsdl import Wsdl
from tests.connectors.standard import fetched, read_all

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def wsdl(shared: Path) -> Wsdl:
    return Wsdl(shared / "specs" / "mpluskassa" / "mplusqapi.wsdl")


def _judged(wsdl: Wsdl, stage: Stage) -> set[str]:
    return {problem for each in stage.account.simulator.journal for problem in wsdl.problems(each)}


def _operations(stage: Stage) -> set[str]:
    return {operation_of(each) for each in stage.account.simulator.journal}


async def test_everything_that_is_read_is_as_specified(wsdl: Wsdl) -> None:
    async with staged(records=80) as stage:
        async for _ in run_probes(MANIFEST.probes(stage.account.access, list(Kind))):
            pass
        for options in ({"register_sales": "both", "all_branches": True}, {}):
            source = stage.account.source(**options)
            for reads in MANIFEST.reads:
                found = await read_all(source, reads.kind, since=datetime(2026, 1, 1, tzinfo=UTC))
                await fetched(source, reads.kind, [each.id for each in found[:3]])
        target = stage.account.target()
        for name in ("branches", "payment_methods", "tax_codes", "turnover_groups", "relation_fields"):
            assert await target.suggestions(name)  # type: ignore[attr-defined]
        stage.world.register.too_old_for.add("findRelationV2")
        await stage.planned(await stage.target(Kind.CONTACTS), person())
        assert _operations(stage) >= {
            "getRelations",
            "getProducts",
            "getOrders",
            "getInvoices",
            "getStock",
            "findRelation",
        }
        assert _judged(wsdl, stage) == set()


async def test_everything_that_is_written_is_as_specified(wsdl: Wsdl) -> None:
    everything: dict[str, Any] = {
        **ARTICLES,
        "payment_methods": {"WEB": "PayPal"},
        "payment_terms": {"PayPal": "14"},
        "tax_codes": {"*": "1"},
        "turnover_groups": {"*": "1"},
        "subscribe_in_register": True,
        "manages_stock": True,
    }
    kinds = (Kind.CATEGORIES, Kind.PRODUCTS, Kind.STOCK, Kind.CONTACTS, Kind.ORDERS, Kind.OPT_OUTS)
    async with staged() as stage:
        target = await stage.target(*kinds, **everything)
        agreed = person(1, company="Größe & Co.", consent=Consent(ConsentState.YES), birthday=AT.date())
        await stage.sent(target, agreed)
        await stage.sent(target, person(1, last_name="Klein", consent=Consent(ConsentState.YES)))
        await stage.sent(target, OptOut(id="o", email="person1@example.com"))
        await stage.sent(target, Category(id="c", name="Neu", path=("Keuken", "Ganz", "Neu")))
        await stage.sent(target, Category(id="d", name="KEUKEN", path=("KEUKEN",)))
        variants = (
            Variant(id="1", sku="600101", attributes={"Farbe": "Blau", "Größe": "S"}, quantity=Decimal("2.5")),
            Variant(id="2", sku="600102", attributes={"Farbe": "Blau", "Größe": "L"}),
        )
        jug = product(variants=variants, categories=(("Keuken", "Krüge"),), attributes={"Herkunftsland": ("Portugal",)})
        await stage.sent(target, jug)
        await stage.sent(target, change(jug, price=Money.of("13.50", "EUR")))
        await stage.sent(target, StockLevel(id="4001", sku="4001", quantity=Decimal("7.25")))
        paid = order(1, status=OrderStatus.PROCESSING, payment_method="PayPal")
        await stage.sent(target, paid)
        rebate = Discount(name="Rabatt", amount=Money.of("1.00", "EUR"))
        late = order(2, [line("1010", "1.5", "3.00")], discounts=(rebate,), payment_method="PayPal")
        entered = await stage.sent(target, late)
        await stage.sent(target, change(late, status=OrderStatus.COMPLETED))
        cancelled = order(3)
        await stage.sent(target, cancelled)
        await stage.sent(target, change(cancelled, status=OrderStatus.CANCELLED))
        stage.world.sales.invoice(entered.target_id)
        reversal = Reversal(id="r", amount=late.total, at=AT)
        await stage.sent(target, change(late, refunded=late.total, reversals=(reversal,)))
        assert set(stage.writes) == {
            "createRelation",
            "updateRelation",
            "newArticleGroup",
            "updateArticleGroup",
            "createProduct",
            "updateProduct",
            "addProductsToArticleGroup",
            "setStock",
            "createOrder",
            "createOrderV3",
            "payOrder",
            "cancelOrder",
            "creditInvoice",
        }
        assert {each.status for each in stage.account.simulator.journal} == {200}
        assert _judged(wsdl, stage) == set()


def test_the_vocabulary_knows_only_elements_of_the_wsdl(wsdl: Wsdl) -> None:
    names = {*requests(), *answer_names().values()}
    assert names <= wsdl.element_names


def test_every_part_of_the_vocabulary_stands_where_the_wsdl_has_it(wsdl: Wsdl) -> None:
    """A message with every known element once, and with the required ones alone."""
    problems = set()
    for name, shape in {**requests(), **{answer_names()[each]: shape for each, shape in answers().items()}}.items():
        for only_required in (False, True):
            content = _filled(shape, only_required=only_required, depth=0)
            message = enveloped(name, shape, content)
            exchange = Exchange("POST", "/", "", {}, message, 200, message)
            problems |= {each for each in wsdl.problems(exchange) if "enumeration" not in each and "atomic" not in each}
    assert problems == set()


_VALUES = {"int": 1, "text": "x", "bool": True, "decimal": Decimal("1.5")}


def _filled(shape, *, only_required, depth):
    content = {}
    for part in shape.values():
        is_too_deep = depth > 4 and part.type not in SCALARS
        if part.type == "any" or (not part.is_required and (only_required or is_too_deep)):
            continue
        if part.type in SCALARS:
            value = _VALUES[part.type]
        else:
            value = _filled(types()[part.type], only_required=only_required, depth=depth + 1)
        content[part.name] = [value] if part.repeats else value
    return content


def test_the_vocabulary_is_read_whole() -> None:
    assert vocabulary.REQUESTS.count("=") == len(requests())
    assert {part.type for shape in types().values() for part in shape.values()} <= {*types(), *SCALARS, "any"}
