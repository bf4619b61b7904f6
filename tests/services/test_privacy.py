"""A person found and erased through the services, with runs before and after."""

import asyncio
import json
from pathlib import Path

import pytest

from app.core.errors import ConfigError
from app.core.events import Event, LogEvent, PersonErasedEvent, RunMode
from app.core.outcomes import Outcome
from app.core.person import BLANK
from app.engine.planning import search_form
from app.services import Services
from app.services.privacyreport import as_text, as_values
from app.storage.hashes import FolderHash, hash_of_words
from tests.services.conftest import Open, set_up
from tests.services.market import Market, order

PERSON, NUMBER = "person3@example.com", "2026/3"


async def imported(services: Services) -> dict[Outcome, int]:
    result = await (await services.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert result.balance.balances
    return {outcome: count for outcome in Outcome if (count := result.balance.total.count(outcome))}


def bytes_with(folder: Path, *words: str) -> list[str]:
    return [
        f"{path.name}: {each}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for each in words
        if each.encode() in path.read_bytes()
    ]


async def test_a_person_is_found_by_address_and_by_order_number(shop: Services) -> None:
    await imported(shop)
    for words in (f" {PERSON.upper()} ", f"#{NUMBER}"):
        report = await shop.privacy.find(words)
        assert report.found >= 1
        assert {each.code: each.found for each in report.places}["journal"] == 1
        assert str(next(each.detail for each in report.places if each.code == "journal")) == "1 order"
    assert (await shop.privacy.find("stranger@example.com")).found == 0


async def test_a_report_does_not_name_the_person(shop: Services, tmp_path: Path) -> None:
    await imported(shop)
    for words in (PERSON, NUMBER):
        report = await shop.privacy.erase(words)
        for name in ("report.txt", "report.json"):
            await shop.privacy.save_report(report, tmp_path / name)
        assert bytes_with(tmp_path / "report.txt", words) == bytes_with(tmp_path / "report.json", words) == []
        assert report.masked in (tmp_path / "report.txt").read_text(encoding="utf-8-sig")
        told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        assert told == as_values(report)
        assert (told["task"], told["left"], len(told["fingerprint"])) == ("erase", 0, 32)
    assert "p•••@example.com" in as_text(await shop.privacy.find(PERSON))


async def test_an_erased_person_is_not_sent_again_while_the_shop_still_holds_them(
    shop: Services, market: Market, tmp_path: Path
) -> None:
    assert await imported(shop) == {Outcome.CREATED: 10}
    writes = len(market.warehouse.simulator.writes)
    report = await shop.privacy.erase(PERSON)
    assert (report.left, report.is_marked) == (0, True)
    # The shop changed the order meanwhile: without the mark it would be sent.
    market.source.records[2] = order(3, "77.00")
    assert await imported(shop) == {Outcome.UNCHANGED: 9, Outcome.SKIPPED: 1}
    assert len(market.warehouse.simulator.writes) == writes
    (problem,) = await shop.runs.problems("daily")
    assert problem.entry.reason == "erased_person"
    assert problem.entry.key.startswith("erased-")
    # Reading the person again wrote down neither address nor number nor the shop's id.
    assert (await shop.privacy.find(PERSON)).found == 0
    assert (await shop.privacy.find(NUMBER)).found == 0
    assert bytes_with(tmp_path / "data", PERSON, NUMBER) == []


async def test_without_a_mark_the_next_import_looks_the_record_up_and_sends_it_once_only(
    shop: Services, market: Market
) -> None:
    await imported(shop)
    report = await shop.privacy.erase(PERSON, keeps_mark=False)
    assert not report.is_marked
    assert any("No mark is kept" in str(each) for each in report.stays)
    counts = await imported(shop)
    assert counts[Outcome.UNCHANGED] + counts.get(Outcome.UPDATED, 0) == 10
    assert sorted(market.warehouse.items) == sorted(set(market.warehouse.items))
    assert len(market.warehouse.items) == 10


async def test_a_person_who_comes_back_can_be_allowed_again(shop: Services, market: Market) -> None:
    await imported(shop)
    await shop.privacy.erase(PERSON)
    market.source.records.append(order(11, email=PERSON))
    assert (await imported(shop))[Outcome.SKIPPED] == 2
    assert (await shop.privacy.find(PERSON)).is_marked
    assert await shop.privacy.allow(PERSON)
    counts = await imported(shop)
    assert Outcome.SKIPPED not in counts
    assert counts[Outcome.CREATED] == 1


async def test_nobody_is_erased_while_a_run_works(shop: Services) -> None:
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    with pytest.raises(ConfigError) as caught:
        await shop.privacy.erase(PERSON)
    assert caught.value.remedy
    await handle.wait()


async def test_an_erasure_is_completed_although_nobody_waits_for_it_any_more(
    open_services: Open, depot_address: str, tmp_path: Path
) -> None:
    """Say the page was left, or the program closed."""
    async with open_services() as services:
        await set_up(services, depot_address)
        await imported(services)
        waiting = asyncio.create_task(services.privacy.erase(PERSON))
        await asyncio.sleep(0)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert bytes_with(tmp_path / "data", PERSON, NUMBER) == []
    async with open_services() as services:
        found = await services.privacy.find(PERSON)
        assert (found.found, found.is_marked) == (0, True)


async def test_practice_accounts_begin_anew_where_they_held_the_person(shop: Services, tmp_path: Path) -> None:
    practice = await shop.accounts.practice("depot")
    simulator = await shop.practice.simulator(practice.account)
    simulator.restore({"9": {"id": "9", "email": PERSON, "number": NUMBER}})
    found = await shop.privacy.find(NUMBER)
    assert {each.code: each.found for each in found.places}["practice"] == 1
    report = await shop.privacy.erase(NUMBER)
    assert report.left == 0
    await shop.practice.save()
    assert (await shop.privacy.find(NUMBER)).found == 0


async def test_nothing_is_left_after_the_program_was_closed(
    open_services: Open, depot_address: str, tmp_path: Path
) -> None:
    """Closing writes the last log lines and the day's backup."""
    async with open_services() as services:
        await set_up(services, depot_address)
        await imported(services)
        await services.privacy.erase(PERSON)
    assert bytes_with(tmp_path / "data", PERSON, NUMBER) == []
    async with open_services() as services:
        assert (await services.privacy.find(PERSON)).found == 0


async def test_the_log_tells_that_somebody_was_erased_but_not_who(shop: Services, heard: list[Event]) -> None:
    await imported(shop)
    heard.clear()
    await shop.privacy.erase(PERSON)
    (line,) = [each for each in heard if isinstance(each, LogEvent)]
    assert any(isinstance(each, PersonErasedEvent) for each in heard)
    assert "erased" in str(line.message)
    assert PERSON not in repr(line)
    assert BLANK not in str(line.message)


async def test_a_preview_says_that_an_erased_person_stays_out(shop: Services) -> None:
    await imported(shop)
    await shop.privacy.erase(PERSON)
    preview = await shop.previews.preview("daily", limit=10)
    (item,) = [each for each in preview.items if each.reason == "erased_person"]
    assert PERSON not in repr(item)


def test_the_ledger_and_the_search_hash_words_alike() -> None:
    keyed = FolderHash(b"k" * 32)
    assert hash_of_words(keyed, " Änna@Example.com ") == keyed(search_form(" Änna@Example.com "))
