"""How long a historical import would take at the speed and in the hours that the person chose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import AppError
from app.core.events import Event, RequestEvent, now
from app.core.records import Kind
from app.engine.job import Route
from app.engine.reading import closing
from app.sdk.leisure import Leisure
from app.sdk.source import ReadRequest
from app.services.bus import EventBus
from app.services.coverage import Coverage, Covered
from app.services.integrations import Integrations
from app.services.routes import Integrating


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """``requests`` are those to the source, reckoned from the first page; what the target takes comes on top where it
    is the slower one. None where the source cannot be counted."""

    covered: tuple[Covered, ...]
    requests: int | None
    duration: timedelta | None
    is_slowed: bool
    """By the person's own setting, not by the shop."""


class Estimates:
    def __init__(
        self, integrations: Integrations, integrating: Integrating, coverage: Coverage, events: EventBus
    ) -> None:
        self._integrations = integrations
        self._integrating = integrating
        self._coverage = coverage
        self._events = events

    async def of(self, key: str, since: datetime | None = None, kinds: Sequence[Kind] | None = None) -> Estimate:
        """Reads one page of each flow; writes nothing. Raises ConfigError, TemporaryError, ProtocolError."""
        covered = await self._coverage.of(key, since, kinds)
        integration = await self._integrations.stored(key)
        async with self._integrating.opened(integration, read_only=True) as opened:
            leisure = opened.options.common.leisure()
            pace = opened.source.manifest.pace.per_second
            needs = [
                await self._requests(route, each, since)
                for each in covered
                for route in opened.routes([each.kind])
                if not each.kind.runs_back
            ]
        if any(each is None for each in needs) or any(each.is_more for each in covered):
            return Estimate(covered=covered, requests=None, duration=None, is_slowed=leisure is not None)
        requests = sum(each for each in needs if each is not None)
        return Estimate(
            covered=covered,
            requests=requests,
            duration=_duration(requests, leisure, pace),
            is_slowed=leisure is not None,
        )

    async def _requests(self, route: Route, covered: Covered, since: datetime | None) -> int | None:
        """None where the first page tells nothing."""
        if not covered.count:
            return 1
        asked = 0

        def count(event: Event) -> None:
            nonlocal asked
            asked += isinstance(event, RequestEvent) and event.account == route.source_account

        stop_counting = self._events.subscribe(count)
        try:
            request = ReadRequest(kind=route.kind, until=now(), since=since if route.has_changes else None)
            async with closing(route.source.read(request)) as pages:
                page = await anext(aiter(pages), None)
        except AppError:
            return None
        finally:
            stop_counting()
        if page is None or not page.records:
            return None
        return math.ceil(covered.count * asked / len(page.records))


def _duration(requests: int, leisure: Leisure | None, per_second: float) -> timedelta:
    at_least = timedelta(seconds=requests / per_second)
    return max(at_least, leisure.duration(requests)) if leisure else at_least
