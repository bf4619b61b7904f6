"""Everything a request must pass before the practice shop looks at it: maintenance, key, rights."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.connectors.woocommerce.world import Key, World

_EXPOSED = "X-WP-Total, X-WP-TotalPages, Link"
_MAINTENANCE = "Briefly unavailable for scheduled maintenance. Check back in a minute."
_PAGE = "<!DOCTYPE html>\n<html lang='en-US'><head><title>{title}</title></head><body>{title}</body></html>"
_LOOKED_AT = "wp-json/wc/"


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    content = json.dumps(body, ensure_ascii=False)
    common = {"X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff", "Access-Control-Expose-Headers": _EXPOSED}
    return Response(content, status, {**common, **(headers or {})}, media_type="application/json; charset=UTF-8")


def problem(status: int, code: str, message: str, **more: Any) -> Response:
    return as_json({"code": code, "message": message, "data": {"status": status, **more}}, status)


def page(title: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_PAGE.format(title=title), status, dict(headers or {}), media_type="text/html; charset=UTF-8")


def maintenance(request: Request) -> Response:
    wait = {"Retry-After": "600"}
    if request.headers.get("accept") == "application/json":
        answer = as_json({"code": "wp_die", "message": _MAINTENANCE, "data": {"status": 503}, "additional_errors": []})
        return Response(answer.body, 503, {**answer.headers, **wait})
    return page("Maintenance", 503, wait)


def no_route() -> Response:
    return problem(404, "rest_no_route", "No route was found matching the URL and request method.")


class Gate:
    def __init__(self, world: World) -> None:
        self._world = world

    def refusal(self, request: Request, *, is_single: bool) -> Response | None:
        """The first thing that is wrong with key and rights, or None."""
        secret, key = self._found(request)
        if key is None or not key.has_user:
            return _denied(request, 401, is_single=is_single)
        if key.secret != secret:
            return _error("Consumer secret is invalid.")
        return _without_right(request, key, is_single=is_single)

    def forbids_change(self, request: Request, name: str, rest: str) -> Response | None:
        """What a shop manager may not, although he may sign in."""
        _, key = self._found(request)
        if name != "customers" or key is None or key.is_of_administrator:
            return None
        if rest == "batch":
            words = "Sorry, you are not allowed to batch manipulate this resource."
            return problem(403, "woocommerce_rest_cannot_batch", words)
        row = self._world.customers.get(int(rest)) if rest.isdecimal() else None
        return None if row and row["role"] == "customer" else _denied(request, 403, is_single=True)

    def allowed(self, request: Request, name: str, rest: str) -> str:
        """The header ``Allow``: what the key's user may do here; empty for strangers."""
        _, key = self._found(request)
        if key is None or not key.is_of_manager:
            return ""
        if rest == "batch":
            return "" if name == "customers" and not key.is_of_administrator else "POST, PUT, PATCH"
        return "GET, POST, PUT, PATCH, DELETE" if rest.isdecimal() else "GET, POST"

    def _found(self, request: Request) -> tuple[str, Key | None]:
        pair = self._credentials(request) if self._is_looked_at(request) else None
        return (pair[1], self._world.keys.get(pair[0])) if pair else ("", None)

    def _is_looked_at(self, request: Request) -> bool:
        """The text must stand there as it is, its slashes not encoded."""
        query = request.scope["query_string"].decode("latin-1")
        in_address = _LOOKED_AT in f"{request.url.path}?{query}"
        return not self._world.setup.is_plain_http and (in_address or self._world.setup.looks_at_every_key)

    def _credentials(self, request: Request) -> tuple[str, str] | None:
        """Those of the query win. Blanks around a key are trimmed."""
        query = request.query_params
        if "consumer_key" in query and "consumer_secret" in query:
            return query["consumer_key"].strip(), query["consumer_secret"].strip()
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic" or self._world.setup.drops_header:
            return None
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return name.strip(), secret.strip()


def _without_right(request: Request, key: Key, *, is_single: bool) -> Response | None:
    if request.method in {"GET", "HEAD"} and not key.can_read:
        return _error("The API key provided does not have read permissions.")
    if request.method not in {"GET", "HEAD", "OPTIONS"} and not key.can_write:
        return _error("The API key provided does not have write permissions.")
    return None if key.is_of_manager else _denied(request, 403, is_single=is_single)


def _error(message: str) -> Response:
    return problem(401, "woocommerce_rest_authentication_error", message)


def _denied(request: Request, status: int, *, is_single: bool) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return problem(status, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
    words = "Sorry, you cannot view this resource." if is_single else "Sorry, you cannot list resources."
    return problem(status, "woocommerce_rest_cannot_view", words)
