from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.core.events import RunState
from app.core.ledger import Entry, EntryState, FlowMark, Intent, Landing
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.ports import LedgerPort, RunsPort
from app.storage.database import Database
from app.storage.ledger import Ledger
from app.storage.runs import Runs
from tests.storage.samples import MOMENT, entry, run


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def runs(database: Database) -> Runs:
    return Runs(database)


def planned(key: str, **changes) -> Entry:
    return entry(key, state=EntryState.PLANNED, outcome=None, **changes)


def test_storage_fits_the_ports_of_the_engine(ledger: Ledger, runs: Runs) -> None:
    port: LedgerPort = ledger
    book: RunsPort = runs
    assert (port, book) == (ledger, runs)


async def test_an_entry_comes_back_as_it_was_written(ledger: Ledger) -> None:
    full = entry(
        "2024/INV-007 ä",
        outcome=Outcome.FAILED,
        reason="refused",
        target_id="77",
        content_hash=b"\x00\xff" * 8,
        attempts=3,
        created_by="run-0",
        where="line 17",
        message="Größe fehlt",
        search=(b"a" * 16, b"\x00" * 16, b""),
        amount="12.50 EUR",
    )
    await ledger.record([full])
    assert await ledger.load("shop", Kind.ORDERS, [full.key, "unknown"]) == {full.key: full}


async def test_times_keep_their_microseconds_and_come_back_in_utc(ledger: Ledger) -> None:
    await ledger.record([entry()])
    stored = (await ledger.load("shop", Kind.ORDERS, ["1"]))["1"].at
    assert stored == MOMENT
    assert stored.utcoffset() == timedelta(0)


async def test_a_thousand_keys_are_loaded_at_once_and_no_others(ledger: Ledger) -> None:
    await ledger.record([entry(str(number)) for number in range(1_500)])
    wanted = [str(number) for number in range(500, 1_700)]
    found = await ledger.load("shop", Kind.ORDERS, wanted)
    assert set(found) == {str(number) for number in range(500, 1_500)}


async def test_kinds_and_integrations_do_not_see_each_other(ledger: Ledger) -> None:
    await ledger.record([entry(), entry(kind=Kind.CARTS), entry(integration="other")])
    assert len(await ledger.load("shop", Kind.ORDERS, ["1"])) == 1
    assert await ledger.load("shop", Kind.CONTACTS, ["1"]) == {}


async def test_a_checkpoint_stores_place_and_entries_together(ledger: Ledger, runs: Runs) -> None:
    await runs.begin(run())
    await ledger.checkpoint("run-1", FlowMark(kind=Kind.ORDERS, cursor="p2", read=2, total=9), [entry("1"), entry("2")])
    found = await runs.get("run-1")
    assert found is not None
    assert found.marks == (FlowMark(kind=Kind.ORDERS, cursor="p2", read=2, total=9),)
    assert (await ledger.balance("run-1")).balances


async def test_the_reasons_of_a_balance_count_what_was_not_sent(ledger: Ledger) -> None:
    await ledger.checkpoint(
        "run-1",
        FlowMark(kind=Kind.ORDERS, read=4),
        [
            entry("1", reason="consent_given"),
            entry("2", outcome=Outcome.SKIPPED, reason="guest_order"),
            entry("3", outcome=Outcome.SKIPPED, reason="guest_order"),
            planned("4"),
        ],
    )
    flow = (await ledger.balance("run-1")).flows[Kind.ORDERS]
    assert flow.counts == {Outcome.CREATED: 1, Outcome.SKIPPED: 2, Outcome.IN_DOUBT: 1}
    assert flow.reasons == {"guest_order": 2, "interrupted": 1}
    assert flow.balances
    assert await ledger.touched("run-1", Kind.ORDERS) == 4


