"""The balance of a run: counted from its entries while it works, kept as it was once it has ended."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection

from app.core.ledger import EntryState
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.records import Kind

_TELLS_REASON = {Outcome.SKIPPED, Outcome.HELD, Outcome.FAILED, Outcome.IN_DOUBT}


def balance_of(connection: sqlite3.Connection, run_id: str) -> Balance:
    row = connection.execute("SELECT closing FROM run WHERE id = ?", (run_id,)).fetchone()
    if row and row[0]:
        return _from_json(row[0])
    return count(connection, run_id)


def count(connection: sqlite3.Connection, run_id: str) -> Balance:
    marks = connection.execute("SELECT kind, read FROM flow_mark WHERE run_id = ?", (run_id,))
    read = {Kind(kind): number for kind, number in marks}
    counts: dict[Kind, dict[Outcome, int]] = defaultdict(lambda: defaultdict(int))
    reasons: dict[Kind, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    query = "SELECT kind, state, outcome, reason, count(*) FROM entry WHERE run_id = ? GROUP BY 1, 2, 3, 4"
    for raw_kind, state, raw_outcome, stored_reason, number in connection.execute(query, (run_id,)):
        is_settled = state == EntryState.SETTLED and raw_outcome
        kind = Kind(raw_kind)
        outcome = Outcome(raw_outcome) if is_settled else Outcome.IN_DOUBT
        reason = stored_reason if is_settled else "interrupted"
        counts[kind][outcome] += number
        if reason and outcome in _TELLS_REASON:
            reasons[kind][reason] += number
    seen = "SELECT kind, count(*) FROM entry WHERE seen_run = ? AND seen_run <> '' GROUP BY kind"
    for raw_kind, number in connection.execute(seen, (run_id,)):
        counts[Kind(raw_kind)][Outcome.UNCHANGED] += number
    kinds = [kind for kind in Kind if kind in read or kind in counts]
    return Balance({k: FlowBalance(read.get(k, 0), dict(counts[k]), dict(reasons[k])) for k in kinds})


def close(connection: sqlite3.Connection, run_id: str) -> None:
    """Keeps the balance as it is now: later runs take over its entries."""
    closing = _to_json(count(connection, run_id))
    connection.execute("UPDATE run SET closing = ? WHERE id = ?", (closing, run_id))


def reopen(connection: sqlite3.Connection, run_ids: Collection[str]) -> None:
    """A run that works again is counted again."""
    connection.executemany(
        "UPDATE run SET closing = NULL WHERE id = ? AND closing IS NOT NULL", [(each,) for each in run_ids]
    )


def _to_json(balance: Balance) -> str:
    flows = {
        kind.value: {
            "read": flow.read,
            "counts": {outcome.value: number for outcome, number in flow.counts.items()},
            "reasons": dict(flow.reasons),
        }
        for kind, flow in balance.flows.items()
    }
    return json.dumps(flows)


def _from_json(words: str) -> Balance:
    flows = json.loads(words)
    return Balance(
        {
            Kind(kind): FlowBalance(
                flow["read"], {Outcome(name): number for name, number in flow["counts"].items()}, flow["reasons"]
            )
            for kind, flow in flows.items()
        }
    )
