"""Undoing an import: only what it created, only what nobody has touched, and exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from app.core.events import Event, LogEvent, RunMode, RunState, SummaryEvent, discard
from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.undo_survey import Survey
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.simulator import FaultKind, serve
from tests.engine.conftest import Bench
from tests.engine.returns import ReturningWarehouse, Returns
from tests.engine.warehouse import order


@pytest.fixture
async def returns() -> AsyncIterator[Returns]:
    """Ten orders, imported by ``run1``."""
    warehouse = ReturningWarehouse()
    options = HttpOptions(backoff_s=0.001, tries=2)
    async with (
        serve(warehouse.simulator) as url,
        HttpClient(url, pace=Pace(per_second=100_000, parallel=3), options=options) as http,
    ):
        bench = Bench(warehouse, http, http)
        bench.source.records = [order(number) for number in range(1, 11)]
        assert (await bench.run()).is_finished
        yield Returns(bench, warehouse)


def removals(returns: Returns) -> list[str]:
    return [each.path for each in returns.warehouse.simulator.writes if each.method == "DELETE"]


async def test_a_survey_counts_what_would_go_and_writes_nothing(returns: Returns) -> None:
    writes, ledger = len(returns.warehouse.simulator.writes), dict(returns.bench.ledger.entries)
    survey = await returns.survey()
    assert (survey.count, survey.kept_by_reason()) == (10, {})
    assert survey.going_by_kind() == {Kind.ORDERS: 10}
    assert len(returns.warehouse.simulator.writes) == writes
    assert returns.bench.ledger.entries == ledger


async def test_everything_untouched_goes_and_the_numbers_add_up(returns: Returns) -> None:
    result = await returns.undo()
    assert result.is_finished
    assert returns.warehouse.items == {}
    assert result.balance.balances
    assert result.balance.total.as_numbers()["reasons"] == {"undone": 10}
    assert len(removals(returns)) == 10


async def test_a_second_undo_finds_nothing(returns: Returns) -> None:
    await returns.undo()
    assert (await returns.survey()).verdicts == []


async def test_a_new_import_brings_everything_again_exactly_once(returns: Returns) -> None:
    await returns.undo()
    returns.warehouse.arrivals.clear()
    result = await returns.bench.run()
    assert result.is_finished
    assert result.balance.total.count(Outcome.CREATED) == 10
    assert sorted(returns.warehouse.arrivals) == sorted(str(number) for number in range(1, 11))


async def test_the_watermark_is_forgotten_so_that_no_sync_believes_in_the_history(returns: Returns) -> None:
    assert returns.bench.runs.watermarks
    await returns.undo()
    assert returns.bench.runs.watermarks == {}


async def test_touched_records_stay_each_with_its_reason(returns: Returns) -> None:
    source, items = returns.bench.source, returns.warehouse.items
    source.records[0] = order(1, "99.00")
    source.records = [each for each in source.records if each.id != "2"]
    items["3"] = {**items["3"], "total": "1.00 EUR"}
    returns.creations.updated = {"4"}
    result = await returns.undo()
    assert result.is_finished
    assert set(items) == {"1", "2", "3", "4"}
    assert [returns.outcome(key)[1] for key in "1234"] == [
        "kept_source_changed",
        "kept_source_gone",
        "kept_changed_in_target",
        "kept_updated_since",
    ]
    assert result.balance.total.count(Outcome.UNCHANGED) == 4
    assert result.balance.total.count(Outcome.SKIPPED) == 6


async def test_what_stays_is_still_known_to_the_ledger(returns: Returns) -> None:
    returns.warehouse.items["3"] = {**returns.warehouse.items["3"], "total": "1.00 EUR"}
    await returns.undo()
    entry = returns.bench.ledger.entries["shop", Kind.ORDERS, "3"]
    assert (entry.target_id, entry.created_by) == ("w3", "run1")
    assert entry.content_hash


async def test_what_a_later_run_updated_stays(returns: Returns) -> None:
    returns.bench.source.records[0] = order(1, "12.00")
    await returns.bench.run()
    survey = await returns.survey()
    assert survey.kept_by_reason() == {"kept_updated_since": 1}


async def test_what_a_later_run_only_saw_may_go(returns: Returns) -> None:
    await returns.bench.run()
    assert (await returns.survey()).count == 10
    assert (await returns.survey("run2")).verdicts == []


async def test_a_target_without_a_way_back_keeps_everything_and_is_not_asked(returns: Returns) -> None:
    returns.can_remove = False
    reads = len(returns.warehouse.simulator.journal)
    survey = await returns.survey()
    assert survey.kept_by_reason() == {"kept_not_removable": 10}
    assert len(returns.warehouse.simulator.journal) == reads


async def test_what_is_gone_already_is_done_without_a_request(returns: Returns) -> None:
    del returns.warehouse.items["5"]
    result = await returns.undo()
    assert result.is_finished
    assert returns.outcome("5") == (Outcome.SKIPPED, "undone")
    assert len(removals(returns)) == 9


async def test_a_lost_answer_is_no_doubt(returns: Returns) -> None:
    returns.warehouse.simulator.fail(kind=FaultKind.DROP_AFTER, method="DELETE", times=4)
    result = await returns.undo()
    assert result.is_finished
    assert returns.warehouse.items == {}
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0


async def test_a_refused_removal_fails_alone_with_the_target_s_words(returns: Returns) -> None:
    returns.warehouse.pinned = {"7"}
    result = await returns.undo()
    assert result.is_finished
    assert set(returns.warehouse.items) == {"7"}
    assert returns.outcome("7") == (Outcome.FAILED, "removal_refused")
    assert "nailed down" in returns.bench.ledger.entries["shop", Kind.ORDERS, "7"].message


async def test_a_change_between_survey_and_removal_is_seen(returns: Returns) -> None:
    survey = await returns.survey()
    assert survey.count == 10
    original = returns.survey

    async def changed_meanwhile(run_id: str = "run1") -> Survey:
        found = await original(run_id)
        returns.warehouse.items["9"] = {**returns.warehouse.items["9"], "status": "on_hold"}
        return found

    returns.survey = changed_meanwhile  # type: ignore[method-assign]
    assert (await returns.undo()).is_finished
    assert set(returns.warehouse.items) == {"9"}
    assert returns.outcome("9") == (Outcome.UNCHANGED, "kept_changed_in_target")


async def test_what_another_run_touched_since_the_survey_stays(returns: Returns) -> None:
    survey = await returns.survey()
    returns.bench.source.records[0] = order(1, "12.00")
    await returns.bench.run()
    run = replace(returns.bench.runs.runs["run1"], id="undo1", mode=RunMode.UNDO, kinds=(Kind.ORDERS,))
    assert (await returns.engine(run, survey).run()).is_finished
    assert set(returns.warehouse.items) == {"1"}
    assert returns.outcome("1") == (Outcome.UNCHANGED, "kept_updated_since")
    assert returns.bench.ledger.entries["shop", Kind.ORDERS, "1"].content_hash != survey.verdicts[0].entry.content_hash


async def test_a_stopped_undo_goes_on_where_it_stopped(returns: Returns) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, LogEvent) and "removed" in str(event.message):
            returns.control.stop()

    returns.bench.listener = stop
    stopped = await returns.undo()
    assert stopped.run.state is RunState.STOPPED
    left = len(returns.warehouse.items)
    assert 0 < left < 10
    returns.bench.listener = discard
    result = await returns.go_on()
    assert result.is_finished
    assert returns.warehouse.items == {}
    assert result.balance.total.as_numbers()["reasons"] == {"undone": 10}
    assert len(removals(returns)) == 10


async def test_a_paused_undo_waits(returns: Returns) -> None:
    begun = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, LogEvent) and "to remove" in str(event.message):
            begun.set()

    returns.bench.listener = hear
    returns.control.pause()
    work = asyncio.create_task(returns.undo())
    await begun.wait()
    await asyncio.sleep(0)
    assert len(returns.warehouse.items) == 10
    returns.control.resume()
    assert (await work).is_finished
    assert returns.warehouse.items == {}


@pytest.mark.parametrize("writes", range(1, 9))
async def test_an_undo_cut_off_at_any_write_of_the_ledger_is_continued_to_the_end(
    returns: Returns, writes: int
) -> None:
    """The ledger's n-th write is the last thing that happens."""
    ledger = returns.bench.ledger
    record, left = ledger.record, [writes]

    async def cut(entries: Sequence[Entry]) -> None:
        if left[0] == 0:
            raise asyncio.CancelledError
        left[0] -= 1
        await record(entries)

    ledger.record = cut  # type: ignore[method-assign]
    try:
        result = await returns.undo()
    except asyncio.CancelledError:
        ledger.record = record  # type: ignore[method-assign]
        assert returns.bench.runs.runs["undo1"].state is RunState.INTERRUPTED
        result = await returns.go_on()
    assert result.is_finished
    assert returns.warehouse.items == {}
    assert result.balance.total.as_numbers()["reasons"] == {"undone": 10}


