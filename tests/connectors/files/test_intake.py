"""Files that cannot be read say why and what to do."""

import os
import zipfile
from pathlib import Path

import pytest

from app.connectors.files import intake
from app.connectors.files.intake import recognise_format, stamp_of
from app.connectors.files.opening import open_table
from app.connectors.files.settings import FileFormat
from app.core.errors import ConfigError
from tests.connectors.files.conftest import WriteFile, settings_for


def refusal(path: Path, **values: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        open_table(settings_for(path, **values))
    assert str(caught.value.remedy)
    return caught.value


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    error = refusal(tmp_path / "gone.csv")
    assert error.field == "path"
    assert "gone.csv" in str(error)
    assert str(tmp_path) not in str(error)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in str(refusal(tmp_path))


def test_an_empty_file_is_named(write: WriteFile) -> None:
    assert "is empty" in str(refusal(write("")))


def test_a_file_of_blank_lines_has_no_headings(write: WriteFile) -> None:
    assert "no headings" in str(refusal(write("\n\n \n")))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a file that this user may not read")
def test_a_file_that_may_not_be_read_is_named(write: WriteFile) -> None:
    path = write("a;b\n")
    path.chmod(0)
    assert "cannot be opened" in str(refusal(path))


def test_a_locked_file_is_named(write: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a;b\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "in use by another process")

    monkeypatch.setattr(Path, "open", refuse)
    error = refusal(path)
    assert "cannot be opened" in str(error)
    assert "Close it in other programs" in str(error)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    write: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_LARGEST_BYTES", 3)
    assert "2 gigabytes" in str(refusal(write("a;b;c\n")))


def test_a_workbook_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (30 * 1024 * 1024))
    assert path.stat().st_size < 100_000
    assert "memory" in str(refusal(path))


def test_an_archive_that_is_no_workbook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "a;b\n")
    assert "no Excel workbook" in str(refusal(path))


def test_a_damaged_workbook_is_named(write: WriteFile) -> None:
    assert "damaged" in str(refusal(write(b"PK\x03\x04 and then nothing", "a.xlsx")))


def test_a_workbook_with_a_password_is_told_from_an_old_one(write: WriteFile) -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "before 2007" in str(refusal(write(container, "old.xls")))
    assert "password" in str(refusal(write(container + "EncryptedPackage".encode("utf-16-le"), "a.xlsx")))


def test_a_picture_or_document_is_named(write: WriteFile) -> None:
    assert "without rows" in str(refusal(write(b"%PDF-1.7\n", "orders.csv")))


def test_text_that_is_said_to_be_excel_is_refused(write: WriteFile) -> None:
    assert refusal(write("a;b\n"), file_format="excel").field == "file_format"


def test_formats_are_recognised_by_content(write: WriteFile) -> None:
    assert recognise_format(write("a;b\n1;2\n", "a.xml"), FileFormat.AUTO) is FileFormat.CSV
    assert recognise_format(write("\ufeff<?xml version='1.0'?><a/>", "a.csv"), FileFormat.AUTO) is FileFormat.XML
    assert recognise_format(write("<a/>", "a.txt", "utf-16"), FileFormat.AUTO) is FileFormat.XML


def test_a_changed_file_has_another_stamp(write: WriteFile) -> None:
    before = stamp_of(write("a;b\n1;2\n"))
    assert stamp_of(write("a;b\n1;3\n")) != before
