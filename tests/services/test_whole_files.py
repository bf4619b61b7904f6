"""A file of the person's is the old one or the whole new one, also after a power loss."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import StorageError
from app.services import tables
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.log import LogStore
from app.storage.replacing import replace_file


@pytest.fixture
def unflushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of files that took another's place before they were on the disk."""
    found: list[str] = []
    flushed: set[int] = set()
    really_flush, really_replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        flushed.add(os.fstat(handle).st_ino)
        really_flush(handle)

    def replace(self: Path, target: Path) -> Path:
        if self.stat().st_ino not in flushed:
            found.append(self.name)
        return really_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    return found


@pytest.mark.parametrize("name", ["mapping.csv", "mapping.xlsx"])
def test_a_table_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    name: str, tmp_path: Path, unflushed: list[str]
) -> None:
    path = tmp_path / name
    for number in ("0017", "0018"):
        tables.write_table(path, ("SKU",), [(number,)])
    assert unflushed == []
    assert tables.read_table(path).rows == (("0018",),)


async def test_a_report_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, unflushed: list[str]
) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    database = Database(folder.database, Backups(folder.backups))
    await database.open()
    try:
        await LogStore(database).save_report(tmp_path / "log.txt")
    finally:
        await database.close()
    assert unflushed == []


@pytest.mark.parametrize("name", ["mapping.csv", "mapping.xlsx"])
def test_a_table_that_cannot_be_finished_leaves_the_old_one_and_nothing_else(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    tables.write_table(path, ("SKU",), [("0017",)])
    before = path.read_bytes()

    with pytest.raises(StorageError):
        tables.write_table(path, ("SKU",), _breaking(OSError(28, "No space left on device")))

    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("error", "words"), [(OSError(28, "No space left"), "The disk is full"), (PermissionError(13, "No"), "report.txt")]
)
def test_a_report_about_a_person_that_cannot_be_finished_leaves_nothing(
    error: OSError, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_path: Path) -> None:
        raise error

    monkeypatch.setattr("app.storage.replacing.flush", fail)
    with pytest.raises(StorageError, match=words) as caught:
        replace_file(tmp_path / "report.txt", lambda temporary: temporary.touch())
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_not_told_of_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").touch()
    with pytest.raises(StorageError) as caught:
        replace_file(tmp_path / "shop" / "support.zip", lambda temporary: temporary.touch())
    assert "support.zip" in str(caught.value.message)
    assert "data folder" not in str(caught.value)


def _breaking(error: OSError) -> Iterator[tuple[str]]:
    yield ("0018",)
    raise error
