"""What follows from a push: the integrations that it concerns sync, once for everything that comes close together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

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
    """Never starts an import: an integration whose flows have not been imported waits for the person."""

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
        self._task: asyncio.Task[None] | None = None

    def arrived(self, account: str, kinds: tuple[Kind, ...]) -> None:
        self._wanted.setdefault(account, set()).update(kinds)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow(), name="syncs after pushes")

    async def done(self) -> None:
        """Waits until everything that has arrived was followed."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while self._wanted:
            await asyncio.sleep(self._gathered_s)
            wanted, self._wanted = self._wanted, {}
            if not (await self._book.settings()).syncs_at_once:
                return
            for account, kinds in wanted.items():
                for integration in await self._integrations.all_stored():
                    if chosen := _concerned(integration, account, kinds):
                        await self._sync(integration, chosen)

    async def _sync(self, integration: Integration, kinds: Sequence[Kind]) -> None:
        try:
            if (running := self._runs.active(integration.key)) is not None:
                await running.wait()
            if await self._runs.is_imported(integration.key, kinds):
                await (await self._runs.start(integration.key, RunMode.CHANGES, kinds=kinds)).wait()
        except AppError as error:  # told, and with the next sync it is read all the same: the push is kept
            self._emit(
                LogEvent(
                    level=Level.WARNING,
                    message=text("The sync after a push could not begin: {problem}", problem=error.message),
                    integration=integration.key,
                )
            )


def _concerned(integration: Integration, account: str, kinds: set[Kind]) -> Sequence[Kind]:
    """Forward kinds come from the source, opt-outs and bounces from the target."""
    if integration.is_draft or not integration.is_active:
        return ()
    givers = {kind: integration.target if kind.runs_back else integration.source for kind in integration.flows}
    return [kind for kind, giver in givers.items() if giver == account and kind in kinds]
