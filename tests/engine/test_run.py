"""What a run promises: it balances, repeats nothing, and says what became of every record."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from app.core.errors import ProtocolError, SignInError, StorageError, UnreachableError
from app.core.events import LogEvent, RecordEvent, RunMode, RunState, SummaryEvent, discard
from app.core.ledger import EntryState, RunRecord
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, OptOut, OrderStatus, Unreadable
from app.core.rules import GuestOrders, Rules
from app.sdk.simulator import FaultKind
from app.sdk.target import Timing
from tests.engine.conftest import Bench
from tests.engine.warehouse import DAY, order


async def test_a_first_import_creates_every_record_and_balances(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 11)]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.total.read == 10
    assert result.balance.total.count(Outcome.CREATED) == 10
    assert set(bench.warehouse.items) == {str(number) for number in range(1, 11)}


async def test_a_second_import_of_the_same_records_sends_no_write(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 11)]
    await bench.run()
    before = len(bench.warehouse.simulator.writes)
    result = await bench.run()
    assert result.balance.total.count(Outcome.UNCHANGED) == 10
    assert len(bench.warehouse.simulator.writes) == before


async def test_a_changed_record_is_updated_and_the_others_are_left_alone(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 6)]
    await bench.run()
    bench.source.records[2] = order(3, "12.50")
    result = await bench.run(RunMode.CHANGES)
    assert result.balance.total.count(Outcome.UPDATED) == 1
    assert result.balance.total.count(Outcome.UNCHANGED) == 4
    assert bench.warehouse.items["3"]["total"] == "12.50 EUR"


async def test_records_that_the_target_already_holds_are_not_doubled(bench: Bench) -> None:
    bench.source.records = [order(1), order(2)]
    bench.warehouse.items["1"] = {"id": "1", "total": "10.00 EUR", "status": "completed"}
    bench.warehouse.items["2"] = {"id": "2", "total": "9.00 EUR", "status": "completed"}
    result = await bench.run()
    assert result.balance.total.count(Outcome.UNCHANGED) == 1
    assert result.balance.total.count(Outcome.UPDATED) == 1
    assert bench.warehouse.arrivals == ["2"]


async def test_guests_and_credit_notes_are_skipped_with_their_reasons(bench: Bench) -> None:
    bench.source.records = [
        order(1),
        order(2, is_guest=True, email=""),
        order(3, "-5.00", is_guest=True, email=""),
        order(4, "-5.00"),
    ]
    result = await bench.run()
    assert result.balance.total.reasons == {"guest_order": 1, "credit_note": 2}
    assert result.balance.balances


async def test_an_unreadable_line_fails_alone(bench: Bench) -> None:
    bench.source.records = [order(1), Unreadable(id="line-7", reason="unreadable", message="no date", where="line 7")]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.total.count(Outcome.FAILED) == 1
    entry = bench.ledger.entries["shop", Kind.ORDERS, "line-7"]
    assert (entry.where, entry.message) == ("line 7", "no date")


async def test_one_refused_record_is_isolated_from_its_batch(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 13)]
    bench.warehouse.refused = {"5"}
    result = await bench.run()
    assert result.balance.total.count(Outcome.CREATED) == 11
    assert result.balance.total.reasons == {"refused": 1}
    assert "no such thing here" in bench.ledger.entries["shop", Kind.ORDERS, "5"].message


async def test_a_duplicate_that_appears_meanwhile_is_looked_up_and_updated(bench: Bench) -> None:
    bench.source.records = [order(1)]
    bench.warehouse.is_strict = True
    bench.warehouse.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/items")
    result = await bench.run()
    assert result.balance.balances
    assert bench.warehouse.arrivals == ["1"]


async def test_a_lost_answer_is_looked_up_and_never_sent_twice(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 7)]
    bench.warehouse.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/items", times=2)
    result = await bench.run()
    assert result.is_finished
    assert sorted(bench.warehouse.arrivals) == [str(number) for number in range(1, 7)]
    assert result.balance.total.count(Outcome.IN_DOUBT) == 0


async def test_without_a_look_up_a_lost_answer_stays_in_doubt_and_is_not_resent(bench: Bench) -> None:
    bench.source.records = [order(1), order(2)]
    bench.looks_up = False
    bench.warehouse.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/items")
    result = await bench.run()
    assert result.balance.total.reasons == {"cannot_look_up": 2}
    assert bench.warehouse.arrivals == ["1", "2"]


async def test_a_preview_leaves_in_doubt_what_the_run_would_leave_in_doubt(bench: Bench) -> None:
    bench.source.records = [order(1)]
    bench.looks_up = False
    bench.warehouse.simulator.fail(kind=FaultKind.DROP_AFTER, method="POST", path="/items")
    await bench.run()
    shown = await bench.preview()
    assert [(each.outcome, each.reason, each.steps) for each in shown.records] == [
        (Outcome.IN_DOUBT, "cannot_look_up", ())
    ]


async def test_a_passing_fault_is_waited_out_and_the_run_finishes(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 20)]
    bench.source.failing = [UnreachableError("down"), UnreachableError("down")]
    result = await bench.run()
    assert result.is_finished
    assert result.balance.total.count(Outcome.CREATED) == 19


async def test_a_run_that_cannot_even_be_written_down_ends_with_a_result_instead_of_an_exception(bench: Bench) -> None:
    async def refuse(run: RunRecord) -> None:
        raise StorageError("the disk is full")

    bench.source.records = [order(1)]
    bench.runs.begin = refuse  # type: ignore[method-assign]
    result = await bench.run()
    assert (result.run.state, type(result.error)) == (RunState.PAUSED, StorageError)
    assert [each.is_finished for each in bench.events if isinstance(each, SummaryEvent)] == [False]
    assert bench.warehouse.arrivals == []


async def test_a_lasting_fault_leaves_the_run_waiting_and_it_continues_later(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 20)]
    bench.source.failing = [UnreachableError("down")] * 9
    first = await bench.run()
    assert first.run.state is RunState.WAITING
    bench.source.failing = []
    second = await bench.continue_last()
    assert second.is_finished
    assert second.balance.total.read == 19
    assert sorted(bench.warehouse.arrivals, key=int) == [str(number) for number in range(1, 20)]


async def test_refused_credentials_pause_the_run_and_nothing_is_lost(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 10)]
    bench.warehouse.simulator.fail(status=401, method="POST", path="/items", skip=1, times=99)
    first = await bench.run()
    assert first.run.state is RunState.PAUSED
    assert isinstance(first.error, SignInError)
    bench.warehouse.simulator.faults.clear()
    second = await bench.continue_last()
    assert second.is_finished
    assert second.balance.total.read == 9
    assert len(bench.warehouse.arrivals) == len(set(bench.warehouse.arrivals)) == 9


async def test_an_unknown_answer_pauses_the_run_and_keeps_the_evidence(bench: Bench) -> None:
    bench.source.records = [order(1)]
    bench.warehouse.simulator.fail(status=200, method="POST", path="/items", body="<html>proxy</html>", times=-1)
    result = await bench.run()
    assert result.run.state is RunState.PAUSED
    assert result.run.remedy
    assert isinstance(result.error, ProtocolError)
    assert "<html>" in result.error.detail
    assert result.balance.balances


async def test_after_an_unknown_answer_to_a_write_the_record_is_looked_up(bench: Bench) -> None:
    bench.source.records = [order(1)]
    bench.warehouse.simulator.fail(status=200, method="POST", path="/items", body="<html>proxy</html>")
    result = await bench.run()
    assert result.is_finished
    assert bench.warehouse.arrivals == ["1"]


async def test_a_stopped_run_continues_where_it_stopped(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 31)]

    def stop_early(event: object) -> None:
        if len(bench.warehouse.arrivals) >= 8:
            bench.control.stop()

    bench.listener = stop_early
    first = await bench.run()
    assert first.run.state is RunState.STOPPED
    assert first.balance.balances
    sent_before = len(bench.warehouse.arrivals)
    assert sent_before < 30
    bench.listener = discard
    second = await bench.continue_last()
    assert second.is_finished
    assert second.balance.total.read == 30
    assert len(bench.warehouse.arrivals) == len(set(bench.warehouse.arrivals)) == 30


async def test_a_record_under_way_at_a_crash_is_looked_up_before_it_is_sent_again(bench: Bench) -> None:
    bench.source.records = [order(1), order(2)]
    await bench.run()
    for key in ("1", "2"):
        entry = bench.ledger.entries["shop", Kind.ORDERS, key]
        bench.ledger.entries["shop", Kind.ORDERS, key] = replace(
            entry, state=EntryState.SENT, outcome=None, content_hash=b""
        )
    del bench.warehouse.items["2"]
    result = await bench.run()
    assert result.is_finished
    assert bench.warehouse.arrivals == ["1", "2", "2"]


async def test_an_id_that_comes_twice_counts_once(bench: Bench) -> None:
    bench.source.records = [order(1), order(2), order(3), order(4), order(2), order(5)]
    result = await bench.run()
    assert result.balance.total.read == 5
    assert result.balance.balances
    assert sorted(bench.warehouse.arrivals) == ["1", "2", "3", "4", "5"]


async def test_a_skipped_order_is_sent_when_its_status_changes(bench: Bench) -> None:
    bench.source.records = [order(1, status=OrderStatus.PENDING)]
    rules = Rules(statuses=frozenset({OrderStatus.COMPLETED}))
    first = await bench.run(rules=rules)
    assert first.balance.total.reasons == {"status_left_out": 1}
    bench.source.records = [order(1)]
    second = await bench.run(RunMode.CHANGES, rules=rules)
    assert second.balance.total.count(Outcome.CREATED) == 1


async def test_what_vanished_from_the_source_is_found_and_reported_once(bench: Bench) -> None:
    bench.source.records = [order(1), order(2), order(3)]
    bench.sweeps = True
    await bench.run()
    del bench.source.records[1]
    second = await bench.run(RunMode.CHANGES)
    assert second.balance.total.reasons == {"deleted_in_source": 1}
    third = await bench.run(RunMode.CHANGES)
    assert third.balance.total.reasons == {}


async def test_few_removals_go_through(bench: Bench) -> None:
    bench.kind = Kind.OPT_OUTS
    bench.source.records = [OptOut(id=str(number), email=f"p{number}@example.com") for number in range(3)]
    result = await bench.run(RunMode.CHANGES)
    assert result.is_finished
    assert len(bench.warehouse.items) == 3


async def test_a_large_removal_asks_first_and_goes_through_once_confirmed(bench: Bench) -> None:
    bench.kind = Kind.OPT_OUTS
    bench.source.records = [OptOut(id=str(number), email=f"p{number}@example.com") for number in range(30)]
    result = await bench.run(RunMode.CHANGES)
    assert result.run.state is RunState.PAUSED
    assert result.removals_to_confirm == 30
    assert result.balance.total.reasons == {"large_removal": 30}
    assert bench.warehouse.items == {}
    confirmed = await bench.run(RunMode.RETRY, removals_approved=True)
    assert confirmed.is_finished
    assert len(bench.warehouse.items) == 30


async def test_only_a_sync_of_changes_may_fire_automations(bench: Bench) -> None:
    assert bench.job(RunMode.HISTORICAL).timing is Timing.HISTORICAL
    assert bench.job(RunMode.TRIAL).timing is Timing.HISTORICAL
    assert bench.job(RunMode.RETRY).timing is Timing.HISTORICAL
    assert bench.job(RunMode.CHANGES).timing is Timing.LIVE


async def test_orders_that_an_import_left_out_fire_nothing_when_a_later_sync_sends_them(bench: Bench) -> None:
    """A rule was changed after the import: what it lets through is history all the same, and so is an order of that
    time that no import had met."""
    skipping, sending = Rules(), Rules(guest_orders=GuestOrders.SEND)
    bench.source.records = [order(1, is_guest=True), order(2)]
    await bench.run(rules=skipping, began_at=DAY + timedelta(days=1))
    bench.source.records += [order(3, created_at=DAY + timedelta(days=2)), order(4)]
    await bench.run(RunMode.CHANGES, rules=sending, began_at=DAY + timedelta(days=1))
    assert {key for key, item in bench.warehouse.items.items() if item.get("is_past")} == {"1", "4"}
    assert set(bench.warehouse.items) == {"1", "2", "3", "4"}


async def test_an_order_left_unpaid_by_an_earlier_sync_is_live_once_it_is_paid(bench: Bench) -> None:
    paid_only = Rules(statuses=frozenset({OrderStatus.COMPLETED}))
    bench.source.records = [order(1, status=OrderStatus.PENDING)]
    await bench.run(RunMode.CHANGES, rules=paid_only, began_at=DAY - timedelta(days=1))
    bench.source.records = [order(1)]
    await bench.run(RunMode.CHANGES, rules=paid_only, began_at=DAY - timedelta(days=1))
    assert not bench.warehouse.items["1"].get("is_past")


async def test_an_old_order_that_no_import_has_read_fires_no_automations_when_it_changes(bench: Bench) -> None:
    """The import began on a later day; then somebody edits an order of years ago in the shop."""
    bench.source.records = [order(1), order(2, created_at=DAY + timedelta(days=3))]
    await bench.run(RunMode.CHANGES, began_at=DAY + timedelta(days=1))
    assert {key for key, item in bench.warehouse.items.items() if item.get("is_past")} == {"1"}

    bench.source.records = [order(1, "12.00")]
    await bench.run(RunMode.CHANGES, began_at=DAY + timedelta(days=1))
    assert not bench.warehouse.items["1"].get("is_past")


async def test_a_history_from_a_day_on_leaves_older_orders_out_for_good(bench: Bench) -> None:
    """Also of a source that brings everything every time, such as a file."""
    bench.has_changes = False
    bench.source.records = [order(1), order(2, created_at=DAY + timedelta(days=5))]
    result = await bench.run(since=DAY + timedelta(days=2))
    assert result.balance.total.reasons == {"before_start_date": 1}
    again = await bench.run(RunMode.CHANGES)
    assert again.balance.total.reasons == {"before_start_date": 1}
    assert set(bench.warehouse.items) == {"2"}
    await bench.run(RunMode.HISTORICAL)
    assert set(bench.warehouse.items) == {"1", "2"}


async def test_a_trial_sends_just_the_chosen_record(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 6)]
    result = await bench.run(RunMode.TRIAL, keys={Kind.ORDERS: ("4",)})
    assert result.is_finished
    assert bench.warehouse.arrivals == ["4"]
    assert bench.runs.watermarks == {}


async def test_a_limited_run_sends_so_many_and_moves_no_watermark(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 30)]
    result = await bench.run(RunMode.TRIAL, limit=10)
    assert result.balance.total.read == 10
    assert bench.runs.watermarks == {}


async def test_a_finished_import_moves_the_watermark_to_its_start(bench: Bench) -> None:
    bench.source.records = [order(1)]
    result = await bench.run()
    assert bench.runs.watermarks["shop", Kind.ORDERS] == result.run.until


async def test_retry_sends_only_what_failed(bench: Bench) -> None:
    bench.source.records = [order(number) for number in range(1, 8)]
    bench.warehouse.refused = {"2", "6"}
    await bench.run()
    bench.warehouse.refused = set()
    bench.warehouse.arrivals.clear()
    result = await bench.run(RunMode.RETRY)
    assert result.balance.total.read == 2
    assert sorted(bench.warehouse.arrivals) == ["2", "6"]


async def test_a_preview_shows_the_requests_and_writes_nothing(bench: Bench) -> None:
    bench.source.records = [order(1), order(2, is_guest=True)]
    shown = await bench.preview()
    assert bench.warehouse.simulator.writes == []
    assert bench.ledger.entries == {}
    assert [each.outcome for each in shown.records] == [Outcome.CREATED, Outcome.SKIPPED]
    assert shown.records[0].steps[0].body.render()["items"][0]["id"] == "1"
    assert [step.name for _, step in shown.setup] == ["shelf"]


async def test_the_real_run_does_what_the_preview_said(bench: Bench) -> None:
    bench.source.records = [order(number, is_guest=number % 3 == 0) for number in range(1, 12)]
    bench.warehouse.items["4"] = {"id": "4", "total": "1.00 EUR", "status": "completed"}
    shown = {each.sighting.key: each.outcome for each in (await bench.preview()).records}
    await bench.run()
    assert {entry.key: entry.outcome for entry in bench.ledger.entries.values()} == shown


async def test_an_order_number_and_an_address_can_be_found_but_not_read_in_the_ledger(bench: Bench) -> None:
    bench.source.records = [order(1)]
    await bench.run()
    entry = bench.ledger.entries["shop", Kind.ORDERS, "1"]
    assert "person1" not in repr(entry)
    assert len(entry.search) == 3


async def test_the_log_names_the_record_and_masks_the_address(bench: Bench) -> None:
    bench.source.records = [order(1, is_guest=True)]
    await bench.run()
    lines = [str(event.message) for event in bench.events if isinstance(event, LogEvent)]
    assert any("2026/1" in line for line in lines)
    assert "person1@" not in repr(bench.events)
    assert any(isinstance(event, RecordEvent) for event in bench.events)


async def test_the_last_event_is_the_summary(bench: Bench) -> None:
    bench.source.records = [order(1)]
    await bench.run()
    last = bench.events[-1]
    assert isinstance(last, SummaryEvent)
    assert last.is_finished
    assert last.balance.total.as_numbers()["created"] == 1


async def test_a_total_without_currency_guess_keeps_its_cents(bench: Bench) -> None:
    bench.source.records = [order(1, total="148206.83")]
    await bench.run()
    assert bench.ledger.entries["shop", Kind.ORDERS, "1"].amount == str(Money(Decimal("148206.83"), "EUR"))
