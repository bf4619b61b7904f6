"""A practice account finds who answers a call."""

from __future__ import annotations

import pytest

from app.sdk.simulated_routes import RouteTable

ROUTES = RouteTable(
    (
        ("GET", r"lists", "show lists"),
        ("GET", r"lists/new", "form"),
        ("GET", r"lists/(\w+)/groups/(\w+)", "show group"),
        ("GET", r"lists/(\w+)", "show list"),
        ("DELETE", r"lists/(\w+)", "delete list"),
    )
)


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "lists", ("show lists", ())),
        ("GET", "lists/new", ("form", ())),
        ("GET", "lists/a1", ("show list", ("a1",))),
        ("GET", "lists/a1/groups/b2", ("show group", ("a1", "b2"))),
        ("DELETE", "lists/a1", ("delete list", ("a1",))),
    ],
)
def test_a_call_is_found_by_method_and_whole_path(method: str, path: str, found: object) -> None:
    assert ROUTES.find(method, path) == found


@pytest.mark.parametrize(("method", "path"), [("POST", "lists"), ("GET", "lists/a1/x"), ("GET", "")])
def test_an_unknown_call_is_answered_by_nobody(method: str, path: str) -> None:
    assert ROUTES.find(method, path) is None
