"""A simulated account behind a real socket, and a small engine that drives the target as the real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from app.connectors.activecampaign.contact_import import Patience
from app.connectors.activecampaign.manifest import MANIFEST
from app.connectors.activecampaign.settings import ActiveCampaignSettings, TargetOptions
from app.connectors.activecampaign.simulator import KEY, build_simulator
from app.connectors.activecampaign.target import ActiveCampaignTarget
from app.connectors.activecampaign.world import World
from app.core.errors import UnknownOutcomeError
from app.core.outcomes import Outcome
from app.core.records import Kind, Record
from app.core.rules import Refusal
from app.sdk.access import Access
from app.sdk.answers import Answer, RejectedError
from app.sdk.http import HttpClient
from app.sdk.pacing import Pace
from app.sdk.plan import Draft, Known, Plan, Settled, joined_path, resolved
from app.sdk.settings import parse
from app.sdk.simulator import Simulator, serve
from app.sdk.target import Judgement, Mappings, Timing

SHOP = Mappings(
    source_system="bigcommerce",
    source_name="Lamp shop",
    source_id="lamp-shop",
    source_url="https://lamps.example.com",
)
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
_NOTHING = Known()
QUICK = Patience(first_s=0, longest_s=0, total_s=1)


@dataclass(slots=True)
class Drive:
    """Opens, sets up, and sends records in batches; the outcome of each stands in ``settled``."""

    target: ActiveCampaignTarget
    http: HttpClient
    settled: dict[str, Settled] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        await self.target.open(kinds, timing)
        if steps := self.target.setup():
            for step in steps:
                await self.http.request(step.method, joined_path(step.path, {}), body=resolved(step.body, {}))
            await self.target.open(kinds, timing)

    async def send(self, *records: Record) -> dict[str, Settled]:
        drafts = []
        for record in records:
            drafted = self.target.draft(record)
            if isinstance(drafted, Refusal):
                self.settled[record.id] = Settled(outcome=drafted.outcome, reason=drafted.reason)
            else:
                drafts.append(drafted)
        await self._send(drafts)
        return self.settled

    async def _send(self, drafts: Sequence[Draft], *, may_repeat: bool = True) -> None:
        if not drafts:
            return
        known = await self.target.look_up(drafts)
        pairs = [(draft, known[draft.key]) for draft in drafts if draft.key in known]
        pairs += [(draft, _NOTHING) for draft in drafts if draft.key not in known]
        size = self.target.batch_size(drafts[0].kind)
        for start in range(0, len(pairs), size):
            await self._run(self.target.plan(pairs[start : start + size]), may_repeat=may_repeat)

    async def _run(self, plan: Plan, *, may_repeat: bool) -> None:
        self.plans.append(plan)
        for record in plan.records:
            self.settled[record.key] = Settled(outcome=record.outcome, reason=record.reason)
        saved: dict[str, str] = {}
        answers: dict[str, Answer] = {}
        for step in plan.steps:
            try:
                answer = await self.http.request(
                    step.method,
                    joined_path(step.path, saved),
                    body=resolved(step.body, saved),
                    is_repeatable=step.is_repeatable,
                )
            except UnknownOutcomeError:
                await self._send([each.draft for each in plan.records], may_repeat=False)
                return
            except RejectedError as error:
                await self._refused(plan, step, error, may_repeat=may_repeat)
                return
            answers[step.name] = answer
            for name, path in step.saves.items():
                value = answer.json()
                for part in path:
                    value = value[part]
                saved[name] = str(value)
        if plan.steps:
            self.settled |= await self.target.confirm(plan, answers)

    async def _refused(self, plan, step, error, *, may_repeat):
        drafts = [each.draft for each in plan.records]
        if may_repeat and self.target.judge(step, error.answer) is Judgement.EXISTS:
            await self._send(drafts, may_repeat=False)
        elif named := self.target.culprits(step, error.answer):
            for key, words in named.items():
                self.settled[key] = Settled(outcome=Outcome.FAILED, reason="refused", message=words)
            await self._send([each for each in drafts if each.key not in named])
        elif len(drafts) == 1:
            self.settled[drafts[0].key] = Settled(outcome=Outcome.FAILED, reason="refused", message=error.words)
        else:
            middle = len(drafts) // 2
            await self._send(drafts[:middle])
            await self._send(drafts[middle:])


@dataclass(slots=True)
class Stage:
    """One simulated account and everything to open it with."""

    simulator: Simulator
    address: str
    stack: AsyncExitStack

    @property
    def world(self) -> World:
        assert isinstance(self.simulator.world, World)
        return self.simulator.world

    async def access(
        self, *, key: str = KEY, read_only: bool = False, pace: Pace | None = None, **options: object
    ) -> Access[ActiveCampaignSettings]:
        settings = parse(ActiveCampaignSettings, {"api_url": self.address, "api_key": key})
        http = HttpClient(
            MANIFEST.base_url(settings),
            pace=pace or Pace(per_second=1_000),
            options=replace(MANIFEST.http_options(settings), backoff_s=0.01, **options),  # type: ignore[arg-type]
            read_only=read_only,
        )
        await self.stack.enter_async_context(http)
        return Access(settings=settings, client=http, account="my-ac", clock=lambda: AT)

    async def drive(
        self,
        *kinds: Kind,
        timing: Timing = Timing.HISTORICAL,
        mappings: Mappings = SHOP,
        **options: object,
    ) -> Drive:
        access = await self.access()
        target = ActiveCampaignTarget(access, parse(TargetOptions, options), mappings, QUICK)
        drive = Drive(target, access.http)
        await drive.open(kinds, timing)
        return drive


@asynccontextmanager
async def staged(records: int = 0) -> AsyncIterator[Stage]:
    simulator = build_simulator(records)
    assert isinstance(simulator.world, World)
    simulator.world.per_second = 1_000  # the rate has a test of its own
    async with AsyncExitStack() as stack, serve(simulator) as address:
        try:
            yield Stage(simulator, address, stack)
        finally:
            await stack.aclose()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An account that holds nothing but its lists and one field."""
    async with staged() as found:
        yield found


@pytest.fixture
def populated() -> Callable[[int], object]:
    """For an account with people in it: ``async with populated(30) as stage``."""
    return staged
