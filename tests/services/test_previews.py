import shlex
from collections.abc import Sequence
from itertools import pairwise

import pytest

from app.core.events import Event, Level, LogEvent, RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.plan import Draft, Known, Plan, RecordPlan
from app.services import Services
from tests.services.market import KEY, DepotTarget, Market, order


async def test_a_preview_shows_exact_requests_and_writes_nothing(shop: Services, market: Market) -> None:
    preview = await shop.previews.preview("daily", limit=3)
    assert [item.key for item in preview.items] == ["1", "2", "3"]
    assert {item.outcome for item in preview.items} == {Outcome.CREATED}
    (request,) = preview.items[0].requests
    assert (request.method, request.address.rsplit("/", 1)[1]) == ("POST", "items")
    assert request.body == {"items": [{"id": "1", "total": "10.00 EUR", "status": "completed"}]}
    assert '"id": "1"' in request.body_text
    assert [step.method for step in preview.setup] == ["POST"]
    assert market.warehouse.simulator.writes == []
    assert await shop.runs.recent("daily") == ()
    assert not (await shop.runs.why("daily", "2026/1")).found


async def test_a_preview_is_told_in_the_log_and_leaves_no_run(
    shop: Services, heard: list[Event], market: Market
) -> None:
    market.source.records = [order(1), order(2), order(3, is_guest=True)]
    await shop.previews.preview("daily")
    start, end = (event for event in heard if isinstance(event, LogEvent) and str(event.message).startswith("Preview:"))
    assert (start.level, end.level) == (Level.INFO, Level.OK)
    assert str(end.message) == (
        "Preview: 2 would be sent, 0 are there already, 1 are left out, 0 need attention. Nothing was written."
    )
    assert end.facts == {"created": "2", "skipped": "1"}
    assert {start.integration, end.integration} == {"daily"}
    assert await shop.runs.recent("daily") == ()


async def test_a_run_sends_what_the_preview_showed(shop: Services, market: Market) -> None:
    preview = await shop.previews.preview("daily", limit=100)
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    created = [item.key for item in preview.items if item.outcome is Outcome.CREATED]
    assert sorted(created) == sorted(market.warehouse.arrivals)
    again = await shop.previews.preview("daily", limit=100)
    assert again.counts == {Outcome.UNCHANGED: 10}


async def test_what_is_left_out_says_why_and_what_to_do(shop: Services, market: Market) -> None:
    market.source.records = [order(1, is_guest=True), order(2, email="")]
    guest, nameless = (await shop.previews.preview("daily")).items
    assert (guest.outcome, guest.reason) == (Outcome.SKIPPED, "guest_order")
    assert (nameless.outcome, nameless.reason) == (Outcome.HELD, "no_email")
    assert str(nameless.next_step)


async def test_facts_of_a_record_that_the_target_holds_are_told(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def holding(_target: DepotTarget, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        return Plan(
            tuple(
                RecordPlan(draft=draft, outcome=Outcome.HELD, reason="unknown_number", message="shelf 9990")
                for draft, _known in drafts
            )
        )

    monkeypatch.setattr(DepotTarget, "plan", holding)
    (item,) = (await shop.previews.preview("daily", limit=1)).items
    assert (item.outcome, item.message) == (Outcome.HELD, "shelf 9990")


async def test_the_command_for_a_terminal_holds_no_credentials(shop: Services) -> None:
    (item,) = (await shop.previews.preview("daily", limit=1)).items
    assert item.curl.startswith("curl -X POST http://127.0.0.1")
    assert KEY not in item.curl


async def test_the_command_for_a_terminal_says_where_the_key_belongs(shop: Services) -> None:
    (item,) = (await shop.previews.preview("daily", limit=1)).items
    words = shlex.split(item.curl.replace("\\\n", ""))
    assert [value for flag, value in pairwise(words) if flag == "-H"] == [
        "Key: YOUR-KEY",
        "Content-Type: application/json",
    ]


async def test_one_record_is_previewed_alone(shop: Services) -> None:
    preview = await shop.previews.preview("daily", keys={Kind.ORDERS: ["7"]})
    assert [(item.key, item.number) for item in preview.items] == [("7", "2026/7")]
    assert preview.flow_counts == {Kind.ORDERS: {Outcome.CREATED: 1}}
