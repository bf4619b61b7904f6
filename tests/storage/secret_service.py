"""A program for one desktop session: ``dbus-run-session -- python -m tests.storage.secret_service STORY``.

Starts a real keystore (gnome-keyring) with folders of its own and prints what became of the story as JSON. Each step
that a person would do after starting the program anew is a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.errors import SecretStoreError
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from app.storage.secrets import Vault

SECRET = "canary-of-the-real-keystore"
_PROMPTER = "org.gnome.keyring.SystemPrompter"


@contextmanager
def keyring_daemon() -> Iterator[None]:
    """Its one collection is unlocked, as after signing in to a desktop."""
    command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    daemon = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert daemon.stdin is not None
    daemon.stdin.write(b"password of the desktop")
    daemon.stdin.close()
    try:
        _wait_for("org.freedesktop.secrets")
        yield
    finally:
        daemon.terminate()
        daemon.wait(10)


def _wait_for(name: str) -> None:
    from jeepney import new_method_call  # type: ignore[import-untyped]
    from jeepney.bus_messages import message_bus  # type: ignore[import-untyped]
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

    with open_dbus_connection() as bus:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if bus.send_and_get_reply(new_method_call(message_bus, "NameHasOwner", "s", (name,))).body[0]:
                return
            time.sleep(0.05)
    raise TimeoutError(name)


def lock() -> None:
    import secretstorage

    with secretstorage.dbus_init() as bus:
        secretstorage.get_default_collection(bus).lock()


@contextmanager
def silent_prompter() -> Iterator[None]:
    """A desktop whose password question is never answered: it owns the name and stays silent."""
    from jeepney import new_method_call
    from jeepney.bus_messages import message_bus
    from jeepney.io.blocking import open_dbus_connection

    with open_dbus_connection() as bus:
        bus.send_and_get_reply(new_method_call(message_bus, "RequestName", "su", (_PROMPTER, 4)))
        yield


async def _vaults(step: str, timeout_s: float) -> object:
    folder = DataFolder(Path(os.environ["HOME"]) / "data")
    folder.prepare()
    database = Database(folder.database, Backups(folder.backups))
    await database.open()
    began = time.monotonic()
    try:
        vault = Vault(database, Keystore(timeout_s=timeout_s), environ={})
        if step == "put":
            await vault.put("my-shop", {"token": SECRET})
        words: object = await vault.get("my-shop")
        return {"state": vault.state.value, "secrets": words, "place": str(vault.place())}
    except SecretStoreError as error:
        return {"error": type(error).__name__, "words": str(error), "seconds": time.monotonic() - began}
    finally:
        await database.close()


def _in_new_process(step: str, timeout_s: float = 30) -> object:
    command = [sys.executable, "-m", "tests.storage.secret_service", step, str(timeout_s)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stderr
    return json.loads(done.stdout)


def story_kept() -> object:
    return [_in_new_process("put"), _in_new_process("get")]


def story_locked() -> object:
    before = _in_new_process("put")
    lock()
    return [before, _in_new_process("get", 20)]


def story_unanswered() -> object:
    before = _in_new_process("put")
    lock()
    with silent_prompter():
        return [before, _in_new_process("get", 2)]


STORIES: dict[str, Callable[[], object]] = {
    "kept": story_kept,
    "locked": story_locked,
    "unanswered": story_unanswered,
}


def main(arguments: list[str]) -> None:
    if arguments[0] in STORIES:
        with keyring_daemon():
            print(json.dumps(STORIES[arguments[0]]()))  # noqa: T201 - the result of this program
    else:
        print(json.dumps(asyncio.run(_vaults(arguments[0], float(arguments[1])))))  # noqa: T201 - the same


if __name__ == "__main__":
    main(sys.argv[1:])
