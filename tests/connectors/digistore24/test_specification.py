"""What we send and what our simulator answers, against Digistore24's own OpenAPI file.

The file declares GET with a query and often leaves the envelope away, while the vendor's own client posts forms to
``/format/json`` and every answer has the envelope. So each exchange is put into the file's terms before it is judged.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from app.connectors.digistore24.manifest import MANIFEST
from app.connectors.digistore24.world import new_world
from app.core.records import Kind
from app.sdk.check import run_probes
from app.sdk.simulator import Exchange
from tests.connectors.digistore24.conftest import BEGIN, NOW, Shop, shop_with
from tests.connectors.standard import fetched, read_all
from tests.specification import SpecificationSet, Tolerance

pytestmark = pytest.mark.shared

_TOLERATED = [
    Tolerance(
        r"(amount|vat_amount|vat_rate|other_amounts): '-?[\d.]+' is not of type 'number'",
        "money comes as text in practice, as in the vendor's own examples of pushes",
    ),
    Tolerance(
        r"purchase_list\[\]\.\w+: this field is not declared", "the file names only what affiliates see of a row"
    ),
    Tolerance(
        r"listPurchases .*: this field is not declared", "the file leaves out the paging that its parameters ask for"
    ),
    Tolerance(r"listTransactions .*: this field is not declared", "the schema of the list is drawn from an example"),
    Tolerance(
        r"getPurchase -> 200: answer \.: ", "both alternatives are empty; each purchase is judged by its own schema"
    ),
]
_WITH_ENVELOPE = {"listTransactions", "ping"}
_WITH_DATA = {"listRebillingStatusChanges", "getBuyer"}


@dataclass
class InTheFilesTerms:
    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200
    answer: bytes = b""


def put(exchange: Exchange, methods: dict[str, str]) -> InTheFilesTerms:
    function = exchange.path.split("/")[1]
    told = json.loads(exchange.answer)
    kept = told if function in _WITH_ENVELOPE else told.get("data")
    if function in _WITH_DATA:
        kept = {"data": told["data"]}
    return InTheFilesTerms(
        method=methods[function],
        path=f"/api/call/{function}",
        query=exchange.body.decode(),
        headers=dict(exchange.headers),
        status=exchange.status,
        answer=json.dumps(kept).encode(),
    )


@pytest.fixture(scope="module")
def file(shared: Path) -> Path:
    return shared / "specs" / "digistore24" / "openapi.yaml"


@pytest.fixture(scope="module")
def methods(file: Path) -> dict[str, str]:
    paths = yaml.safe_load(file.read_text("utf-8"))["paths"]
    verbs = ("get", "post", "put", "delete")
    return {path.strip("/"): next(verb.upper() for verb in verbs if verb in item) for path, item in paths.items()}


async def everything(shop: Shop) -> None:
    async for _ in run_probes(MANIFEST.probes(shop.account.access, list(Kind))):
        pass
    for kind in (Kind.PRODUCTS, Kind.CONTACTS, Kind.ORDERS):
        found = await read_all(shop.source(), kind, until=NOW)
        await read_all(shop.source(), kind, until=NOW, since=BEGIN)
        await fetched(shop.source(), kind, [each.id for each in found[:3]])
        await fetched(shop.source(), kind, [found[0].id])


async def test_every_exchange_is_as_specified(file: Path, methods: dict[str, str]) -> None:
    specification = SpecificationSet.load([file], tolerated=_TOLERATED)
    world = new_world(60)
    world.clock = lambda: NOW
    number = world.add_purchase(world.add_buyer(0, BEGIN), [512345], BEGIN)["id"]
    world.add_transaction(number, "refund", Decimal("49.00"), datetime.fromisoformat("2026-11-19T10:00:00+01:00"))
    async with shop_with(world) as shop:
        await everything(shop)
        journal = list(shop.account.simulator.journal)
    problems = {problem for each in journal for problem in specification.problems(put(each, methods))}
    assert sorted(problems) == []
    assert specification.unused_tolerances == []
    asked = {each.path.split("/")[1] for each in journal}
    assert asked >= {"listPurchases", "getPurchase", "listTransactions", "listRebillingStatusChanges", "getBuyer"}


def as_number(value: object) -> object:
    return float(value) if isinstance(value, str) and re.fullmatch(r"-?\d+\.\d\d", value) else value


def judged(node: object) -> object:
    """Money as the number that the file declares; chargebacks under the only name it has for money that went back."""
    if isinstance(node, dict):
        return {name: "refund" if each == "chargeback" else judged(each) for name, each in node.items()}
    return [judged(each) for each in node] if isinstance(node, list) else as_number(node)


@pytest.fixture(scope="module")
def schema(file: Path) -> dict[str, Any]:
    described = yaml.safe_load(file.read_text("utf-8"))["paths"]["/getPurchase"]["components"]["schemas"]
    found: dict[str, Any] = described["PurchaseResponse"]
    return found


async def test_every_purchase_is_as_its_own_schema_says(schema: dict[str, Any]) -> None:
    declared = schema["properties"]
    world = new_world(60)
    async with shop_with(world) as shop:
        await shop.orders()
        answers = [each for each in shop.account.simulator.journal if "/getPurchase/" in each.path]
    rows = [row for each in answers for row in json.loads(each.answer)["data"].values()]
    assert len(rows) == 55
    for row in rows:
        assert [error.message for error in Draft202012Validator(schema).iter_errors(judged(row))] == []
        assert set(row) <= set(declared)
        for name in ("items", "transaction_list"):
            assert all(set(each) <= set(declared[name]["items"]["properties"]) for each in row[name])
        assert set(row["buyer"]) - set(declared["buyer"]["properties"]) <= {"address_id"}
