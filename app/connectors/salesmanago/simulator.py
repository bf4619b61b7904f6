"""A practice SALESmanago: recomputes every signature, answers errors with 200, takes the same event twice."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from app.connectors.salesmanago import simulated_contacts as contacts
from app.connectors.salesmanago import simulated_events as events
from app.connectors.salesmanago.simulated_contacts import RefusedError
from app.connectors.salesmanago.wire import (
    ADD_EVENT,
    ADD_EVENTS,
    BASIC,
    BASIC_BY_ID,
    DELETE_EVENT,
    HAS_CONTACT,
    LIST,
    MODIFIED,
    OPT_OUT,
    READING_PATHS,
    UPDATE_EVENT,
    UPSERT_MANY,
    UPSERT_MANY_QUIETLY,
    USERS,
    signature,
)
from app.connectors.salesmanago.world import API_SECRET, CLIENT_ID, OWNER, PARAMETER, Row, World, peopled
from app.sdk.simulator import Simulator

Call = Callable[[World, Row], Row]
_USERS = (OWNER, "zweite@lampenladen.example")
_CALLS: dict[str, Call] = {
    USERS: lambda _world, _body: {"users": list(_USERS)},
    UPSERT_MANY: contacts.upsert_many,
    UPSERT_MANY_QUIETLY: contacts.upsert_many_later,
    OPT_OUT: contacts.opt_out,
    HAS_CONTACT: contacts.has_contact,
    BASIC: contacts.basic,
    BASIC_BY_ID: contacts.basic_by_id,
    LIST: contacts.whole,
    MODIFIED: contacts.modified,
    ADD_EVENT: events.add_event,
    ADD_EVENTS: events.add_events,
    UPDATE_EVENT: events.update_event,
    DELETE_EVENT: events.delete_event,
}


def build_simulator(records: int) -> Simulator:
    world = peopled(records)
    routes = [Route(f"/{path}", _Endpoint(world, call), methods=["POST"]) for path, call in _CALLS.items()]
    routes.append(Route("/{path:path}", _page, methods=["GET", "POST", "PUT", "DELETE"]))
    return Simulator(
        "salesmanago",
        Starlette(routes=routes),
        settings={
            "client_id": CLIENT_ID,
            "owner": OWNER,
            "endpoint": "app2.salesmanago.example",
            "currency": "PLN",
        },
        secrets={"api_secret": API_SECRET, "callback_parameter": PARAMETER},
        summary=world.summary,
        snapshot=world.snapshot,
        restore=world.restore,
        reading_paths=READING_PATHS,
        world=world,
    )


class _Endpoint:
    """An ASGI application, so that starlette hands every method over unasked."""

    def __init__(self, world: World, call: Call) -> None:
        self._world = world
        self._call = call

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if "json" not in request.headers.get("content-type", ""):
            return HTMLResponse("<h1>Unsupported Media Type</h1>", 415)
        try:
            body = json.loads(await request.body())
        except ValueError:
            return HTMLResponse("<h1>Bad Request</h1>", 400)
        if refusal := _turned_away(self._world, body):
            return _refused(refusal)
        contacts.work_on(self._world)
        try:
            answer = self._call(self._world, body)
        except RefusedError as error:
            return _refused(str(error))
        return JSONResponse({"success": True, "message": [], **answer})


def _turned_away(world: World, body: Any) -> str:
    """The two texts that are known for certain. The secret is never sent, only what was made of it."""
    if not isinstance(body, dict) or not isinstance(body.get("requestTime"), int):
        return "User not authenticated"
    expected = signature(str(body.get("apiKey") or ""), CLIENT_ID, world.api_secret)
    is_signed = bool(body.get("apiKey")) and hmac.compare_digest(expected, str(body.get("sha") or ""))
    if body.get("clientId") != CLIENT_ID or not is_signed:
        return "User not authenticated"
    if not world.is_active:
        return "Not authenticated"
    return "" if body.get("owner") in _USERS else "Owner does not exist"


def _refused(message: str) -> Response:
    return JSONResponse({"success": False, "message": [message]})


async def _page(_request: Request) -> Response:
    return HTMLResponse("<html><body>404 Not Found</body></html>", 404)
