"""A practice register behind SOAP, as far as its WSDL and the vendor's tutorials go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.mpluskassa.practice import CONSENT_FIELD, practice_state
from app.connectors.mpluskassa.register import Operations, Register, State
from app.connectors.mpluskassa.simulated_goods import SimulatedGoods
from app.connectors.mpluskassa.simulated_people import SimulatedPeople
from app.connectors.mpluskassa.simulated_sales import SimulatedSales
from app.connectors.mpluskassa.simulated_soap import ClientFaultError, answered, asked, fault
from app.connectors.mpluskassa.soap import CONTENT_TYPE
from app.sdk.simulator import Exchange, Simulator

IDENT = "practice"
SECRET = "practice-register-secret"  # noqa: S105 - of a made-up register
PORT = 50_123
_VERSION = {"majorNumber": 67, "minorNumber": 1, "revisionNumber": 3, "inDebugMode": False}
_ANSWER_OF = {"findOrder": "getOrderResponse"}
"""Operations that answer with the element of another one."""


def build_simulator(records: int) -> Simulator:
    world = World(practice_state(records))
    application = Starlette(routes=[Route("/", world.answer, methods=["POST"])])
    return Simulator(
        "mpluskassa",
        application,
        settings={"server": "api.mpluskassa.nl", "port": PORT, "ident": IDENT, "consent_field": CONSENT_FIELD},
        secrets={"secret": SECRET},
        summary=world.summary,
        snapshot=lambda: world.register.state,
        restore=world.restore,
        is_reading=is_reading,
        world=world,
    )


def is_reading(exchange: Exchange) -> bool:
    """By the operation: everything is a POST to one address."""
    operation = exchange.headers.get("soapaction", "").strip('"')
    return operation.startswith(("get", "find"))


class World:
    """Tests look into ``register`` and change it."""

    def __init__(self, state: State) -> None:
        self.register = Register(state)
        self.goods = SimulatedGoods(self.register)
        self.sales = SimulatedSales(self.register, self.goods)
        self.people = SimulatedPeople(self.register)

    @property
    def operations(self) -> Operations:
        told: Operations = {"getApiVersion": lambda _: _VERSION}
        return {**told, **self.people.operations, **self.goods.operations, **self.sales.operations}

    def restore(self, state: State) -> None:
        self.register.state.clear()
        self.register.state.update(state)

    def summary(self) -> Mapping[str, Any]:
        orders = self.register.table("orders").values()
        cancelled = sum(each["cancelState"] == "ORDER-CANCEL-STATE-COMPLETE" for each in orders)
        return {
            "customers": len(self.register.table("relations")),
            "products": len(self.register.table("products")),
            "article groups": len(self.register.table("groups")),
            "orders": len(orders),
            "cancelled orders": cancelled,
            "invoices": len(self.register.table("invoices")),
            "turnover": f"{sum(each['totalInclAmount'] for each in orders) / 100:.2f} EUR",
        }

    async def answer(self, request: Request) -> Response:
        """Client faults come with 500 like all others."""
        try:
            self._check_sender(request)
            operation, content = asked(await request.body())
            self._check_age(operation)
            body = answered(_ANSWER_OF.get(operation, f"{operation}Response"), self.operations[operation](content))
        except ClientFaultError as error:
            code = f"Client.{error.code}" if error.code else "Client"
            return Response(fault(code, error.words), 500, media_type="text/xml")
        return Response(body, 200, media_type="text/xml")

    def _check_age(self, operation: str) -> None:
        if operation in self.register.too_old_for:
            raise ClientFaultError(f"Method '{operation}' not implemented")

    def _check_sender(self, request: Request) -> None:
        if (request.query_params.get("ident"), request.query_params.get("secret")) != (IDENT, SECRET):
            raise ClientFaultError("Authentication failed: ident or secret is not correct", "Authentication")
        if not request.headers.get("content-type", "").startswith(CONTENT_TYPE.partition(";")[0]):
            raise ClientFaultError("content type is not text/xml")
        if not request.headers.get("soapaction"):
            raise ClientFaultError("SOAPAction is missing")
