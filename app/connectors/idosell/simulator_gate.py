"""Everything a request must pass before the simulated panel looks at it: key, version, permission, form, quota."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.connectors.idosell.world import World

_WRONG_KEY = "Podany klucz API jest nieprawidłowy lub nieaktywny"
_QUOTA = "Przekroczono limit wywołań API w tym miesiącu"
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class WrongRequestError(Exception):
    """What the panel answers with a faultCode; ``args`` hold its words."""


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    content = json.dumps(body, ensure_ascii=False)
    return Response(content, status, media_type="application/json", headers=dict(headers or {}))


def fault(code: int, told: str, status: int = 200) -> Response:
    """``x-error`` arrives encoded twice."""
    twice = told.encode().decode("latin-1").encode().decode("latin-1")
    return as_json({"errors": {"faultCode": code, "faultString": told}}, status, {"x-error": twice})


class Gate:
    def __init__(self, world: World) -> None:
        self._world = world

    def refusal(self, request: Request, module: str) -> Response | None:
        """The first thing that is wrong, or None."""
        if request.path_params["version"] not in self._world.versions:
            return Response("<html><body>Nie znaleziono strony</body></html>", 404, media_type="text/html")
        held = self._world.keys.get(request.headers.get("x-api-key", ""))
        if held is None:
            return fault(1, _WRONG_KEY, 401)
        self._world.calls += 1
        every = self._world.gateway_fails_every
        if every and self._world.calls % every == 0:
            return Response(_PAGE, 502, media_type="text/html")
        if self._world.calls > self._world.calls_included:
            return fault(13, _QUOTA)
        level = "rw" if request.method == "PUT" else "r"
        if level not in held.get(module, ""):
            return fault(3, f"Brak uprawnień. Scope: {module.lower()}, level: {level}", 403)
        if "application/json" not in request.headers.get("accept", ""):
            return fault(1, "Only application/json is answered", 406)
        return None


async def params_of(request: Request) -> dict[str, Any]:
    """Raises WrongRequestError for what the panel could not read."""
    if request.method == "GET":
        return _query(request)
    if "application/json" not in request.headers.get("content-type", ""):
        raise WrongRequestError("Content-Type must be application/json")
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise WrongRequestError("The body is no JSON") from None
    if not isinstance(body, dict) or set(body) != {"params"} or not isinstance(body["params"], dict):
        raise WrongRequestError('The body must be {"params": {...}}')
    return dict(body["params"])


def _query(request: Request) -> dict[str, Any]:
    """Commas and brackets must arrive encoded; ``key[sub]`` becomes an object."""
    raw = request.scope["query_string"].decode("ascii")
    if set(raw) & set(',[]{}" '):
        raise WrongRequestError("The query is not encoded")
    found: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        outer, bracket, inner = name.partition("[")
        if bracket:
            found.setdefault(outer, {})[inner.rstrip("]")] = value
        elif outer in found:
            raise WrongRequestError(f"{outer} is given twice: lists are joined by commas")
        else:
            found[outer] = value
    return found


def known_only(params: Mapping[str, Any], known: set[str]) -> None:
    """Raises WrongRequestError for a parameter that the documentation does not name."""
    if unknown := set(params) - known:
        raise WrongRequestError(f"Unknown parameter: {', '.join(sorted(unknown))}")


def page_of(rows: list[Any], params: Mapping[str, Any], name: str, *, is_snake: bool = False) -> Response:
    """Pages count from 0. Nothing found is faultCode 2 with HTTP 200, and no list at all."""
    page_name, limit_name = ("results_page", "results_limit") if is_snake else ("resultsPage", "resultsLimit")
    page, limit = int(params.get(page_name, 0)), int(params.get(limit_name, 100))
    if page < 0 or not 1 <= limit <= 100:
        raise WrongRequestError(f"{limit_name} must be between 1 and 100")
    shown = rows[page * limit : (page + 1) * limit]
    if not shown:
        return as_json({"errors": {"faultCode": 2, "faultString": "Wynik zapytania jest pusty"}})
    names = ("results_number_all", "results_number_page") if is_snake else ("resultsNumberAll", "resultsNumberPage")
    counts = [len(rows), -(-len(rows) // limit)]
    # The newsletter counts in texts.
    told = [str(each) for each in counts] if is_snake else counts
    about = dict(zip((*names, page_name, limit_name), (*told, page, limit), strict=True))
    return as_json({name: shown, **about, "errors": {"faultCode": 0, "faultString": ""}})
