"""Faults of the simulator kit: which request they meet."""

from __future__ import annotations

from app.sdk.simulator import Fault


def test_a_fault_finds_its_request_by_what_the_body_holds() -> None:
    fault = Fault(method="POST", holding="createOrder")
    assert fault.matches("POST", "/", b"<createOrder/>")
    assert not fault.matches("POST", "/", b"<getOrders/>")
    assert Fault(path="/orders").matches("POST", "/orders")