@pytest.mark.parametrize("writes", [3, 5])
async def test_an_import_in_place_of_the_undo_s_end_brings_everything_again_once(returns: Returns, writes: int) -> None:
    """What was under way is nobody whom the target's people deleted."""
    ledger = returns.bench.ledger
    record, left = ledger.record, [writes]

    async def cut(entries: Sequence[Entry]) -> None:
        if left[0] == 0:
            raise asyncio.CancelledError
        left[0] -= 1
        await record(entries)

    ledger.record = cut  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await returns.undo()
    ledger.record = record  # type: ignore[method-assign]
    under_way = [each for each in ledger.entries.values() if each.state is EntryState.SENT]
    assert under_way
    assert not any(each.content_hash or each.target_id for each in under_way)

    assert (await returns.bench.run()).is_finished
    assert len(returns.warehouse.items) == 10
    assert (await returns.go_on()).run.state is RunState.FAILED, "nothing of it is left to go on with"
    assert len(returns.warehouse.items) == 10


async def test_a_target_that_is_away_is_waited_for(returns: Returns) -> None:
    returns.warehouse.simulator.fail(status=503, method="DELETE", times=3, headers={"Retry-After": "0"})
    assert (await returns.undo()).is_finished
    assert returns.warehouse.items == {}


async def test_refused_credentials_pause_it_and_it_goes_on_later(returns: Returns) -> None:
    returns.warehouse.simulator.fail(status=401, method="DELETE", times=3)
    paused = await returns.undo()
    assert paused.run.state is RunState.PAUSED
    returns.warehouse.simulator.faults.clear()
    assert (await returns.go_on()).is_finished
    assert returns.warehouse.items == {}