async def test_an_ended_run_keeps_its_balance_when_a_later_run_takes_over_its_records(
    ledger: Ledger, runs: Runs
) -> None:
    await runs.begin(run())
    await ledger.checkpoint("run-1", FlowMark(kind=Kind.ORDERS, read=2, is_done=True), [entry("1"), entry("2")])
    await runs.update(run(state=RunState.FINISHED, ended_at=MOMENT))
    await ledger.record([entry("1", run_id="run-2", outcome=Outcome.UNCHANGED)])
    assert (await ledger.balance("run-1")).total.counts == {Outcome.CREATED: 2}
    assert (await ledger.balance("run-2")).total.counts == {Outcome.UNCHANGED: 1}


async def test_a_continued_run_is_counted_again(ledger: Ledger, runs: Runs) -> None:
    await runs.begin(run())
    await ledger.checkpoint("run-1", FlowMark(kind=Kind.ORDERS, read=1), [entry("1")])
    await runs.update(run(state=RunState.PAUSED))
    await ledger.checkpoint("run-1", FlowMark(kind=Kind.ORDERS, read=2), [entry("2")])
    assert (await ledger.balance("run-1")).total.counts == {Outcome.CREATED: 2}


async def test_only_records_that_the_target_holds_are_listed_as_keys(ledger: Ledger) -> None:
    await ledger.record(
        [
            entry("a"),
            entry("b", outcome=Outcome.UPDATED),
            entry("c", outcome=Outcome.UNCHANGED),
            entry("d", outcome=Outcome.SKIPPED),
            planned("e"),
        ]
    )
    assert await ledger.keys("shop", Kind.ORDERS) == ("a", "b", "c")
    assert await ledger.keys("shop", Kind.ORDERS, after="a", limit=1) == ("b",)
    assert await ledger.held("shop", Kind.ORDERS) == 3


async def test_what_was_cut_off_is_found_again(ledger: Ledger) -> None:
    sent = entry("2", state=EntryState.SENT, outcome=None)
    await ledger.record([planned("1"), sent, entry("3"), planned("4", kind=Kind.CARTS)])
    assert await ledger.unsettled("shop", Kind.ORDERS) == (planned("1"), sent)


def intent(*keys: str, number: int = 1, run_id: str = "run-2") -> Intent:
    return Intent(id=f"i{number}", integration="shop", kind=Kind.ORDERS, run_id=run_id, keys=keys, at=MOMENT)


def landing(*entries: Entry, **rest) -> Landing:
    values = {"mark": FlowMark(kind=Kind.ORDERS, read=len(entries)), "run_id": "run-2", "at": MOMENT, **rest}
    return Landing(integration="shop", kind=Kind.ORDERS, entries=entries, **values)


async def test_what_was_intended_and_never_landed_counts_as_sent(ledger: Ledger) -> None:
    await ledger.record([entry("1", target_id="77", content_hash=b"old", attempts=2, search=(b"h",))])
    await ledger.intend(intent("1", "2"))
    cut_off = await ledger.unsettled("shop", Kind.ORDERS)
    assert [(each.key, each.state, each.outcome, each.run_id, each.attempts) for each in cut_off] == [
        ("1", EntryState.SENT, None, "run-2", 3),
        ("2", EntryState.SENT, None, "run-2", 1),
    ]
    assert (cut_off[0].target_id, cut_off[0].content_hash, cut_off[0].search) == ("77", b"old", (b"h",))
    assert [past.outcome for past in await ledger.history("shop", Kind.ORDERS, "1")] == [Outcome.CREATED]
    assert await ledger.unsettled("shop", Kind.ORDERS) == cut_off


