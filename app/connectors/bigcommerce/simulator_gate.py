"""Everything a request must pass before the simulated shop looks at it: address, key, permission, quota."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.connectors.bigcommerce.world import STORE_HASH, World

_TYPE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"


def v3_problem(status: int, title: str, errors: Mapping[str, str] | None = None) -> Response:
    named = {} if errors is None else {"errors": dict(errors)}
    return as_json({"status": status, "title": title, "type": _TYPE, **named}, status)


def v2_problem(status: int, message: str) -> Response:
    return as_json([{"status": status, "message": message}], status)


def as_json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, media_type="application/json")


class Gate:
    """``read_scope`` is the name for reading; writing needs the same without ``_read_only``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._window_ends_at = 0.0
        self._left = 0

    def refusal(self, request: Request, scopes: tuple[str, ...]) -> Response | None:
        """The first thing that is wrong, or None."""
        token = request.headers.get("x-auth-token", "")
        if token not in self._world.tokens:
            return as_json({"status": 401, "title": "X-Auth-Token header is required", "type": _TYPE}, 401)
        if request.path_params["store_hash"] != STORE_HASH:
            return as_json({"status": 403, "title": "Forbidden", "type": _TYPE}, 403)
        if not self._counts():
            return Response("", 429, headers=self.headers(is_refused=True))
        if not self._is_permitted(token, request.method, scopes):
            return v3_problem(403, "You don't have a required scope to access the endpoint", {})
        if "/v2/" in request.url.path and "application/json" not in request.headers.get("accept", ""):
            return Response('<?xml version="1.0" encoding="UTF-8"?><response/>', media_type="application/xml")
        return None

    def headers(self, *, is_refused: bool = False) -> dict[str, str]:
        """Of every answer; where the quota says nothing, a 429 stands for general overload."""
        quota = self._world.quota
        if not quota.has_headers:
            return {}
        reset_ms = max(0, int((self._window_ends_at - time.monotonic()) * 1000))
        return {
            "X-Rate-Limit-Time-Window-Ms": str(int(quota.window_s * 1000)),
            "X-Rate-Limit-Time-Reset-Ms": str(reset_ms),
            "X-Rate-Limit-Requests-Quota": str(quota.requests),
            "X-Rate-Limit-Requests-Left": str(max(0, self._left)),
            **({"X-Retry-After": str(reset_ms // 1000 + 1)} if is_refused else {}),
        }

    def _counts(self) -> bool:
        now = time.monotonic()
        if now >= self._window_ends_at:
            self._window_ends_at = now + self._world.quota.window_s
            self._left = self._world.quota.requests
        self._left -= 1
        return self._left >= 0

    def _is_permitted(self, token: str, method: str, scopes: tuple[str, ...]) -> bool:
        """Any of the scopes opens the endpoint, none is needed for none; the right to modify includes reading."""
        held = self._world.tokens[token]
        if not scopes:
            return True
        if method == "GET":
            return any(scope in held or f"{scope}_read_only" in held for scope in scopes)
        return any(scope in held for scope in scopes)
