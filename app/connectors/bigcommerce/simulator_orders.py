"""The orders of the simulated shop: V2, and the refunds of V3."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import dropwhile, islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.connectors.bigcommerce import simulator_lists as lists
from app.connectors.bigcommerce.simulator_gate import as_json, v2_problem
from app.connectors.bigcommerce.simulator_lists import Row
from app.connectors.bigcommerce.world import STORE_HASH, World
from app.connectors.bigcommerce.world_orders import STATUS_NAMES

_TESTS: Mapping[str, lists.Test] = {
    "min_id": lists.at_least("id"),
    "max_id": lists.at_most("id"),
    "customer_id": lists.equal("customer_id"),
    "status_id": lambda row, value: int(row["status_id"]) == int(value),
    "cart_id": lists.equal("cart_id"),
    "channel_id": lists.equal("channel_id"),
    "email": lambda row, value: str(row["billing_address"]["email"]).lower() == value.lower(),
    "min_date_created": lists.since("date_created"),
    "max_date_created": lists.until("date_created"),
    "min_date_modified": lists.since("date_modified"),
    "max_date_modified": lists.until("date_modified"),
}
_REFUND_TESTS: Mapping[str, lists.Test] = {
    "order_id:in": lists.one_of("order_id"),
    "id:in": lists.one_of("id"),
    "created:min": lists.since("created"),
    "created:max": lists.until("created"),
}
_LINKED = {"products": "products", "shipping_addresses": "shippingaddresses", "coupons": "coupons"}


class Orders:
    def __init__(self, world: World) -> None:
        self._world = world

    def listed(self, request: Request) -> Response:
        name, _, direction = request.query_params.get("sort", "id:asc").partition(":")
        if (name, direction) == ("id", "asc"):
            rows = list(islice(self._rows(request), _last_place(request)))
        else:
            rows = list(self._rows(request))
            rows.sort(key=lambda row: (_sortable(name, row[name]), row["id"]), reverse=direction == "desc")
        if "include" in request.query_params and lists.has_failing(rows, request.query_params, self._world.failing):
            return Response("", 500)
        return lists.v2_page([self._shown(row, request) for row in rows], request.query_params)

    def one(self, request: Request) -> Response:
        row = self._world.orders.get(int(request.path_params["order_id"]))
        return as_json(self._shown(row, request)) if row else v2_problem(404, "The requested resource was not found.")

    def count(self, request: Request) -> Response:
        counts = Counter(row["status_id"] for row in self._rows(request))
        statuses = [
            {
                "id": status,
                "name": name,
                "system_label": name,
                "custom_label": name,
                "system_description": "",
                "count": counts[status],
                "sort_order": number,
            }
            for number, (status, name) in enumerate(self._world.status_names.items())
        ]
        return as_json({"statuses": statuses, "count": counts.total()})

    def products(self, request: Request) -> Response:
        return lists.v2_page(self._world.items.get(_order_id(request), []), request.query_params)

    def shipping_addresses(self, request: Request) -> Response:
        return lists.v2_page(self._world.addresses.get(_order_id(request), []), request.query_params)

    def coupons(self, request: Request) -> Response:
        order_id = _order_id(request)
        amounts: dict[str, Decimal] = {}
        for line in self._world.items.get(order_id, []):
            for each in line["applied_discounts"]:
                if each["code"]:
                    amounts[each["code"]] = amounts.get(each["code"], Decimal(0)) + Decimal(each["amount"])
        rows = [
            {"id": number, "coupon_id": number, "order_id": order_id, "code": code, "amount": float(amount)}
            | {"type": 0, "discount": float(amount)}
            for number, (code, amount) in enumerate(amounts.items(), 1)
        ]
        return lists.v2_page(rows, request.query_params)

    def refunds(self, request: Request) -> Response:
        if wrong := lists.unknown_filter(request, _REFUND_TESTS):
            return wrong
        rows = lists.filtered(self._world.refunds.values(), request.query_params, _REFUND_TESTS)
        return lists.v3_page(rows, request.query_params)

    def _rows(self, request: Request) -> Iterator[Row]:
        """By ascending id, as orders were added."""
        query = request.query_params
        orders: Iterable[Row] = self._world.orders.values()
        if first := int(query.get("min_id", "0")):
            orders = dropwhile(lambda row: row["id"] < first, orders)
        rows = lists.matching(orders, query, _TESTS)
        if "status_id" in query or self._world.lists_incomplete:
            return rows
        return (row for row in rows if row["status_id"])

    def _shown(self, row: Row, request: Request) -> Row:
        included = request.query_params.get("include", "").split(",")
        resource = f"/orders/{row['id']}"
        fees = row.get("fees", [])
        shown = {
            **row,
            "status": _system_name(row["status_id"]),
            "custom_status": self._world.status_names.get(row["status_id"], ""),
            "fees": fees if "fees" in included else _link(f"{resource}/fees"),
            **{name: _link(f"{resource}/{last}") for name, last in _LINKED.items()},
        }
        is_object = request.query_params.get("consignment_structure") == "object"
        wants = [each for each in included if each.startswith("consignments")]
        if wants and is_object:
            shown["consignments"] = self._consignments(row, with_lines="consignments.line_items" in wants)
        else:
            shown["consignments"] = _link(f"{resource}/consignments")
        return shown

    def _consignments(self, row: Row, *, with_lines: bool) -> Row:
        order_id = row["id"]
        items = self._world.items.get(order_id, [])
        lines = items if with_lines else [_link(f"/orders/{order_id}/products/{item['id']}") for item in items]
        addresses = self._world.addresses.get(order_id, [])
        if not addresses:
            downloads = [{"recipient_email": row["billing_address"]["email"], "line_items": lines}]
            return {"pickups": [], "shipping": [], "downloads": downloads, "email": {"gift_certificates": []}}
        shipping = [_consignment(address, lines if number == 0 else []) for number, address in enumerate(addresses)]
        return {"pickups": [], "shipping": shipping, "downloads": [], "email": {"gift_certificates": []}}


def _order_id(request: Request) -> int:
    return int(request.path_params["order_id"])


def _last_place(request: Request) -> int:
    return lists.limit_of(request.query_params) * int(request.query_params.get("page", "1"))


def _system_name(status_id: int) -> str:
    return STATUS_NAMES.get(status_id, "")


def _sortable(name: str, value: Any) -> Any:
    return lists.moment_of(value) if name.startswith("date_") else value


def _link(resource: str) -> Row:
    return {"url": f"https://api.bigcommerce.com/stores/{STORE_HASH}/v2{resource}", "resource": resource}


def _consignment(address: Row, lines: list[Row]) -> Row:
    """Costs are numbers here, while ``shipping_addresses`` has them as texts."""
    dropped = {"order_id", "shipping_zone_id", "shipping_zone_name"}
    costs = {name: float(address[name]) for name in ("base_cost", "cost_ex_tax", "cost_inc_tax", "cost_tax")}
    return {**{name: value for name, value in address.items() if name not in dropped}, **costs, "line_items": lines}
