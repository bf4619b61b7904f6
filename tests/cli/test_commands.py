"""Every command, in this process, against the real simulators."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import __version__
from app.cli.exits import exit_for
from app.core.errors import (
    AppError,
    ProtocolError,
    RateLimitError,
    SecretStoreError,
    SignInError,
    StorageError,
    UnreachableError,
)
from app.services.names import UnknownNameError
from app.storage.folder import DataFolder
from app.storage.lock import FolderLock
from tests.cli.conftest import Koppler, Set, declared

NUMBERS = ("created", "updated", "unchanged", "skipped", "held", "failed", "in_doubt")


def test_systems_tells_roles_flows_fields_and_limits(koppler: Koppler) -> None:
    outcome = koppler("systems", "--json")
    systems = {event["system"]: event for event in outcome.events if event["event"] == "system"}
    assert outcome.code == 0
    shop = systems["bigcommerce"]
    assert "source" in shop["roles"]
    assert {"contacts", "orders"} <= {each["flow"] for each in shop["reads"]}
    assert [field["name"] for field in shop["settings"] if field["is_secret"]] == ["access_token"]
    assert shop["limits"]
    assert "guest_orders" in {field["name"] for field in outcome.event("common_options")["options"]}
    [codes] = [field for field in systems["files"]["source_options"] if field["name"] == "code_rules"]
    assert codes["default"]["POST"] == "shipping", "a table is an object in JSON"
    assert systems["digistore24"]["receives_pushes"]
    assert systems["digistore24"]["has_handouts"]
    assert systems["salesmanago"]["offers_feed"]
    assert not shop["receives_pushes"]
    assert "bigcommerce" in koppler("systems").out


def test_the_version_and_the_self_test(koppler: Koppler) -> None:
    assert koppler("--version").out.strip() == f"koppler {__version__}"
    found = koppler("--self-test", "--json").event("self_test")
    assert found["connectors"] >= 3
    assert found["database"]


def test_apply_a_second_time_changes_nothing(koppler: Koppler, practice: Set) -> None:
    outcome = koppler("apply", practice.file, "--json")
    assert {event["change"] for event in outcome.events} == {"unchanged"}


def test_apply_names_an_unknown_key_and_applies_nothing(koppler: Koppler, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[accounts.shop]\nsystem = "bigcommerce"\nsetting = {}\n', encoding="utf-8")
    outcome = koppler("--json", "apply", path)
    assert outcome.code == 3
    assert outcome.event("error")["field"] == "accounts.shop.setting"
    assert "settings" in outcome.event("error")["remedy"]
    assert koppler("accounts", "--json").events == []


def test_accounts_and_integrations_never_show_a_secret(koppler: Koppler, practice: Set) -> None:
    for arguments in (["accounts"], ["accounts", "--json"], ["integrations"], ["integrations", "--json"]):
        outcome = koppler(*arguments)
        assert outcome.code == 0
        for served in (practice.shop, practice.mail):
            for secret in served.simulator.secrets.values():
                assert secret not in outcome.out + outcome.err
    view = koppler("integrations", "--json").event("integration")
    assert (view["key"], view["flows"], view["status"]) == ("shop-to-mail", ["contacts", "orders"], "ready")


def test_check_prints_every_stage(koppler: Koppler, practice: Set) -> None:
    outcome = koppler("check", "shop", "--json")
    assert outcome.code == 0
    assert {event["state"] for event in outcome.events} == {"ok"}
    assert [event["name"] for event in outcome.events][:4] == ["address", "secure", "redirect", "sign_in"]
    assert set(outcome.events[0]) >= {"name", "state", "message", "remedy", "field"}


def test_a_wrong_key_fails_at_the_sign_in_beside_its_field(
    koppler: Koppler, practice: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOPPLER_SECRET_SHOP__ACCESS_TOKEN", "wrong-canary-77c1")
    outcome = koppler("check", "shop", "--json")
    assert outcome.code == 3
    failed = next(event for event in outcome.events if event["state"] == "failed")
    assert (failed["name"], failed["field"]) == ("sign_in", "access_token")
    assert failed["remedy"]
    assert outcome.events[-1]["state"] == "not_tried"
    assert "wrong-canary-77c1" not in outcome.out + outcome.err
    assert koppler("run", "shop-to-mail", "--historical", "--json").code == 3


def test_preview_plans_exactly_and_writes_nothing(koppler: Koppler, practice: Set) -> None:
    outcome = koppler("preview", "shop-to-mail", "--limit", 3, "--json")
    assert outcome.code == 0
    plans = [event for event in outcome.events if event["event"] == "plan"]
    assert {plan["kind"] for plan in plans} == {"contacts", "orders"}
    assert all(len([p for p in plans if p["kind"] == kind]) == 3 for kind in ("contacts", "orders"))
    sent = next(plan for plan in plans if plan["requests"])
    assert set(sent["requests"][0]) >= {"method", "address", "body"}
    assert practice.mail.simulator.writes == []
    assert practice.shop.simulator.writes == []


def test_a_historical_import_balances_and_a_second_one_writes_nothing(koppler: Koppler, practice: Set) -> None:
    outcome = koppler("run", "shop-to-mail", "--historical", "--json")
    assert outcome.code == 0
    *_, summary = outcome.events
    assert list(summary) == ["event", "read", *NUMBERS, "reasons", "flows", "finished"]
    assert summary["event"] == "summary"
    assert summary["finished"] is True
    assert summary["read"] == sum(summary[number] for number in NUMBERS)
    for flow in summary["flows"].values():
        assert flow["read"] == sum(flow[number] for number in NUMBERS)
    arrived = practice.mail.simulator.summary()
    assert arrived["orders"] == summary["flows"]["orders"]["created"]
    assert arrived["automations_fired"] == 0
    assert "contacts: 0 of" in outcome.err.casefold()

    writes = len(practice.mail.simulator.writes)
    again = koppler("run", "shop-to-mail", "--historical", "--json").events[-1]
    assert again["created"] == again["updated"] == 0
    assert len(practice.mail.simulator.writes) == writes


def test_limit_and_flow_narrow_a_run(koppler: Koppler, practice: Set) -> None:
    summary = koppler("run", "shop-to-mail", "--historical", "--limit", 2, "--flow", "contacts", "--json").events[-1]
    assert list(summary["flows"]) == ["contacts"]
    assert summary["read"] == 2


def test_a_lost_key_asks_the_person_and_the_run_can_be_continued(koppler: Koppler, practice: Set) -> None:
    practice.mail.simulator.fail(path="ecom/graphql", status=403, body='{"message":"Forbidden"}', times=-1)
    outcome = koppler("run", "shop-to-mail", "--historical", "--json")
    assert outcome.code == 3
    assert outcome.event("error")["message"]
    assert outcome.events[-1]["event"] == "summary"
    assert outcome.events[-1]["finished"] is False
    practice.mail.simulator.faults.clear()
    continued = koppler("run", "shop-to-mail", "--continue", "--json")
    assert continued.code == 0
    assert continued.events[-1]["finished"] is True


def test_held_records_end_with_one_and_can_be_retried(
    koppler: Koppler, practice: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders, path = tmp_path / "orders.csv", tmp_path / "file.toml"
    lines = "Order number;Order date;Customer number;E-mail;Total;Currency\n1;2026-03-01;7;anna@example.com;10.00;EUR\n"
    orders.write_text(lines + "2;2026-03-02;8;;12.00;EUR\n", encoding="utf-8")
    path.write_text(
        declared("mail", practice.mail, monkeypatch)
        + '[accounts.file]\nsystem = "files"\nsettings = { path = "orders.csv", time_zone = "Europe/Berlin" }\n\n'
        '[integrations.file-to-mail]\nsource = "file"\ntarget = "mail"\nflows = ["orders"]\n',
        encoding="utf-8",
    )
    applied = koppler("apply", path)
    assert applied.code == 0, applied.err
    outcome = koppler("run", "file-to-mail", "--historical", "--json")
    assert outcome.code == 1, outcome.out
    assert outcome.events[-1]["reasons"] == {"no_email": 1}
    assert (outcome.event("record")["key"], outcome.event("record")["outcome"]) == ("2", "held")
    orders.write_text(lines + "2;2026-03-02;8;berta@example.com;12.00;EUR\n", encoding="utf-8")
    retried = koppler("retry", "file-to-mail", "--json")
    assert retried.code == 0
    assert (retried.events[-1]["read"], retried.events[-1]["created"]) == (1, 1)


def test_why_answers_for_numbers_addresses_and_the_unknown(koppler: Koppler, practice: Set) -> None:
    koppler("run", "shop-to-mail", "--historical", "--json")
    orders = [event for event in koppler("preview", "shop-to-mail", "--json").events if event.get("kind") == "orders"]
    answer = koppler("why", "shop-to-mail", orders[0]["number"], "--json").event("answer")
    assert answer["found"]
    assert orders[0]["key"] in {entry["key"] for entry in answer["entries"]}
    unknown = koppler("why", "shop-to-mail", "no.body@example.com", "--json")
    assert unknown.event("answer")["found"] is False
    assert "no.body@example.com" not in unknown.out


def test_a_mapping_goes_out_and_in_again(koppler: Koppler, practice: Set, tmp_path: Path) -> None:
    path = tmp_path / "mapping.csv"
    assert koppler("mapping", "export", "shop-to-mail", path).code == 0
    path.write_text("key,number\n0017,5\n*,4999\n", encoding="utf-8")
    outcome = koppler("mapping", "import", "shop-to-mail", path, "--json")
    assert outcome.code == 0
    assert {(e["key"], e["old"], e["new"]) for e in outcome.events if e["event"] == "change"} == {
        ("0017", "", "5"),
        ("*", "", "4999"),
    }
    path.write_text("key,number\n17,6\n", encoding="utf-8")
    refused = koppler("mapping", "import", "shop-to-mail", path, "--json")
    assert refused.code == 3
    assert "0017" in refused.event("warning")["message"]
    assert koppler("mapping", "import", "shop-to-mail", path, "--yes").code == 0
    path.write_text("Artikel;Preis\nA;1\n", encoding="utf-8")
    assert koppler("mapping", "import", "shop-to-mail", path, "--json").code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nobody"],
        ["run", "nothing", "--historical"],
        ["preview", "nothing"],
        ["why", "nothing", "1"],
        ["simulate", "nothing"],
        ["frobnicate"],
        ["run"],
        ["run", "x", "--limit", "0"],
        ["run", "x", "--limit", "9" * 26],
        ["run", "x", "--limit", "9" * 5000],
        ["run", "x", "--flow", "shoes"],
        ["run", "x", "--since", "yesterday"],
        ["run", "x", "--since", "0001-01-01T00:00:00+14:00"],
        ["run", "x", "--historical", "--since", "2026-01-01"],
        ["simulate", "bigcommerce", "--port", "99999"],
    ],
)
def test_wrong_use_ends_with_two(koppler: Koppler, arguments: list[str]) -> None:
    assert koppler(*arguments).code == 2


@pytest.mark.parametrize("more", [["--limit", "5"], ["--flow", "orders"]])
def test_a_run_that_goes_on_takes_no_other_frame(koppler: Koppler, more: list[str]) -> None:
    result = koppler("run", "anything", "--continue", *more)
    assert (result.code, "as it was begun" in result.err) == (2, True)


@pytest.mark.parametrize("place", [0, 4])
def test_complaints_about_arguments_speak_the_language_that_was_typed(koppler: Koppler, place: int) -> None:
    arguments = ["run", "x", "--limit", "0"]
    arguments[place:place] = ["--language", "de"]
    outcome = koppler(*arguments)
    assert outcome.code == 2
    assert "eine ganze Zahl ab 1" in outcome.err


def test_options_stand_before_or_after_the_command(koppler: Koppler, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    assert koppler("--data-dir", before, "--json", "accounts").events == []
    assert koppler("accounts", "--json", "--data-dir", after).events == []
    assert (before / "koppler.db").is_file()
    assert (after / "koppler.db").is_file()


def test_messages_come_in_one_clear_line_without_json(koppler: Koppler) -> None:
    outcome = koppler("check", "nobody")
    assert outcome.out == ""
    assert outcome.err.startswith("Error: ")
    assert "Traceback" not in outcome.err


def test_a_folder_in_use_is_refused_politely(koppler: Koppler, data_dir: Path) -> None:
    koppler("accounts")
    with FolderLock(data_dir / "koppler.lock"):
        outcome = koppler("accounts", "--json")
    assert outcome.code == 3
    assert "already running" in outcome.event("error")["message"]


def test_a_damaged_database_is_named_with_a_remedy(koppler: Koppler, data_dir: Path) -> None:
    (data_dir / "koppler.db").write_bytes(b"this is no database" * 200)
    outcome = koppler("accounts", "--json")
    assert outcome.code == 3
    assert outcome.event("error")["remedy"]


def test_a_missing_secret_names_its_field(koppler: Koppler, practice: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_ACCESS_TOKEN")
    outcome = koppler("run", "shop-to-mail", "--historical", "--json")
    assert outcome.code == 3
    assert outcome.event("error")["field"] == "access_token"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnreachableError("x"), 4),
        (RateLimitError("x"), 4),
        (SignInError("x"), 3),
        (StorageError("x"), 3),
        (SecretStoreError("x"), 3),
        (ProtocolError("x"), 3),
        (UnknownNameError("x"), 2),
    ],
)
def test_the_class_of_an_error_decides_the_exit_code(error: AppError, code: int) -> None:
    assert exit_for(error) == code


def test_the_window_opens_without_a_command(koppler: Koppler, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def open_window(folder: DataFolder, _open_services: object) -> int:
        opened.append(folder.root)
        return 0

    monkeypatch.setattr("app.__main__._open_window", open_window)
    assert koppler().code == 0
    assert opened == [data_dir]
