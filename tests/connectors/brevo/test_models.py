"""What is sent is held against the models of Brevo's official SDK, and so is what the simulator answers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.connectors.brevo.manifest import MANIFEST
from app.core.fields import FieldRule
from app.core.records import Kind
from app.sdk.check import run_probes
from app.sdk.target import Mappings
from tests.connectors.brevo.conftest import staged
from tests.connectors.brevo.records import agreed, line, order
from tests.connectors.brevo.test_contacts import ASKS
from tests.connectors.brevo.test_products import product
from tests.connectors.brevo.test_source import read, source

pytestmark = pytest.mark.shared

_SENT = (
    ("POST", r"/contacts", "create_contact"),
    ("PUT", r"/contacts/\d+", "update_contact"),
    ("POST", r"/contacts/doubleOptinConfirmation", "create_doi_contact"),
    ("POST", r"/contacts/attributes/normal/\w+", "create_attribute"),
    ("POST", r"/orders/status/batch", "order_batch"),
    ("POST", r"/products/batch", "create_update_batch_products"),
    ("POST", r"/ecommerce/config/displayCurrency", "set_config_display_currency"),
)
_ANSWERED = (
    ("GET", r"/account", "get_account"),
    ("GET", r"/contacts", "get_contacts"),
    ("GET", r"/contacts/(?!lists|attributes)[^/]+", "get_extended_contact_details"),
    ("GET", r"/smtp/blockedContacts", "get_transac_blocked_contacts"),
    ("GET", r"/orders", "get_orders"),
    ("POST", r"/products/batch", "create_update_batch_products_model"),
)
_NESTED = {
    "list[Order]": "order",
    "OrderIdentifiers": "order_identifiers",
    "list[OrderProducts]": "order_products",
    "OrderBilling": "order_billing",
    "list[CreateUpdateProducts]": "create_update_products",
    "list[GetTransacBlockedContactsContacts]": "get_transac_blocked_contacts_contacts",
    "GetTransacBlockedContactsReason": "get_transac_blocked_contacts_reason",
    "list[GetAccountPlan]": "get_account_plan",
}
_PLAIN: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list[str]": (list,),
    "list[int]": (list,),
}
_NOT_IN_THE_SDK = {"order_products.quantityFloat"}
"""Described by https://developers.brevo.com/docs/import-your-orders only."""


def problems(models: dict[str, Any], name: str, value: Any) -> list[str]:
    model, found = models[name], []
    for field, rule in model.items():
        if field not in value and rule["required"] and not (field == "quantity" and "quantityFloat" in value):
            found.append(f"{name}.{field} is missing")
    for field, held in value.items():
        place = f"{name}.{field}"
        if place in _NOT_IN_THE_SDK:
            continue
        if field not in model:
            found.append(f"{place} is not known")
            continue
        kind = model[field]["type"]
        if kind in _NESTED:
            rows = held if kind.startswith("list") else [held]
            found += [each for row in rows for each in problems(models, _NESTED[kind], row)]
        elif kind in _PLAIN and (not isinstance(held, _PLAIN[kind]) or (isinstance(held, bool) and kind != "bool")):
            found.append(f"{place} is no {kind}")
        if "enum" in model[field] and held not in model[field]["enum"]:
            found.append(f"{place} is none of the values")
    return found


async def test_requests_and_answers_agree_with_the_official_models(shared):
    models = json.loads((shared / "specs" / "brevo" / "brevo-v3-models.json").read_text())["models"]
    async with staged(30) as stage:
        await _everything(stage)
        journal = list(stage.simulator.journal)
    found, judged = [], set()
    for exchange in journal:
        for table, raw in ((_SENT, exchange.body), (_ANSWERED, exchange.answer)):
            for method, pattern, model in table:
                if exchange.method == method and re.fullmatch(pattern, exchange.path) and raw and exchange.status < 300:
                    judged.add(model)
                    found += problems(models, model, json.loads(raw))
    assert found == []
    assert judged == {model for _, _, model in (*_SENT, *_ANSWERED)}


async def _everything(stage):
    stage.world.currency = ""
    _ = [each async for each in run_probes(MANIFEST.probes(stage.access, list(Kind)))]
    shelves = {
        Kind.PRODUCTS: [product(1)],
        Kind.CONTACTS: [agreed(1), agreed(2, email="kunde0001@example.com")],
        Kind.ORDERS: [
            order(1),
            order(2, lines=(line(1, quantity=line(1).quantity / 4),), total=order(1).lines[0].total),
        ],
    }
    mappings = Mappings(source_id="lampen", source_name="Lampenladen", fields=(FieldRule("contact.id", "CITY"),))
    await stage.run(shelves, mappings=mappings, account_currency="EUR", **ASKS)
    assert await read(source(stage), Kind.OPT_OUTS)
