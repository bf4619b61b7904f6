"""Reading in pages, going on after a break, fetching again, sweeping."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.connectors.files import source as source_module
from app.connectors.files.detection import open_file
from app.core.errors import ConfigError, TemporaryError
from app.core.records import Deletion, Kind
from app.sdk.source import Page
from tests.connectors.files.conftest import WriteFile, read_all, request_for, settings_for, source_for

HEAD = "Order no;Date;Customer ID;SKU;Description;Quantity;Unit price\n"


def orders(count: int) -> str:
    return HEAD + "".join(f"{n};2026-01-01;{n % 40};A;Cup;1;2,50\n" for n in range(1, count + 1))


async def pages(path: Path, cursor: str | None = None, **settings: Any) -> list[Page]:
    return [page async for page in source_for(path, **settings).read(request_for(Kind.ORDERS, cursor=cursor))]


async def test_a_file_comes_in_pages_each_with_the_place_to_go_on(write: WriteFile) -> None:
    path = write(orders(600))
    all_pages = await pages(path)
    assert [len(page.records) for page in all_pages] == [250, 250, 100]
    for index, page in enumerate(all_pages):
        rest = [record.id for later in all_pages[index + 1 :] for record in later.records]
        assert [record.id for later in await pages(path, page.cursor) for record in later.records] == rest


async def test_contacts_go_on_after_a_break_as_well(write: WriteFile) -> None:
    source = source_for(write(orders(600)))
    everything = await read_all(source, Kind.CONTACTS)
    first = await anext(aiter(source.read(request_for(Kind.CONTACTS, limit=10))))
    rest = await read_all(source, Kind.CONTACTS, cursor=first.cursor)
    assert [each.id for each in (*first.records, *rest)] == [each.id for each in everything]


async def test_a_cursor_holds_no_personal_data(write: WriteFile) -> None:
    content = "E-Mail;Name\nanna@example.com;Anna Nowak\n"
    source = source_for(write(content))
    page = await anext(aiter(source.read(request_for(Kind.CONTACTS))))
    assert set(json.loads(page.cursor)) == {"mark", "done"}
    assert "anna" not in page.cursor.lower()


async def test_a_changed_file_is_read_from_the_beginning_not_mixed(write: WriteFile) -> None:
    cursor = (await pages(write(orders(300))))[0].cursor
    again = await pages(write(orders(301)), cursor)
    assert sum(len(page.records) for page in again) == 301


async def test_the_same_size_with_another_time_is_a_change(write: WriteFile) -> None:
    path = write(orders(300))
    cursor = (await pages(path))[0].cursor
    os.utime(path, (time.time() + 60, time.time() + 60))
    assert sum(len(page.records) for page in await pages(path, cursor)) == 300


async def test_changed_settings_start_over(write: WriteFile) -> None:
    path = write(orders(300))
    cursor = (await pages(path))[0].cursor
    assert sum(len(page.records) for page in await pages(path, cursor, default_currency="PLN")) == 300


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"done": 5}', '{"mark": "x", "done": "y"}'])
async def test_a_cursor_that_is_not_ours_starts_over(write: WriteFile, cursor: str) -> None:
    assert sum(len(page.records) for page in await pages(write(orders(3)), cursor)) == 3


async def test_a_file_that_changes_while_it_is_read_ends_the_run_for_another_try(write: WriteFile) -> None:
    source = source_for(write(orders(600)))
    reading = source.read(request_for(Kind.ORDERS))
    await anext(reading)
    write(orders(700))
    with pytest.raises(TemporaryError) as caught:
        await anext(reading)
    assert "changed" in str(caught.value)
    assert len(await read_all(source, Kind.ORDERS)) == 700


async def test_a_limit_makes_small_pages(write: WriteFile) -> None:
    source = source_for(write(orders(100)))
    page = await anext(aiter(source.read(request_for(Kind.ORDERS, limit=5))))
    assert len(page.records) == 5


@pytest.mark.proves("files", "deletions")
async def test_named_records_are_fetched_and_vanished_ones_are_deletions(write: WriteFile) -> None:
    source = source_for(write(orders(300) + "x;bad;1;A;Cup;1;1\n;2026-01-01;1;A;Cup;1;1\n"))
    found = [
        record
        async for page in source.fetch(Kind.ORDERS, ["7", "299", "gone", "x", "line 303"])
        for record in page.records
    ]
    assert {record.id: type(record).__name__ for record in found} == {
        "7": "Order",
        "299": "Order",
        "x": "Unreadable",
        "line 303": "Unreadable",
        "gone": "Deletion",
    }
    contacts = [record async for page in source.fetch(Kind.CONTACTS, ["7", "no"]) for record in page.records]
    assert [contact.id for contact in contacts] == ["7", "no"]
    assert isinstance(contacts[1], Deletion)


async def test_counting_and_sweeping_agree_with_reading(write: WriteFile) -> None:
    source = source_for(write(orders(300)))
    for kind in (Kind.ORDERS, Kind.CONTACTS, Kind.PRODUCTS):
        read = [record.id for record in await read_all(source, kind)]
        swept = [each async for ids in source.all_ids(kind) for each in ids]
        assert swept == read
        assert await source.count(request_for(kind)) == len(read)


async def test_a_settled_credit_note_is_not_counted_twice(write: WriteFile) -> None:
    content = "Order no;Date;SKU;Quantity;Price;Original order\n1;2026-01-01;A;1;5;\nC1;2026-01-01;A;-1;5;1\n"
    source = source_for(write(content), {"credit_notes": "refund"})
    assert len(await read_all(source, Kind.ORDERS)) == await source.count(request_for(Kind.ORDERS)) == 1


async def test_a_flow_that_the_file_does_not_hold_is_refused_with_the_setting(write: WriteFile) -> None:
    source = source_for(write("SKU;Name;Price\nA;Cup;1\n"))
    with pytest.raises(ConfigError) as caught:
        await read_all(source, Kind.ORDERS)
    assert caught.value.field == "layout"


async def test_a_missing_column_is_named_before_anything_is_read(write: WriteFile) -> None:
    source = source_for(write("Order no;Colour;SKU;Price\n1;red;A;1\n"), layout="line_items")
    with pytest.raises(ConfigError) as caught:
        await read_all(source, Kind.ORDERS)
    assert caught.value.field == "columns"
    assert "Order date" in str(caught.value)
    assert "Colour" in str(caught.value)


async def test_reading_leaves_the_event_loop_free(write: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    loop_thread, seen = threading.get_ident(), set[int]()
    take = source_module._take

    def watched(*arguments: object) -> object:
        seen.add(threading.get_ident())
        return take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(source_module, "_take", watched)
    await read_all(source_for(write(orders(10))), Kind.ORDERS)
    assert seen
    assert loop_thread not in seen


async def test_cancelling_halts_the_work_on_the_thread_too() -> None:
    has_begun, has_ended = threading.Event(), threading.Event()

    def work(is_halted: Callable[[], bool]) -> None:
        has_begun.set()
        while not is_halted():
            time.sleep(0.001)
        has_ended.set()

    task = asyncio.create_task(source_module._haltable(work))
    await asyncio.to_thread(has_begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(has_ended.wait, 10)


def test_a_halted_look_through_ends_at_once(write: WriteFile) -> None:
    with pytest.raises(TemporaryError):
        open_file(settings_for(write(orders(10))), lambda: True)


async def test_reading_can_be_left_in_the_middle(write: WriteFile) -> None:
    source = source_for(write(orders(600)))
    reading = source.read(request_for(Kind.ORDERS))
    await anext(reading)
    await reading.aclose()  # type: ignore[attr-defined]
    assert len(await read_all(source, Kind.ORDERS)) == 600


async def test_suggestions_name_headings_and_what_was_recognised(write: WriteFile) -> None:
    source = source_for(write(orders(3)))
    columns = await source.suggestions("columns")
    assert columns[0].value == "Order no"
    assert columns[0].label == "Order no: Order number"
    found = {
        name: [each.value for each in await source.suggestions(name)]
        for name in ("delimiter", "encoding", "layout", "decimal_mark", "date_order", "sheet", "unknown")
    }
    assert found == {
        "delimiter": ["semicolon"],
        "encoding": ["utf-8"],
        "layout": ["line_items"],
        "decimal_mark": ["comma"],
        "date_order": ["year_first"],
        "sheet": [],
        "unknown": [],
    }
    zones = [each.value for each in await source.suggestions("time_zone")]
    assert "Europe/Warsaw" in zones


async def test_unknown_words_of_the_status_are_suggested_for_explanation(write: WriteFile) -> None:
    path = write(
        "Order;Date;Total;Status\n1;2026-01-01;5;Kaffeepause\n2;2026-01-01;5;paid\n3;2026-01-01;5;Kaffeepause\n"
    )
    assert [each.value for each in await source_for(path).suggestions("statuses")] == ["Kaffeepause"]
