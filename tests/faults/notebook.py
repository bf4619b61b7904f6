"""A made-up target that keeps every write as one more row: whatever is sent twice is seen twice.

``notebook`` can look its rows up, ``blindbook`` cannot: there a lost answer leaves a record in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.outcomes import Outcome
from app.core.records import Kind, Order, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, Writes
from app.sdk.pacing import Pace
from app.sdk.plan import Batched, Draft, Known, Plan, RecordPlan, Settled, Step
from app.sdk.settings import NoSettings, Setting, Settings
from app.sdk.simulator import Simulator
from app.sdk.target import Judgement, Mappings, Target, Timing


class NotebookOptions(Settings):
    batch: Annotated[int, Field(ge=1, le=100), Setting(label=text("Records per request"))] = 1


class Notebook:
    """The rows, in the order of arrival."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._by_id: dict[str, dict[str, str]] = {}

    async def note(self, request: Request) -> Response:
        notes = (await request.json())["notes"]
        for each in notes:
            row = {**each, "row": str(len(self.rows) + 1)}
            self.rows.append(row)
            self._by_id.setdefault(row["id"], row)
        return JSONResponse({"rows": {each["id"]: self._by_id[each["id"]]["row"] for each in notes}})

    async def find(self, request: Request) -> Response:
        wanted = request.query_params["ids"].split(",")
        return JSONResponse({"notes": [self._by_id[each] for each in wanted if each in self._by_id]})

    def simulator(self, system: str) -> Simulator:
        routes = [
            Route("/notes", self.note, methods=["POST"]),
            Route("/notes", self.find, methods=["GET"]),
        ]
        return Simulator(
            system,
            Starlette(routes=routes),
            settings={},
            secrets={},
            summary=lambda: {"orders": len(self.rows)},
            world=self,
        )


class NotebookTarget:
    def __init__(self, access: Access[NoSettings], options: NotebookOptions, *, looks_up: bool) -> None:
        self._http = access.http
        self._batch = options.batch
        self._looks_up = looks_up

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Nothing has to be known beforehand."""

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        return self._batch

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Order):
            return skip("deleted_in_source")
        paid = record.total - record.refunded if record.refunded else record.total
        content = {"id": record.id, "amount": str(paid.rounded().amount), "currency": paid.currency}
        return Draft(key=record.id, kind=Kind.ORDERS, record=record, content=content, amount=paid)

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        if not self._looks_up:
            return {}
        answer = await self._http.get("notes", {"ids": ",".join(draft.key for draft in drafts)})
        held = {row["id"]: row for row in answer.json()["notes"]}
        return {each.key: _known(each, held[each.key]) for each in drafts if each.key in held}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(
            RecordPlan(
                draft=draft,
                outcome=Outcome.UNCHANGED if known.is_same else Outcome.CREATED,
                target_id=known.target_id,
            )
            for draft, known in drafts
        )
        items = tuple((draft.key, draft.content) for draft, known in drafts if not known.is_same)
        if not items:
            return Plan(records)
        keys = tuple(key for key, _ in items)
        step = Step(name="note", method="POST", path="notes", keys=keys, body=Batched({}, ("notes",), items))
        return Plan(records, (step,))

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        rows = answers["note"].json()["rows"]
        return {
            each.key: Settled(outcome=each.outcome, target_id=rows.get(each.key, each.target_id))
            for each in plan.records
        }


def _known(draft: Draft, row: Mapping[str, str]) -> Known:
    is_same = all(row[name] == value for name, value in draft.content.items())
    return Known(exists=True, target_id=row["row"], is_same=is_same)


def _no_probes(_access: Access[Any], _kinds: Sequence[Kind]) -> Sequence[Probe]:
    return ()


def _open(access: Access[NoSettings], options: NotebookOptions, _: Mappings, *, looks_up: bool) -> Target:
    return NotebookTarget(access, options, looks_up=looks_up)


def _manifest(system: str, *, looks_up: bool) -> Manifest:
    return Manifest(
        system=system,
        name=system.capitalize(),
        category=Category.CRM,
        colour="#555555",
        monogram="Nb",
        summary=text("Keeps every write as one more row."),
        settings=NoSettings,
        target_options=NotebookOptions,
        pace=Pace(per_second=100_000),
        base_url=lambda _: "",
        probes=_no_probes,
        simulator=lambda _: Notebook().simulator(system),
        writes=(Writes(kind=Kind.ORDERS, looks_up=looks_up),),
        open_target=partial(_open, looks_up=looks_up),
    )


NOTEBOOK = _manifest("notebook", looks_up=True)
BLINDBOOK = _manifest("blindbook", looks_up=False)


def amounts(book: Notebook) -> Mapping[str, list[tuple[Decimal, str]]]:
    """What is visible in the target, by the source's id."""
    found: dict[str, list[tuple[Decimal, str]]] = {}
    for row in book.rows:
        found.setdefault(row["id"], []).append((Decimal(row["amount"]), row["currency"]))
    return found
