"""A changed mapping, applied to what was sent before: only an import of the history looks at those records again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.errors import ConfigError
from app.core.events import RunMode, RunState
from app.core.ledger import RunRecord
from app.core.records import Kind
from app.core.texts import text
from app.services.launching import RunHandle
from app.services.runs import Runs
from app.storage.creations import Creations
from app.storage.ledger import Ledger
from app.storage.runs import Runs as RunBook


class PastRecords:
    def __init__(self, runs: Runs, book: RunBook, ledger: Ledger, creations: Creations) -> None:
        self._runs = runs
        self._book = book
        self._ledger = ledger
        self._creations = creations

    async def count(self, key: str, kind: Kind) -> int:
        """How many records of the kind the target holds by this integration's doing."""
        return await self._ledger.held(key, kind)

    async def apply(self, key: str, kinds: Sequence[Kind]) -> RunHandle:
        """Reads the history again from where the first import began; whatever comes out as it was is not sent. Starts
        no automation. Raises ConfigError where nothing was sent yet or the beginning is not known, and whatever
        starting a run raises."""
        held = [kind for kind in kinds if await self._ledger.held(key, kind)]
        if not held:
            raise ConfigError(
                text("Nothing was sent before."),
                remedy=text("The mapping counts for everything that is sent from now on."),
            )
        return await self._runs.start(key, RunMode.HISTORICAL, kinds=held, since=await self._beginning(key, held))

    async def _beginning(self, key: str, kinds: Sequence[Kind]) -> datetime | None:
        """None reads everything. Raises ConfigError where nobody knows it: an earlier day would send what the person
        never wanted sent."""
        # Of what was undone since, nothing is there to be sent again.
        undone_at = max((run.started_at for run in await self._book.of_modes(key, {RunMode.UNDO})), default=None)
        imports = [
            run
            for run in await self._book.of_modes(key, {RunMode.HISTORICAL})
            if undone_at is None or run.started_at > undone_at or await self._creations.any(key, run.id)
        ]
        days = {_first_day([run for run in imports if kind in run.kinds]) for kind in kinds}
        if len(days) > 1:
            raise ConfigError(
                text("These flows were imported from different days on."),
                remedy=text("Apply the mapping to one flow at a time, in a terminal with --flow."),
                field="flow",
            )
        return days.pop()


def _first_day(imports: Sequence[RunRecord]) -> datetime | None:
    """Of the finished ones where there are any. A limited one says nothing of a beginning."""
    whole = [run for run in imports if run.limit is None]
    days = [run.since for run in whole if run.state is RunState.FINISHED] or [run.since for run in whole]
    if not days:
        raise ConfigError(
            text("It is not known from which day on the history was sent."),
            remedy=text("Start a historical import from the day that you choose: it takes the mapping as it is now."),
        )
    known = [day for day in days if day is not None]
    return min(known) if len(known) == len(days) else None
