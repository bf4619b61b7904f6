"""A WooCommerce shop on loopback that answers as 10.0.2 was seen to: shapes, errors, pages, edges and oddities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.connectors.woocommerce import simulator_lists as lists
from app.connectors.woocommerce.practice import practice_world
from app.connectors.woocommerce.simulator_gate import Gate, as_json, maintenance, no_route, page, problem
from app.connectors.woocommerce.simulator_lists import Params, Resource
from app.connectors.woocommerce.simulator_writes import Writes
from app.connectors.woocommerce.world import BOUNCE_KEY, CONSENT_KEY, KEY, SECRET, World
from app.connectors.woocommerce.world_rows import Row
from app.sdk.simulator import Simulator

ADDRESS = "https://practice-shop.example"
_NAMESPACE = "/wc/v3/"
_NAMESPACES = ["oembed/1.0", "wc/v3", "wc/v1", "wc/store", "wc/store/v1", "wc/v2", "wp/v2", "wp-site-health/v1"]
_INVALID: dict[str, tuple[str, str]] = {
    "orders": ("woocommerce_rest_shop_order_invalid_id", "Invalid ID."),
    "products": ("woocommerce_rest_product_invalid_id", "Invalid ID."),
    "variations": ("woocommerce_rest_product_variation_invalid_id", "Invalid ID."),
    "customers": ("wc_user_invalid_id", "Invalid user ID."),
    "categories": ("woocommerce_rest_term_invalid", "Resource does not exist."),
}


class Shop:
    def __init__(self, world: World) -> None:
        self._world = world
        self._gate = Gate(world)
        self._writes = Writes(world, self.shown)

    async def answer(self, request: Request) -> Response:
        setup = self._world.setup
        if setup.is_in_maintenance:
            return maintenance(request)
        route = self._route(request)
        if isinstance(route, Response):
            return route
        if route == "/":
            return self._index(request)
        if not route.startswith(_NAMESPACE):
            return no_route()
        return await self._resource(request, route.removeprefix(_NAMESPACE).strip("/"))

    def _route(self, request: Request) -> str | Response:
        """Where WordPress leads an address: to its interface, or to a page."""
        setup, path = self._world.setup, request.url.path
        if not path.startswith(setup.folder):
            return page("Page not found", 404)
        path = path.removeprefix(setup.folder)
        if path in {"/", "", "/index.php"}:
            return request.query_params.get("rest_route") or page(self._world.name)
        inner = path.removeprefix("/index.php")
        if not (inner.startswith("/wp-json/") or inner == "/wp-json"):
            return page("Page not found", 404)
        if setup.has_plain_permalinks:
            return page(self._world.name) if inner == "/wp-json/" else RedirectResponse(f"{path}/", 301)
        return inner.removeprefix("/wp-json") or "/"

    def _index(self, request: Request) -> Response:
        if self._world.setup.hides_index:
            return problem(401, "rest_cannot_access", "Only authenticated users can access the REST API.")
        home = self._world.setup.home or f"{request.url.scheme}://{request.url.netloc}{self._world.setup.folder}"
        index = {
            "name": self._world.name,
            "description": "",
            "url": home,
            "home": home,
            "gmt_offset": 1,
            "timezone_string": str(self._world.zone),
            "namespaces": _NAMESPACES,
        }
        return as_json(lists.only_fields(index, request.query_params.get("_fields", "")))

    async def _resource(self, request: Request, path: str) -> Response:
        name, _, rest = path.partition("/")
        is_single = bool(re.fullmatch(r"\d+", rest))
        found = _matched(path)
        if found is None:
            return self._gate.refusal(request, is_single=is_single) or no_route()
        resource = _RESOURCES.get(found, lists.PLAIN)
        if request.method == "OPTIONS":
            allowed = self._gate.allowed(request, name, rest)
            return as_json({"namespace": "wc/v3"}, 200, {"Allow": allowed} if allowed else {})
        if request.method == "GET" and not is_single:
            wrong = lists.problems(dict(request.query_params), resource)
            if wrong:
                return self._gate_errors_first(request) or _invalid(wrong)
        if refusal := self._gate.refusal(request, is_single=is_single):
            return refusal
        if request.method == "GET":
            return self._read(request, found, path)
        return self._gate.forbids_change(request, name, rest) or await self._writes.answer(request, name, rest)

    def _gate_errors_first(self, request: Request) -> Response | None:
        """A wrong secret is told before a wrong parameter, a missing key after it."""
        refusal = self._gate.refusal(request, is_single=False)
        return refusal if refusal is not None and b"authentication_error" in refusal.body else None

    # Reading

    def _read(self, request: Request, found: str, path: str) -> Response:
        params = dict(request.query_params)
        parts = path.split("/")
        if found == "single":
            return self._one(params, parts[0], int(parts[1]))
        if parts[-1] in {"variations", "refunds"} and len(parts) == 3:
            return self._of_parent(request, params, parts)
        if found == "settings":
            return as_json([lists.only_fields(row, params.get("_fields", "")) for row in self._settings(parts)])
        if found == "taxes":
            return self._listed(request, self._world.taxes(), params, lists.PLAIN)
        return self._listed(request, self._rows(found, params), params, _RESOURCES[found])

    def _settings(self, parts: list[str]) -> list[Row]:
        return self._world.settings(parts[1]) if len(parts) > 1 and parts[1] in {"general", "tax"} else []

    def _rows(self, name: str, params: Params) -> Iterable[Row]:
        world = self._world
        match name:
            case "orders":
                return filter(_order_filter(params, has_tables=world.setup.has_order_tables), world.orders.values())
            case "customers":
                return filter(_customer_filter(params), world.customers.values())
            case "products":
                return filter(_product_filter(params), world.products.values())
            case "categories":
                return world.categories.values()
            case _:
                return world.refunds.values()

    def _of_parent(self, request: Request, params: Params, parts: list[str]) -> Response:
        parent = int(parts[1])
        if parts[2] == "refunds":
            if parent not in self._world.orders:
                return missing("orders")
            rows = [row for row in self._world.refunds.values() if row["parent_id"] == parent]
            return self._listed(request, rows, params, lists.PLAIN)
        if parent not in self._world.products:
            return missing("products")
        rows = [row for row in self._world.variations.values() if row["parent_id"] == parent]
        return self._listed(request, rows, params, lists.PRODUCTS)

    def _one(self, params: Params, name: str, row_id: int) -> Response:
        row = getattr(self._world, name, {}).get(row_id)
        return missing(name) if row is None else as_json(lists.only_fields(self.shown(row), params.get("_fields", "")))

    def shown(self, row: Row) -> Row:
        """SKUs of lines are those that their products have today."""
        if "line_items" not in row:
            return row
        return {**row, "line_items": [self._item(each) for each in row["line_items"]]}

    def _item(self, item: Row) -> Row:
        source = self._world.variations.get(item["variation_id"]) or self._world.products.get(item["product_id"])
        return {**item, "sku": source["sku"]} if source else item

    def _listed(self, request: Request, found: Iterable[Row], params: Params, resource: Resource) -> Response:
        setup = self._world.setup
        dates = lists.Dates(self._world.zone, setup.ignores_changes, setup.ignores_gmt)
        rows = [row for row in found if _is_included(row, params)]
        if resource.has_dates:
            rows = [row for row in rows if dates.passes(row, params)]
        cut = lists.cut(lists.sorted_rows(rows, params, resource), params, str(request.url).partition("?")[0], resource)
        fields = params.get("_fields", "")
        if fields != "id" and (
            len(cut.rows) > setup.most_rows or self._world.failing & {row["id"] for row in cut.rows}
        ):
            return page("Gateway Time-out", 504)
        headers = {"X-WP-Total": str(cut.total), "X-WP-TotalPages": str(cut.pages), "Allow": "GET, POST"}
        shown = {} if setup.hides_totals else headers | ({"Link": cut.link} if cut.link else {})
        return as_json([lists.only_fields(self.shown(row), fields) for row in cut.rows], 200, shown)


_RESOURCES: dict[str, Resource] = {
    "orders": lists.ORDERS,
    "customers": lists.CUSTOMERS,
    "products": lists.PRODUCTS,
    "categories": lists.CATEGORIES,
    "variations": lists.PRODUCTS,
}
_ROUTES: tuple[tuple[str, str], ...] = (
    (r"(orders|customers|products)/\d+", "single"),
    (r"(orders|customers)/batch", "batch"),
    (r"products/\d+/variations", "variations"),
    (r"orders/\d+/refunds", "of_order"),
    (r"products/categories", "categories"),
    (r"settings/(general|tax)", "settings"),
    (r"(orders|customers|products|refunds|taxes)", ""),
)


def _matched(path: str) -> str | None:
    for pattern, name in _ROUTES:
        if re.fullmatch(pattern, path):
            return name or path
    return None


def missing(name: str, status: int = 404) -> Response:
    code, words = _INVALID[name]
    return problem(status, code, words)


def _invalid(wrong: dict[str, tuple[str, str]]) -> Response:
    details = {name: {"code": code, "message": words, "data": None} for name, (code, words) in wrong.items()}
    params = {name: words for name, (_, words) in wrong.items()}
    return problem(
        400, "rest_invalid_param", f"Invalid parameter(s): {', '.join(wrong)}", params=params, details=details
    )


# Filters -------------------------------------------------------------------------------------------------------------

Test = Callable[[Row], bool]


def _is_included(row: Row, params: Params) -> bool:
    ids = params.get("include", "")
    return not ids or str(row["id"]) in ids.split(",")


def _order_filter(params: Params, *, has_tables: bool) -> Test:
    """``auto-draft`` lets everything through on the older store, and nothing on the newer one."""
    wanted = set(params.get("status", "any").split(","))
    is_odd = wanted == {"auto-draft"}

    def passes(row: Row) -> bool:
        if is_odd:
            if has_tables or row["status"] == "trash":
                return False
        elif (row["status"] == "trash" or "any" not in wanted) and row["status"] not in wanted:
            return False
        if "customer" in params and str(row["customer_id"]) != params["customer"]:
            return False
        words = params.get("search", "").casefold()
        return words in f"{row['billing']['email']} {row['billing']['last_name']}".casefold()

    return passes


def _customer_filter(params: Params) -> Test:
    """Dates of change mean nothing here and are ignored without a word."""
    role, email = params.get("role", "customer"), params.get("email", "").casefold()
    return lambda row: role in {"all", row["role"]} and email in {"", row["email"].casefold()}


def _product_filter(params: Params) -> Test:
    status = params.get("status", "any")
    return lambda row: row["status"] == status or (status == "any" and row["status"] != "trash")


def simulator(records: int, world: World | None = None) -> Simulator:
    """A practice shop with about so many customers and orders together, or the shop that is given."""
    state = world or practice_world(records)
    shop = Shop(state)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Simulator(
        "woocommerce",
        Starlette(routes=[Route("/{rest:path}", shop.answer, methods=methods)]),
        settings={
            "shop_address": ADDRESS,
            "consent_preset": "own",
            "consent_key": CONSENT_KEY,
            "opt_out_value": "no",
            "bounce_key": BOUNCE_KEY,
        },
        secrets={"consumer_key": KEY, "consumer_secret": SECRET},
        summary=state.summary,
        snapshot=state.snapshot,
        restore=state.restore,
        world=state,
    )
