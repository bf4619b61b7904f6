"""What is sent is held against the vendor's own Postman collection, and so is what the simulator answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from app.connectors.newsletter2go.manifest import MANIFEST
from app.core.records import Kind
from app.sdk.check import run_probes
from tests.connectors.newsletter2go.conftest import staged
from tests.connectors.newsletter2go.records import agreed, withdrawn
from tests.connectors.newsletter2go.test_contacts import ASKS
from tests.connectors.newsletter2go.test_source import read, source

pytestmark = pytest.mark.shared

_HOST = "https://api.newsletter2go.com/"
_COMMON = {"_filter", "_limit", "_offset", "_expand", "_fields"}
_OWN_ATTRIBUTES = {"koppler_customer_id", "{{attribute_name}}"}


def requests_of(items: list[Any]) -> Iterator[Any]:
    for item in items:
        yield from requests_of(item["item"]) if "item" in item else (item,)


def pattern_of(item: Any) -> tuple[str, re.Pattern[str]]:
    url = item["request"]["url"]
    raw = (url if isinstance(url, str) else url["raw"]).removeprefix(_HOST).partition("?")[0]
    return item["request"]["method"], re.compile("/" + re.sub(r"\\\{\\\{\w+\\\}\\\}", r"[\\w-]+", re.escape(raw)))


def example(item: Any) -> Any:
    raw = (item["request"].get("body") or {}).get("raw")
    return json.loads(raw) if raw else None


def shape_problems(place: str, sent: Any, shown: Any) -> list[str]:
    """Fields that the example does not have, or has with another type; an array may stand for its one object."""
    if isinstance(sent, list) and isinstance(shown, dict):
        return [each for one in sent for each in shape_problems(place, one, shown)]
    if isinstance(sent, dict) and isinstance(shown, dict):
        found = [f"{place}.{name} is not in the example" for name in set(sent) - set(shown) - _OWN_ATTRIBUTES]
        common = set(sent) & set(shown)
        return found + [each for name in common for each in shape_problems(f"{place}.{name}", sent[name], shown[name])]
    if shown is not None and sent is not None and type(sent) is not type(shown):
        return [f"{place} is {type(sent).__name__} and not {type(shown).__name__}"]
    return []


async def test_requests_and_answers_agree_with_the_official_collection(shared):
    path = shared / "specs" / "newsletter2go" / "newsletter2go-api.postman_collection.json"
    items = list(requests_of(json.loads(path.read_text(encoding="utf-8"))["item"]))
    async with staged(30) as stage:
        await _everything(stage)
        journal = list(stage.simulator.journal)
    problems, used = set(), set()
    for exchange in journal:
        matching = [
            item
            for item in items
            if (known := pattern_of(item))[0] == exchange.method and known[1].fullmatch(exchange.path)
        ]
        if not matching:
            problems.add(f"{exchange.method} {exchange.path} is not in the collection")
            continue
        used.add((exchange.method, re.sub(r"\b[a-z0-9]{8}\b", "*", exchange.path)))
        if unknown := set(parse_qs(exchange.query)) - _COMMON:
            problems.add(f"{exchange.path}: {unknown}")
        if exchange.body:
            body = json.loads(exchange.body)
            tries = [shape_problems(exchange.path, body, shown) for item in matching if (shown := example(item))]
            problems |= set(min(tries, key=len) if tries else ())
        answers = [
            json.loads(each["body"])
            for item in matching
            for each in item["response"]
            if each["code"] == exchange.status
        ]
        answered = json.loads(exchange.answer)
        for name in ("value", "info"):
            if any(name in each for each in answers) and name not in answered:
                problems.add(f"{exchange.path} answers without {name}")
        if not answers and exchange.status < 300:
            problems.add(f"{exchange.method} {exchange.path} answers {exchange.status}")
    assert problems == set()
    assert {
        ("POST", "/recipients"),
        ("PATCH", "/lists/*/recipients/*"),
        ("DELETE", "/lists/*/recipients/*"),
        ("POST", "/attributes"),
    } <= used
    assert {("POST", "/groups"), ("POST", "/lists/*/groups/*/recipients"), ("POST", "/oauth/v2/token")} <= used
    assert len([each for each in used if each[1].startswith("/forms/")]) == 2


async def _everything(stage):
    _ = [each async for each in run_probes(MANIFEST.probes(stage.access, [Kind.CONTACTS]))]
    people = [agreed(1, email="kunde0001@example.com", tags=("Messe",)), agreed(2)]
    options = {**ASKS, "group": "Alle", "tags_as_groups": True}
    await stage.contacts(*people, **options)
    await stage.contacts(*people, agreed(3), agreed(4), new_people="add")
    await stage.contacts(*people, withdrawn(3), agreed(4), new_people="add")
    await stage.contacts(*people, agreed(4, email="umzug@example.com"), new_people="add")
    await stage.run({Kind.CONTACTS: people}, sweeps=True, new_people="add")
    stage.world.tokens.clear()
    await stage.access.http.get("companies")
    assert await read(source(stage), Kind.OPT_OUTS)
