"""A simulated Mailchimp account behind a real socket.

It is stricter than the vendor where the documentation is silent: unknown fields, texts for amounts and wrong types are
refused, so that a mistake shows here and not in somebody's account.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.mailchimp import simulated_lists as lists
from app.connectors.mailchimp import simulated_members as members
from app.connectors.mailchimp import simulated_orders as orders
from app.connectors.mailchimp import simulated_store as store
from app.connectors.mailchimp.practice import AUDIENCE, furnish
from app.connectors.mailchimp.settings import data_centre
from app.connectors.mailchimp.simulated_batches import BatchDesk
from app.connectors.mailchimp.simulated_call import Call, Handler, RefusedError, Reply, Row, not_found, shown
from app.connectors.mailchimp.world import World
from app.sdk.answers import encoded
from app.sdk.simulated_routes import RouteTable
from app.sdk.simulator import Simulator

DATA_CENTRE = "us19"
KEY = "91su-4f8e2a6c0d1b3957-us19"
VIEWER_KEY = "91su-viewer00000000-us19"
"""Belongs to a user who may look, but not see stores."""
_MOST_AT_ONCE = 10
_ID = r"([^/]+)"

_ROUTES: Sequence[tuple[str, str, Handler]] = (
    ("GET", r"lists", lists.list_lists),
    ("GET", rf"lists/{_ID}", lists.show_list),
    ("POST", rf"lists/{_ID}", members.bulk),
    ("GET", rf"lists/{_ID}/merge-fields", lists.list_merge_fields),
    ("POST", rf"lists/{_ID}/merge-fields", lists.create_merge_field),
    ("GET", rf"lists/{_ID}/members", members.list_members),
    ("GET", rf"lists/{_ID}/members/{_ID}", members.show_member),
    ("PUT", rf"lists/{_ID}/members/{_ID}", members.put_member),
    ("PATCH", rf"lists/{_ID}/members/{_ID}", members.patch_member),
    ("DELETE", rf"lists/{_ID}/members/{_ID}", members.archive_member),
    ("GET", rf"lists/{_ID}/members/{_ID}/tags", members.list_tags),
    ("POST", rf"lists/{_ID}/members/{_ID}/tags", members.change_tags),
    ("GET", r"search-members", members.search),
    ("GET", r"ecommerce/stores", store.list_stores),
    ("POST", r"ecommerce/stores", store.create_store),
    ("GET", rf"ecommerce/stores/{_ID}", store.show_store),
    ("PATCH", rf"ecommerce/stores/{_ID}", store.change_store),
    ("GET", rf"ecommerce/stores/{_ID}/customers", store.list_customers),
    ("GET", rf"ecommerce/stores/{_ID}/customers/{_ID}", store.show_customer),
    ("PUT", rf"ecommerce/stores/{_ID}/customers/{_ID}", store.put_customer),
    ("GET", rf"ecommerce/stores/{_ID}/products", store.list_products),
    ("POST", rf"ecommerce/stores/{_ID}/products", store.create_product),
    ("GET", rf"ecommerce/stores/{_ID}/products/{_ID}", store.show_product),
    ("PATCH", rf"ecommerce/stores/{_ID}/products/{_ID}", store.change_product),
    ("DELETE", rf"ecommerce/stores/{_ID}/products/{_ID}", store.delete_product),
    ("GET", rf"ecommerce/stores/{_ID}/products/{_ID}/variants/{_ID}", store.show_variant),
    ("PUT", rf"ecommerce/stores/{_ID}/products/{_ID}/variants/{_ID}", store.put_variant),
    ("PATCH", rf"ecommerce/stores/{_ID}/products/{_ID}/variants/{_ID}", store.change_variant),
    ("GET", rf"ecommerce/stores/{_ID}/orders", orders.list_orders),
    ("POST", rf"ecommerce/stores/{_ID}/orders", orders.create_order),
    ("GET", rf"ecommerce/stores/{_ID}/orders/{_ID}", orders.show_order),
    ("PATCH", rf"ecommerce/stores/{_ID}/orders/{_ID}", orders.change_order),
    ("DELETE", rf"ecommerce/stores/{_ID}/orders/{_ID}", orders.delete_order),
    ("DELETE", rf"ecommerce/stores/{_ID}/orders/{_ID}/lines/{_ID}", orders.delete_line),
    ("GET", rf"ecommerce/stores/{_ID}/carts", orders.list_carts),
    ("POST", rf"ecommerce/stores/{_ID}/carts", orders.create_cart),
    ("GET", rf"ecommerce/stores/{_ID}/carts/{_ID}", orders.show_cart),
    ("DELETE", rf"ecommerce/stores/{_ID}/carts/{_ID}", orders.delete_cart),
)


class _Account:
    """Checks the key and how many are at it at once, then hands the call to whoever answers it."""

    def __init__(self, world: World) -> None:
        self._world = world
        batches = BatchDesk(self._operation)
        routes = (
            *_ROUTES,
            ("GET", "", _root),
            ("GET", r"ping", _ping),
            ("POST", r"batches", batches.create),
            ("GET", rf"batches/{_ID}", batches.show),
        )
        self._routes = RouteTable(routes)

    async def serve(self, request: Request) -> Response:
        raw = await request.body()
        self._world.busy += 1
        try:
            if self._world.delay_s:
                await asyncio.sleep(self._world.delay_s)
            reply = self._answer(request, raw)
        finally:
            self._world.busy -= 1
        if reply.is_page:
            return Response("<html><body>404</body></html>", reply.status, media_type="text/html")
        if reply.body is None:
            return Response(status_code=reply.status)
        kind = "application/problem+json" if reply.status >= 400 else "application/json"
        return Response(encoded(reply.body), reply.status, media_type=kind)

    def _answer(self, request: Request, raw: bytes) -> Reply:
        path = request.path_params.get("path", "").strip("/")
        if self._world.busy > _MOST_AT_ONCE:
            self._world.refused_busy += 1
            if self._world.refused_busy % 2:
                return Reply(429)
            return RefusedError(429, "Too Many Requests", "You have exceeded the limit of 10 connections.").reply(path)
        try:
            self._guard(request.headers.get("authorization", ""), path)
            return self._handled(request.method, path, dict(request.query_params), _parsed(raw))
        except RefusedError as error:
            return error.reply(path)

    def _handled(self, method: str, path: str, query: dict[str, str], body: Any) -> Reply:
        found = self._routes.find(method, path)
        if found is None:
            raise not_found()
        handler, ids = found
        try:
            return handler(Call(world=self._world, method=method, query=query, body=body, ids=ids))
        except store.EdgePageError:
            return Reply(404, is_page=True)

    def _operation(self, operation: Row) -> int:
        """One of a batch; its parameters are texts, its body is a text with JSON."""
        query = {name: str(value) for name, value in operation.get("params", {}).items()}
        body = _parsed(operation.get("body", "").encode())
        try:
            return self._handled(operation["method"], operation["path"].strip("/"), query, body).status
        except RefusedError as error:
            return error.status

    def _guard(self, header: str, path: str) -> None:
        key = _password(header)
        if key not in {KEY, VIEWER_KEY} or data_centre(key) != DATA_CENTRE:
            detail = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
            raise RefusedError(401, "API Key Invalid", detail)
        if key == VIEWER_KEY and path.startswith("ecommerce"):
            raise RefusedError(403, "Forbidden", "You don't have permission to access this resource.")


def _root(call: Call) -> Reply:
    account = {
        "account_id": "8d3a3db4d97663a9074efcc16",
        "account_name": "Teeladen",
        "email": "inhaberin@teeladen.example",
        "role": "owner",
        "account_timezone": "Europe/Berlin",
        "total_subscribers": sum(
            row["status"] == "subscribed" for rows in call.world.members.values() for row in rows.values()
        ),
    }
    return shown(call, account)


def _ping(_: Call) -> Reply:
    return Reply(200, {"health_status": "Everything's Chimpy!"})


def _password(header: str) -> str:
    scheme, _space, token = header.partition(" ")
    if scheme.casefold() != "basic":
        return ""
    try:
        return base64.b64decode(token, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw, parse_float=Decimal)
    except ValueError:
        raise RefusedError(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.") from None


def build_simulator(records: int = 0) -> Simulator:
    """``records`` readers are there from the beginning, and half as many orders."""
    world = World()
    furnish(world, records)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    account = _Account(world)
    application = Starlette(
        routes=[
            Route("/3.0", account.serve, methods=methods),
            Route("/3.0/{path:path}", account.serve, methods=methods),
        ]
    )
    return Simulator(
        "mailchimp",
        application,
        settings={"audience": AUDIENCE},
        secrets={"api_key": KEY},
        summary=world.summary,
        snapshot=world.snapshot,
        restore=world.restore,
        world=world,
    )
