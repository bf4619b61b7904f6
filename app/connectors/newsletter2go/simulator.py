"""A simulated Newsletter2Go account behind a real socket: sign-in with two grants, then the interface.

It is stricter than the vendor where the documentation is silent: unknown attributes and fields are refused. Calls that
would mean every recipient of a list are obeyed, as the vendor does, and noted.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.connectors.newsletter2go import simulated_calls as calls
from app.connectors.newsletter2go.simulated_calls import Call, RefusedError, Reply
from app.connectors.newsletter2go.world import World, furnish
from app.sdk.answers import encoded
from app.sdk.simulated_routes import RouteTable
from app.sdk.simulator import Simulator

USERNAME = "api@uebungsladen.example"
PASSWORD = "practice-pass-82c1"  # noqa: S105 - of the practice account
AUTH_KEY = "xhf2k9_practice_client:9a8b7c6d5e"
_PASSWORD_GRANT = "https://nl2go.com/jwt"  # noqa: S105 - the name of a grant

Handler = Callable[[Call], Reply]
_ROUTES: Sequence[tuple[str, str, Handler]] = (
    ("GET", r"companies", calls.companies),
    ("GET", r"lists", calls.show_lists),
    ("GET", r"lists/(\w+)/groups", calls.show_groups),
    ("POST", r"groups", calls.create_group),
    ("POST", r"lists/(\w+)/groups/(\w+)/recipients", calls.fill_group),
    ("GET", r"lists/(\w+)/attributes", calls.show_attributes),
    ("POST", r"attributes", calls.create_attribute),
    ("GET", r"lists/(\w+)/recipients", calls.show_recipients),
    ("PATCH", r"lists/(\w+)/recipients", calls.everybody),
    ("DELETE", r"lists/(\w+)/recipients", calls.everybody),
    ("GET", r"lists/(\w+)/recipients/(\w+)", calls.show_recipient),
    ("PATCH", r"lists/(\w+)/recipients/(\w+)", calls.change_recipient),
    ("DELETE", r"lists/(\w+)/recipients/(\w+)", calls.delete_recipient),
    ("POST", r"recipients", calls.put_recipients),
    ("GET", r"forms/generate/([\w-]+)", calls.show_form),
    ("POST", r"forms/submit/([\w-]+)", calls.submit_form),
)


class _Account:
    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = RouteTable(_ROUTES)

    async def sign_in(self, request: Request) -> Response:
        """Has a shape of its own, without the envelope."""
        wanted = base64.b64encode(AUTH_KEY.encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return JSONResponse({"error": "invalid_client", "error_description": "Client is not known"}, 400)
        body = await request.json()
        if "refresh_token" in body:
            is_good = body["refresh_token"] in self._world.refreshes
            is_good = is_good and body.get("grant_type") in self._world.refresh_grants
        else:
            named = (body.get("username"), body.get("password"), body.get("grant_type"))
            is_good = named == (USERNAME, PASSWORD, _PASSWORD_GRANT)
        if not is_good:
            return JSONResponse({"error": "invalid_grant", "error_description": "Grant is not valid"}, 400)
        access, refresh = (self._world.next_id(name) * 4 for name in ("access", "refresh_tokens"))
        self._world.tokens[access] = self._world.monotonic() + self._world.token_life_s
        self._world.refreshes.add(refresh)
        told = {"access_token": access, "expires_in": self._world.token_life_s, "token_type": "bearer", "scope": None}
        return JSONResponse({**told, "refresh_token": refresh, "account_id": "awtfn5jn", "type": "user"})

    async def serve(self, request: Request) -> Response:
        raw = await request.body()
        path = request.url.path.strip("/")
        try:
            if not path.startswith("forms/"):
                self._guard(request.headers.get("authorization", ""))
            reply = self._answer(request, path, raw)
        except RefusedError as error:
            reply = error.reply
        return Response(encoded(reply.body), reply.status, media_type="application/json")

    def _guard(self, header: str) -> None:
        ends_at = self._world.tokens.get(header.removeprefix("Bearer "), 0.0)
        if ends_at <= self._world.monotonic():
            raise RefusedError(401, "The access token provided is invalid")

    def _answer(self, request: Request, path: str, raw: bytes) -> Reply:
        found = self._routes.find(request.method, path)
        if found is None:
            raise RefusedError(404, "Resource not found")
        handler, ids = found
        return handler(Call(world=self._world, query=dict(request.query_params), body=_parsed(raw), ids=ids))


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw, parse_float=Decimal)
    except ValueError:
        raise RefusedError(400, "The body is no JSON") from None


def build_simulator(records: int = 0) -> Simulator:
    """``records`` recipients are there from the beginning."""
    world = World()
    furnish(world, records)
    account = _Account(world)
    methods = ["GET", "POST", "PATCH", "DELETE"]
    routes = [
        Route("/oauth/v2/token", account.sign_in, methods=["POST"]),
        Route("/{path:path}", account.serve, methods=methods),
    ]
    return Simulator(
        "newsletter2go",
        Starlette(routes=routes),
        settings={"username": USERNAME},
        secrets={"password": PASSWORD, "auth_key": AUTH_KEY},
        summary=world.summary,
        snapshot=world.snapshot,
        restore=world.restore,
        reading_paths=("/oauth/v2/token",),
        world=world,
    )
