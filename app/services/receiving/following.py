"""What follows from a push: the integrations that it concerns sync, once for everything that comes close together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from app.core.configuration import Integration
from app.core.errors import AppError
from app.core.events import Emit, Level, LogEvent, RunMode
from app.core.records import Kind
from app.core.texts import text
from app.services.integrations import Integrations
from app.services.receiving.settings import ReceiverBook
from app.services.runs import Runs

GATHERED_S = 5.0


class Following:
    """Never starts an import: an integration whose flows have not been imported waits for the person. A run that takes
    long holds up the syncs of its own integration only."""

    def __init__(
        self,
        *,
        integrations: Integrations,
        runs: Runs,
        book: ReceiverBook,
        emit: Emit,
        gathered_s: float = GATHERED_S,
    ) -> None:
        self._integrations = integrations
        self._runs = runs
        self._book = book
        self._emit = emit
        self._gathered_s = gathered_s
        self._wanted: dict[str, set[Kind]] = {}
        self._due: dict[str, set[Kind]] = {}
        self._gathering: asyncio.Task[None] | None = None
        self._syncing: dict[str, asyncio.Task[None]] = {}

    def arrived(self, account: str, kinds: tuple[Kind, ...]) -> None:
        self._wanted.setdefault(account, set()).update(kinds)
        if self._gathering is None or self._gathering.done():
            self._gathering = asyncio.create_task(self._gather(), name="pushes that are gathered")

    async def done(self) -> None:
        """Waits until everything that has arrived was followed."""
        while working := self._working():
            await asyncio.wait(working)

    async def aclose(self) -> None:
        for task in (working := self._working()):
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)

    def _working(self) -> Sequence[asyncio.Task[None]]:
        gathering = [self._gathering] if self._gathering is not None else []
        return [each for each in (*gathering, *self._syncing.values()) if not each.done()]

    async def _gather(self) -> None:
        while self._wanted:
            await asyncio.sleep(self._gathered_s)
            wanted, self._wanted = self._wanted, {}
            try:
                if (await self._book.settings()).syncs_at_once:
                    self._share_out(wanted, await self._integrations.all_stored())
            except AppError as error:
                self._warn(error)

    def _share_out(self, wanted: Mapping[str, set[Kind]], integrations: Sequence[Integration]) -> None:
        for integration in integrations:
            for account, kinds in wanted.items():
                if chosen := _concerned(integration, account, kinds):
                    self._due.setdefault(integration.key, set()).update(chosen)
            working = self._syncing.get(integration.key)
            if integration.key in self._due and (working is None or working.done()):
                task = asyncio.create_task(self._work_off(integration.key), name=f"sync of {integration.key}")
                self._syncing[integration.key] = task

    async def _work_off(self, key: str) -> None:
        while key in self._due:
            while (running := self._runs.active(key)) is not None:
                await asyncio.gather(running.wait(), return_exceptions=True)
            kinds = self._due.pop(key)
            try:
                await self._sync(key, [kind for kind in Kind if kind in kinds])
            except AppError as error:  # told, and with the next sync it is read all the same: the push is kept
                self._warn(error, key)

    async def _sync(self, key: str, kinds: Sequence[Kind]) -> None:
        if imported := [kind for kind in kinds if await self._runs.is_imported(key, [kind])]:
            await (await self._runs.start(key, RunMode.CHANGES, kinds=imported)).wait()

    def _warn(self, error: AppError, key: str = "") -> None:
        message = text("The sync after a push could not begin: {problem}", problem=error.message)
        self._emit(LogEvent(level=Level.WARNING, message=message, integration=key))


def _concerned(integration: Integration, account: str, kinds: set[Kind]) -> Sequence[Kind]:
    """Forward kinds come from the source, opt-outs and bounces from the target."""
    if integration.is_draft or not integration.is_active:
        return ()
    givers = {kind: integration.target if kind.runs_back else integration.source for kind in integration.flows}
    return [kind for kind, giver in givers.items() if giver == account and kind in kinds]
