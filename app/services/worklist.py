"""Opt-outs and bounces for which the shop has no field: a list to work off by hand.

The journal keeps which ones, without addresses; the addresses are asked from the newsletter system whenever the list is
shown, so that nothing of a person is stored here for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from app.core.events import now
from app.core.labels import KIND_NAMES
from app.core.outcomes import Outcome
from app.core.reasons import DONE_BY_HAND, OPT_OUT_BY_HAND
from app.core.records import Bounce, Kind, OptOut
from app.core.texts import _
from app.engine.reading import closing
from app.services.integrations import Integrations
from app.services.problems import Problems
from app.services.routes import Integrating
from app.services.tables import write_table
from app.storage.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """``email`` is empty where the newsletter system does not know the person any more."""

    kind: Kind
    key: str
    email: str = ""
    at: datetime | None = None
    reason: str = ""
    """The newsletter system's words."""


class Worklist:
    def __init__(
        self, integrations: Integrations, integrating: Integrating, problems: Problems, ledger: Ledger
    ) -> None:
        self._integrations = integrations
        self._integrating = integrating
        self._problems = problems
        self._ledger = ledger

    async def count(self, key: str) -> int:
        """How many wait, without asking anybody. Raises StorageError."""
        return await self._problems.count(key, outcomes=(Outcome.HELD,), reason=OPT_OUT_BY_HAND)

    async def list(self, key: str) -> Sequence[ToDo]:
        """Raises ConfigError, SecretStoreError, and what reading from the newsletter system raises."""
        waiting = await self.waiting(key)
        if not any(waiting.values()):
            return ()
        integration = await self._integrations.stored(key)
        async with self._integrating.opened(integration, read_only=True) as opened:
            found: list[ToDo] = []
            for route in opened.routes([kind for kind in waiting if waiting[kind]]):
                told: dict[str, ToDo] = {}
                async with closing(route.source.fetch(route.kind, waiting[route.kind])) as pages:
                    async for page in pages:
                        told |= {
                            each.id: _to_do(route.kind, each)
                            for each in page.records
                            if isinstance(each, OptOut | Bounce)
                        }
                found += [told.get(each) or ToDo(kind=route.kind, key=each) for each in waiting[route.kind]]
        return tuple(found)

    async def done(self, key: str, chosen: Mapping[Kind, Sequence[str]] | None = None) -> int:
        """Takes the chosen ones off the list, or all. A later opt-out of the same person stands on it again."""
        waiting, number = await self.waiting(key), 0
        for kind, keys in (waiting if chosen is None else chosen).items():
            entries = await self._ledger.load(key, kind, [each for each in keys if each in set(waiting.get(kind, ()))])
            moment = now()
            settled = [
                replace(each, outcome=Outcome.SKIPPED, reason=DONE_BY_HAND, at=moment) for each in entries.values()
            ]
            await self._ledger.record(settled)
            number += len(settled)
        return number

    async def export(self, key: str, path: Path) -> int:
        """As CSV or Excel; returns the number of rows. Raises as ``list`` does, and StorageError."""
        found = await self.list(key)
        header = [_("E-mail"), _("What"), _("Since"), _("Words of the newsletter system")]
        rows = [
            (each.email, str(KIND_NAMES[each.kind]), each.at.isoformat() if each.at else "", each.reason)
            for each in found
        ]
        await asyncio.to_thread(write_table, path, header, rows)
        return len(rows)

    async def waiting(self, key: str) -> Mapping[Kind, Sequence[str]]:
        """Their keys by kind, without asking anybody. Raises StorageError."""
        return await self._problems.keys(key, Outcome.HELD, OPT_OUT_BY_HAND)


def _to_do(kind: Kind, record: OptOut | Bounce) -> ToDo:
    return ToDo(kind=kind, key=record.id, email=record.email, at=record.at, reason=record.reason)
