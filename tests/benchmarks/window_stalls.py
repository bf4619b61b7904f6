"""How long the window does not answer: `python -m tests.benchmarks.window_stalls [--seconds S] [--records N]`.

The real window with its engine thread and a real data folder; 5,000 log lines a second arrive while an import runs at
full speed against simulators (in a process of their own, without rate limits). A precise timer in the window's thread
wakes every 5 ms; what it comes late by is a stall. Prints a table and one JSON line; fails above 100 ms.

The first phase does nothing: what it shows is the machine, not the program.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import keyring
import keyring.backends.fail
import qasync
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import opened
from app.core.events import Level, LogEvent, RunMode
from app.core.records import Kind
from app.core.texts import text
from app.services import Services
from app.storage.folder import DataFolder
from app.ui import navigation
from app.ui.application import Program
from app.ui.interpreter import favour_window
from tests.benchmarks.simulators import set_up, simulators, unpaced

_WAKE_MS = 5
_LINES_PER_S = 5_000
_BURST_S = 0.02
_MOST_MS = 100.0
_KINDS = (Kind.PRODUCTS, Kind.CONTACTS, Kind.ORDERS)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


class Probe(QObject):
    """Collects by how many milliseconds each waking came late."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_WAKE_MS)
        self._timer.timeout.connect(self._wake)

    def start(self) -> None:
        self.late_ms = []
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> list[float]:
        self._timer.stop()
        return self.late_ms

    def _wake(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1000 - _WAKE_MS))
        self._last = now


@dataclass
class Phase:
    name: str
    late_ms: list[float] = field(default_factory=list)
    facts: str = ""

    def numbers(self) -> dict[str, float]:
        ordered = sorted(self.late_ms)
        return {
            "p50_ms": round(statistics.median(ordered), 1),
            "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
            "max_ms": round(ordered[-1], 1),
        }


async def pour_lines(services: Services, stop: asyncio.Event) -> int:
    """On the engine's loop; how many lines were written."""
    written, began = 0, time.perf_counter()
    while not stop.is_set():
        due = int((time.perf_counter() - began) * _LINES_PER_S) - written
        for number in range(due):
            services.events.emit(
                LogEvent(
                    level=Level.WARNING if number % 50 == 0 else Level.INFO,
                    message=text("Order {number}: sent to the target in {count} ms", number=written, count=number),
                    facts={"reason": "benchmark"},
                )
            )
            written += 1
        await asyncio.sleep(_BURST_S)
    return written


class Bench:
    def __init__(self, program: Program, seconds: float) -> None:
        self._program = program
        self._seconds = seconds
        self._probe = Probe()
        self.phases: list[Phase] = []

    async def measure(self, name: str, seconds: float | None = None) -> Phase:
        phase = Phase(name)
        self._probe.start()
        await asyncio.sleep(seconds or self._seconds)
        phase.late_ms = self._probe.stop()
        self.phases.append(phase)
        return phase

    async def walk(self, name: str, places: Sequence[tuple[str, dict[str, object]]]) -> Phase:
        """What a person does meanwhile: from page to page, every second."""
        phase = Phase(name)
        navigator = self._program.shell.navigator
        self._probe.start()
        ends_at = time.perf_counter() + self._seconds
        while time.perf_counter() < ends_at:
            for page, args in places:
                navigator.push(page, **args)
                await asyncio.sleep(1.0)
                navigator.back()
        phase.late_ms = self._probe.stop()
        self.phases.append(phase)
        return phase


async def run(application: QApplication, seconds: float, records: int) -> list[Phase]:
    folder = DataFolder(Path(tempfile.mkdtemp(prefix="koppler-stalls-")))
    program = Program(application, {}, lambda: opened(folder, registry=unpaced(), environ={}), data_folder=folder.root)
    program.shell.resize(1280, 800)
    is_open = asyncio.get_running_loop().create_future()
    program.engine.opened.connect(lambda: is_open.set_result(None))
    program.start()
    await is_open
    bench = Bench(program, seconds)
    async with simulators(records) as found:
        key = await program.engine.call(lambda services: set_up(services, found, _KINDS))
        await asyncio.sleep(1)
        await bench.measure("idle", seconds / 2)
        stop = await program.engine.ask(lambda _services: asyncio.Event())
        pouring = asyncio.ensure_future(program.engine.call(lambda services: pour_lines(services, stop)))
        await bench.measure("5,000 lines/s")
        handle = await program.engine.call(lambda services: services.runs.start(key, RunMode.HISTORICAL))
        program.shell.navigator.push(navigation.RUN, run_id=handle.run_id)
        await asyncio.sleep(1)
        await bench.measure("lines and run, run page")
        places: list[tuple[str, dict[str, object]]] = [
            (navigation.INTEGRATIONS, {}),
            (navigation.INTEGRATION, {"key": key, "tab": "overview"}),
            (navigation.INTEGRATION, {"key": key, "tab": "products"}),
            (navigation.ACTIVITY, {}),
            (navigation.SETTINGS, {}),
            (navigation.RUN, {"run_id": handle.run_id}),
        ]
        walked = await bench.walk("lines and run, walking", places)
        view = await program.engine.call(lambda services: services.runs.get(handle.run_id))
        state = "still running" if view.is_active else view.state.value
        walked.facts = f"{view.balance.total.settled:,} records settled, {state}"
        await program.engine.ask(lambda _services: stop.set())
        bench.phases[1].facts = f"{await pouring:,} lines in all"
    program.stop()
    await program.ended()
    return bench.phases


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--records", type=int, default=20_000)
    given = arguments.parse_args()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    favour_window()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        phases = loop.run_until_complete(run(application, given.seconds, given.records))
    say(f"{'phase':28} {'p50':>8} {'p99':>8} {'max':>8}  ms")
    for phase in phases:
        numbers = phase.numbers()
        say(f"{phase.name:28} {numbers['p50_ms']:8} {numbers['p99_ms']:8} {numbers['max_ms']:8}  {phase.facts}")
    worst = max(phase.numbers()["max_ms"] for phase in phases[1:])
    say(json.dumps({"worst_ms": worst, "phases": {phase.name: phase.numbers() for phase in phases}}))
    return 0 if worst <= _MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
