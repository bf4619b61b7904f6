"""A damaged database, mended from the command line."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from app.storage.lock import FolderLock
from app.storage.migrations import LATEST
from tests.cli.conftest import Koppler, Set

DAMAGE = b"this is no database" * 200


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def backup(koppler: Koppler, practice: Set, data_dir: Path) -> Path:
    """The accounts of ``practice`` with a backup, then a damaged database."""
    koppler("accounts")
    (found,) = (data_dir / "backups").glob("koppler-*.db")
    (data_dir / "koppler.db").write_bytes(DAMAGE)
    return found


def test_every_command_names_the_way_out_of_a_damaged_database(koppler: Koppler, backup: Path) -> None:
    for command in (["accounts"], ["run", "shop-to-mail"]):
        outcome = koppler(*command, "--json")
        assert outcome.code == 3
        assert "koppler restore" in outcome.event("error")["remedy"]
        assert backup.name in outcome.event("error")["remedy"]


def test_the_newest_backup_is_restored_and_the_damaged_file_is_kept(
    koppler: Koppler, backup: Path, data_dir: Path
) -> None:
    outcome = koppler("restore", "--yes", "--json")
    assert outcome.code == 0, outcome.err
    event = outcome.event("restored")
    assert event["backup"] == str(backup)
    assert datetime.fromisoformat(event["made_at"]).tzinfo is not None
    assert (Path(event["kept_aside"]) / "koppler.db").read_bytes() == DAMAGE
    accounts = koppler("accounts", "--json")
    assert {each["key"] for each in accounts.events} == {"shop", "mail"}


def test_nothing_is_restored_without_an_answer(koppler: Koppler, backup: Path, data_dir: Path) -> None:
    outcome = koppler("restore", "--json")
    assert outcome.code == 3
    assert "--yes" in outcome.event("error")["remedy"]
    assert (data_dir / "koppler.db").read_bytes() == DAMAGE


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 0), ("no\n", 3), ("", 3)])
def test_at_a_terminal_the_person_is_asked_and_told_which_backup(
    koppler: Koppler, backup: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    outcome = koppler("restore")
    assert outcome.code == code
    assert backup.name in outcome.err
    assert str(datetime.now().astimezone().year) in outcome.err


def test_a_named_backup_is_taken(koppler: Koppler, backup: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    shutil.copyfile(backup, elsewhere)
    assert koppler("restore", "--from", backup.name, "--yes").code == 0
    again = koppler("restore", "--from", elsewhere, "--yes", "--json")
    assert again.code == 0
    assert again.event("restored")["backup"] == str(elsewhere)


def test_a_damaged_backup_is_passed_over_and_refused_by_name(koppler: Koppler, backup: Path, data_dir: Path) -> None:
    newer = backup.with_name("koppler-29991231-000000-000000-v1.db")
    newer.write_bytes(DAMAGE)
    refused = koppler("restore", "--from", newer.name, "--yes", "--json")
    assert refused.code == 3
    assert "older backup" in refused.event("error")["remedy"]
    assert (data_dir / "koppler.db").read_bytes() == DAMAGE
    assert koppler("restore", "--yes", "--json").event("restored")["backup"] == str(backup)


def test_a_backup_of_a_newer_program_is_not_taken(koppler: Koppler, backup: Path, data_dir: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    assert koppler("restore", "--from", backup.name, "--yes").code == 3
    assert (data_dir / "koppler.db").read_bytes() == DAMAGE


def test_an_unknown_backup_is_wrong_use_and_names_the_known_ones(koppler: Koppler, backup: Path) -> None:
    outcome = koppler("restore", "--from", "yesterday", "--yes", "--json")
    assert outcome.code == 2
    assert backup.name in outcome.event("error")["remedy"]


def test_without_a_backup_the_program_begins_anew_when_told_so(koppler: Koppler, data_dir: Path) -> None:
    (data_dir / "koppler.db").write_bytes(DAMAGE)
    assert "--start-over" in koppler("accounts", "--json").event("error")["remedy"]
    refused = koppler("restore", "--yes", "--json")
    assert refused.code == 3
    assert "--start-over" in refused.event("error")["remedy"]
    outcome = koppler("restore", "--start-over", "--yes", "--json")
    assert outcome.code == 0
    assert outcome.event("restored")["backup"] is None
    assert (Path(outcome.event("restored")["kept_aside"]) / "koppler.db").read_bytes() == DAMAGE
    assert koppler("accounts").code == 0


def test_nothing_is_restored_under_a_running_program(koppler: Koppler, backup: Path, data_dir: Path) -> None:
    with FolderLock(data_dir / "koppler.lock"):
        outcome = koppler("restore", "--yes", "--json")
    assert outcome.code == 3
    assert "already running" in outcome.event("error")["message"]
    assert (data_dir / "koppler.db").read_bytes() == DAMAGE
