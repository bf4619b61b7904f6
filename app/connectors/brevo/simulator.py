"""A simulated Brevo account behind a real socket.

It is stricter than the vendor where the documentation is silent: unknown fields, amounts as text, local times and ids
that are no numbers are refused, so that a mistake shows here and not in somebody's account.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.brevo import simulated_people as people
from app.connectors.brevo import simulated_shop as shop
from app.connectors.brevo.simulated_call import Call, Handler, RefusedError, Reply
from app.connectors.brevo.world import World, furnish
from app.sdk.answers import encoded
from app.sdk.simulated_routes import RouteTable
from app.sdk.simulator import Simulator

KEY = "xkeysib-practice-4d7e0c92b1a6f358"

_ROUTES: Sequence[tuple[str, str, Handler]] = (
    ("GET", r"account", people.account),
    ("GET", r"contacts", people.list_contacts),
    ("POST", r"contacts", people.create_contact),
    ("POST", r"contacts/doubleOptinConfirmation", people.ask_for_confirmation),
    ("GET", r"contacts/lists", people.list_lists),
    ("GET", r"contacts/attributes", people.list_attributes),
    ("POST", r"contacts/attributes/([a-z]+)/([^/]+)", people.create_attribute),
    ("GET", r"contacts/([^/]+)", people.show_contact),
    ("PUT", r"contacts/([^/]+)", people.update_contact),
    ("DELETE", r"contacts/([^/]+)", people.delete_contact),
    ("GET", r"smtp/templates", people.list_templates),
    ("GET", r"smtp/templates/(\d+)", people.show_template),
    ("GET", r"smtp/blockedContacts", people.list_blocked),
    ("POST", r"ecommerce/activate", shop.activate),
    ("GET", r"ecommerce/config/displayCurrency", shop.show_currency),
    ("POST", r"ecommerce/config/displayCurrency", shop.set_currency),
    ("GET", r"orders", shop.list_orders),
    ("POST", r"orders/status", shop.take_order),
    ("POST", r"orders/status/batch", shop.take_batch),
    ("GET", r"products", shop.list_products),
    ("POST", r"products/batch", shop.take_products),
)


class _Account:
    """Checks the key, the address and the rate, then hands the call to whoever answers it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = RouteTable(_ROUTES)

    async def serve(self, request: Request) -> Response:
        raw = await request.body()
        path = request.scope["raw_path"].decode().removeprefix("/v3").strip("/")
        limits: Mapping[str, str] = {}
        try:
            self._guard(request.headers.get("api-key", ""))
            limits = self._count(path)
            reply = self._answer(request, path, raw)
        except RefusedError as error:
            reply = error.reply
        headers = {**limits, **reply.headers}
        if reply.body is None:
            return Response(status_code=reply.status, headers=headers)
        return Response(encoded(reply.body), reply.status, headers, media_type="application/json")

    def _guard(self, key: str) -> None:
        if not key:
            raise RefusedError(401, "unauthorized", "authentication not found in headers")
        if key != KEY:
            raise RefusedError(401, "unauthorized", "Key not found")
        if self._world.refuses_address:
            message = (
                "We have detected you are using an unrecognised IP address 203.0.113.9. If you performed this action "
                "make sure to add the new IP address in this link: https://app.brevo.com/security/authorised_ips"
            )
            raise RefusedError(401, "unauthorized", message)

    def _count(self, path: str) -> Mapping[str, str]:
        """https://developers.brevo.com/docs/api-limits, by bucket; the headers are on every answer."""
        head = path.partition("/")[0]
        is_free = head in {"contacts", "events"} or path.startswith("smtp/blockedContacts")
        name, limit, window_s = (
            ("contacts", self._world.per_second, 1.0) if is_free else ("rest", self._world.per_hour, 3600.0)
        )
        at = self._world.monotonic()
        used = self._world.used.setdefault(name, [])
        used[:] = [each for each in used if each > at - window_s]
        reset = round(used[0] + window_s - at, 3) if used else window_s
        headers = {"x-sib-ratelimit-limit": str(limit), "x-sib-ratelimit-reset": f"{reset:.3f}"}
        if len(used) >= limit:
            refusal = RefusedError(429, "too_many_requests", "Rate limit exceeded")
            refusal.reply = Reply(429, refusal.reply.body, {**headers, "x-sib-ratelimit-remaining": "0"})
            raise refusal
        used.append(at)
        return {**headers, "x-sib-ratelimit-remaining": str(limit - len(used))}

    def _answer(self, request: Request, path: str, raw: bytes) -> Reply:
        found = self._routes.find(request.method, path)
        if found is None:
            raise RefusedError(404, "document_not_found", "The requested route does not exist")
        handler, ids = found
        call = Call(
            world=self._world,
            query=dict(request.query_params),
            body=_parsed(raw),
            size=len(raw),
            ids=[unquote(each) for each in ids],
        )
        return handler(call)


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw, parse_float=Decimal)
    except ValueError:
        raise RefusedError(400, "bad_request", "Input must be a valid JSON object") from None


def build_simulator(records: int = 0) -> Simulator:
    """Two people and ``records`` more are there from the beginning."""
    world = World()
    furnish(world, records)
    serve = _Account(world).serve
    methods = ["GET", "POST", "PUT", "DELETE"]
    routes = [Route("/v3/{path:path}", serve, methods=methods), Route("/{path:path}", serve, methods=methods)]
    return Simulator(
        "brevo",
        Starlette(routes=routes),
        settings={},
        secrets={"api_key": KEY},
        summary=world.summary,
        snapshot=world.snapshot,
        restore=world.restore,
        world=world,
    )
