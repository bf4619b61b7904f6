"""A made-up vendor for the engine's tests: a source in memory and a target behind a real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Endpoint

from app.core.errors import AppError
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, OptOut, Order, OrderStatus, Record, Unreadable
from app.core.rules import Refusal, skip
from app.sdk.answers import Answer
from app.sdk.http import HttpClient
from app.sdk.plan import Batched, Draft, Known, Plan, RecordPlan, Settled, Step
from app.sdk.simulator import Simulator
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Judgement, Timing

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(number: int, total: str = "10.00", **more: object) -> Order:
    values: dict[str, object] = {
        "id": str(number),
        "number": f"2026/{number}",
        "email": f"person{number}@example.com",
        "customer_id": f"c{number}",
        "status": OrderStatus.COMPLETED,
        "created_at": DAY,
        "total": Money(Decimal(total), "EUR"),
        **more,
    }
    return Order(**values)  # type: ignore[arg-type]


@dataclass
class ShelfSource:
    """Pages of a list that tests may change between and during runs."""

    records: list[Record | Unreadable] = field(default_factory=list)
    page_size: int = 4
    failing: list[AppError] = field(default_factory=list)
    """Raised one by one, each before a page."""
    before_page: object = None

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        start = int(request.cursor or 0)
        while start < len(self.records):
            if self.failing:
                raise self.failing.pop(0)
            page = self.records[start : start + self.page_size]
            start += len(page)
            yield Page(tuple(page), str(start))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        found = {record.id: record for record in self.records}
        yield Page(tuple(found.get(each) or Deletion(id=each, kind=kind) for each in ids), "")

    async def count(self, request: ReadRequest) -> int | None:
        return len(self.records)

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        yield [record.id for record in self.records]


class Warehouse:
    """Keeps items by id. ``refused`` ids are answered with 422, ``is_strict`` refuses an id it already has (409)."""

    def __init__(self) -> None:
        self.items: dict[str, Mapping[str, object]] = {}
        self.refused: set[str] = set()
        self.is_strict = False
        self.arrivals: list[str] = []
        routes = [
            Endpoint("/items", self.add, methods=["POST"]),
            Endpoint("/items", self.find, methods=["GET"]),
            Endpoint("/shelf", self.build_shelf, methods=["POST"]),
        ]
        self.has_shelf = False
        self.simulator = Simulator(
            "warehouse", Starlette(routes=routes), settings={}, secrets={}, summary=lambda: {"items": len(self.items)}
        )

    async def add(self, request: Request) -> Response:
        if not self.has_shelf:
            return Response(status_code=403)
        items = json.loads(await request.body())["items"]
        if any(item["id"] in self.refused for item in items):
            return JSONResponse({"message": "no such thing here"}, 422)
        if self.is_strict and any(item["id"] in self.items for item in items):
            return JSONResponse({"message": "duplicate"}, 409)
        for item in items:
            self.items[item["id"]] = item
            self.arrivals.append(item["id"])
        return JSONResponse({"ids": {item["id"]: f"w{item['id']}" for item in items}})

    async def find(self, request: Request) -> Response:
        wanted = request.query_params["ids"].split(",")
        return JSONResponse({"items": [self.items[each] for each in wanted if each in self.items]})

    async def build_shelf(self, request: Request) -> Response:
        self.has_shelf = True
        return JSONResponse({"shelf": {"id": 7}})


class WarehouseTarget:
    def __init__(self, http: HttpClient, warehouse: Warehouse, size: int = 3) -> None:
        self._http = http
        self._warehouse = warehouse
        self._size = size
        self._has_shelf = False
        self.timing: Timing | None = None

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        self._has_shelf = self._warehouse.has_shelf
        self.timing = timing

    def setup(self) -> Sequence[Step]:
        return (
            () if self._has_shelf else (Step(name="shelf", method="POST", path="shelf", keys=(), body={"name": "a"}),)
        )

    def batch_size(self, kind: Kind) -> int:
        return self._size

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Deletion():
                return skip("deleted_in_source")
            case Order():
                content = {"id": record.id, "total": str(record.total), "status": record.status.value}
                return Draft(
                    key=record.id, kind=Kind.ORDERS, record=record, content=content, amount=record.total,
                    natural_keys=(record.number, record.email),
                )  # fmt: skip
            case OptOut():
                content = {"id": record.id, "out": "yes"}
                return Draft(key=record.id, kind=Kind.OPT_OUTS, record=record, content=content, removes=True)
            case _:
                raise AssertionError(record)

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        answer = await self._http.get("items", {"ids": ",".join(draft.key for draft in drafts)})
        held = {item["id"]: item for item in answer.json()["items"]}
        return {
            draft.key: Known(exists=True, target_id=f"w{draft.key}", is_same=held[draft.key] == draft.content)
            for draft in drafts
            if draft.key in held
        }

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(
            RecordPlan(draft=draft, outcome=_outcome(known), target_id=known.target_id) for draft, known in drafts
        )
        sent = tuple(
            (draft.key, {**draft.content, "is_past": True} if draft.is_past else draft.content)
            for draft, known in drafts
            if not known.is_same
        )
        if not sent:
            return Plan(records)
        body = Batched({"items": []}, ("items",), sent)
        step = Step(name="add", method="POST", path="items", keys=tuple(key for key, _ in sent), body=body)
        return Plan(records, (step,))

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.EXISTS if answer.status == 409 else Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        ids = answers["add"].json()["ids"]
        return {
            record.key: Settled(outcome=record.outcome, target_id=ids.get(record.key, record.target_id))
            for record in plan.records
        }


def _outcome(known: Known) -> Outcome:
    if known.is_same:
        return Outcome.UNCHANGED
    return Outcome.UPDATED if known.exists else Outcome.CREATED
