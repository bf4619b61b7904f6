import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from app.core.errors import StorageError
from app.storage.folder import DataFolder
from app.storage.lock import FolderLock

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions work differently on Windows")


def test_the_place_is_chosen_by_option_then_environment_then_system(tmp_path: Path) -> None:
    environ = {"KOPPLER_HOME": str(tmp_path / "env")}
    assert DataFolder.default(tmp_path / "option", environ).root == tmp_path / "option"
    assert DataFolder.default(None, environ).root == tmp_path / "env"
    assert "koppler" in DataFolder.default(None, {}).root.name.lower()


def test_a_home_that_does_not_exist_is_named() -> None:
    with pytest.raises(StorageError, match="nobody-here"):
        DataFolder.default(Path("~nobody-here/data"), {})


@posix
def test_everything_is_created_for_the_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "a" / "b")
    folder.prepare()
    folder.prepare()
    for path in (folder.root, folder.backups):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine", encoding="utf-8")
    for place in (tmp_path / "data", tmp_path / "data" / "deeper"):
        with pytest.raises(StorageError, match="a file is in the way"):
            DataFolder(place).prepare()
    assert (tmp_path / "data").read_text(encoding="utf-8") == "mine"


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir(mode=0o500)
    with pytest.raises(StorageError, match="cannot be read or written"):
        DataFolder(root).prepare()


@posix
def test_a_folder_on_the_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = SimpleNamespace(mountpoint="/", fstype="ext4")
    remote = SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype="NFS4")
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: [local, remote])
    with pytest.raises(StorageError, match="network drive"):
        DataFolder(tmp_path / "data").prepare()
    assert not (tmp_path / "data").exists()


def test_a_second_lock_names_the_process_that_holds_the_first(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path / "lock"), FolderLock(tmp_path / "lock")
    first.acquire()
    first.acquire()
    with pytest.raises(StorageError, match=f"already running.*process {os.getpid()}"):
        second.acquire()
    assert not second.is_held
    first.release()
    with second:
        assert second.is_held
    assert not second.is_held


_HOLDER = """
import sys
from pathlib import Path
from types import SimpleNamespace
from app.storage.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_two_programs_cannot_work_on_one_folder_and_a_killed_one_frees_it(tmp_path: Path, program_environment) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", _HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=program_environment()
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StorageError, match=f"process {holder.pid}"):
            FolderLock(path).acquire()
        holder.kill()
        holder.wait()
        with FolderLock(path) as lock:
            assert lock.is_held


def test_a_lock_in_a_folder_that_vanished_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read or written"):
        FolderLock(tmp_path / "gone" / "lock").acquire()
