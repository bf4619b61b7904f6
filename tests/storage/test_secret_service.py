"""With the real keystore of a Linux desktop, in a session of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.storage.secret_service import SECRET

_PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
_MISSING = [program for program in _PROGRAMS if shutil.which(program) is None]

pytestmark = [
    pytest.mark.keystore,
    pytest.mark.skipif(bool(_MISSING), reason=f"needs {', '.join(_MISSING)} (Debian: gnome-keyring, dbus)"),
]


@pytest.fixture
def tell(tmp_path: Path, program_environment: Callable[..., dict[str, str]]) -> Callable[[str], list[dict[str, Any]]]:
    """Plays a story and gives what each of its steps found."""
    home = tmp_path / "desktop"
    (home / "run").mkdir(parents=True, mode=0o700)
    environment = program_environment(
        HOME=str(home),
        XDG_DATA_HOME=str(home / "share"),
        XDG_RUNTIME_DIR=str(home / "run"),
        PYTHON_KEYRING_BACKEND="keyring.backends.SecretService.Keyring",
    )
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        environment.pop(name, None)

    def play(story: str) -> list[dict[str, Any]]:
        command = ["dbus-run-session", "--", sys.executable, "-m", "tests.storage.secret_service", story]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110, check=False)
        assert done.returncode == 0, done.stderr
        data = [path for path in (home / "data").rglob("*") if path.is_file()]
        assert [path.name for path in data if SECRET.encode() in path.read_bytes()] == []
        return json.loads(done.stdout)

    return play


def test_a_secret_is_read_back_after_the_next_start(tell) -> None:
    put, got = tell("kept")
    assert put["state"] == got["state"] == "keystore"
    assert got["secrets"] == {"token": SECRET}
    assert "Secret Service" in got["place"]


def test_a_locked_keystore_is_named_with_the_way_out(tell) -> None:
    _put, got = tell("locked")
    assert got["error"] in {"SecretStoreError", "KeystoreTimeoutError"}
    assert "passphrase" in got["words"]
    assert "this session only" in got["words"]


def test_a_question_that_nobody_answers_is_not_waited_for_without_end(tell) -> None:
    _put, got = tell("unanswered")
    assert got["error"] == "KeystoreTimeoutError"
    assert "did not answer in time" in got["words"]
