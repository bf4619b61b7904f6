"""Two made-up systems that speak HTTP at every step of a run: a kiosk that sells, and a depot that receives.

Both keep their promises; what breaks is the line between them and the program.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Endpoint

from app.core.errors import AppError, ProtocolError, UnreachableError
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, OptOut, Order, OrderStatus, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.http import HttpClient
from app.sdk.plan import Batched, Draft, Known, Plan, RecordPlan, Settled, Step
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Judgement, Timing

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUSY = '{"ok": false, "message": "the stocktaking is going on"}'
"""The depot's own way to say "later" in a 200."""


def busy(answer: Answer) -> AppError | None:
    """What both systems mean by ``BUSY``."""
    if answer.content[:12] == BUSY[:12].encode():
        return UnreachableError(text("A stocktaking is going on."), remedy=text("Try again in a few minutes."))
    return None


def _body(answer: Answer, *names: str) -> Mapping[str, Any]:
    found = answer.json()
    if not isinstance(found, dict) or any(name not in found for name in names):
        raise ProtocolError(text("The answer has an unknown form."), detail=answer.evidence[:200])
    return found


# The kiosk ------------------------------------------------------------------------------------------------------------


@dataclass
class Kiosk:
    """``orders`` by number; ``left`` holds who does not want letters any more."""

    orders: dict[int, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Endpoint("/hello", _hello),
                Endpoint("/count", self.count),
                Endpoint("/orders", self.page),
                Endpoint("/named", self.named),
                Endpoint("/ids", self.ids),
                Endpoint("/people/{id}", self.person),
                Endpoint("/people/{id}/leave", self.leave, methods=["POST"]),
            ]
        )

    async def count(self, _: Request) -> Response:
        return JSONResponse({"count": len(self.orders)})

    async def page(self, request: Request) -> Response:
        after, limit = int(request.query_params["after"]), int(request.query_params["limit"])
        numbers = [number for number in sorted(self.orders) if number > after][:limit]
        return JSONResponse({"orders": [{"id": number, "total": self.orders[number]} for number in numbers]})

    async def named(self, request: Request) -> Response:
        numbers = [int(each) for each in request.query_params["ids"].split(",")]
        return JSONResponse({"orders": [{"id": n, "total": self.orders[n]} for n in numbers if n in self.orders]})

    async def ids(self, _: Request) -> Response:
        return JSONResponse({"ids": sorted(self.orders)})

    async def person(self, request: Request) -> Response:
        return JSONResponse({"has_left": request.path_params["id"] in self.left})

    async def leave(self, request: Request) -> Response:
        self.left.append(request.path_params["id"])
        return JSONResponse({"has_left": True})


async def _hello(_: Request) -> Response:
    return JSONResponse({"name": "at your service"})


@dataclass(frozen=True, slots=True)
class KioskSource:
    http: HttpClient
    page_size: int = 4

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        after = int(request.cursor or 0)
        while rows := await self._rows("orders", {"after": str(after), "limit": str(self.page_size)}):
            after = max(int(row["id"]) for row in rows)
            yield Page(tuple(_order(row) for row in rows), str(after))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        found = {str(row["id"]): _order(row) for row in await self._rows("named", {"ids": ",".join(ids)})}
        yield Page(tuple(found.get(each) or Deletion(id=each, kind=kind) for each in ids), "")

    async def count(self, request: ReadRequest) -> int | None:
        return int(_body(await self.http.get("count"), "count")["count"])

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        yield [str(each) for each in _body(await self.http.get("ids"), "ids")["ids"]]

    async def _rows(self, path: str, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
        return list(_body(await self.http.get(path, query), "orders")["orders"])


def _order(row: Mapping[str, Any]) -> Order:
    number = str(row["id"])
    return Order(
        id=number,
        number=number,
        email=f"person{number}@example.com",
        customer_id=f"c{number}",
        status=OrderStatus.COMPLETED,
        created_at=DAY,
        total=Money.of(row["total"], "EUR"),
    )


@dataclass(frozen=True, slots=True)
class KioskTarget:
    """The kiosk hears who told the depot to send nothing more."""

    http: HttpClient

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        return

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        assert isinstance(record, OptOut)
        return Draft(key=record.id, kind=Kind.OPT_OUTS, record=record, content={"out": record.id}, removes=True)

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        known = {}
        for draft in drafts:
            found = _body(await self.http.get(f"people/{draft.key}"), "has_left")
            known[draft.key] = Known(exists=True, target_id=draft.key, is_same=bool(found["has_left"]))
        return known

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(RecordPlan(draft=draft, outcome=_outcome(known)) for draft, known in drafts)
        steps = tuple(
            Step(name=draft.key, method="POST", path=f"people/{draft.key}/leave", keys=(draft.key,), body={})
            for draft, known in drafts
            if not known.is_same
        )
        return Plan(records, steps)

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        for answer in answers.values():
            _body(answer, "has_left")
        return {record.key: Settled(outcome=record.outcome) for record in plan.records}


# The depot ------------------------------------------------------------------------------------------------------------


@dataclass
class Depot:
    """Books what it is sent as a job, and tells the result when it is asked for it."""

    items: dict[str, str] = field(default_factory=dict)
    arrivals: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    leavers: list[str] = field(default_factory=list)
    shelves: int = 0

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Endpoint("/hello", _hello),
                Endpoint("/shelf", self.shelf, methods=["GET", "POST"]),
                Endpoint("/items", self.find),
                Endpoint("/items", self.add, methods=["POST"]),
                Endpoint("/items/{id}", self.remove, methods=["DELETE"]),
                Endpoint("/jobs/{ids}", self.job),
                Endpoint("/leavers", self.tell_leavers),
            ]
        )

    async def shelf(self, request: Request) -> Response:
        self.shelves += request.method == "POST"
        return JSONResponse({"shelves": self.shelves})

    async def find(self, request: Request) -> Response:
        wanted = request.query_params["ids"].split(",")
        return JSONResponse({"items": {each: self.items[each] for each in wanted if each in self.items}})

    async def add(self, request: Request) -> Response:
        items = json.loads(await request.body())["items"]
        for item in items:
            self.items[item["id"]] = item["total"]
            self.arrivals.append(item["id"])
        return JSONResponse({"job": ",".join(item["id"] for item in items)})

    async def remove(self, request: Request) -> Response:
        self.items.pop(request.path_params["id"], None)
        self.removed.append(request.path_params["id"])
        return JSONResponse({"job": ""})

    async def job(self, request: Request) -> Response:
        return JSONResponse({"done": request.path_params["ids"].split(",")})

    async def tell_leavers(self, _: Request) -> Response:
        return JSONResponse({"leavers": self.leavers})


