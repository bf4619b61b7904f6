"""Counts, rate and time left of a run, told at least every second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from app.core.events import Emit, ProgressEvent
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.records import Kind
from app.core.texts import Text

_WINDOW_S = 20.0
_INTERVAL_S = 0.5


class Progress:
    """Running numbers in memory; the ledger's balance has the last word."""

    def __init__(
        self, run_id: str, integration: str, emit: Emit, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run_id = run_id
        self._integration = integration
        self._emit = emit
        self._clock = clock
        self._flows: dict[Kind, FlowBalance] = {}
        self._kind: Kind | None = None
        self._total: int | None = None
        self._samples: deque[tuple[float, int]] = deque()
        self._told_at = 0.0
        self._current = ""
        self._reason = Text("")

    @property
    def steps(self) -> int:
        """Grows with every record that is read or settled."""
        flows = self._flows.values()
        return sum(flow.read + flow.settled for flow in flows)

    def wait_for(self, reason: Text) -> None:
        """The run itself waits, until an empty reason says that it goes on."""
        self._reason = reason
        self.tell(force=True)

    def begin(self, kind: Kind, balance: FlowBalance, total: int | None) -> None:
        self._kind, self._total = kind, total
        self._flows[kind] = balance
        self._samples.clear()
        self._current = ""
        self.tell(force=True)

    def count(self, read: int, outcome: Outcome | None = None, reason: str = "", number: int = 1) -> None:
        if self._kind is None:
            return
        flow = self._flows[self._kind]
        counts = {outcome: number} if outcome else {}
        reasons = {reason: number} if reason and outcome and outcome not in _SENT else {}
        self._flows[self._kind] = flow + FlowBalance(read, counts, reasons)

    def tell(self, *, current: str = "", waiting_for: Text = Text(""), force: bool = False) -> None:
        """The last ``current`` stays until another one is told."""
        self._current = current or self._current
        now = self._clock()
        if not force and now - self._told_at < _INTERVAL_S:
            return
        self._told_at = now
        done = self._flows[self._kind].settled if self._kind else 0
        self._samples.append((now, done))
        while self._samples and now - self._samples[0][0] > _WINDOW_S:
            self._samples.popleft()
        rate = self._rate()
        left = None if self._total is None or rate <= 0 else max(0.0, (self._total - done) / rate)
        self._emit(
            ProgressEvent(
                run_id=self._run_id,
                integration=self._integration,
                kind=self._kind,
                done=done,
                total=self._total,
                per_second=rate,
                seconds_left=left,
                balance=Balance(dict(self._flows)),
                current_key=self._current,
                waiting_for=self._reason or waiting_for,
            )
        )

    def _rate(self) -> float:
        (first_at, first), (last_at, last) = self._samples[0], self._samples[-1]
        return (last - first) / (last_at - first_at) if last_at > first_at else 0.0


_SENT = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
