"""Files that a person asked for: the old one, or the whole new one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.core.errors import StorageError
from app.core.texts import text
from app.storage.faults import DISK_FULL, disk_full
from app.storage.flushing import flush


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Writes beside the file and puts the result in its place at once. Blocks. Raises StorageError."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
        os.close(descriptor)
    except OSError as error:
        raise write_error(error, path) from error
    temporary = Path(name)
    try:
        write(temporary)
        flush(temporary)
        temporary.replace(path)
    except OSError as error:
        raise write_error(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_error(error: OSError, path: Path) -> StorageError:
    """For a file outside of the data folder."""
    detail = f"{type(error).__name__}: {error.strerror}"
    if error.errno in DISK_FULL:
        return disk_full(path, detail)
    return StorageError(
        text('The file "{file}" cannot be written.', file=str(path)),
        remedy=text("Close it in other programs, check the folder and the free space, then try again."),
        detail=detail,
    )
