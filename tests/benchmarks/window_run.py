"""One import at full speed with the window open, or without it: `python -m tests.benchmarks.window_run [--headless]`.

Against practice systems in a process of their own, without rate limits. Prints the seconds that the run took, and with
the window by how much its thread was late, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import keyring
import keyring.backends.fail

from app.bootstrap import opened
from app.core.events import RunMode
from app.core.records import Kind
from app.services import Services
from app.storage.folder import DataFolder
from tests.benchmarks.simulators import set_up, simulators, unpaced

_KINDS = (Kind.CONTACTS, Kind.ORDERS)


async def timed_run(services: Services, found: Mapping[str, Any]) -> dict[str, float]:
    """Wall and CPU seconds of one historical import, on the loop that the engine has here."""
    key = await set_up(services, found, _KINDS)
    began, cpu = time.perf_counter(), time.process_time()
    handle = await services.runs.start(key, RunMode.HISTORICAL)
    result = await handle.wait()
    seconds = time.perf_counter() - began
    return {"run_s": seconds, "cpu_s": time.process_time() - cpu, "settled": result.balance.total.settled}


async def headless(folder: DataFolder, records: int) -> dict[str, float]:
    async with simulators(records) as found, opened(folder, registry=unpaced(), environ={}) as services:
        return await timed_run(services, found)


def with_window(folder: DataFolder, records: int) -> dict[str, float]:
    import qasync
    from PySide6.QtWidgets import QApplication

    from app.ui.application import Program
    from app.ui.interpreter import favour_window
    from tests.benchmarks.window_stalls import Phase, Probe

    async def run() -> dict[str, float]:
        program = Program(
            application, {}, lambda: opened(folder, registry=unpaced(), environ={}), data_folder=folder.root
        )
        program.shell.resize(1280, 800)
        is_open = asyncio.get_running_loop().create_future()
        program.engine.opened.connect(lambda: is_open.set_result(None))
        program.start()
        await is_open
        async with simulators(records) as found:
            probe = Probe()
            probe.start()
            taken: dict[str, float] = await program.engine.call(lambda services: timed_run(services, found))
            taken |= Phase("run", probe.stop()).numbers()
        program.stop()
        await program.ended()
        return taken

    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    favour_window()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        found: dict[str, float] = loop.run_until_complete(run())
        return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--headless", action="store_true")
    arguments.add_argument("--records", type=int, default=400)
    given = arguments.parse_args()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    with tempfile.TemporaryDirectory(prefix="koppler-bench-") as name:
        folder = DataFolder(Path(name))
        taken = asyncio.run(headless(folder, given.records)) if given.headless else with_window(folder, given.records)
    sys.stdout.write(json.dumps(taken) + "\n")


if __name__ == "__main__":
    main()
