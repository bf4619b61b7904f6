"""One program per data folder. The operating system frees the lock when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from app.core.errors import StorageError
from app.core.texts import Text, text
from app.storage.faults import file_error

# Windows forbids reading locked bytes: the lock lies far behind the process id that the second program wants to read.
_LOCKED_BYTE = 1 << 30


class FolderLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        return self._handle is not None

    def acquire(self) -> None:
        """Raises StorageError when another program works on this data folder. Never waits."""
        if self._handle is not None:
            return
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise file_error(error, self._path) from error
        try:
            is_free = _try_lock(handle)
            if is_free:
                os.ftruncate(handle, 0)
                _write_owner(handle)
        except OSError as error:
            os.close(handle)
            raise file_error(error, self._path) from error
        if not is_free:
            owner = _owner(handle)
            os.close(handle)
            raise StorageError(
                text("Koppler is already running with this data folder."),
                remedy=_remedy(owner),
                detail=f"{self._path} is locked by process {owner or 'unknown'}",
            )
        self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _remedy(owner: str) -> Text:
    if not owner:
        return text("Use the window that is already open, or close it first.")
    return text(
        "Use the window that is already open, or close it first (process {process}). "
        "A second data folder works beside it.",
        process=owner,
    )


def _write_owner(handle: int) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, str(os.getpid()).encode())


def _owner(handle: int) -> str:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        found = os.read(handle, 20).decode("ascii", "replace").strip()
    except OSError:
        return ""
    return found if found.isdigit() else ""


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
