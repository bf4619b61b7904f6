"""What every test stands on: no network, no home folder, no real keystore, no unannounced warning.

Environment variables are set before Qt or the program is imported, so this file's top runs first on purpose.
"""

import logging
import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # for programs that tests start

import hypothesis
import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from app.core.texts import use_language

ROOT = Path(__file__).resolve().parents[1]
_SHARED = ROOT.parent / "shared"

hypothesis.settings.register_profile("everyday", deadline=None, max_examples=60)
# The same examples every time, so that a red run can be repeated from its log.
hypothesis.settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "everyday"))


# Network -------------------------------------------------------------------------------------------------------------


class NetworkForbiddenError(RuntimeError):
    """Not an OSError: code that forgives a failed connection must not forgive this."""


class _NetworkGuard:
    """Refuses, through Python's audit events, every connection and name look-up beyond loopback.

    Names under `.invalid` do not resolve (RFC 6761), without asking anybody: tests use them for "no such address".
    """

    def __init__(self) -> None:
        self.violations: list[str] = []

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in {"socket.connect", "socket.sendto"}:
            sock, address = arguments[0], arguments[1]
            if isinstance(address, tuple) and getattr(sock, "family", None) != getattr(socket, "AF_UNIX", None):
                self._check(address[0], event)
        elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            self._check(arguments[0], event)

    def _check(self, host: object, event: str) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name is None or name in {"", "localhost", "::1"} or str(name).startswith("127."):
            return
        if str(name).rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        self.violations.append(f"{event} to {name}")
        raise NetworkForbiddenError(f"a test tried to reach {name}; tests talk to simulators on 127.0.0.1 only")


_NETWORK_GUARD = _NetworkGuard()
sys.addaudithook(_NETWORK_GUARD.audit)


@pytest.fixture(autouse=True)
def _network_guard() -> Iterator[_NetworkGuard]:
    _NETWORK_GUARD.violations.clear()
    yield _NETWORK_GUARD
    violations = list(_NETWORK_GUARD.violations)
    _NETWORK_GUARD.violations.clear()
    if violations:
        pytest.fail(f"the network was touched: {', '.join(violations)}", pytrace=False)


# Home folder ---------------------------------------------------------------------------------------------------------

_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": "run",
}


def _folder_variables(home: Path) -> dict[str, str]:
    for folder in _FOLDERS.values():
        (home / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {variable: str(home / folder) for variable, folder in _FOLDERS.items()}


def pytest_configure(config: pytest.Config) -> None:
    """Isolates what runs outside of tests too, such as imports and fixtures of a whole session."""
    home = tempfile.TemporaryDirectory(prefix="koppler-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ.update(_folder_variables(Path(home.name)))
    for variable in [name for name in os.environ if name.startswith("KOPPLER_")]:
        del os.environ[variable]
    keyring.set_keyring(keyring.backends.fail.Keyring())


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, folder in _folder_variables(tmp_path_factory.mktemp("home")).items():
        monkeypatch.setenv(variable, folder)
    for variable in [name for name in os.environ if name.startswith("KOPPLER_")]:
        monkeypatch.delenv(variable)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, which KOPPLER_HOME names."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("KOPPLER_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the checkout; a test that needs it is skipped where it is absent."""
    if not _SHARED.is_dir():
        pytest.skip("the reference material is not beside this checkout")
    return _SHARED


# Keystore ------------------------------------------------------------------------------------------------------------


class MemoryKeyring(KeyringBackend):
    """A keystore that works, and forgets everything with the test."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.passwords.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


@pytest.fixture(autouse=True)
def _no_keyring() -> Iterator[None]:
    """Every test starts without a working keystore, as on a server."""
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(keyring.backends.fail.Keyring())


@pytest.fixture
def memory_keyring(_no_keyring: None) -> MemoryKeyring:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    return backend


# Language ------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


# Log -----------------------------------------------------------------------------------------------------------------


class _WarningLog(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


class ExpectedWarnings:
    """Announces log records from WARNING upwards: `expected_warnings("could not be read")`.

    The pattern is searched for in `LEVEL logger: message`. An announced warning that never comes fails the test as
    well, unless it is announced with `is_certain=False`.
    """

    def __init__(self) -> None:
        self._patterns: list[tuple[re.Pattern[str], bool]] = []

    def __call__(self, pattern: str, *, is_certain: bool = True) -> None:
        self._patterns.append((re.compile(pattern), is_certain))

    def unannounced(self, lines: list[str]) -> list[str]:
        return [line for line in lines if not any(pattern.search(line) for pattern, _ in self._patterns)]

    def missing(self, lines: list[str]) -> list[str]:
        return [
            pattern.pattern
            for pattern, is_certain in self._patterns
            if is_certain and not any(pattern.search(line) for line in lines)
        ]


@pytest.fixture
def expected_warnings() -> ExpectedWarnings:
    return ExpectedWarnings()


@pytest.fixture(autouse=True)
def _no_unexpected_warnings(expected_warnings: ExpectedWarnings) -> Iterator[None]:
    handler = _WarningLog()
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
    unannounced, missing = expected_warnings.unannounced(handler.lines), expected_warnings.missing(handler.lines)
    if unannounced:
        pytest.fail("unexpected warnings in the log:\n" + "\n".join(unannounced), pytrace=False)
    if missing:
        pytest.fail("expected in the log, but never written: " + ", ".join(missing), pytrace=False)


# Environment of started programs -------------------------------------------------------------------------------------


@pytest.fixture
def program_environment() -> Callable[..., dict[str, str]]:
    """The environment for a program under test: isolated like the test itself, plus what is passed in."""

    def build(**extra: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **extra}

    return build
