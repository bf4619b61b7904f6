"""Changes near a boundary: nothing is missed and nothing goes twice, whatever the clocks say."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.events import Level, LogEvent, RunMode
from app.core.records import Kind
from app.engine.window import OVERLAP
from app.sdk.source import Page, ReadRequest
from tests.engine.conftest import Bench
from tests.engine.warehouse import ShelfSource, order
from tests.faults.changes import Board, ToldClock, judged

_ROOT = Path(__file__).parents[2]


@given(st.integers(min_value=0, max_value=2**63))
async def test_no_change_is_missed_or_sent_twice_over_any_history_of_runs(seed: int) -> None:
    """Ties, late commits, interrupted runs, both changes of the hour, filters that take local times or dates, clocks
    five minutes apart, or hours where the shop tells its time."""
    verdict = await judged(random.Random(seed))
    assert (verdict.missed, verdict.doubled) == (0, 0)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Warsaw"])
def test_the_zone_of_this_computer_changes_nothing(zone: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.changes", "--changes", "1500", "--seed", "5"],
        cwd=_ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert ("EST" if zone.startswith("America") else "CET") in done.stdout
    assert "missed=0, doubled=0" in done.stdout


class AskedSource(ShelfSource):
    asked: list[object]

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        self.asked = [request.since, request.until]
        async for page in super().read(request):
            yield page


async def _two_runs(bench: Bench, ahead_by: timedelta | None) -> tuple[datetime, datetime, AskedSource]:
    source = AskedSource([order(1)])
    bench.source = source
    bench.told_clock = ToldClock(ahead_by, Board())
    first = bench.job(RunMode.HISTORICAL)
    await bench.engine(first).run()
    second = bench.job(RunMode.CHANGES)
    await bench.engine(second).run()
    return first.run.until, second.run.until, source


async def test_a_sync_reads_the_last_quarter_of_an_hour_again(bench: Bench) -> None:
    first, second, source = await _two_runs(bench, None)
    assert source.asked == [first - OVERLAP, second]


async def test_a_fast_clock_of_this_computer_leaves_no_gap_and_is_told(bench: Bench) -> None:
    fast = timedelta(hours=1)
    first, second, source = await _two_runs(bench, -fast)
    assert source.asked == [first - fast - OVERLAP, second]
    assert bench.runs.watermarks["shop", Kind.ORDERS] == second - fast
    assert bench.runs.runs["run2"].until == second - fast
    told = [str(each.message) for each in bench.events if isinstance(each, LogEvent) and each.level is Level.WARNING]
    assert told[0].startswith("The clock of this computer is 60 minutes ahead")


async def test_a_slow_clock_of_this_computer_reads_up_to_its_own_time(bench: Bench) -> None:
    first, _, source = await _two_runs(bench, timedelta(hours=1))
    assert source.asked[0] == first - OVERLAP


async def test_a_clock_that_was_set_back_asks_for_no_time_that_ends_before_it_begins(bench: Bench) -> None:
    source = AskedSource([order(1)])
    bench.source = source
    future = datetime.now(UTC) + timedelta(days=1)
    await bench.runs.set_watermark("shop", Kind.ORDERS, future)
    job = bench.job(RunMode.CHANGES)
    await bench.engine(job).run()
    assert source.asked == [job.run.until - OVERLAP, job.run.until]
    assert bench.runs.watermarks["shop", Kind.ORDERS] == job.run.until


async def test_a_day_that_a_person_chose_is_kept_to(bench: Bench) -> None:
    source = AskedSource([order(1)])
    bench.source = source
    day = datetime(2026, 1, 1, tzinfo=UTC)
    await bench.run(RunMode.HISTORICAL, since=day)
    assert source.asked[0] == day