async def test_an_undo_that_never_began_says_so_instead_of_finishing(returns: Returns) -> None:
    imported = returns.bench.runs.runs["run1"]
    returns.bench.runs.runs["undo9"] = replace(imported, id="undo9", mode=RunMode.UNDO, state=RunState.INTERRUPTED)
    result = await returns.go_on("undo9")
    assert result.run.state is RunState.FAILED
    assert len(returns.warehouse.items) == 10


async def test_the_log_tells_how_many_were_removed_and_why_others_stay(returns: Returns) -> None:
    returns.warehouse.items["3"] = {**returns.warehouse.items["3"], "total": "1.00 EUR"}
    await returns.undo()
    lines = [str(event.message) for event in returns.bench.events if isinstance(event, LogEvent)]
    assert "Undo of an import: 9 orders to remove" in lines
    assert "Order 3: Kept: somebody has changed it in the target since." in lines
    assert "Undo of an import finished." in lines
    summaries = [event for event in returns.bench.events if isinstance(event, SummaryEvent)]
    assert summaries[-1].is_finished


async def test_what_an_undo_removed_goes_again_although_record_and_terms_are_as_before(returns: Returns) -> None:
    returns.bench.terms = b"terms"
    await returns.bench.run()
    returns.warehouse.items["3"] = {**returns.warehouse.items["3"], "total": "1.00 EUR"}
    await returns.undo()
    removed = returns.bench.ledger.entries["shop", Kind.ORDERS, "1"]
    assert (removed.content_hash, removed.record_hash) == (b"", b"")
    result = await returns.bench.run()
    assert result.balance.total.count(Outcome.CREATED) == 9
    assert result.balance.total.count(Outcome.UNCHANGED) == 1
    assert returns.warehouse.items["3"]["total"] == "1.00 EUR"


async def test_what_a_later_run_could_not_send_stays_a_problem_that_can_be_retried(returns: Returns) -> None:
    bench = returns.bench
    bench.source.records[0] = order(1, "12.00")
    returns.warehouse.refused = {"1"}
    await bench.run(RunMode.CHANGES)
    result = await returns.undo()
    assert result.is_finished
    assert result.balance.total.count(Outcome.UNCHANGED) == 1
    assert set(returns.warehouse.items) == {"1"}
    assert returns.outcome("1") == (Outcome.FAILED, "refused")
    returns.warehouse.refused = set()
    retried = await bench.run(RunMode.RETRY)
    assert retried.balance.total.count(Outcome.UPDATED) == 1
    assert returns.warehouse.items["1"]["total"] == "12.00 EUR"
