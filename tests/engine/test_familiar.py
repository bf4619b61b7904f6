"""A record that is just as it was sent need not be drafted again, as long as the terms are the same."""

from __future__ import annotations

from app.core.outcomes import Outcome
from app.core.records import Kind, Record
from app.core.rules import Refusal
from app.sdk.plan import Draft
from tests.engine.conftest import Bench
from tests.engine.warehouse import WarehouseTarget, order


class CountingTarget(WarehouseTarget):
    """``drafted`` are the keys that it was asked for."""

    drafted: list[str]

    def draft(self, record: Record) -> Draft | Refusal:
        self.drafted.append(record.id)
        return super().draft(record)


async def drafted_in_a_run(bench: Bench) -> list[str]:
    target = CountingTarget(bench.http, bench.warehouse)
    target.drafted = []
    bench.target = target
    result = await bench.run()
    assert result.is_finished
    assert result.balance.balances
    return sorted(target.drafted)


async def test_a_record_just_as_it_was_sent_is_not_drafted_again_and_counts_as_unchanged(bench: Bench) -> None:
    bench.terms = b"first"
    bench.source.records = [order(1), order(2), order(3)]
    assert await drafted_in_a_run(bench) == ["1", "2", "3"]
    assert await drafted_in_a_run(bench) == []
    bench.source.records[1] = order(2, "11.00")
    assert await drafted_in_a_run(bench) == ["2"]
    assert bench.warehouse.items["2"]["total"] == "11.00 EUR"
    assert sorted(bench.warehouse.arrivals) == ["1", "2", "2", "3"]


async def test_other_terms_draft_everything_again_once(bench: Bench) -> None:
    bench.terms = b"first"
    bench.source.records = [order(1), order(2)]
    await drafted_in_a_run(bench)
    bench.terms = b"second"
    assert await drafted_in_a_run(bench) == ["1", "2"]
    assert await drafted_in_a_run(bench) == []
    assert bench.warehouse.arrivals == ["1", "2"]


async def test_what_changed_only_in_fields_that_are_not_sent_is_remembered_as_it_is_now(bench: Bench) -> None:
    bench.terms = b"first"
    bench.source.records = [order(1)]
    await drafted_in_a_run(bench)
    bench.source.records = [order(1, note="please ring twice")]
    assert await drafted_in_a_run(bench) == ["1"]
    assert await drafted_in_a_run(bench) == []
    assert bench.warehouse.arrivals == ["1"]


async def test_what_was_left_out_is_looked_at_every_time(bench: Bench) -> None:
    bench.terms = b"first"
    bench.warehouse.refused = {"2"}
    bench.source.records = [order(1), order(2)]
    await drafted_in_a_run(bench)
    assert await drafted_in_a_run(bench) == ["2"]
    entry = bench.ledger.entries["shop", Kind.ORDERS, "2"]
    assert (entry.outcome, entry.record_hash) == (Outcome.FAILED, b"")


async def test_without_known_terms_everything_is_drafted(bench: Bench) -> None:
    bench.source.records = [order(1)]
    assert await drafted_in_a_run(bench) == ["1"]
    assert await drafted_in_a_run(bench) == ["1"]
