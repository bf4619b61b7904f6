"""Faults of the wire between the engine and the warehouse, as hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

from app.sdk.simulator import Fault, FaultKind


def faults_of(write: str) -> st.SearchStrategy[Fault]:
    """Of reading, of writes with this method, and of both."""
    return st.builds(
        Fault,
        kind=st.sampled_from([FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.CUT, FaultKind.STATUS]),
        method=st.sampled_from(["", "GET", write]),
        path=st.just("/items"),
        skip=st.integers(0, 6),
        times=st.integers(1, 3),
        status=st.sampled_from([429, 500, 502, 503, 401, 403]),
        body=st.sampled_from(["", "<html>Bad gateway</html>", '{"message": "no"}']),
        headers=st.sampled_from([{}, {"Retry-After": "0"}]),
    )
