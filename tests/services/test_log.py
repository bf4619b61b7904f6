from datetime import timedelta
from pathlib import Path

from app.core.addresses import masked_words
from app.core.events import Level, LogEvent, RequestEvent, RunMode, now
from app.core.texts import text
from app.services import Services
from tests.services.conftest import Open, set_up
from tests.services.market import KEY, TOKEN, Market


async def test_a_run_is_found_in_the_log_by_its_order_number(shop: Services, market: Market) -> None:
    market.warehouse.refused = {"3"}
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    await handle.wait()
    (row,) = await shop.log.query(text="2026/3", levels=[Level.ERROR])
    details = await shop.log.details(row.id)
    assert details["target_says"]
    assert details["next_step"]
    assert await shop.log.query(run_id=handle.run_id, limit=1)


async def test_requests_have_details_without_secrets(shop: Services) -> None:
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    rows = [row for row in await shop.log.query(text="/items") if isinstance(row.event, RequestEvent)]
    details = await shop.log.details(rows[0].id)
    assert details["method"] in {"GET", "POST"}
    assert details["status"] == "200"


async def test_neither_secrets_nor_addresses_reach_any_file(
    open_services: Open, depot_address: str, tmp_path: Path
) -> None:
    async with open_services() as services:
        await set_up(services, depot_address)
        services.events.emit(
            LogEvent(
                level=Level.ERROR,
                message=text("The stall says {words}", words=f"token {TOKEN} of paula.poststempel@example.com is bad"),
                facts={"target_says": f"{KEY} paula.poststempel@example.com"},
            )
        )
        await (await services.runs.start("daily", RunMode.HISTORICAL)).wait()
        await services.log.save_report(tmp_path / "report.txt")
    assert findings(tmp_path, TOKEN, KEY, "paula.poststempel@example.com", "person4@example.com") == []


def findings(folder: Path, *canaries: str) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f"{canary} in {path.name}" for path in files for canary in canaries if canary.encode() in path.read_bytes()]


async def test_the_log_goes_on_after_the_next_start(open_services: Open) -> None:
    async with open_services() as services:
        services.events.emit(LogEvent(level=Level.INFO, message=text("Good morning")))
    async with open_services() as services:
        assert [str(row.event.message) for row in await services.log.query() if isinstance(row.event, LogEvent)] == [
            "Good morning"
        ]


async def test_details_of_an_expired_line_are_empty(services: Services) -> None:
    assert await services.log.details(4711) == {}


def test_addresses_are_masked_wherever_they_stand() -> None:
    assert (
        masked_words("to <anna@example.com>, bob.k@mail.example.org!")
        == "to <a•••@example.com>, b•••@mail.example.org!"
    )
    assert masked_words("?email=anna%40example.com&x=1") == "?email=a•••@example.com&x=1"
    assert masked_words(r"a\nanna@example.com\nbob@example.org") == r"a\n•••@example.com\n•••@example.org"
    assert masked_words("no address @ all") == "no address @ all"


async def test_a_key_that_the_target_repeats_in_its_refusal_is_kept_nowhere(
    open_services: Open, depot_address: str, market: Market, tmp_path: Path
) -> None:
    body = f'{{"message": "bad key {KEY} for paula.poststempel@example.com"}}'
    market.warehouse.simulator.fail(method="POST", path="/items", status=422, body=body, times=-1)
    async with open_services() as services:
        await set_up(services, depot_address)
        await (await services.runs.start("daily", RunMode.HISTORICAL)).wait()
        (problem, *_) = await services.runs.problems("daily")
        assert "bad key" in problem.entry.message
        assert KEY not in problem.entry.message
        await services.runs.export_problems("daily", tmp_path / "problems.csv")
    assert findings(tmp_path, KEY, TOKEN, "paula.poststempel@example.com", "person4@example.com") == []


async def test_what_has_expired_is_removed_when_the_program_closes_and_then_a_few_times_a_day(
    open_services: Open, tmp_path: Path
) -> None:
    old = LogEvent(level=Level.INFO, message=text("Old"), at=now() - timedelta(days=15), facts={"says": "yesterword"})

    def lines() -> list[str]:
        found = b"yesterword"
        return [path.name for path in (tmp_path / "data").rglob("*") if path.is_file() and found in path.read_bytes()]

    async with open_services() as services:
        services.events.emit(old)
    assert lines() == []
    async with open_services() as services:
        services.events.emit(old)
    assert lines() == ["koppler.db"]  # not at every start: looking through everything takes its time
    async with open_services() as services:
        await services.preferences.set("expired_at", (now() - timedelta(hours=7)).isoformat())
    assert lines() == []


async def test_a_clock_that_was_wrong_does_not_keep_lines_for_ever(open_services: Open, tmp_path: Path) -> None:
    async with open_services() as services:
        await services.preferences.set("expired_at", (now() + timedelta(days=900)).isoformat())
        services.events.emit(LogEvent(level=Level.INFO, message=text("Old"), at=now() - timedelta(days=15)))
    async with open_services() as services:
        assert await services.log.query() == ()