async def test_outcomes_end_their_intents_and_move_the_mark_in_one_step(ledger: Ledger, runs: Runs) -> None:
    await runs.begin(run("run-2"))
    first, second = intent("1", "2"), intent("3", number=2)
    await ledger.intend(first)
    await ledger.intend(second)
    outcomes = [entry("1", run_id="run-2"), entry("2", run_id="run-2")]
    await ledger.land(landing(*outcomes, intents=(first,), mark=FlowMark(kind=Kind.ORDERS, cursor="p2", read=2)))
    assert [each.key for each in await ledger.unsettled("shop", Kind.ORDERS)] == ["3"]
    going_on = await runs.get("run-2")
    assert going_on is not None
    assert going_on.marks[0].cursor == "p2"
    assert (await ledger.balance("run-2")).flows[Kind.ORDERS].counts == {Outcome.CREATED: 2, Outcome.IN_DOUBT: 1}


async def test_a_run_that_ends_early_counts_what_was_under_way_as_in_doubt(ledger: Ledger, runs: Runs) -> None:
    await runs.begin(run("run-2"))
    await ledger.intend(intent("1", "2"))
    await runs.update(run("run-2", state=RunState.INTERRUPTED))
    flow = (await ledger.balance("run-2")).flows[Kind.ORDERS]
    assert flow.counts == {Outcome.IN_DOUBT: 2}
    assert flow.reasons == {"interrupted": 2}


async def test_a_record_found_unchanged_keeps_its_story_and_counts_in_both_runs(ledger: Ledger) -> None:
    created = entry("1", run_id="run-1", created_by="run-1")
    await ledger.checkpoint("run-1", FlowMark(kind=Kind.ORDERS, read=1), [created])
    await ledger.land(landing(unchanged=("1",), mark=FlowMark(kind=Kind.ORDERS, read=1)))
    now = (await ledger.load("shop", Kind.ORDERS, ["1"]))["1"]
    assert now == replace(created, seen_run="run-2", seen_at=MOMENT)
    assert (await ledger.balance("run-1")).total.counts == {Outcome.CREATED: 1}
    assert (await ledger.balance("run-2")).total.counts == {Outcome.UNCHANGED: 1}
    assert await ledger.touched("run-2", Kind.ORDERS) == 1
    assert [each.key for each in await ledger.entries("shop", run_id="run-2")] == ["1"]
    assert await ledger.count("shop", run_id="run-2", outcomes={Outcome.CREATED}) == 0
    assert await ledger.count("shop", run_id="run-2", outcomes={Outcome.UNCHANGED}) == 1


async def test_what_the_target_holds_of_just_this_record_is_recognised(ledger: Ledger) -> None:
    keys = [f"{number},'\x00ä" for number in range(600)]
    hashes = {key: key.encode() for key in keys}
    await ledger.record([entry(key, record_hash=hashes[key], run_id="run-1") for key in keys])
    await ledger.record([entry(keys[1], record_hash=hashes[keys[1]], run_id="run-2")])
    await ledger.land(landing(unchanged=[keys[2]]))
    await ledger.record([entry(keys[3], record_hash=b"another", run_id="run-1")])
    await ledger.record([entry(keys[4], record_hash=hashes[keys[4]], outcome=Outcome.FAILED)])
    await ledger.record([planned(keys[5], record_hash=hashes[keys[5]])])
    found = await ledger.recognised("shop", Kind.ORDERS, hashes | {"unknown": b"unknown"}, "run-2")
    assert set(found) == set(keys) - set(keys[3:6])
    assert {key for key, is_met in found.items() if is_met} == set(keys[1:3])
    assert await ledger.recognised("other", Kind.ORDERS, hashes, "run-2") == {}


async def test_a_record_of_unknown_making_is_not_recognised(ledger: Ledger) -> None:
    await ledger.record([entry("1", record_hash=b"")])
    assert await ledger.recognised("shop", Kind.ORDERS, {"1": b""}, "run-2") == {}


async def test_more_entries_than_one_statement_takes_are_all_written(ledger: Ledger) -> None:
    written = {each.key: each for each in (entry(str(number), target_id=f"t{number}") for number in range(567))}
    await ledger.record(list(written.values()))
    assert await ledger.load("shop", Kind.ORDERS, list(written)) == written


