"""Some vendors count parts of their interface apart: one used-up limit does not hold the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.errors import RateLimitError
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Bucket, Hint, Pace, Pacer
from app.sdk.plan import Batched
from app.sdk.simulator import Simulator, serve


def left(headers: Mapping[str, str]) -> Hint | None:
    return Hint(remaining=int(headers["x-left"]), reset_s=3600) if "x-left" in headers else None


ORDERS = Bucket(lambda _, path: path.startswith("orders"), Pace(per_second=1000, learn=left))
PACE = Pace(per_second=1000, learn=left, apart=(ORDERS,))


def test_a_request_belongs_to_its_bucket() -> None:
    pacer = Pacer(PACE)
    assert pacer.of("GET", "contacts") is pacer
    assert pacer.of("POST", "orders/batch") is pacer.of("GET", "orders") is not pacer


def test_a_used_up_bucket_holds_itself_only() -> None:
    pacer = Pacer(PACE)
    orders = pacer.of("GET", "orders")
    orders.observe({"x-left": "0"})
    assert orders.held_s > 3000
    assert pacer.held_s < 1


def test_the_persons_lower_limit_counts_in_every_bucket() -> None:
    pacer = Pacer(PACE)
    pacer.slow_to(1)
    assert (pacer.per_second, pacer.of("GET", "orders").per_second) == (1, 1)


async def test_a_wait_is_told_while_somebody_waits_for_that_bucket() -> None:
    pacer = Pacer(PACE)
    orders = pacer.of("GET", "orders")
    orders.refused(3600)
    assert pacer.longest_held_s < 1
    waiting = asyncio.create_task(orders.enter())
    await asyncio.sleep(0)
    assert pacer.longest_held_s > 3000
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not orders.is_awaited


async def answer(request: Request) -> Response:
    if request.url.path == "/orders":
        return JSONResponse({}, 429, {"Retry-After": "3000"})
    return JSONResponse({"ok": True})


async def test_a_refusal_in_one_bucket_leaves_the_others_at_work() -> None:
    application = Starlette(routes=[Route("/{path:path}", answer)])
    simulator = Simulator("echo", application, settings={}, secrets={}, summary=dict)
    async with serve(simulator) as address, HttpClient(address, pace=PACE, options=HttpOptions()) as http:
        with pytest.raises(RateLimitError):
            await http.get("orders")
        assert (await http.get("contacts")).json() == {"ok": True}


def test_a_batch_without_a_place_is_a_list() -> None:
    batch = Batched({}, (), (("1", {"a": 1}), ("2", {"a": 2})))
    assert batch.render() == [{"a": 1}, {"a": 2}]
    assert batch.only("2").render() == [{"a": 2}]
