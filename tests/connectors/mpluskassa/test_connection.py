"""The form, the connection test, what is suggested, and the practice register's own manners."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from app.connectors.mpluskassa.manifest import MANIFEST
from app.connectors.mpluskassa.simulator import IDENT, SECRET
from app.connectors.mpluskassa.soap import envelope
from app.core.events import StageEvent, StageState
from app.core.records import Kind
from app.sdk.check import run_probes
from app.sdk.settings import SettingsError, field_specs, parse, problems_of
from app.sdk.simulator import serve
from app.sdk.target import Suggests
from tests.connectors.mpluskassa.conftest import Stage, staged

REQUIRED = {"port": 50123, "ident": "practice", "secret": "x"}


async def stages(stage: Stage, *kinds: Kind) -> dict[str, StageEvent]:
    events = run_probes(MANIFEST.probes(stage.account.access, kinds))
    return {each.name: each async for each in events if each.state is not StageState.RUNNING}


# The form -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "host"),
    [
        ("api.mpluskassa.nl", "api.mpluskassa.nl"),
        ("https://api.mpluskassa.nl:50123/?ident=a&secret=b", "api.mpluskassa.nl"),
        (" kassa.example.com:50123 ", "kassa.example.com"),
        ("10.0.0.5", "10.0.0.5"),
    ],
)
def test_the_server_is_cut_out_of_whatever_was_pasted(pasted: str, host: str) -> None:
    assert parse(MANIFEST.settings, {**REQUIRED, "server": pasted}).server == host  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("server", "not a host"),
        ("server", "https://a:b@example.com"),
        ("port", 0),
        ("port", "fifty"),
        ("currency", "euro"),
        ("time_zone", "Utrecht"),
        ("secret", ""),
        ("branch", "main"),
    ],
)
def test_what_cannot_be_right_is_named_at_its_field(field: str, value: object) -> None:
    assert set(problems_of(MANIFEST.settings, {**REQUIRED, field: value})) == {field}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tax_codes", {"DE": "high"}),
        ("turnover_groups", {"*": "-1"}),
        ("payment_terms", {"Rechnung": "soon"}),
        ("shipping_article", "VERSAND"),
        ("default_debtor", "0012"),
        ("employee_number", 0),
        ("written_on_update", ["images"]),
    ],
)
def test_options_take_only_what_the_register_can_hold(field: str, value: object) -> None:
    with pytest.raises(SettingsError) as raised:
        parse(MANIFEST.target_options, {field: value})
    assert set(raised.value.problems) == {field}


def test_what_people_rely_on_is_the_default() -> None:
    chosen = parse(MANIFEST.target_options, {}).model_dump(mode="json")
    assert chosen["employee_number"] == 999_999
    assert "long_text" in chosen["written_on_creation"]
    assert "long_text" not in chosen["written_on_update"]
    assert chosen["default_debtor"] == ""


def test_tables_offer_countries_and_suggest_the_registers_own_numbers() -> None:
    specs = {each.name: each.setting for each in field_specs(MANIFEST.target_options)}
    for name, suggested in (("tax_codes", "tax_codes"), ("turnover_groups", "turnover_groups")):
        assert {"DE", "NL", "*"} <= set(specs[name].table_keys)
        assert specs[name].suggests == suggested
    assert specs["payment_methods"].suggests == "payment_methods"
    assert str(specs["written_on_update"].label)


def test_a_country_in_a_table_may_be_written_in_any_way() -> None:
    chosen = parse(MANIFEST.target_options, {"tax_codes": {"Germany": " 2 ", "NLD": "1"}})
    assert chosen.tax_codes == {"DE": "2", "NL": "1"}  # type: ignore[attr-defined]


def test_the_card_says_that_images_are_not_supported() -> None:
    assert any("Images are not supported" in str(each) for each in MANIFEST.limits)


# The test of the connection -------------------------------------------------------------------------------------------


async def test_every_stage_says_what_it_found(stage: Stage) -> None:
    found = await stages(stage, Kind.CONTACTS, Kind.ORDERS, Kind.PRODUCTS, Kind.STOCK, Kind.CATEGORIES, Kind.OPT_OUTS)
    assert {each.state for each in found.values()} == {StageState.OK}
    assert "67.1.3" in str(found["sign_in"].message)
    assert str(found["branch"].message) == "1: Utrecht"
    assert "k•••@example.com" in str(found["sample"].message)
    assert stage.writes == []


async def test_a_wrong_branch_is_named_with_those_that_there_are() -> None:
    async with staged(records=20, settings={"branch": "7"}) as stage:
        found = await stages(stage, Kind.ORDERS)
    assert found["branch"].state is StageState.FAILED
    assert found["branch"].field == "branch"
    assert "2 Amersfoort" in str(found["branch"].message)


@pytest.mark.parametrize(("field", "state"), [("", StageState.NOTE), ("Newsletter?", StageState.FAILED)])
async def test_the_consent_field_is_looked_for(field: str, state: StageState) -> None:
    async with staged(records=20, settings={"consent_field": field}) as stage:
        found = await stages(stage, Kind.OPT_OUTS)
    assert found["permission:opt_outs"].state is state


async def test_a_register_without_the_super_user_says_so_before_the_first_order(stage: Stage) -> None:
    del stage.world.register.table("employees")["999999"]
    found = await stages(stage, Kind.ORDERS)
    assert found["employee"].state is StageState.NOTE


async def test_choices_are_fetched_from_the_register(stage: Stage) -> None:
    target = stage.account.target()
    assert isinstance(target, Suggests)
    assert isinstance(stage.account.source(), Suggests)
    told = {
        name: [each.label for each in await target.suggestions(name)]
        for name in ("branches", "payment_methods", "tax_codes", "turnover_groups", "relation_fields", "moods")
    }
    assert told == {
        "branches": ["1 – Utrecht", "2 – Amersfoort"],
        "payment_methods": ["CASH – Contant", "PIN – Pinbetaling", "WEB – Webshop"],
        "tax_codes": [
            *("1 – NLD 21 %", "2 – NLD 9 %", "0 – NLD 0 %"),
            *("1 – DEU 19 %", "2 – DEU 7 %", "0 – DEU 0 %"),
            *("1 – BEL 21 %", "2 – BEL 6 %", "0 – BEL 0 %"),
        ],
        "turnover_groups": ["1 – Huishoudelijk", "2 – Boeken", "80 – Verzendkosten"],
        "relation_fields": ["Nieuwsbrief"],
        "moods": [],
    }


# The practice register ------------------------------------------------------------------------------------------------


async def test_it_speaks_only_by_post_and_only_to_whom_it_knows() -> None:
    simulator = MANIFEST.simulator(10)
    content = envelope({"getApiVersion": {}})
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": "getApiVersion"}
    known = {"ident": IDENT, "secret": SECRET}
    async with serve(simulator) as address, httpx.AsyncClient(base_url=address, trust_env=False) as client:
        assert (await client.get("/")).status_code == 405
        refused = await client.post("/", params={**known, "secret": "no"}, content=content, headers=headers)
        assert (refused.status_code, b"SOAP-ENV:Client.Authentication" in refused.content) == (500, True)
        for missing in headers:
            rest = {name: value for name, value in headers.items() if name != missing}
            assert (await client.post("/", params=known, content=content, headers=rest)).status_code == 500
        good = await client.post("/", params=known, content=content, headers=headers)
        assert (good.status_code, b"getApiVersionResponse" in good.content) == (200, True)


async def test_it_goes_on_after_a_restart(stage: Stage) -> None:
    stage.world.goods.operations["newArticleGroup"]({"request": {"parentGroupNumber": 0, "name": "Neu", "text": ""}})
    kept = json.loads(json.dumps(stage.account.simulator.snapshot()))
    fresh = MANIFEST.simulator(60)
    fresh.restore(kept)
    assert fresh.summary() == stage.account.simulator.summary()
    async with staged(simulator=fresh) as again:
        answer: Any = again.world.goods.operations["getArticleGroups"]({})
    assert "Neu" in str(answer)


async def test_the_partial_search_of_the_register_finds_strangers(stage: Stage) -> None:
    find = stage.world.people.operations["findRelation"]
    assert find({"relation": {"email": "lant001@"}})["relation"]["email"] == "klant001@example.com"
    assert find({"relation": {}})["result"] == "FIND-RELATION-RESULT-OK"


async def test_the_same_key_gets_the_same_answer(stage: Stage) -> None:
    """Also a refusal: that is why each run has keys of its own."""
    order = {"orderId": "", "lineList": {"line": [{"articleNumber": 1010, "data": {"quantity": 1}}]}}
    asked = {"request": {"idempotencyKey": "k", "order": order}}
    create = stage.world.sales.operations["createOrderV3"]
    first, second = create(asked), create(asked)
    assert first["errorMessage"] == second["errorMessage"] == "employee does not exist"
    assert second["idempotencyResult"].endswith("REPLAY-RESPONSE")
    orders = [await stage.target(), await stage.target()]
    assert orders[0] is not orders[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"relationNumber": 5}, "relation does not exist"),
        ({"employeeNumber": 5}, "employee does not exist"),
        ({"entryBranchNumber": 5}, "branch 5 does not exist"),
        ({"entryBranchNumber": 2}, "workplace number is required for this branch"),
        ({"lineList": {}}, "order has no lines"),
        ({"lineList": {"line": [{"articleNumber": 5}]}}, "article 5 does not exist"),
        (
            {"lineList": {"line": [{"articleNumber": 1010, "data": {"quantity": 1, "vatCode": 5}}]}},
            "rate for VAT code 5 not configured",
        ),
    ],
)
async def test_it_refuses_orders_that_the_real_one_refuses(stage: Stage, changes: dict[str, Any], words: str) -> None:
    lines = {"line": [{"articleNumber": 1010, "data": {"quantity": 1}}]}
    order = {"orderId": "", "employeeNumber": 12, "relationNumber": 100_001, "lineList": lines, **changes}
    assert stage.world.sales.operations["createOrder"]({"order": order})["errorMessage"] == words


async def test_money_that_is_not_enough_pays_nothing(stage: Stage) -> None:
    pay = stage.world.sales.operations["payOrder"]
    payments = {"paymentList": {"payment": [{"method": "WEB", "amount": 1}]}}
    assert pay({"request": {"orderId": "4", "prepay": True, **payments}})["result"].endswith("PAYMENT-INSUFFICIENT")
    assert pay({"request": {"orderId": "1", "prepay": True, **payments}})["result"].endswith("ALREADY-INVOICED")
    assert pay({"request": {"orderId": "x", "prepay": True, **payments}})["result"].endswith("FAILED")
