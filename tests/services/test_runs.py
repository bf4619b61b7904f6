import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.errors import ConfigError, UnreachableError
from app.core.events import Event, ProgressEvent, RunMode, RunState, SummaryEvent, now
from app.core.outcomes import Outcome
from app.core.records import Kind, OptOut
from app.core.texts import text
from app.services import Services
from app.services.names import UnknownNameError
from app.services.tables import read_table
from tests.services.conftest import Open, set_up
from tests.services.market import Market, order


async def test_a_historical_import_ends_with_a_balance_that_adds_up(shop: Services, heard: list[Event]) -> None:
    result = await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert result.is_finished
    assert result.balance.total.as_numbers() == {
        "read": 10,
        "created": 10,
        **dict.fromkeys(("updated", "unchanged", "skipped", "held", "failed", "in_doubt"), 0),
        "reasons": {},
    }
    assert any(isinstance(event, ProgressEvent) for event in heard)
    assert [event.is_finished for event in heard if isinstance(event, SummaryEvent)] == [True]


async def test_a_second_import_sends_nothing(shop: Services, market: Market) -> None:
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    writes = len(market.warehouse.simulator.writes)
    result = await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert result.balance.total.count(Outcome.UNCHANGED) == 10
    assert len(market.warehouse.simulator.writes) == writes


async def test_the_first_sync_of_a_shop_is_an_import_so_that_no_automation_fires(shop: Services) -> None:
    handle = await shop.runs.start("daily", RunMode.CHANGES)
    await handle.wait()
    assert (await shop.runs.get(handle.run_id)).record.mode is RunMode.HISTORICAL
    handle = await shop.runs.start("daily", RunMode.CHANGES)
    await handle.wait()
    assert (await shop.runs.get(handle.run_id)).record.mode is RunMode.CHANGES


async def test_after_an_import_of_which_nothing_arrived_the_next_run_is_an_import_still(
    shop: Services, market: Market
) -> None:
    """Say the currency was missing from every order: mended, they are history and no news."""
    market.warehouse.refused = {record.id for record in market.source.records}
    result = await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert result.balance.total.count(Outcome.FAILED) == 10
    market.warehouse.refused = set()
    handle = await shop.runs.start("daily", RunMode.CHANGES)
    assert (await handle.wait()).balance.total.count(Outcome.CREATED) == 10
    assert (await shop.runs.get(handle.run_id)).record.mode is RunMode.HISTORICAL


async def test_the_time_of_the_last_sync_is_known(shop: Services) -> None:
    assert await shop.runs.last_sync("daily") is None
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    moment = await shop.runs.last_sync("daily")
    assert moment is not None
    assert now() - moment < timedelta(minutes=5)


async def test_only_one_run_at_a_time(shop: Services) -> None:
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    with pytest.raises(ConfigError):
        await shop.runs.start("daily", RunMode.HISTORICAL)
    with pytest.raises(ConfigError):
        await shop.integrations.delete("daily")
    await handle.wait()
    assert shop.runs.active("daily") is None


async def test_a_run_pauses_and_goes_on(shop: Services, market: Market) -> None:
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    handle.pause()
    waiting = asyncio.create_task(handle.wait())
    assert shop.runs.active("daily") is handle
    assert handle.is_paused
    handle.resume()
    assert (await waiting).is_finished
    assert len(market.warehouse.items) == 10


async def test_a_stopped_run_continues_and_repeats_nothing(shop: Services, market: Market) -> None:
    market.source.on_page = lambda number: handle.stop() if number == 2 else None
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    stopped = await handle.wait()
    market.source.on_page = lambda _: None
    assert stopped.state is RunState.STOPPED
    assert not stopped.is_finished
    assert (await shop.runs.continuable("daily")) is not None
    result = await (await shop.runs.continue_last("daily")).wait()
    assert result.is_finished
    assert result.run_id == stopped.run_id
    assert result.balance.total.read == 10
    assert sorted(market.warehouse.arrivals) == sorted({*market.warehouse.arrivals})


async def test_what_the_program_s_end_interrupts_is_continued_after_the_next_start(
    open_services: Open, market: Market, depot_address: str
) -> None:
    async with open_services() as services:
        await set_up(services, depot_address)
        second_page = asyncio.Event()

        def pause_at_second_page(number: int) -> None:
            if number == 2:
                handle.pause()
                second_page.set()

        market.source.on_page = pause_at_second_page
        handle = await services.runs.start("daily", RunMode.HISTORICAL)
        await second_page.wait()
    async with open_services() as services:
        (run,) = await services.runs.recent("daily")
        assert run.state is RunState.INTERRUPTED
        assert (await (await services.runs.continue_last("daily")).wait()).is_finished
    assert len(market.warehouse.items) == 10


async def test_nothing_to_continue_is_said(shop: Services) -> None:
    with pytest.raises(ConfigError):
        await shop.runs.continue_last("daily")


async def test_a_run_waits_when_the_source_cannot_be_reached(shop: Services, market: Market) -> None:
    market.source.failing = [UnreachableError(text("The stall is closed."))]
    result = await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert result.state is RunState.WAITING
    assert isinstance(result.error, UnreachableError)


async def test_missing_secrets_stop_a_run_before_it_begins(shop: Services) -> None:
    await shop.secrets.delete("my-stall")
    with pytest.raises(ConfigError) as caught:
        await shop.runs.start("daily", RunMode.HISTORICAL)
    assert caught.value.field == "token"
    assert await shop.runs.recent("daily") == ()
    assert shop.runs.active("daily") is None


