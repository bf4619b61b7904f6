"""Where a story of the laboratory plays: a shop, a target, a data folder, and lives of the program that come and go."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from app.bootstrap import opened
from app.core.events import RunMode
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve
from app.storage.environment import variable_for
from app.storage.folder import DataFolder
from tests.faults.arrivals import Front
from tests.faults.life import Errand, Report, forget_report, report_of
from tests.faults.pairs import INTEGRATION, SOURCE, TARGET, Pair, unpaced
from tests.faults.shop import Shop

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class End:
    """``code`` is negative where a signal killed the process; ``report`` is what it told else."""

    code: int
    report: Report | None

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Nursery:
    """The process that forks; see the module of that name."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Nursery]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.nursery",
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            yield cls(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            await process.wait()

    async def begin(self, errand: Errand) -> Life:
        """Raises RuntimeError when the nursery itself has ended."""
        forget_report(Path(errand.report))
        if self._process.stdin is None:
            raise RuntimeError("the nursery has no ear")
        self._process.stdin.write(errand.as_line().encode() + b"\n")
        told = await self._heard()
        return Life(told["pid"], asyncio.ensure_future(self._end(Path(errand.report))))

    async def _end(self, report: Path) -> End:
        told = await self._heard()
        return End(told["code"], report_of(report))

    async def _heard(self) -> Mapping[str, int]:
        line = await self._process.stdout.readline() if self._process.stdout else b""
        if not line:
            raise RuntimeError("the nursery has ended")
        told: Mapping[str, int] = json.loads(line)
        return told


@dataclass(frozen=True, slots=True)
class Life:
    pid: int
    end: asyncio.Task[End]

    def kill(self) -> None:
        if not self.end.done():
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(self.pid, signal.SIGKILL)


class Stage:
    """Serves one pair for many stories; ``furnish`` begins the next one with an empty target and an empty ledger."""

    def __init__(self, pair: Pair, nursery: Nursery | None, root: Path) -> None:
        self.pair = pair
        self.source = Front(Starlette())
        self.target = Front(Starlette(), pair.keys_of)
        self._nursery = nursery
        self._root = root
        self._addresses: dict[str, str] = {}
        self.environ: dict[str, str] = {}
        self.shop: Shop
        self.receiving: Simulator

    @classmethod
    @asynccontextmanager
    async def open(cls, pair: Pair, nursery: Nursery | None = None) -> AsyncIterator[Stage]:
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="koppler-faults-", ignore_cleanup_errors=True)
            )
            made = cls(pair, nursery, Path(folder))
            made._addresses[SOURCE] = await stack.enter_async_context(serve(made.source))
            made._addresses[TARGET] = await stack.enter_async_context(serve(made.target))
            yield made

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self._root / "data")

    @property
    def registry(self) -> Registry:
        return unpaced(Registry.discover())

    async def furnish(self, shop: Shop) -> None:
        self.shop, self.receiving = shop, self.pair.make_target()
        self.source.behind, self.target.behind = shop.simulator, self.receiving
        self.target.empty()
        template = self._root / "template"
        if not template.is_dir():
            await self._set_up(template)
        shutil.rmtree(self.folder.root, ignore_errors=True)
        shutil.copytree(template, self.folder.root)

    async def _set_up(self, folder: Path) -> None:
        ends = {SOURCE: self.shop.simulator, TARGET: self.receiving}
        self.environ = {
            variable_for(key, name): value
            for key, simulator in ends.items()
            for name, value in simulator.secrets.items()
        }
        async with opened(DataFolder(folder), registry=self.registry, environ={}) as services:
            services.secrets.use_session()
            for key, simulator in ends.items():
                await services.accounts.create(
                    simulator.system, key, simulator.settings, simulator.secrets, self._addresses[key], key=key
                )
            await services.integrations.create(
                "Under test", SOURCE, TARGET, self.pair.flows, self.pair.options, key=INTEGRATION
            )

    async def begin_life(self, fatal: str = "", nth: int = 1, mode: RunMode = RunMode.HISTORICAL) -> Life:
        """Raises RuntimeError on a stage without a nursery."""
        if self._nursery is None:
            raise RuntimeError("this stage was opened without a nursery")
        self.target.begin_life()
        report = str(self._root / "report.json")
        errand = Errand(
            folder=str(self.folder.root), report=report, environ=self.environ, mode=mode.value, fatal=fatal, nth=nth
        )
        life = await self._nursery.begin(errand)
        life.end.add_done_callback(lambda _: self.target.nudge())
        return life

    async def ended(self, life: Life) -> End:
        """Waits for the end of a life, and until what it had sent is worked off."""
        end = await life.end
        await self.target.settle()
        return end
