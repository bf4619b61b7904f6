"""The warehouse with a way back: what a run brought there can be removed again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Endpoint

from app.core.events import RunMode, RunState
from app.core.ledger import Entry, RunRecord
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.rules import Rules
from app.engine.control import Control
from app.engine.job import Route
from app.engine.life import Patience, RunResult
from app.engine.undo import UndoEngine
from app.engine.undo_survey import Survey, Surveyor
from app.sdk.plan import Draft, Known, Step
from app.sdk.simulator import Simulator
from app.sdk.target import Removal
from tests.engine.conftest import Bench
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash
from tests.engine.warehouse import Warehouse, WarehouseTarget


class ReturningWarehouse(Warehouse):
    """``pinned`` items are refused to be removed."""

    def __init__(self) -> None:
        super().__init__()
        self.pinned: set[str] = set()
        routes = [
            Endpoint("/items", self.add, methods=["POST"]),
            Endpoint("/items", self.find, methods=["GET"]),
            Endpoint("/items/{id}", self.remove, methods=["DELETE"]),
            Endpoint("/shelf", self.build_shelf, methods=["POST"]),
        ]
        self.simulator = Simulator(
            "warehouse", Starlette(routes=routes), settings={}, secrets={}, summary=lambda: {"items": len(self.items)}
        )

    async def remove(self, request: Request) -> Response:
        item = request.path_params["id"].removeprefix("w")
        if item in self.pinned:
            return JSONResponse({"message": "it is nailed down"}, 422)
        if item not in self.items:
            return JSONResponse({"message": "no such thing"}, 404)
        del self.items[item]
        return JSONResponse({})


class ReturningTarget(WarehouseTarget):
    def undo_order(self) -> Sequence[Kind]:
        return (Kind.ORDERS,)

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self.look_up(drafts)

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        path = f"items/{known.target_id}"
        return Removal(steps=(Step(name="remove", method="DELETE", path=path, keys=(draft.key,), is_repeatable=True),))


class MemoryCreations:
    def __init__(self, ledger: MemoryLedger, runs: MemoryRuns) -> None:
        self._ledger = ledger
        self._runs = runs
        self.updated: set[str] = set()

    async def created(
        self, integration: str, run_id: str, kind: Kind, *, after: str = "", limit: int = 3
    ) -> Sequence[Entry]:
        mine = [each for each in self._ledger.entries.values() if each.created_by == run_id and each.kind is kind]
        return [each for each in sorted(mine, key=lambda entry: entry.key) if each.key > after][:limit]

    async def updated_since(self, run: RunRecord, kind: Kind) -> Collection[str]:
        return self.updated

    async def forget_history(self, integration: str, kinds: Sequence[Kind]) -> None:
        for kind in kinds:
            self._runs.watermarks.pop((integration, kind), None)
        for run in list(self._runs.runs.values()):
            if run.state is RunState.STOPPED and run.mode is RunMode.HISTORICAL:
                self._runs.runs[run.id] = replace(run, state=RunState.FAILED)


@dataclass
class Returns:
    """Undoes runs of a bench whose warehouse takes things back."""

    bench: Bench
    warehouse: ReturningWarehouse
    control: Control = field(default_factory=Control)
    can_remove: bool = True

    def __post_init__(self) -> None:
        self.creations = MemoryCreations(self.bench.ledger, self.bench.runs)

    def route(self) -> Route:
        make = ReturningTarget if self.can_remove else WarehouseTarget
        return replace(self.bench.route(self.bench.http), target=make(self.bench.http, self.warehouse))

    async def survey(self, run_id: str = "run1") -> Survey:
        run = self.bench.runs.runs[run_id]
        surveyor = Surveyor(run, [self.route()], Rules(), self.creations, keyed_hash)
        return Survey(run=run, verdicts=[each async for page in surveyor.verdicts() for each in page])

    async def undo(self, run_id: str = "run1", undo_id: str = "undo1") -> RunResult:
        moment = datetime.now(UTC)
        survey = await self.survey(run_id)
        run = RunRecord(
            id=undo_id,
            integration="shop",
            mode=RunMode.UNDO,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=survey.kinds,
        )
        return await self.engine(run, survey).run()

    async def go_on(self, undo_id: str = "undo1") -> RunResult:
        self.control = Control()
        return await self.engine(replace(self.bench.runs.runs[undo_id], state=RunState.RUNNING), None).run()

    def engine(self, run: RunRecord, survey: Survey | None) -> UndoEngine:
        return UndoEngine(
            run,
            [self.route()],
            Rules(),
            survey.verdicts if survey else (),
            ledger=self.bench.ledger,
            runs=self.bench.runs,
            creations=self.creations,
            keyed_hash=keyed_hash,
            reasons=ReasonTexts(),
            emit=self.bench.hear,
            control=self.control,
            patience=Patience(self.bench.patience),
        )

    def outcome(self, key: str) -> tuple[Outcome | None, str]:
        entry = self.bench.ledger.entries["shop", Kind.ORDERS, key]
        return entry.outcome, entry.reason
