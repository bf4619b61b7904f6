"""What the connector says of itself, and its connection test."""

import errno
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.connectors.files import settings as settings_module
from app.connectors.files.fields import field_names
from app.connectors.files.manifest import MANIFEST
from app.connectors.files.options import FileOptions
from app.connectors.files.settings import FileSettings
from app.core.errors import StorageError
from app.core.events import StageEvent, StageState
from app.core.records import Kind, Unreadable
from app.core.rules import Rules, refusal_of
from app.sdk.access import Access
from app.sdk.check import run_probes
from app.sdk.registry import Registry
from app.sdk.settings import field_specs, parse, problems_of
from app.sdk.target import Suggests
from tests.connectors.files.conftest import WriteFile, read_all, request_for, settings_for

CONTENT = (
    "Order no;Date;Customer ID;E-mail;SKU;Description;Quantity;Unit price\n"
    "1;1/12/2026;7;anna@example.com;A;Cup;2;2,50\n"
)


async def stages(path: Path, kinds: tuple[Kind, ...] = (Kind.ORDERS,), **values: object) -> dict[str, StageEvent]:
    access = Access(settings=settings_for(path, **values))
    events = [event async for event in run_probes(MANIFEST.probes(access, kinds))]
    return {event.name: event for event in events if event.state is not StageState.RUNNING}


def test_the_connector_is_found_and_says_what_it_reads() -> None:
    assert "files" in Registry.discover()
    assert MANIFEST.is_source
    assert not MANIFEST.is_target
    assert {each.kind for each in MANIFEST.reads} == {Kind.CONTACTS, Kind.ORDERS, Kind.PRODUCTS}
    assert not any(each.has_changes for each in MANIFEST.reads)
    assert MANIFEST.base_url(settings_for(Path("a.csv"))) == ""


def test_every_setting_has_a_label_and_columns_are_a_table() -> None:
    specs = {spec.name: spec for model in (FileSettings, FileOptions) for spec in field_specs(model)}
    assert all(str(spec.label) for spec in specs.values())
    assert specs["path"].input.value == "path"
    assert specs["columns"].input.value == specs["code_rules"].input.value == "table"
    assert {name for name, spec in specs.items() if spec.is_required} == {"path"}


def test_every_field_that_a_column_can_be_mapped_to_is_offered_by_a_label_of_its_own() -> None:
    keys = next(spec for spec in field_specs(FileSettings) if spec.name == "columns").setting.table_keys
    assert set(keys) == set(field_names())
    assert len({str(label) for label in keys.values()}) == len(keys)
    for key in keys:
        assert not problems_of(FileSettings, {"path": "orders.csv", "columns": {key: "Heading"}})


def test_the_zone_of_this_computer_is_offered_and_utc_is_no_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    for here, offered in (("Europe/Warsaw", "Europe/Warsaw"), ("UTC", "Europe/Berlin"), ("Etc/UTC", "Europe/Berlin")):
        monkeypatch.setattr(settings_module, "get_localzone", lambda here=here: ZoneInfo(here))
        assert FileSettings(path=Path("a.csv")).time_zone == offered


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("default_currency", "Euro"),
        ("email_template", "customer@example.com"),
        ("email_template", "{name}@example.com"),
        ("email_template", "customer {customer_id}@example.com"),
        ("columns", {"colour": "Farbe"}),
        ("statuses", {"neu": "fresh"}),
        ("path", ""),
        ("encoding", "utf-7"),
    ],
)
def test_a_wrong_setting_is_named_while_typing(name: str, value: object) -> None:
    values: dict[str, Any] = {"path": "a.csv", "time_zone": "Europe/Berlin", name: value}
    assert set(problems_of(FileSettings, values)) == {name}


async def test_the_test_shows_how_the_file_is_read(write: WriteFile) -> None:
    found = await stages(write(CONTENT))
    assert list(found) == ["file", "format", "columns", "sample"]
    assert "orders.csv" in str(found["file"].message)
    words = str(found["format"].message)
    assert '"1/12/2026" is read as 1 December 2026, which the file does not prove.' in words
    assert "Semicolon" in words
    assert "UTF-8" in words
    assert "times of Europe/Berlin" in words
    assert "Comma: 2,55" in words
    assert found["format"].state is StageState.NOTE
    assert 'Order number from "Order no"' in str(found["columns"].message)
    assert str(found["sample"].message) == "Order 1 of 1 Dec 2026: 1 line, 5.00 EUR, a•••@example.com."