async def test_the_hash_of_an_unchanged_record_is_renewed_alone(ledger: Ledger) -> None:
    created = entry("1", record_hash=b"old")
    await ledger.record([created, entry("2", record_hash=b"same")])
    await ledger.land(landing(unchanged=("1", "2"), record_hashes={"1": b"new"}))
    found = await ledger.load("shop", Kind.ORDERS, ["1", "2"])
    assert found["1"] == replace(created, record_hash=b"new", seen_run="run-2", seen_at=MOMENT)
    assert found["2"].record_hash == b"same"


async def test_open_issues_come_in_pages_even_while_they_are_settled(ledger: Ledger) -> None:
    keys = ["", *(f"{number:04}" for number in range(600))]
    await ledger.record([entry(key, outcome=Outcome.FAILED) for key in keys])
    await ledger.record([entry("x", kind=Kind.CONTACTS, outcome=Outcome.HELD), entry("y", outcome=Outcome.SKIPPED)])
    pages: list[Sequence[Entry]] = []
    async for page in ledger.open_issues("shop", [Kind.CONTACTS, Kind.ORDERS]):
        pages.append(page)
        await ledger.record([replace(each, outcome=Outcome.UPDATED) for each in page])
    assert [len(page) for page in pages] == [1, 250, 250, 101]
    assert [each.key for page in pages[1:] for each in page] == keys


async def test_entries_are_filtered_searched_and_paged(ledger: Ledger) -> None:
    await ledger.record(
        [
            entry("100%", outcome=Outcome.FAILED, reason="refused", message="Unknown product"),
            entry("1000", outcome=Outcome.SKIPPED, reason="guest_order"),
            entry("2", run_id="run-2", target_id="t_1"),
        ]
    )

    async def keys(**choice) -> list[str]:
        found = await ledger.entries("shop", **choice)
        assert await ledger.count("shop", **choice) == len(found)
        return [each.key for each in found]

    assert await keys() == ["100%", "1000", "2"]
    assert await keys(outcomes=[Outcome.FAILED, Outcome.HELD]) == ["100%"]
    assert await keys(outcomes=[]) == []
    assert await keys(reason="guest_order") == ["1000"]
    assert await keys(run_id="run-2") == ["2"]
    assert await keys(kind=Kind.CARTS) == []
    assert await keys(search="100%") == ["100%"]
    assert await keys(search="unknown PRODUCT") == ["100%"]
    assert await keys(search="t_") == ["2"]
    assert [each.key for each in await ledger.entries("shop", limit=1, offset=1)] == ["1000"]


async def test_a_keyed_hash_finds_every_record_of_a_person(ledger: Ledger) -> None:
    person, number = b"p" * 16, b"n" * 16
    order, contact = entry("1", search=(number, person)), entry("9", kind=Kind.CONTACTS, search=(person,))
    await ledger.record([order, contact])
    assert await ledger.find("shop", person) == (contact, order)
    assert await ledger.find("shop", number) == (order,)
    assert await ledger.find("other", person) == ()


async def test_a_hash_that_no_longer_applies_finds_nothing(ledger: Ledger) -> None:
    await ledger.record([entry("1", search=(b"old", b"same"))])
    await ledger.record([entry("1", search=(b"new", b"same"))])
    assert await ledger.find("shop", b"old") == ()
    assert len(await ledger.find("shop", b"new")) == len(await ledger.find("shop", b"same")) == 1


async def test_the_history_tells_what_came_before(ledger: Ledger) -> None:
    def at(minute: int, outcome: Outcome, reason: str = "") -> Entry:
        return entry(outcome=outcome, reason=reason, at=MOMENT + timedelta(minutes=minute), run_id=f"run-{minute}")

    for step in (
        at(0, Outcome.FAILED, "refused"),
        replace(at(1, Outcome.FAILED), state=EntryState.PLANNED, outcome=None),
        at(2, Outcome.CREATED),
        at(3, Outcome.UNCHANGED),
        at(4, Outcome.UNCHANGED),
        at(5, Outcome.UPDATED),
    ):
        await ledger.record([step])
    past = await ledger.history("shop", Kind.ORDERS, "1")
    assert [(each.run_id, each.outcome, each.reason) for each in past] == [
        ("run-5", Outcome.UPDATED, ""),
        ("run-2", Outcome.CREATED, ""),
        ("run-0", Outcome.FAILED, "refused"),
    ]


