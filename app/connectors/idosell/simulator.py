"""An IdoSell panel on loopback, as strict as the real one as far as it is documented.

No machine-readable specification is published; it is written from the vendor's reference pages and answers what they
leave open in the way that is harder for us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.idosell.practice import practice_world
from app.connectors.idosell.simulator_gate import Gate, WrongRequestError, fault, params_of
from app.connectors.idosell.simulator_goods import Goods
from app.connectors.idosell.simulator_people import People
from app.connectors.idosell.world import KEY, World
from app.sdk.simulator import Simulator

Handler = Callable[[Mapping[str, Any]], Response]


class Routes:
    def __init__(self, world: World) -> None:
        self._gate = Gate(world)
        self._people = People(world)
        self._goods = Goods(world)

    def all(self) -> list[Route]:
        people, goods = self._people, self._goods
        return [
            self._route("GET", "system/serverTime", "SYSTEM", goods.time),
            self._route("GET", "system/serverLoad", "SYSTEM", goods.load),
            self._route("GET", "system/shopsData", "SYSTEM", goods.shops),
            self._route("GET", "clients/clients", "CRM", people.clients),
            self._route("PUT", "clients/clients", "CRM", people.change),
            self._route("POST", "clients/crm/search", "CRM", people.crm),
            self._route("POST", "clients/newsletter/email/search", "CRM", people.newsletter),
            self._route("POST", "orders/orders/search", "OMS", goods.orders),
            self._route("POST", "orders/unfinished/search", "OMS", goods.unfinished),
            self._route("POST", "products/products/search", "PIM", goods.products),
            self._route("GET", "products/categories", "PIM", goods.categories),
        ]

    def _route(self, method: str, node: str, module: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            if refusal := self._gate.refusal(request, module):
                return refusal
            try:
                return handler(await params_of(request))
            except WrongRequestError as error:
                return fault(4, str(error))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                return fault(4, f"Not valid: {type(error).__name__}")

        return Route(f"/api/admin/{{version}}/{node}", endpoint, methods=[method])


def simulator(records: int, world: World | None = None) -> Simulator:
    """A practice panel with about so many customers and orders together, or the one that is given."""
    state = world or practice_world(records)
    return Simulator(
        "idosell",
        Starlette(routes=Routes(state).all()),
        settings={"panel_address": "client10001.idosell.com"},
        secrets={"api_key": KEY},
        summary=state.summary,
        snapshot=state.snapshot,
        restore=state.restore,
        reading_paths=("/search",),
        world=state,
    )
