"""Preview: the same rules, drafts, look-ups and plans as a run, through clients that refuse to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.ledger import Entry
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.doubts import left_in_doubt
from app.engine.history import with_history
from app.engine.job import Job, Route
from app.engine.planning import Planner, Sighting
from app.engine.ports import KeyedHash, LedgerPort
from app.engine.reading import closing, limited
from app.sdk.plan import Plan, RecordPlan, Step
from app.sdk.source import ReadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What would become of one record, with the requests as far as they concern it."""

    kind: Kind
    sighting: Sighting
    outcome: Outcome
    reason: str = ""
    plan: RecordPlan | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewResult:
    setup: Sequence[tuple[Route, Step]]
    """What must be created first, with a route to the system in which it would be."""
    records: Sequence[Previewed]


async def preview(job: Job, *, ledger: LedgerPort, keyed_hash: KeyedHash, limit: int) -> PreviewResult:
    """The first ``limit`` records of each flow. Raises AppError."""
    setup: list[tuple[Route, Step]] = []
    opened: set[int] = set()
    records: list[Previewed] = []
    for route in job.routes:
        if id(route.target) not in opened:
            opened.add(id(route.target))
            kinds = [each.kind for each in job.routes if each.target is route.target]
            await route.target.open(kinds, job.timing)
            setup += [(route, step) for step in route.target.setup()]
        records += await _flow(
            route, job, Planner(route.target, job.rules, keyed_hash, source=route.source), ledger, limit
        )
    return PreviewResult(setup, records)


async def _flow(route: Route, job: Job, planner: Planner, ledger: LedgerPort, limit: int) -> list[Previewed]:
    sightings = await _sightings(route, job, planner, limit)
    known = dict(await ledger.load(job.run.integration, route.kind, [each.key for each in sightings]))
    sightings = [_adjusted(each, known.get(each.key), job, route, planner) for each in sightings]
    found = planner.sort(sightings, known, job.run.id)
    plans = await planner.plans([each.draft for each in found.to_plan if each.draft])
    by_key = {record.key: (plan, record) for plan in plans for record in plan.records}
    unchanged = {each.key for each in found.unchanged}
    return [_previewed(route.kind, each, by_key, unchanged) for each in {s.key: s for s in sightings}.values()]


def _adjusted(sighting: Sighting, entry: Entry | None, job: Job, route: Route, planner: Planner) -> Sighting:
    """As a run takes it."""
    return left_in_doubt(with_history(sighting, entry, job, route, planner.search_keys), entry, job, route)


async def _sightings(route: Route, job: Job, planner: Planner, limit: int) -> list[Sighting]:
    keys = job.keys.get(route.kind)
    if keys:
        pages = route.source.fetch(route.kind, keys)
    else:
        since = job.run.since if route.has_changes else None
        pages = route.source.read(ReadRequest(kind=route.kind, until=job.run.until, since=since, limit=limit))
    sightings: list[Sighting] = []
    async with closing(limited(pages, limit)) as few:
        async for page in few:
            sightings += [planner.sight(record) for record in page.records]
    return sightings


def _previewed(
    kind: Kind,
    sighting: Sighting,
    by_key: dict[str, tuple[Plan, RecordPlan]],
    unchanged: set[str],
) -> Previewed:
    if sighting.refusal is not None:
        refusal = sighting.refusal
        return Previewed(kind=kind, sighting=sighting, outcome=refusal.outcome, reason=refusal.reason)
    if sighting.key in unchanged or sighting.key not in by_key:
        return Previewed(kind=kind, sighting=sighting, outcome=Outcome.UNCHANGED)
    plan, record = by_key[sighting.key]
    steps = tuple(part for step in plan.steps if (part := step.for_record(sighting.key)) is not None)
    return Previewed(
        kind=kind, sighting=sighting, outcome=record.outcome, reason=record.reason, plan=record, steps=steps
    )
