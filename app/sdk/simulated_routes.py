"""The calls that a practice account answers: found by method and path, in the order in which they are named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

Handler = TypeVar("Handler")


class RouteTable(Generic[Handler]):
    def __init__(self, routes: Iterable[tuple[str, str, Handler]]) -> None:
        """Each: method, pattern of the whole path with its ids in groups, and who answers."""
        self._routes = [(method, re.compile(pattern), handler) for method, pattern, handler in routes]

    def find(self, method: str, path: str) -> tuple[Handler, tuple[Any, ...]] | None:
        """Who answers, with the ids of the path; None where the vendor has no such call."""
        for wanted, pattern, handler in self._routes:
            if wanted == method and (found := pattern.fullmatch(path)):
                return handler, found.groups()
        return None
