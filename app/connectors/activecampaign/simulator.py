"""A simulated ActiveCampaign account behind a real socket.

It is stricter than the vendor where the documentation is silent: unwrapped bodies, unknown fields, money in the wrong
unit and unknown ids are refused, so that a mistake shows here and not in somebody's account.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.activecampaign import simulated_commerce as commerce
from app.connectors.activecampaign import simulated_imports as imports
from app.connectors.activecampaign import simulated_people as people
from app.connectors.activecampaign.simulated_call import Call, Handler, RefusedError, Reply
from app.connectors.activecampaign.simulated_graphql import GraphqlDesk
from app.connectors.activecampaign.world import World, furnish
from app.sdk.answers import encoded
from app.sdk.simulated_routes import RouteTable
from app.sdk.simulator import Exchange, Simulator

KEY = "practice-key-5f1c9d2e7a"
LIMITED_KEY = "practice-limited-key-3b8"
"""Belongs to a user who may sign in, but not see lists."""
_FORBIDDEN = {"lists"}

_ROUTES: Sequence[tuple[str, str, Handler]] = (
    ("GET", r"users/me", people.me),
    ("GET", r"contacts", people.list_contacts),
    ("POST", r"contacts", people.create_contact),
    ("GET", r"contacts/(\d+)", people.show_contact),
    ("PUT", r"contacts/(\d+)", people.update_contact),
    ("DELETE", r"contacts/(\d+)", people.delete_contact),
    ("GET", r"contacts/(\d+)/contactLists", people.contact_lists),
    ("GET", r"contacts/(\d+)/contactTags", people.contact_tags),
    ("GET", r"contacts/(\d+)/notes", people.contact_notes),
    ("POST", r"contact/sync", people.sync_contact),
    ("GET", r"lists", people.list_lists),
    ("POST", r"contactLists", people.put_membership),
    ("GET", r"tags", people.list_tags),
    ("POST", r"tags", people.create_tag),
    ("POST", r"contactTags", people.tag_contact),
    ("GET", r"fields", people.list_fields),
    ("POST", r"fields", people.create_field),
    ("POST", r"fieldRels", people.relate_field),
    ("POST", r"import/bulk_import", imports.start_import),
    ("GET", r"import/bulk_import", imports.list_imports),
    ("GET", r"import/info", imports.show_import),
    ("GET", r"connections", commerce.list_connections),
    ("POST", r"connections", commerce.create_connection),
    ("GET", r"ecomCustomers", commerce.list_customers),
    ("POST", r"ecomCustomers", commerce.create_customer),
    ("PUT", r"ecomCustomers/(\d+)", commerce.update_customer),
    ("GET", r"ecomOrders", commerce.list_orders),
    ("POST", r"ecomOrders", commerce.create_order),
    ("PUT", r"ecomOrders/(\d+)", commerce.update_order),
    ("DELETE", r"ecomOrders/(\d+)", commerce.delete_order),
    ("GET", r"ecomOrderProducts", commerce.list_order_products),
)


class _Account:
    """Checks the key and the rate, then hands the call to whoever answers it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes: RouteTable[Handler] = RouteTable((*_ROUTES, ("POST", r"ecom/graphql", GraphqlDesk())))
        self._moments: list[float] = []

    async def serve(self, request: Request) -> Response:
        raw = await request.body()
        try:
            reply = self._answer(request, raw)
        except RefusedError as error:
            reply = error.reply
        limit = self._world.per_second
        left = str(max(0, limit - len(self._moments)))
        headers = {"RateLimit-Limit": str(limit), "RateLimit-Remaining": left, **reply.headers}
        return Response(encoded(reply.body), reply.status, headers, media_type="application/json")

    def _answer(self, request: Request, raw: bytes) -> Reply:
        resource = request.path_params["resource"]
        self._guard_key(request.headers.get("api-token", ""), resource)
        if not self._is_within_rate():
            return Reply(self._world.overload_status, {"message": "Too many requests"}, {"Retry-After": "1"})
        call_body = _parsed(raw)
        found = self._routes.find(request.method, resource)
        if found is None:
            raise RefusedError(404, {"message": f"No Route found for {resource}"})
        handler, ids = found
        query = dict(request.query_params)
        return handler(Call(world=self._world, query=query, body=call_body, size=len(raw), ids=ids))

    def _guard_key(self, key: str, resource: str) -> None:
        if key not in {KEY, LIMITED_KEY}:
            raise RefusedError(403, {"message": "You are not authorized"})
        if key == LIMITED_KEY and resource.split("/", maxsplit=1)[0] in _FORBIDDEN:
            detail = f"You do not have permission to view {resource}."
            raise RefusedError(403, {"errors": [{"status": 403, "title": "Forbidden", "detail": detail}]})

    def _is_within_rate(self) -> bool:
        at = time.monotonic()
        self._moments = [each for each in self._moments if each > at - 1]
        if len(self._moments) >= self._world.per_second:
            return False
        self._moments.append(at)
        return True


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw, parse_float=Decimal)
    except ValueError:
        raise RefusedError(400, {"message": "The body is no JSON"}) from None


def build_simulator(records: int = 0) -> Simulator:
    """``records`` contacts are there from the beginning."""
    world = World()
    furnish(world, records)
    methods = ["GET", "POST", "PUT", "DELETE"]
    application = Starlette(routes=[Route("/api/3/{resource:path}", _Account(world).serve, methods=methods)])

    def summary() -> dict[str, Any]:
        imports.finish_imports(world)
        return dict(world.summary())

    return Simulator(
        "activecampaign",
        application,
        settings={"api_url": "https://practice.api-us1.com"},
        secrets={"api_key": KEY},
        summary=summary,
        snapshot=world.snapshot,
        restore=world.restore,
        is_reading=_is_query,
        world=world,
    )


def _is_query(exchange: Exchange) -> bool:
    """GraphQL reads and writes by POST to one path."""
    is_graphql = exchange.path.endswith("/ecom/graphql")
    return is_graphql and str(exchange.json().get("query", "")).lstrip().startswith(("query", "{"))
