"""Before an import is undone: how many of the records that it created would go, how many stay, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.core.ledger import Entry, RunRecord
from app.core.records import Kind
from app.core.rules import Rules
from app.engine.job import Route
from app.engine.planning import Planner
from app.engine.ports import KeyedHash
from app.engine.undo_examining import FETCH_SIZE, Examiner, Verdict, ids_of
from app.sdk.target import Timing, Undoes


class CreationsPort(Protocol):
    """What the ledger knows of a run's creations. Every method is one transaction. Raises StorageError."""

    async def created(
        self, integration: str, run_id: str, kind: Kind, *, after: str = "", limit: int = FETCH_SIZE
    ) -> Sequence[Entry]:
        """Entries that the run created in the target, by key, from ``after`` exclusive."""
        ...

    async def updated_since(self, run: RunRecord, kind: Kind) -> Collection[str]:
        """Keys of records that another run updated after this one had begun."""
        ...

    async def forget_history(self, integration: str, kinds: Sequence[Kind]) -> None:
        """The history of these kinds is not in the target any more: no sync may take it for granted, and no run that
        was begun before may go on from its place."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """``run`` is what would be undone."""

    run: RunRecord
    verdicts: Sequence[Verdict] = field(default=())

    @property
    def going(self) -> Sequence[Verdict]:
        return [each for each in self.verdicts if each.goes]

    @property
    def count(self) -> int:
        """How many records would go: what the person types."""
        return sum(each.goes for each in self.verdicts)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(each.entry.kind for each in self.verdicts))

    def going_by_kind(self) -> Mapping[Kind, int]:
        return Counter(each.entry.kind for each in self.verdicts if each.goes)

    def kept_by_reason(self, kind: Kind | None = None) -> Mapping[str, int]:
        """All kinds with None."""
        return Counter(
            each.reason for each in self.verdicts if not each.goes and (kind is None or each.entry.kind is kind)
        )


class Surveyor:
    """Reads only. Raises ConfigError, TemporaryError, ProtocolError and StorageError."""

    def __init__(
        self, run: RunRecord, routes: Sequence[Route], rules: Rules, creations: CreationsPort, keyed_hash: KeyedHash
    ) -> None:
        self._run = run
        self._routes = routes
        self._rules = rules
        self._creations = creations
        self._hash = keyed_hash

    async def verdicts(self) -> AsyncIterator[Sequence[Verdict]]:
        """In the order in which they would go, page by page."""
        await open_targets(self._routes)
        found: list[Verdict] = []
        for route in in_undo_order(self._routes):
            examiner = Examiner(route, Planner(route.target, self._rules, self._hash, source=route.source))
            touched = await self._creations.updated_since(self._run, route.kind)
            async for page in self._pages(route.kind):
                verdicts = await examiner.examine(page, ids_of(found), touched)
                found += verdicts
                yield verdicts

    async def _pages(self, kind: Kind) -> AsyncIterator[Sequence[Entry]]:
        after = ""
        while page := await self._creations.created(self._run.integration, self._run.id, kind, after=after):
            yield page
            after = page[-1].key


async def open_targets(routes: Sequence[Route]) -> None:
    """Every target once, for all its kinds. What would have to be set up is not there, and neither are its records."""
    for target in {id(route.target): route.target for route in routes}.values():
        await target.open([route.kind for route in routes if route.target is target], Timing.HISTORICAL)


def in_undo_order(routes: Sequence[Route]) -> Sequence[Route]:
    """What hangs on others first; at the end the kinds that stay."""

    def place(route: Route) -> int:
        order = tuple(route.target.undo_order()) if isinstance(route.target, Undoes) else ()
        return order.index(route.kind) if route.kind in order else len(order)

    return sorted(routes, key=place)
