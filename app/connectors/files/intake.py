"""Before a file is opened: is it there, is it what it says, and is it safe to unpack?"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.connectors.files.settings import FileFormat
from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.archive import is_bomb

_HEAD_BYTES = 65_536
_LARGEST_BYTES = 2 * 1024**3
_LARGEST_UNPACKED_BYTES = 2 * 1024**3
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from the next."""

    size_bytes: int
    modified_ns: int
    head: str

    @property
    def modified_at(self) -> datetime:
        return datetime.fromtimestamp(self.modified_ns / 1e9, UTC)

    @property
    def words(self) -> str:
        return f"{self.size_bytes}-{self.modified_ns}-{self.head}"


def stamp_of(path: Path) -> Stamp:
    """Raises ConfigError where the file is missing, a folder, empty, locked or too large."""
    try:
        state = path.stat()
    except OSError as error:
        raise _missing(path, error) from error
    if path.is_dir():
        raise ConfigError(text('"{name}" is a folder.', name=path.name), remedy=text("Choose a file."), field="path")
    if not path.is_file():
        raise ConfigError(
            text('"{name}" is no ordinary file.', name=path.name), remedy=text("Choose a file."), field="path"
        )
    if state.st_size == 0:
        raise ConfigError(
            text('The file "{name}" is empty.', name=path.name), remedy=text("Export it again."), field="path"
        )
    if state.st_size > _LARGEST_BYTES:
        raise ConfigError(
            text('The file "{name}" is larger than 2 gigabytes.', name=path.name),
            remedy=text("Export a shorter period, or split the file."),
            field="path",
        )
    return Stamp(state.st_size, state.st_mtime_ns, hashlib.sha256(read_head(path)).hexdigest()[:16])


def read_head(path: Path, length: int = _HEAD_BYTES) -> bytes:
    """Raises ConfigError where the file cannot be opened."""
    try:
        with path.open("rb") as stream:
            return stream.read(length)
    except OSError as error:
        raise cannot_open(path, error) from error


def cannot_open(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        text('The file "{name}" cannot be opened.', name=path.name),
        remedy=text("Close it in other programs and check that you may read it, then try again."),
        field="path",
        detail=f"{type(error).__name__} {error.errno}",
    )


def recognise_format(path: Path, wanted: FileFormat) -> FileFormat:
    """By content first, the name decides nothing. Raises ConfigError for what can never be read."""
    head = read_head(path, 4096)
    if head.startswith(_OLE):
        raise _old_office(path)
    if head.startswith(b"PK"):
        check_workbook(path)
        return FileFormat.EXCEL
    if wanted is FileFormat.EXCEL:
        raise ConfigError(
            text('The file "{name}" is no Excel workbook.', name=path.name),
            remedy=text("Save it as .xlsx, or choose another format."),
            field="file_format",
        )
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise ConfigError(
            text('The file "{name}" is a document or picture without rows.', name=path.name),
            remedy=text("Export the list as CSV, Excel or XML."),
            field="path",
        )
    if wanted is not FileFormat.AUTO:
        return wanted
    return FileFormat.XML if _looks_like_xml(head) else FileFormat.CSV


def check_workbook(path: Path) -> None:
    """Judges the sizes that the archive declares, before anything is unpacked. Raises ConfigError."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise damaged_workbook(path, error) from error
    names = {each.filename for each in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise ConfigError(
            text('The file "{name}" is no Excel workbook.', name=path.name),
            remedy=text("Save it as .xlsx, or export it as CSV. Unpack archives first."),
            field="path",
        )
    if any(each.flag_bits & 0x1 for each in members):
        raise _protected(path)
    if is_bomb(members, most_bytes=_LARGEST_UNPACKED_BYTES):
        raise ConfigError(
            text('The workbook "{name}" would take up far too much memory.', name=path.name),
            remedy=text("Export it as CSV. If you did not make it yourself, do not open it."),
            field="path",
            detail=f"unpacked {sum(each.file_size for each in members)} bytes",
        )


def damaged_workbook(path: Path, error: Exception) -> ConfigError:
    return ConfigError(
        text('The workbook "{name}" is damaged.', name=path.name),
        remedy=text("Open it in your spreadsheet program and save it again."),
        field="path",
        detail=type(error).__name__,
    )


def _missing(path: Path, error: OSError) -> ConfigError:
    if isinstance(error, PermissionError):
        return cannot_open(path, error)
    return ConfigError(
        text('There is no file "{name}".', name=path.name),
        remedy=text("Choose the file again; it may have been moved or renamed."),
        field="path",
        detail=type(error).__name__,
    )


def _old_office(path: Path) -> ConfigError:
    """Both a workbook with a password (ECMA-376 agile encryption) and an .xls file are such containers."""
    if _has_bytes(path, _ENCRYPTED):
        return _protected(path)
    return ConfigError(
        text('The file "{name}" has the format of Excel before 2007.', name=path.name),
        remedy=text("Open it and save it as .xlsx."),
        field="path",
    )


def _protected(path: Path) -> ConfigError:
    return ConfigError(
        text('The workbook "{name}" is protected by a password.', name=path.name),
        remedy=text("Save a copy without the password."),
        field="path",
    )


def _has_bytes(path: Path, wanted: bytes) -> bool:
    tail = b""
    with path.open("rb") as stream:
        while block := stream.read(1024 * 1024):
            if wanted in tail + block:
                return True
            tail = block[-len(wanted) :]
    return False


def _looks_like_xml(head: bytes) -> bool:
    plain = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    plain = plain.lstrip()
    return plain.startswith((b"<?xml", b"<!")) or (plain[:1] == b"<" and plain[1:2].isalpha())
