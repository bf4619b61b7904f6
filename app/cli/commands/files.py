"""Files that a command was asked to write."""

from __future__ import annotations

from pathlib import Path

from app.storage.replacing import replace_file


def write_bytes(path: Path, content: bytes) -> None:
    """The old file, or the whole new one. Blocks. Raises StorageError."""

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)

    replace_file(path, write)