@dataclass
class DepotTarget:
    http: HttpClient
    size: int = 3
    _has_shelf: bool = False

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        self._has_shelf = bool(_body(await self.http.get("shelf"), "shelves")["shelves"])

    def setup(self) -> Sequence[Step]:
        return () if self._has_shelf else (Step(name="shelf", method="POST", path="shelf", keys=(), body={}),)

    def batch_size(self, kind: Kind) -> int:
        return self.size

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Order():
                content = {"id": record.id, "total": str(record.total)}
                return Draft(key=record.id, kind=Kind.ORDERS, record=record, content=content, amount=record.total)
            case Deletion():
                return Draft(key=record.id, kind=Kind.ORDERS, record=record, content={"gone": "yes"}, removes=True)
            case _:
                return skip("not_a_kind")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        answer = await self.http.get("items", {"ids": ",".join(draft.key for draft in drafts)})
        held = _body(answer, "items")["items"]
        return {
            draft.key: Known(
                exists=draft.key in held,
                target_id=draft.key,
                is_same=held.get(draft.key) == draft.content.get("total"),
            )
            for draft in drafts
        }

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(RecordPlan(draft=draft, outcome=_outcome(known)) for draft, known in drafts)
        open_drafts = [draft for draft, known in drafts if not known.is_same]
        gone = [draft for draft in open_drafts if draft.removes]
        sent = tuple((draft.key, draft.content) for draft in open_drafts if not draft.removes)
        steps = [
            Step(name=f"remove-{draft.key}", method="DELETE", path=f"items/{draft.key}", keys=(draft.key,))
            for draft in gone
        ]
        if sent:
            body = Batched({"items": []}, ("items",), sent)
            steps.append(Step(name="add", method="POST", path="items", keys=tuple(key for key, _ in sent), body=body))
        return Plan(records, tuple(steps))

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        for answer in answers.values():
            job = _body(answer, "job")["job"]
            if job:
                _body(await self.http.get(f"jobs/{job}"), "done")
        return {record.key: Settled(outcome=record.outcome, target_id=record.key) for record in plan.records}


@dataclass(frozen=True, slots=True)
class DepotSource:
    """Who told the depot to send no letters any more."""

    http: HttpClient

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        leavers = _body(await self.http.get("leavers"), "leavers")["leavers"]
        yield Page(tuple(_opt_out(each) for each in leavers), "all")

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        yield Page(tuple(_opt_out(each) for each in ids), "")

    async def count(self, request: ReadRequest) -> int | None:
        return None

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        yield []


def _opt_out(number: str) -> OptOut:
    return OptOut(id=number, email=f"person{number}@example.com", at=DAY)


def _outcome(known: Known) -> Outcome:
    if known.is_same:
        return Outcome.UNCHANGED
    return Outcome.UPDATED if known.exists else Outcome.CREATED