async def test_a_corrected_date_order_is_no_longer_a_note(write: WriteFile) -> None:
    found = await stages(write(CONTENT), date_order="month_first")
    assert found["format"].state is StageState.OK
    assert '"1/12/2026" is read as 12 January 2026.' in str(found["format"].message)


@pytest.mark.proves("files", "errors_in_words")
async def test_a_missing_file_stops_the_test_beside_its_field(tmp_path: Path) -> None:
    found = await stages(tmp_path / "gone.csv")
    assert found["file"].state is StageState.FAILED
    assert found["file"].field == "path"
    assert str(found["file"].remedy)
    assert {each.state for each in list(found.values())[1:]} == {StageState.NOT_TRIED}


async def test_a_missing_column_fails_its_stage(write: WriteFile) -> None:
    found = await stages(write("Order no;SKU;Price\n1;A;1\n"), layout="line_items")
    assert found["columns"].state is StageState.FAILED
    assert "Order date" in str(found["columns"].message)


async def test_a_flow_that_the_file_does_not_hold_fails_the_columns(write: WriteFile) -> None:
    found = await stages(write("SKU;Name;Price\nA;Cup;1\n"), (Kind.ORDERS,))
    assert found["columns"].state is StageState.FAILED
    assert found["columns"].field == "layout"


async def test_a_file_passes_for_what_it_holds_when_every_flow_is_asked_for(write: WriteFile) -> None:
    found = await stages(write("SKU;Name;Price\nA;Cup;1\n"), (Kind.CONTACTS, Kind.ORDERS, Kind.PRODUCTS))
    assert {each.state for each in found.values()} == {StageState.OK}


async def test_missing_addresses_and_currency_are_noted_beforehand(write: WriteFile) -> None:
    path = write("Order no;Date;Customer ID;SKU;Price\n1;2026-01-01;7;A;1\n")
    assert "template" in str((await stages(path))["columns"].message)
    found = await stages(path, email_template="c{customer_id}@example.com", default_currency="")
    assert "currency" in str(found["columns"].message)
    assert found["sample"].state is StageState.FAILED


async def test_a_broken_first_record_names_its_line(write: WriteFile) -> None:
    found = await stages(write("Order no;Date;SKU;Price\n1;soon;A;1\n"))
    assert found["sample"].state is StageState.FAILED
    assert "line 2" in str(found["sample"].message)


async def test_headings_alone_are_noted(write: WriteFile) -> None:
    found = await stages(write("Order no;Date;SKU;Price\n"))
    assert found["sample"].state is StageState.NOTE


async def test_the_practice_account_reads_as_a_real_one() -> None:
    simulator = MANIFEST.simulator(60)
    assert MANIFEST.open_source is not None
    settings = parse(FileSettings, simulator.settings)
    source = MANIFEST.open_source(Access(settings=settings), FileOptions())
    assert isinstance(source, Suggests)
    orders = await read_all(source, Kind.ORDERS)  # type: ignore[arg-type]
    assert len(orders) == 60
    assert not any(isinstance(order, Unreadable) for order in orders)
    reasons = [refusal.reason for order in orders if (refusal := refusal_of(order, Rules()))]
    assert set(reasons) == {"guest_order", "credit_note"}
    assert await source.count(request_for(Kind.CONTACTS))
    assert simulator.summary()["orders"] == 60


def test_a_practice_file_that_cannot_be_written_is_told_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(StorageError) as caught:
        MANIFEST.simulator(21)
    assert "not full" in str(caught.value.remedy)


def test_the_practice_file_is_the_same_every_time_and_stays_untouched() -> None:
    first = Path(str(MANIFEST.simulator(20).settings["path"]))
    content, modified = first.read_bytes(), first.stat().st_mtime_ns
    again = Path(str(MANIFEST.simulator(20).settings["path"]))
    assert (again, again.read_bytes(), again.stat().st_mtime_ns) == (first, content, modified)
