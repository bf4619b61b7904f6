"""The data folder: one database, its backups and a lock, readable by its owner alone."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.core.errors import StorageError
from app.core.texts import text
from app.storage.faults import file_error

_PRIVATE = 0o700
# SQLite's write-ahead log needs shared memory, which these do not give (https://sqlite.org/wal.html).
_NETWORK = {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "afs", "ncpfs", "webdav", "davfs",
            "davfs2", "fuse.davfs2", "fuse.sshfs", "fuse.rclone", "osxfuse.sshfs", "macfuse.sshfs"}  # fmt: skip


class DataFolder:
    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def default(cls, override: Path | None = None, environ: Mapping[str, str] = os.environ) -> DataFolder:
        """``override`` (``--data-dir``), else KOPPLER_HOME, else the system's place for a program's own files."""
        chosen = override or (Path(environ["KOPPLER_HOME"]) if environ.get("KOPPLER_HOME") else None)
        if chosen is None:
            import platformdirs

            chosen = Path(platformdirs.user_data_dir("Koppler", appauthor=False))
        try:
            return cls(chosen.expanduser().absolute())
        except RuntimeError as error:  # "~" of a person whom the system does not know
            raise StorageError(
                text('There is no folder "{path}".', path=str(chosen)),
                remedy=text("Choose another data folder."),
                detail=str(error),
            ) from error

    @property
    def database(self) -> Path:
        return self.root / "koppler.db"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def lock(self) -> Path:
        return self.root / "koppler.lock"

    def prepare(self) -> None:
        """Creates what is missing. Raises StorageError when the folder cannot serve; blocks for file access."""
        _refuse_network(self.root)
        try:
            _make_private(self.root)
            _make_private(self.backups)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise file_error(error, self.root) from error


def _make_private(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_PRIVATE, exist_ok=True)


def _refuse_network(root: Path) -> None:
    if not _is_on_network(root):
        return
    raise StorageError(
        text('"{path}" is on a network drive, where the database could be damaged.', path=str(root)),
        remedy=text("Choose a data folder on a disk of this computer."),
    )


if sys.platform == "win32":
    import ctypes

    _DRIVE_REMOTE = 4  # https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew

    def _is_on_network(root: Path) -> bool:
        if root.drive.startswith("\\\\"):
            return True
        return bool(ctypes.windll.kernel32.GetDriveTypeW(root.anchor) == _DRIVE_REMOTE)
else:

    def _is_on_network(root: Path) -> bool:
        return filesystem_of(root) in _NETWORK


def filesystem_of(path: Path) -> str:
    """The type of the file system that holds the path, lower-case; empty where the system does not tell."""
    import psutil

    try:
        mounts = {Path(each.mountpoint): each.fstype.lower() for each in psutil.disk_partitions(all=True)}
    except OSError:  # no /proc in some sandboxes
        return ""
    real = path.resolve()
    return next((mounts[place] for place in (real, *real.parents) if place in mounts), "")
