"""One life of the program under test: opens the data folder, goes on with the import or begins it, and reports.

It runs in a process of its own, which is killed from outside or by itself at a chosen step.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app import bootstrap
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.sdk.registry import Registry
from app.services import Services, opening
from app.storage.folder import DataFolder
from app.storage.ledger import Ledger
from app.storage.runs import Runs as RunBook
from tests.faults.pairs import INTEGRATION, unpaced
from tests.faults.steps import Steps, WatchedClient, WatchedPort

FINISHED, UNFINISHED, BROKEN = 0, 1, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a life is asked to do; ``fatal`` is the step at whose ``nth`` time it ends itself."""

    folder: str
    report: str
    environ: Mapping[str, str] = field(default_factory=dict)
    mode: str = RunMode.HISTORICAL.value
    fatal: str = ""
    nth: int = 1

    def as_line(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a life that was not killed has to tell."""

    state: str = ""
    run_id: str = ""
    balances: bool = False
    read: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    error: str = ""


def live(line: str) -> int:
    """The exit code. The report is written to the errand's file."""
    errand, steps = Errand(**json.loads(line)), Steps()
    try:
        steps = Steps(errand.fatal, errand.nth)
        report = asyncio.run(_import(errand, steps))
    except Exception:  # noqa: BLE001 - whatever it is, the laboratory has to see it
        report = Report(error=traceback.format_exc())
    told = {**asdict(report), "steps": steps.counts, "modules": sorted(sys.modules)}
    Path(errand.report).write_text(json.dumps(told), encoding="utf-8")
    if report.error:
        return BROKEN
    return FINISHED if report.state == "finished" else UNFINISHED


async def _import(errand: Errand, steps: Steps) -> Report:
    steps.reach("start of the program")
    with (
        patch.object(bootstrap, "Ledger", lambda *parts: WatchedPort(Ledger(*parts), steps)),
        patch.object(bootstrap, "RunBook", lambda *parts: WatchedPort(RunBook(*parts), steps)),
        patch.object(opening, "HttpClient", WatchedClient),
        patch.object(WatchedClient, "steps", steps),
    ):
        registry, folder = unpaced(Registry.discover()), DataFolder(Path(errand.folder))
        async with bootstrap.opened(folder, registry=registry, environ=errand.environ) as services:
            steps.reach("before the run")
            report = await _go_on(services, RunMode(errand.mode))
            steps.reach("before the folder is closed")
        steps.reach("after the folder is closed")
    return report


async def _go_on(services: Services, mode: RunMode) -> Report:
    """As a person would: continue where that is possible, else begin."""
    if await services.runs.continuable(INTEGRATION) is not None:
        handle = await services.runs.continue_last(INTEGRATION)
    else:
        handle = await services.runs.start(INTEGRATION, mode)
    result = await handle.wait()
    total = result.balance.total
    return Report(
        state=result.state.value,
        run_id=result.run_id,
        balances=result.balance.balances,
        read=total.read,
        counts={each.value: total.count(each) for each in Outcome},
        error=f"{result.error.message} {result.error.detail}" if result.error else "",
    )


def forget_report(path: Path) -> None:
    path.unlink(missing_ok=True)


def report_of(path: Path) -> Report | None:
    """None where the life was killed before it could tell."""
    if not path.is_file():
        return None
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    told.pop("modules")
    return Report(**told)
