"""The virtual environment: made once, recognised in milliseconds afterwards, repaired when it is half finished."""

import hashlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import venv
from pathlib import Path

from bootstrapping import debian
from bootstrapping.checkout import Checkout
from bootstrapping.guard import hold_setup
from bootstrapping.link_wheel import write_link_wheel
from bootstrapping.pip_failures import explain_pip_failure
from bootstrapping.pip_progress import PipProgress
from bootstrapping.processes import run_quietly, run_watched
from bootstrapping.reports import SetupError, say

_ASK_VERSION = "import sys, pip; print('.'.join(map(str, sys.version_info[:3])), sys.version_info >= (3, 11))"


def ensure_environment(checkout: Checkout, *, for_development: bool) -> None:
    """Leaves `.venv` with exactly the locked packages and Koppler itself, linked to this folder.

    Raises:
        SetupError: with the remedy, when a step is impossible here.
    """
    if _is_ready(checkout, for_development=for_development):
        return
    with hold_setup(checkout.setup_guard):
        if _is_ready(checkout, for_development=for_development):  # another set-up has just done it
            return
        _make_virtual_environment(checkout)
        _install(checkout, for_development=for_development)


def _is_ready(checkout: Checkout, *, for_development: bool) -> bool:
    if _journal(checkout).exists():
        return False
    version = _interpreter_version(checkout)
    if version is None:
        return False
    locks = [checkout.development_lock] if for_development else [checkout.development_lock, checkout.runtime_lock]
    return any(_read(_marker(checkout, lock)) == _fingerprint(checkout, lock, version) for lock in locks)


def _interpreter_version(checkout: Checkout) -> str | None:
    """The version of a working interpreter with pip in the environment, else nothing."""
    if not checkout.python.exists():
        return None
    answer = run_quietly([checkout.python, "-I", "-c", _ASK_VERSION], checkout.root)
    version, _, is_new_enough = answer.errors.strip().partition(" ")
    return version if answer.is_ok and is_new_enough == "True" else None


def _fingerprint(checkout: Checkout, lock: Path, version: str) -> str:
    """Changes with the locked packages, Koppler's own declaration, the interpreter, and the place of the folder."""
    digest = hashlib.sha256()
    for part in (
        lock.read_bytes(),
        (checkout.root / "pyproject.toml").read_bytes(),
        version.encode(),
        platform.machine().encode(),
        os.fsencode(checkout.root),
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _marker(checkout: Checkout, lock: Path) -> Path:
    return checkout.venv / f"koppler-{lock.stem}.done"


def _journal(checkout: Checkout) -> Path:
    """Exists while packages are being unpacked; if it is found at the start, the last set-up was killed half way."""
    return checkout.venv / "koppler-set-up.unfinished"


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _make_virtual_environment(checkout: Checkout) -> None:
    if not _journal(checkout).exists() and _interpreter_version(checkout) is not None:
        return
    if importlib.util.find_spec("ensurepip") is None:
        debian.provide_venv_module()
    if checkout.venv.exists():
        say("Repairing the unfinished or outdated virtual environment …")
    else:
        say(f"Making a virtual environment for Python {platform.python_version()} …")
    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(checkout.venv)
    except OSError as error:
        raise SetupError(
            f"The folder {checkout.venv} could not be written ({error.strerror or error}). "
            "Close Koppler if it is running, check that the disk has 1 GB left, and start again."
        ) from error
    except Exception as error:  # ensurepip runs in a child process and fails with a bare CalledProcessError
        raise SetupError(
            f"Python's own module for virtual environments failed: {error}. Reinstall Python "
            "(Debian and Ubuntu: sudo apt-get install --reinstall python3-venv) and start again."
        ) from error
    if _interpreter_version(checkout) is None:
        raise SetupError(
            f"The new virtual environment in {checkout.venv} does not start. Reinstall Python, then start again."
        )


def _install(checkout: Checkout, *, for_development: bool) -> None:
    lock = checkout.development_lock if for_development else checkout.runtime_lock
    say(f"Installing the packages of {lock.relative_to(checkout.root)} (the first time this takes a few minutes) …")
    _marker(checkout, lock).unlink(missing_ok=True)
    journal = _journal(checkout)
    pip: list[str | Path] = [checkout.python, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    progress = PipProgress(on_unpacking=journal.touch)
    installed = run_watched(
        [*pip, "--progress-bar", "off", "--only-binary", ":all:", "--require-hashes", "--requirement", lock],
        checkout.root,
        show=progress.show,
    )
    progress.finish(is_ok=installed.is_ok)
    journal.unlink(missing_ok=True)  # pip has ended by itself: it undoes what it cannot finish
    if not installed.is_ok:
        raise SetupError(explain_pip_failure(installed.errors))
    with tempfile.TemporaryDirectory(prefix="koppler-") as folder:
        wheel = write_link_wheel(checkout, Path(folder))
        linked = run_watched([*pip, "--quiet", "--no-index", "--no-deps", "--force-reinstall", wheel], checkout.root)
    if not linked.is_ok:
        journal.touch()  # remains of an earlier link stand in the way: the next set-up starts afresh
        raise SetupError(explain_pip_failure(linked.errors))
    version = _interpreter_version(checkout)
    if version is None:
        raise SetupError(f"The virtual environment in {checkout.venv} broke while it was filled. Start again.")
    _write_whole(_marker(checkout, lock), _fingerprint(checkout, lock, version))
    say("Set-up finished.")


def _write_whole(path: Path, content: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_text(content, encoding="ascii")
    unfinished.replace(path)


def remove_environment(checkout: Checkout) -> None:
    """Deletes the virtual environment and everything that is built; nothing a person made.

    Raises:
        SetupError: when a file is in use.
    """
    if Path(sys.prefix).resolve() == checkout.venv.resolve():
        raise SetupError("Start this command with the Python outside the virtual environment that it is to delete.")
    with hold_setup(checkout.setup_guard):
        for name in (".venv", "build", "dist", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache"):
            folder = checkout.root / name
            if not folder.exists():
                continue
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise SetupError(
                    f"{folder} could not be deleted ({error.strerror}). Close Koppler if it is running, "
                    "and start again."
                ) from error
            say(f"Deleted {folder}")
