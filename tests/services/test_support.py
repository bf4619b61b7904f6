"""The support file: what it holds, and that nobody's data and no secret is in it."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.core.configuration import Match, ProductRow
from app.core.errors import StorageError
from app.core.events import Level, LogEvent, RequestEvent, RunMode
from app.core.fields import FieldRule
from app.core.texts import Text, ntext, text, verbatim
from app.services import Services
from app.services.support import SupportBundle
from tests.services.market import KEY, TOKEN, Market

SEEDS = {
    "name": "Paula Poststempel",
    "first": "paula",
    "last": "poststempel",
    "email": "paula.poststempel@example.com",
    "phone": "+49 171 5550199",
    "street": "Hinterm Deich 17b",
    "city": "Bremerhaven",
    "number": "2024/INV-0077",
    "shop": "Poststempels Teeladen",
    "host": "teeladen-poststempel.example",
    "key": KEY,
    "token": TOKEN,
}


@pytest.fixture
async def lived_in(shop: Services, market: Market) -> Services:
    """Seeds in everything that people enter and systems say."""
    await shop.accounts.update("my-stall", title=SEEDS["shop"], settings={"street": SEEDS["street"]})
    await shop.integrations.update(
        "daily",
        title=f"{SEEDS['shop']} to mail",
        options={"label": SEEDS["name"], "guest_orders": "send"},
        fields=(FieldRule(source="contact.phone", target=SEEDS["city"]),),
    )
    row = ProductRow(key="A-1", name=f"Gift for {SEEDS['name']}", number="17", match=Match.BY_HAND)
    await shop.products.save("daily", [row])
    market.warehouse.refused = {"3"}
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    for event in lines():
        shop.events.emit(event)
    return shop


def lines() -> list[LogEvent | RequestEvent]:
    said = " ".join(SEEDS.values())
    common: dict[str, Any] = {"level": Level.ERROR, "integration": "daily", "run_id": "20261121-1"}
    request: dict[str, Any] = {
        "method": "GET",
        "status": 404,
        "duration_ms": 1.5,
        "sent_bytes": 0,
        "received_bytes": 12,
    }
    return [
        LogEvent(message=verbatim(said), **common),
        LogEvent(message=Text(said), **common),
        LogEvent(
            message=text("{kind} {number}: {reason}", kind=text("Order"), number=SEEDS["number"], reason=SEEDS["name"]),
            **common,
        ),
        LogEvent(message=ntext("{count} order", "{count} orders", 3), key=SEEDS["number"], **common),
        LogEvent(
            message=text("Order"),
            facts={"reason": said, "next_step": said, "where": SEEDS["name"], "target_says": said, SEEDS["first"]: "x"},
            **common,
        ),
        RequestEvent(
            url=f"https://{SEEDS['host']}/stores/{SEEDS['last']}/v2/customers/{SEEDS['number']}?search={SEEDS['phone']}"
            f"&email={SEEDS['email']}&{SEEDS['last']}=1&limit=250",
            account="my-stall",
            error=said,
            **request,
        ),
        RequestEvent(url=f"https://{SEEDS['host']}/v2/orders", account="my-stall", error="ConnectTimeout", **request),
    ]


def leaks(words: str) -> list[str]:
    found = [name for name, seed in SEEDS.items() if seed.casefold() in words.casefold()]
    return found + [name for name in ("deich", "5550199", "canary") if name in words.casefold()]


def content(bundle: SupportBundle, name: str) -> str:
    return next(each.content for each in bundle.files if each.name == name)


async def test_nobodys_data_and_no_secret_is_in_it(lived_in: Services, tmp_path: Path) -> None:
    bundle = await lived_in.support.compose()
    assert {each.name: leaks(each.content) for each in bundle.files if leaks(each.content)} == {}
    await lived_in.support.save(bundle, tmp_path / "support.zip")
    assert leaks((tmp_path / "support.zip").read_bytes().decode("latin-1")) == []
    with zipfile.ZipFile(tmp_path / "support.zip") as archive:
        assert archive.testzip() is None
        unpacked = {name: archive.read(name).decode() for name in archive.namelist()}
    # Exactly what was shown before.
    assert unpacked == {each.name: each.content for each in bundle.files}
    assert str(tmp_path) not in " ".join(unpacked.values())


async def test_it_helps_whoever_supports(lived_in: Services) -> None:
    bundle = await lived_in.support.compose()
    set_up = json.loads(content(bundle, "configuration.json"))
    assert [each["system"] for each in set_up["accounts"]] == ["stall", "depot"]
    assert set_up["accounts"][0]["settings"] == {"street": "filled"}
    (integration,) = set_up["integrations"]
    assert (integration["source"], integration["target"]) == ("account 1", "account 2")
    assert integration["options"] == {"guest_orders": "send", "label": "filled"}
    assert integration["products"] == {"none": 1, "by_hand": 1}
    (run,) = json.loads(content(bundle, "runs.json"))
    assert (run["integration"], run["mode"], run["balances"]) == ("integration 1", "historical", True)
    assert run["flows"]["orders"]["failed"] == 1
    assert run["flows"]["orders"]["reasons"] == {"refused": 1}
    database = json.loads(content(bundle, "database.json"))
    assert (database["check"], database["rows"]["account"], database["rows"]["entry"]) == ("ok", 2, 10)
    about = json.loads(content(bundle, "about.json"))
    assert about["program"]
    assert about["parts"]["httpx"]


async def test_lines_keep_their_pattern_and_can_be_told_to_belong_together(lived_in: Services) -> None:
    told = content(await lived_in.support.compose(), "log.txt").splitlines()
    (pattern,) = [line for line in told if "20261121-1 " in line and '"{kind} {number}: {reason}"' in line]
    assert 'ERROR integration 1 20261121-1 "{kind} {number}: {reason}" kind="Order" number=‹' in pattern
    assert any('"{count} orders"' in line or '"{count} order" count=3' in line for line in told)
    (timed_out,) = [line for line in told if "ConnectTimeout" in line]
    assert "/v2/orders -> 404" in timed_out
    (asked,) = [line for line in told if "limit=250" in line]
    host = timed_out.split("GET ")[1].split("/")[0]
    assert f"GET {host}/stores/‹" in asked


async def test_a_folder_that_cannot_be_written_to_is_named(shop: Services, tmp_path: Path) -> None:
    bundle = await shop.support.compose()
    with pytest.raises(StorageError) as caught:
        await shop.support.save(bundle, tmp_path / "nowhere" / "support.zip")
    assert "nowhere" in str(caught.value)


async def test_an_empty_folder_has_a_support_file_too(services: Services) -> None:
    bundle = await services.support.compose()
    assert [each.name for each in bundle.files] == [
        "README.txt",
        "about.json",
        "configuration.json",
        "runs.json",
        "database.json",
        "log.txt",
    ]