async def test_the_history_of_one_record_is_bounded(ledger: Ledger) -> None:
    for number in range(60):
        outcome = (Outcome.FAILED, Outcome.HELD)[number % 2]
        await ledger.record([entry(outcome=outcome, at=MOMENT + timedelta(seconds=number))])
    past = await ledger.history("shop", Kind.ORDERS, "1")
    assert len(past) == 21
    assert past[0].at == MOMENT + timedelta(seconds=59)
    assert past[-1].at == MOMENT + timedelta(seconds=39)


async def test_a_deleted_integration_leaves_nothing_behind(ledger: Ledger, runs: Runs, database: Database) -> None:
    await runs.begin(run(marks=(FlowMark(kind=Kind.ORDERS, read=1),)))
    await runs.set_watermark("shop", Kind.ORDERS, MOMENT)
    await ledger.record([entry(search=(b"h",)), entry(integration="other")])
    await ledger.delete("shop")
    assert await ledger.entries("shop") == ()
    assert await ledger.find("shop", b"h") == ()
    assert await runs.get("run-1") is None
    assert await runs.watermark("shop", Kind.ORDERS) is None
    assert await ledger.count("other") == 1


async def test_a_renamed_integration_keeps_its_memory(ledger: Ledger, runs: Runs) -> None:
    await runs.begin(run())
    await ledger.record([entry(search=(b"h",))])
    await ledger.rename("shop", "store")
    assert await ledger.find("store", b"h") == (entry(integration="store", search=(b"h",)),)
    assert [each.integration for each in await runs.recent()] == ["store"]


# Whatever is written in whatever order, the balance is the count of the latest entries ------------------------------


_entries = st.lists(
    st.builds(
        lambda key, kind, state, outcome, reason, run_id, hashes: entry(
            key,
            kind=kind,
            state=state,
            outcome=outcome if state is EntryState.SETTLED else None,
            reason=reason,
            run_id=run_id,
            search=hashes,
        ),
        key=st.sampled_from([str(number) for number in range(8)]),
        kind=st.sampled_from([Kind.ORDERS, Kind.CONTACTS]),
        state=st.sampled_from(EntryState),
        outcome=st.sampled_from(Outcome),
        reason=st.sampled_from(["", "refused", "guest_order"]),
        run_id=st.sampled_from(["run-1", "run-2"]),
        hashes=st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=2, unique=True).map(tuple),
    ),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(_entries, max_size=6))
async def test_the_balance_always_equals_the_entries(ledger: Ledger, batches: list[list[Entry]]) -> None:
    await ledger.delete("shop")
    expected: dict[tuple[Kind, str], Entry] = {}
    for batch in batches:
        await ledger.record(batch)
        expected |= {(each.kind, each.key): each for each in batch}
    for run_id in ("run-1", "run-2"):
        own = [each for each in expected.values() if each.run_id == run_id]
        balance = await ledger.balance(run_id)
        for kind in (Kind.ORDERS, Kind.CONTACTS):
            counted = Counter(each.outcome or Outcome.IN_DOUBT for each in own if each.kind is kind)
            assert dict(balance.flows[kind].counts if kind in balance.flows else {}) == dict(counted)
            assert await ledger.touched(run_id, kind) == counted.total()
    for hashed in (b"a", b"b", b"c"):
        found = {(each.kind, each.key) for each in await ledger.find("shop", hashed)}
        assert found == {place for place, each in expected.items() if hashed in each.search}
