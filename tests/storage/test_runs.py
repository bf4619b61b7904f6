from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.events import RunMode, RunState, now
from app.core.ledger import FlowMark
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.storage.database import Database
from app.storage.ledger import Ledger
from app.storage.runs import Runs
from tests.storage.samples import MOMENT, entry, run


@pytest.fixture
def runs(database: Database) -> Runs:
    return Runs(database)


async def test_a_run_comes_back_as_it_began_with_its_marks_in_sending_order(runs: Runs) -> None:
    full = run(
        since=MOMENT - timedelta(days=30),
        kinds=(Kind.CONTACTS, Kind.ORDERS),
        limit=10,
        marks=(FlowMark(kind=Kind.CONTACTS, read=3, is_done=True), FlowMark(kind=Kind.ORDERS, cursor="c", total=4)),
        message="Größe",
        remedy="Warten",
    )
    await runs.begin(full)
    assert await runs.get("run-1") == full
    assert await runs.get("unknown") is None


async def test_an_update_leaves_the_marks_to_the_ledger(runs: Runs, database: Database) -> None:
    await runs.begin(run())
    await Ledger(database).checkpoint("run-1", FlowMark(kind=Kind.ORDERS, read=5))
    ended = run(state=RunState.FAILED, ended_at=MOMENT, message="No", remedy="Do")
    await runs.update(ended)
    assert await runs.get("run-1") == replace(ended, marks=(FlowMark(kind=Kind.ORDERS, read=5),))


async def test_the_newest_run_that_can_be_continued_is_offered(runs: Runs) -> None:
    for number, (mode, state) in enumerate(
        [
            (RunMode.HISTORICAL, RunState.STOPPED),
            (RunMode.HISTORICAL, RunState.PAUSED),
            (RunMode.TRIAL, RunState.STOPPED),
            (RunMode.PREVIEW, RunState.INTERRUPTED),
            (RunMode.CHANGES, RunState.FINISHED),
            (RunMode.HISTORICAL, RunState.FAILED),
        ]
    ):
        await runs.begin(run(f"run-{number}", mode=mode, state=state, started_at=MOMENT + timedelta(minutes=number)))
    found = await runs.last_unfinished("shop")
    assert found is not None
    assert found.id == "run-1"
    assert await runs.last_unfinished("other") is None


async def test_watermarks_are_kept_per_integration_and_kind(runs: Runs) -> None:
    assert await runs.watermark("shop", Kind.ORDERS) is None
    await runs.set_watermark("shop", Kind.ORDERS, MOMENT)
    await runs.set_watermark("shop", Kind.ORDERS, MOMENT + timedelta(seconds=1))
    assert await runs.watermark("shop", Kind.ORDERS) == MOMENT + timedelta(seconds=1)
    assert await runs.watermark("shop", Kind.CONTACTS) is None


async def test_runs_that_were_cut_off_are_named_at_the_next_start(runs: Runs, database: Database) -> None:
    await runs.begin(run("working"))
    await runs.begin(run("waiting", state=RunState.WAITING))
    await runs.begin(run("paused", state=RunState.PAUSED))
    await Ledger(database).record([entry(run_id="working")])
    cut_off = await runs.mark_interrupted()
    assert {each.id for each in cut_off} == {"working", "waiting"}
    assert {each.state for each in cut_off} == {RunState.INTERRUPTED}
    paused = await runs.get("paused")
    assert paused is not None
    assert paused.state is RunState.PAUSED
    assert (await Ledger(database).balance("working")).total.counts == {Outcome.CREATED: 1}
    assert await runs.mark_interrupted() == ()


async def test_recent_runs_come_newest_first(runs: Runs) -> None:
    for number in range(3):
        await runs.begin(run(f"run-{number}", started_at=MOMENT + timedelta(minutes=number)))
    await runs.begin(run("elsewhere", integration="other"))
    assert [each.id for each in await runs.recent("shop", limit=2)] == ["run-2", "run-1"]
    assert len(await runs.recent()) == 4


async def test_old_runs_expire_but_the_last_the_unfinished_and_imports_stay(runs: Runs) -> None:
    def old(run_id: str, days: int, state: RunState = RunState.FINISHED, **more):
        values = {"mode": RunMode.CHANGES, **more}
        return run(run_id, started_at=now() - timedelta(days=days), state=state, **values)

    for each in (
        old("import", 50, mode=RunMode.HISTORICAL),
        old("ended", 40),
        old("unfinished", 35, RunState.PAUSED),
        old("last", 30),
        old("only", 90, integration="other"),
    ):
        await runs.begin(each)
    assert await runs.delete_older(14) == 1
    assert {each.id for each in await runs.recent()} == {"import", "unfinished", "last", "only"}
    assert [each.id for each in await runs.of_modes("shop", {RunMode.HISTORICAL})] == ["import"]
