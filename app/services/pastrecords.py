"""A changed mapping, applied to what was sent before: only an import of the history looks at those records again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.errors import ConfigError
from app.core.events import RunMode, RunState
from app.core.records import Kind
from app.core.texts import text
from app.services.launching import RunHandle
from app.services.runs import Runs
from app.storage.ledger import Ledger
from app.storage.runs import Runs as RunBook

_RUNS = 500


class PastRecords:
    def __init__(self, runs: Runs, book: RunBook, ledger: Ledger) -> None:
        self._runs = runs
        self._book = book
        self._ledger = ledger

    async def count(self, key: str, kind: Kind) -> int:
        """How many records of the kind the target holds by this integration's doing."""
        return await self._ledger.held(key, kind)

    async def apply(self, key: str, kinds: Sequence[Kind]) -> RunHandle:
        """Reads the history again from where the first import began; whatever comes out as it was is not sent. Starts
        no automation. Raises ConfigError where nothing was sent yet, and whatever starting a run raises."""
        held = [kind for kind in kinds if await self._ledger.held(key, kind)]
        if not held:
            raise ConfigError(
                text("Nothing was sent before."),
                remedy=text("The mapping counts for everything that is sent from now on."),
            )
        return await self._runs.start(key, RunMode.HISTORICAL, kinds=held, since=await self._beginning(key, held))

    async def _beginning(self, key: str, kinds: Sequence[Kind]) -> datetime | None:
        """None reads everything."""
        imports = [
            run
            for run in await self._book.recent(key, _RUNS)
            if run.mode is RunMode.HISTORICAL and run.state is RunState.FINISHED and set(kinds) & set(run.kinds)
        ]
        days = [run.since for run in imports]
        known = [day for day in days if day is not None]
        return min(known) if known and len(known) == len(days) else None
