"""A practice Konnektive: what is known of the API, with the traps that others fell into.

Errors come with status 200, numbers as text, items as an object keyed by id; a path without its slash redirects; the
same import twice makes two orders; a base product's id is no offer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.connectors.konnektive import simulated_queries, simulated_writes
from app.connectors.konnektive.simulated_rules import Refused
from app.connectors.konnektive.world import CAMPAIGN, LOGIN, PASSWORD, World, new_world
from app.sdk.simulator import Simulator

_Answers = Callable[[World, dict[str, str]], Any]
_CALLS: dict[str, _Answers] = {
    "campaign/query": simulated_queries.campaigns,
    "customer/query": simulated_queries.customers,
    "order/query": simulated_queries.orders,
    "transactions/query": simulated_queries.transactions,
    "leads/import": simulated_writes.import_lead,
    "order/import": simulated_writes.import_order,
    "order/qa": simulated_writes.review,
    "order/cancel": simulated_writes.cancel,
    "order/confirm": simulated_writes.confirm,
    "customer/update": simulated_writes.update_customer,
    "customer/addnote": simulated_writes.add_note,
    "transactions/refund": simulated_writes.refund,
    "transactions/update": simulated_writes.update_transaction,
}


def build_simulator(records: int, world: World | None = None) -> Simulator:
    held = world or new_world(records)
    desk = _Desk(held)
    application = Starlette(routes=[Route("/{path:path}", desk.answer, methods=["GET", "POST"])])
    return Simulator(
        "konnektive",
        application,
        settings={"login_id": LOGIN, "campaign_id": CAMPAIGN},
        secrets={"password": PASSWORD},
        summary=held.summary,
        snapshot=held.snapshot,
        restore=held.restore,
        reading_paths=("/query/",),
        world=held,
    )


class _Desk:
    def __init__(self, world: World) -> None:
        self._world = world

    async def answer(self, request: Request) -> Response:
        path = request.path_params["path"]
        call = _CALLS.get(path.rstrip("/"))
        if call is None:
            return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, media_type="text/html")
        if not path.endswith("/"):
            return RedirectResponse(f"/{path}/", 301)
        body = (await request.body()).decode()
        is_form = "application/x-www-form-urlencoded" in request.headers.get("content-type", "")
        fields = dict(request.query_params) | (dict(parse_qsl(body, keep_blank_values=True)) if is_form else {})
        try:
            self._admit(path.rstrip("/"), fields)
            return self._said("SUCCESS", call(self._world, fields))
        except Refused as refused:
            return self._said("ERROR", refused.message)

    def _admit(self, path: str, fields: dict[str, str]) -> None:
        login, password = fields.pop("loginId", ""), fields.pop("password", "")
        if login != LOGIN or password != self._world.password:
            raise Refused("Could not authenticate credentials for this user")
        if self._world.blocked_address:
            raise Refused(f"IP address {self._world.blocked_address} is not on the whitelist of this user")
        if path in self._world.denied:
            raise Refused(f"User does not have permission to access {path}")

    def _said(self, result: str, message: Any) -> Response:
        kind = "text/html" if self._world.is_text_html else "application/json"
        return Response(json.dumps({"result": result, "message": message}, ensure_ascii=False), media_type=kind)
