"""What the practice shop changes: customers and orders, one by one or in batches of a hundred."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from app.connectors.woocommerce.simulator_gate import as_json, no_route, problem
from app.connectors.woocommerce.world import World
from app.connectors.woocommerce.world_rows import Row

_MOST = 100
_INVALID = {
    "orders": ("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 400),
    "customers": ("wc_user_invalid_id", "Invalid user ID.", 404),
}
_PLAIN_FIELDS = {
    "customers": ("email", "first_name", "last_name"),
    "orders": ("status", "customer_note", "customer_id"),
}


class BadJsonError(ValueError):
    """The body says that it is JSON, and is not."""


class Writes:
    def __init__(self, world: World, shown: Callable[[Row], Row]) -> None:
        self._world = world
        self._shown = shown

    async def answer(self, request: Request, name: str, rest: str) -> Response:
        try:
            body = _body_of(request, await request.body())
        except BadJsonError:
            more = {"json_error_code": 4, "json_error_message": "Syntax error"}
            return problem(400, "rest_invalid_json", "Invalid JSON body passed.", **more)
        if isinstance(body, str):
            error = {"type": 1, "message": "Uncaught TypeError in /var/www/shop/wp-includes/rest-api.php:468"}
            return problem(500, "internal_server_error", "<p>There has been a critical error.</p>", error=error)
        values = body if isinstance(body, dict) else {}
        if rest == "batch" and request.method in {"POST", "PUT", "PATCH"}:
            return self._batch(name, values)
        if rest.isdecimal() and request.method in {"POST", "PUT", "PATCH"}:
            return self._single(name, int(rest), values)
        return no_route()

    def _single(self, name: str, row_id: int, values: dict[str, Any]) -> Response:
        row = self._table(name).get(row_id)
        if row is None:
            code, words, status = _INVALID[name]
            return problem(status, code, words)
        self._update(name, row, values)
        return as_json(self._shown(row))

    def _batch(self, name: str, values: dict[str, Any]) -> Response:
        items = values.get("update") or []
        if len(items) > _MOST:
            words = f"Unable to accept more than {_MOST} items for this request."
            return problem(413, "woocommerce_rest_request_entity_too_large", words)
        return as_json({"update": [self._updated(name, item) for item in items]} if items else [])

    def _updated(self, name: str, item: dict[str, Any]) -> Row:
        row = self._table(name).get(int(item.get("id", 0)))
        if row is None:
            code, words, status = _INVALID[name]
            return {"id": item.get("id"), "error": {"code": code, "message": words, "data": {"status": status}}}
        self._update(name, row, item)
        return self._shown(row)

    def _table(self, name: str) -> dict[int, Row]:
        tables: dict[str, dict[int, Row]] = {"customers": self._world.customers, "orders": self._world.orders}
        return tables.get(name, {})

    def _update(self, name: str, row: Row, values: dict[str, Any]) -> None:
        """Merges on every level. Meta data alone does not move the date of an order on the older store."""
        changes = {field: values[field] for field in _PLAIN_FIELDS[name] if field in values}
        for part in ("billing", "shipping"):
            if isinstance(values.get(part), dict):
                changes[part] = {**row[part], **values[part]}
        row |= changes
        is_customer = name == "customers"
        has_meta = self._world.write_meta(row, values.get("meta_data") or [], drops_hidden=is_customer)
        if changes or (has_meta and (is_customer or self._world.setup.has_order_tables)):
            self._world.touch(row)


def _body_of(request: Request, content: bytes) -> Any:
    """Without a content type, or as plain text, a body is passed over; a form is read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(content.decode("utf-8", errors="replace")))
    if kind != "application/json" or not content:
        return {}
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise BadJsonError from error
