"""How many records a historical import would cover, before it is started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.events import RunMode, RunState, now
from app.core.labels import counted
from app.core.ledger import RunRecord
from app.core.records import Kind, Record, Unreadable
from app.core.rules import Rules, refusal_of
from app.core.texts import Text, text
from app.engine.job import Job, Route
from app.engine.reading import closing
from app.sdk.source import ReadRequest
from app.services.integrations import Integrations
from app.services.routes import Integrating

_MOST = 1_000
"""So many records are read to be counted where a source cannot count them itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    kind: Kind
    count: int
    is_more: bool = False
    """There are more than ``count``; nobody has counted how many."""

    @property
    def words(self) -> Text:
        records = counted(self.kind, self.count)
        return text("more than {records}", records=records) if self.is_more else records


class Coverage:
    def __init__(self, integrations: Integrations, integrating: Integrating) -> None:
        self._integrations = integrations
        self._integrating = integrating

    async def of(
        self, key: str, since: datetime | None = None, kinds: Sequence[Kind] | None = None
    ) -> tuple[Covered, ...]:
        """What an import from this day on, or from the beginning, would read of each flow. Nothing is written.

        Raises ConfigError, TemporaryError, ProtocolError.
        """
        integration = await self._integrations.stored(key)
        chosen = tuple(kind for kind in integration.flows if kinds is None or kind in kinds)
        async with self._integrating.opened(integration, read_only=True) as opened:
            job = Job(run=_import(key, since, chosen), routes=opened.routes(chosen), rules=opened.rules)
            return tuple([await _covered(route, job) for route in job.routes])


def _import(key: str, since: datetime | None, kinds: tuple[Kind, ...]) -> RunRecord:
    moment = now()
    return RunRecord(
        id="coverage",
        integration=key,
        mode=RunMode.HISTORICAL,
        state=RunState.RUNNING,
        started_at=moment,
        until=moment,
        since=since,
        kinds=kinds,
    )


async def _covered(route: Route, job: Job) -> Covered:
    since = job.run.since
    asked = since - route.granularity if since is not None and route.has_changes else None
    request = ReadRequest(kind=route.kind, until=job.run.until, since=asked)
    can_count = since is None or route.has_changes
    count = await route.source.count(request) if can_count else None
    return Covered(kind=route.kind, count=count) if count is not None else await _read(route, request, job)


async def _read(route: Route, request: ReadRequest, job: Job) -> Covered:
    rules, number = job.rules_of(route), 0
    async with closing(route.source.read(request)) as pages:
        async for page in pages:
            number += sum(_is_covered(each, rules) for each in page.records)
            if number > _MOST:
                return Covered(kind=route.kind, count=_MOST, is_more=True)
    return Covered(kind=route.kind, count=number)


def _is_covered(record: Record | Unreadable, rules: Rules) -> bool:
    if isinstance(record, Unreadable):
        return True
    refusal = refusal_of(record, rules)
    return refusal is None or refusal.reason != "before_start_date"
