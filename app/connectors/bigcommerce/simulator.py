"""A BigCommerce shop on loopback, as strict as the real one where the vendor documents what it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.connectors.bigcommerce import simulator_lists as lists
from app.connectors.bigcommerce.practice import practice_world
from app.connectors.bigcommerce.simulator_gate import Gate, as_json, v2_problem, v3_problem
from app.connectors.bigcommerce.simulator_lists import Row
from app.connectors.bigcommerce.simulator_orders import Orders
from app.connectors.bigcommerce.world import STORE_HASH, TOKEN, World
from app.sdk.simulator import Simulator

Handler = Callable[[Request], Response]

_CUSTOMER_TESTS: Mapping[str, lists.Test] = {
    "id:in": lists.one_of("id"),
    "email:in": lists.one_of("email"),
    "customer_group_id:in": lists.one_of("customer_group_id"),
    "date_created:min": lists.since("date_created"),
    "date_created:max": lists.until("date_created"),
    "date_modified:min": lists.since("date_modified"),
    "date_modified:max": lists.until("date_modified"),
}
_SUBSCRIBER_TESTS: Mapping[str, lists.Test] = {
    "id": lists.equal("id"),
    "id:in": lists.one_of("id"),
    "email": lists.equal("email"),
    "source": lists.equal("source"),
    "date_created:min": lists.since("date_created"),
    "date_created:max": lists.until("date_created"),
    "date_modified:min": lists.since("date_modified"),
    "date_modified:max": lists.until("date_modified"),
}
_PRODUCT_TESTS: Mapping[str, lists.Test] = {
    "id": lists.equal("id"),
    "id:in": lists.one_of("id"),
    "id:min": lists.at_least("id"),
    "id:max": lists.at_most("id"),
    "id:greater": lists.greater("id"),
    "sku": lists.equal("sku"),
    "sku:in": lists.one_of("sku"),
    "date_modified:min": lists.since("date_modified", adds_time_of_day=True),
    "date_modified:max": lists.until("date_modified"),
}
_PRODUCT_EXTRAS = ("variants", "images", "primary_image", "custom_fields", "options", "modifiers", "channels")
_CONSENTS = {"marketing_newsletter", "abandoned_cart"}
_SUBSCRIBER_FIELDS = {"email", "first_name", "last_name", "source", "order_id", "channel_id", "consents"}


class Shop:
    """Customers, subscribers and catalogue."""

    def __init__(self, world: World) -> None:
        self._world = world

    def store(self, _: Request) -> Response:
        return as_json(self._world.store)

    def time(self, _: Request) -> Response:
        return as_json({"time": int(self._world.clock().timestamp())})

    def customers(self, request: Request) -> Response:
        if wrong := lists.unknown_filter(request, {*_CUSTOMER_TESTS, "include", "sort", "after", "before"}):
            return wrong
        query = request.query_params
        included = query.get("include", "").split(",")
        rows = lists.filtered(self._world.customers.values(), query, _CUSTOMER_TESTS)
        return lists.v3_cursor_page([_customer(row, included) for row in rows], query)

    def attributes(self, request: Request) -> Response:
        return lists.v3_page(list(self._world.attributes.values()), request.query_params)

    def update_customers(self, _: Request, body: Any) -> Response:
        if not isinstance(body, list):
            return v3_problem(422, "The request body must be an array.", {"": "array expected"})
        unknown = [each.get("id") for each in body if each.get("id") not in self._world.customers]
        if unknown:
            return v3_problem(422, "Customers were not found.", {str(each): "not found" for each in unknown})
        for each in body:
            self._world.change_customer(each["id"], **{name: value for name, value in each.items() if name != "id"})
        return as_json({"data": [_customer(self._world.customers[each["id"]], []) for each in body], "meta": {}})

    def subscribers(self, request: Request) -> Response:
        if wrong := lists.unknown_filter(request, _SUBSCRIBER_TESTS):
            return wrong
        rows = lists.filtered(self._world.subscribers.values(), request.query_params, _SUBSCRIBER_TESTS)
        return lists.v3_page(rows, request.query_params)

    def add_subscriber(self, _: Request, body: Any) -> Response:
        if wrong := _subscriber_problem(body):
            return wrong
        if self._world.subscriber_with(body.get("email", "")):
            return v3_problem(409, "A subscriber with this email exists already.", {"email": "exists"})
        new_id = self._world.add_subscriber(
            body.get("email", ""),
            body.get("first_name", ""),
            body.get("last_name", ""),
            consents=body.get("consents", []),
            source=body.get("source", "custom"),
        )
        return as_json({"data": self._world.subscribers[new_id], "meta": {}})

    def update_subscriber(self, request: Request, body: Any) -> Response:
        subscriber_id = int(request.path_params["subscriber_id"])
        if wrong := _subscriber_problem(body):
            return wrong
        if subscriber_id not in self._world.subscribers:
            return v3_problem(404, "The subscriber was not found.")
        same = self._world.subscriber_with(body.get("email", ""))
        if same and same["id"] != subscriber_id:
            return v3_problem(409, "Another subscriber has this email.", {"email": "exists"})
        changes = {name: value for name, value in body.items() if name in _SUBSCRIBER_FIELDS}
        return as_json({"data": self._world.change_subscriber(subscriber_id, **changes), "meta": {}})

    def products(self, request: Request) -> Response:
        known = {*_PRODUCT_TESTS, "include", "include_fields", "exclude_fields", "sort", "direction"}
        if wrong := lists.unknown_filter(request, known):
            return wrong
        query = request.query_params
        rows = lists.filtered(self._world.products.values(), query, _PRODUCT_TESTS)
        name = query.get("sort", "id")
        rows.sort(key=lambda row: row[name], reverse=query.get("direction") == "desc")
        if "include" in query and lists.has_failing(rows, query, self._world.failing):
            return Response("", 500)
        included = [each for each in query.get("include", "").split(",") if each]
        fields = [each for each in query.get("include_fields", "").split(",") if each]
        most = 10 if {"options", "modifiers"} & set(included) else 250
        return lists.v3_page([_product(row, included, fields) for row in rows], query, most=most)

    def categories(self, request: Request) -> Response:
        return lists.v3_page(list(self._world.categories.values()), request.query_params)

    def brands(self, request: Request) -> Response:
        return lists.v3_page(list(self._world.brands.values()), request.query_params)


def _customer(row: Row, included: list[str]) -> Row:
    """What is not asked for is not embedded; of addresses and attributes, ten at most."""
    left_out = {
        name
        for name, wish in (("addresses", "addresses"), ("attributes", "attributes"), ("form_fields", "formfields"))
        if wish not in included
    }
    shown = {name: value for name, value in row.items() if name not in left_out}
    return {name: value[:10] if name in {"addresses", "attributes"} else value for name, value in shown.items()}


def _product(row: Row, included: list[str], fields: list[str]) -> Row:
    plain = {name: value for name, value in row.items() if name not in _PRODUCT_EXTRAS}
    if fields:
        plain = {name: value for name, value in plain.items() if name in {"id", *fields}}
    extras = {name: row[name] for name in included if name in row}
    if "primary_image" in included and row.get("images"):
        extras["primary_image"] = row["images"][0]
    return {**plain, **extras}


def _subscriber_problem(body: Any) -> Response | None:
    if not isinstance(body, dict):
        return v3_problem(422, "The request body must be an object.", {"": "object expected"})
    consents = body.get("consents", [])
    if not isinstance(consents, list) or not set(consents) <= _CONSENTS:
        return v3_problem(422, "JSON data is missing or invalid.", {"consents": "unknown consent"})
    return None


# Routes --------------------------------------------------------------------------------------------------------------


class Routes:
    def __init__(self, world: World) -> None:
        self._gate = Gate(world)
        self._shop = Shop(world)
        self._orders = Orders(world)

    def all(self) -> list[Route]:
        shop, orders = self._shop, self._orders
        customers, subscribers = ("store_v2_customers",), "/v3/customers/subscribers"
        ordered = ("store_v2_orders",)
        products = ("store_v2_products",)
        order = "/v2/orders/{order_id:int}"
        return [
            self._get("/v2/store", ("store_v2_information",), shop.store),
            self._get("/v2/time", ("store_v2_information",), shop.time),
            self._get("/v2/orders", ordered, orders.listed),
            self._get("/v2/orders/count", ordered, orders.count),
            self._get(order, ordered, orders.one),
            self._get(f"{order}/products", ordered, orders.products),
            self._get(f"{order}/shipping_addresses", ordered, orders.shipping_addresses),
            self._get(f"{order}/coupons", ordered, orders.coupons),
            self._get(
                "/v3/orders/payment_actions/refunds", ("store_v2_orders", "store_v2_transactions"), orders.refunds
            ),
            self._get("/v3/customers", customers, shop.customers),
            self._write("/v3/customers", "PUT", customers, shop.update_customers),
            self._get("/v3/customers/attributes", customers, shop.attributes),
            self._get(subscribers, customers, shop.subscribers),
            self._write(subscribers, "POST", customers, shop.add_subscriber),
            self._write(f"{subscribers}/{{subscriber_id:int}}", "PUT", customers, shop.update_subscriber),
            self._get("/v3/catalog/products", products, shop.products),
            self._get("/v3/catalog/trees/categories", products, shop.categories),
            self._get("/v3/catalog/brands", products, shop.brands),
            # There is no list of carts: only POST exists here, which we never need.
            self._get("/v3/carts", (), lambda _: v3_problem(405, "Method not allowed")),
            self._get("/{version}/{rest:path}", (), _nothing_there),
        ]

    def _get(self, path: str, scopes: tuple[str, ...], handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            return self._passed(request, scopes) or self._signed(_tried(handler, request))

        return Route("/stores/{store_hash}" + path, endpoint, methods=["GET"])

    def _write(
        self, path: str, method: str, scopes: tuple[str, ...], handler: Callable[[Request, Any], Response]
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            if refusal := self._passed(request, scopes):
                return refusal
            if "application/json" not in request.headers.get("content-type", ""):
                return v3_problem(415, "Unsupported media type")
            try:
                body = json.loads(await request.body())
            except ValueError:
                return v3_problem(400, "Input is invalid")
            return self._signed(handler(request, body))

        return Route("/stores/{store_hash}" + path, endpoint, methods=[method])

    def _passed(self, request: Request, scopes: tuple[str, ...]) -> Response | None:
        return self._gate.refusal(request, scopes)

    def _signed(self, response: Response) -> Response:
        response.headers.update(self._gate.headers())
        return response


def _tried(handler: Handler, request: Request) -> Response:
    """A parameter that cannot be read is the sender's fault."""
    try:
        return handler(request)
    except (KeyError, ValueError) as error:
        problem = v2_problem if "/v2/" in request.url.path else v3_problem
        return problem(400, f"The field is not valid: {error}")


def _nothing_there(request: Request) -> Response:
    if request.path_params["version"] == "v2":
        return v2_problem(404, "The requested resource was not found.")
    return v3_problem(404, "Resource not found")


def simulator(records: int, world: World | None = None) -> Simulator:
    """A practice shop with about so many customers and orders together, or the shop that is given."""
    state = world or practice_world(records)
    return Simulator(
        "bigcommerce",
        Starlette(routes=Routes(state).all()),
        settings={"store_hash": STORE_HASH},
        secrets={"access_token": TOKEN},
        summary=state.summary,
        snapshot=state.snapshot,
        restore=state.restore,
        world=state,
    )