async def test_missing_product_numbers_stop_a_run_before_it_begins(
    open_services: Open, market: Market, depot_address: str
) -> None:
    market.are_numbers_required = True
    async with open_services() as services:
        await set_up(services, depot_address)
        with pytest.raises(ConfigError) as caught:
            await services.runs.start("daily", RunMode.HISTORICAL)
        assert caught.value.field == "products"
        assert "*" not in str(caught.value)
        await services.integrations.update("daily", products={"*": "4999"})
        assert (await (await services.runs.start("daily", RunMode.HISTORICAL)).wait()).is_finished


async def test_just_this_one_is_sent_as_a_trial(shop: Services, market: Market) -> None:
    handle = await shop.runs.start("daily", RunMode.TRIAL, keys={Kind.ORDERS: ["4"]})
    result = await handle.wait()
    assert result.balance.total.read == 1
    assert list(market.warehouse.items) == ["4"]
    assert await shop.runs.last_sync("daily") is None


async def test_failed_records_are_listed_with_reasons_exported_and_retried(
    shop: Services, market: Market, tmp_path: Path
) -> None:
    market.warehouse.refused = {"3", "7"}
    market.source.records[0] = order(1, is_guest=True)
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    assert (await handle.wait()).balance.needs_attention
    problems = await shop.runs.problems("daily", outcomes=[Outcome.FAILED])
    assert [problem.entry.key for problem in problems] == ["3", "7"]
    assert all(str(problem.reason_text) and str(problem.next_step) for problem in problems)
    assert await shop.runs.count_problems(handle.run_id) == 3
    assert await shop.runs.export_problems("daily", tmp_path / "problems.xlsx") == 3
    assert [row[1] for row in read_table(tmp_path / "problems.xlsx").rows] == ["1", "3", "7"]
    market.warehouse.refused = set()
    result = await (await shop.runs.retry("daily")).wait()
    assert result.balance.total.count(Outcome.CREATED) == 2
    assert await shop.runs.count_problems("daily", outcomes=[Outcome.FAILED]) == 0


async def test_a_flow_the_integration_does_not_send_is_refused(shop: Services) -> None:
    with pytest.raises(ConfigError) as caught:
        await shop.runs.start("daily", RunMode.HISTORICAL, kinds=[Kind.CARTS])
    assert caught.value.field == "flow"
    with pytest.raises(UnknownNameError):
        await shop.runs.start("nothing", RunMode.HISTORICAL)


class TestWhy:
    async def test_an_order_is_found_by_number_address_and_id(self, shop: Services) -> None:
        await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
        for words in ("2026/4", "#2026/4", "4", " Person4@Example.com "):
            answer = await shop.runs.why("daily", words)
            assert [each.entry.key for each in answer.entries] == ["4"], words
            assert "created" in str(answer.sentence)

    async def test_a_guest_order_tells_the_setting_that_leaves_it_out(self, shop: Services, market: Market) -> None:
        market.source.records = [order(1, is_guest=True)]
        await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
        answer = await shop.runs.why("daily", "2026/1")
        assert "guest" in str(answer.sentence).casefold()
        assert "Guest orders" in str(answer.next_step)

    async def test_before_the_first_run_nothing_has_been_read(self, shop: Services) -> None:
        answer = await shop.runs.why("daily", "2026/4")
        assert not answer.found
        assert "nothing has been read" in str(answer.sentence)

    async def test_an_unknown_number_says_until_when_was_read(self, shop: Services) -> None:
        await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
        answer = await shop.runs.why("daily", "someone@example.com")
        assert not answer.found
        assert "someone@example.com" not in str(answer.sentence)
        assert str(answer.next_step)


async def test_a_large_removal_waits_for_the_person_and_is_then_carried_out(
    shop: Services, market: Market, heard: list[Event]
) -> None:
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    market.warehouse.items.clear()
    market.source.records = [OptOut(id=str(number), email=f"p{number}@example.com") for number in range(1, 11)]
    asked = await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert (asked.state, asked.removals_to_confirm) == (RunState.PAUSED, 10)
    assert market.warehouse.items == {}
    done = await (await shop.runs.retry("daily", removals_approved=True)).wait()
    assert done.is_finished
    assert len(market.warehouse.items) == 10


async def test_confirming_carries_out_what_was_held_and_nothing_else(shop: Services, market: Market) -> None:
    market.warehouse.refused = {"3"}
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    market.source.records = [
        *market.source.records,
        *(OptOut(id=f"out-{number}", email=f"p{number}@example.com") for number in range(30)),
    ]
    asked = await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert asked.removals_to_confirm == 30
    market.warehouse.refused = set()
    done = await (await shop.runs.confirm_removals(asked.run_id)).wait()
    assert done.balance.total.as_numbers()["created"] == 30
    assert "3" not in market.warehouse.items
    assert await shop.runs.count_problems("daily", {Outcome.HELD}) == 0
    with pytest.raises(ConfigError):
        await shop.runs.confirm_removals("daily")


async def test_an_import_from_a_day_to_come_is_refused_and_leaves_the_history_open(shop: Services) -> None:
    with pytest.raises(ConfigError) as refused:
        await shop.runs.start("daily", RunMode.HISTORICAL, since=now() + timedelta(days=300))
    assert refused.value.field == "since"
    assert await shop.runs.recent("daily") == ()
