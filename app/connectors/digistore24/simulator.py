"""A practice Digistore24: the functions that are read, and the errors in its envelope.

Any function answers POST forms and GET queries; ``result`` decides, whatever the status; yes and no are letters, money
is text, times have no zone. Whoever forgets ``from`` gets one day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.digistore24 import simulated_calls
from app.connectors.digistore24.simulated_calls import Failed
from app.connectors.digistore24.world import KEY, PASSPHRASE, World, new_world
from app.sdk.simulator import Simulator

_PATH = re.compile(r"(?:api/call/)?(?P<function>[A-Za-z]+)(?:/format/json)?\Z")
_CALLS: dict[str, Callable[[World, dict[str, str]], Any]] = {
    "ping": simulated_calls.ping,
    "getUserInfo": simulated_calls.user_info,
    "listProducts": simulated_calls.products,
    "listBuyers": simulated_calls.buyers,
    "getBuyer": simulated_calls.buyer,
    "listPurchases": simulated_calls.purchases,
    "getPurchase": simulated_calls.purchase,
    "listTransactions": simulated_calls.transactions,
    "listRebillingStatusChanges": simulated_calls.rebilling_changes,
    "ipnInfo": simulated_calls.ipn_info,
}
_WRITES = {"refundTransaction", "updateBuyer", "updatePurchase", "ipnSetup", "ipnDelete", "stopRebilling"}


def build_simulator(records: int, world: World | None = None) -> Simulator:
    held = world or new_world(records)
    desk = _Desk(held)
    application = Starlette(routes=[Route("/{path:path}", desk.answer, methods=["GET", "POST"])])
    return Simulator(
        "digistore24",
        application,
        settings={},
        secrets={"api_key": KEY, "ipn_passphrase": PASSPHRASE},
        summary=held.summary,
        snapshot=held.snapshot,
        restore=held.restore,
        is_reading=lambda exchange: not any(name in exchange.path for name in _WRITES),
        world=held,
    )


class _Desk:
    def __init__(self, world: World) -> None:
        self._world = world

    async def answer(self, request: Request) -> Response:
        found = _PATH.match(request.path_params["path"])
        if found is None:
            return Response("<html><body><h1>404</h1></body></html>", 404, media_type="text/html")
        body = (await request.body()).decode()
        is_form = "application/x-www-form-urlencoded" in request.headers.get("content-type", "")
        fields = dict(request.query_params) | (dict(parse_qsl(body, keep_blank_values=True)) if is_form else {})
        try:
            self._admit(request.headers.get("x-ds-api-key", ""), found["function"])
            data = _CALLS[found["function"]](self._world, fields)
        except Failed as failed:
            return self._failed(failed)
        return _said({"result": "success", "data": data}, self._world)

    def _admit(self, key: str, function: str) -> None:
        world = self._world
        if not key:
            raise Failed(401, 10, "API key missing")
        if not re.fullmatch(r"\d+-\w+", key) or key not in world.keys:
            raise Failed(401, 2, "The API key is not valid")
        if world.calls_before_429 == 0:
            raise Failed(429, 12, "Too many requests")
        world.calls_before_429 -= 1 if world.calls_before_429 > 0 else 0
        if function in _WRITES and not world.keys[key]:
            raise Failed(403, 5, "Access denied - Full access required")
        if function in world.denied:
            raise Failed(403, 5, f"Access denied for {function}")
        if function not in _CALLS:
            raise Failed(400, 9, f"Unknown function {function}")

    def _failed(self, failed: Failed) -> Response:
        status = 200 if self._world.answers_errors_with_200 else failed.status
        body = {"result": "error", "code": failed.code, "message": failed.message}
        headers = {"Retry-After": "0"} if failed.status == 429 else {}
        if failed.status == 429:
            self._world.calls_before_429 = -1
        return _said(body, self._world, status, headers)


def _said(body: dict[str, Any], world: World, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    envelope = {"api_version": "1.2", "current_time": world.stamp(world.clock()), "runtime_seconds": 0.03, **body}
    return Response(json.dumps(envelope, ensure_ascii=False), status, headers, media_type="application/json")
