"""The guards in conftest.py hold; each is tried once, because a guard that sleeps is worse than none."""

import logging
import os
import socket
from pathlib import Path

import keyring
import platformdirs
import pytest
from keyring.errors import KeyringError


def test_a_connection_beyond_loopback_is_refused(request: pytest.FixtureRequest) -> None:
    guard = request.getfixturevalue("_network_guard")
    with socket.socket() as connection, pytest.raises(RuntimeError, match="only"):
        connection.connect(("192.0.2.1", 80))
    assert guard.violations == ["socket.connect to 192.0.2.1"]
    guard.violations.clear()


def test_a_look_up_beyond_loopback_is_refused(request: pytest.FixtureRequest) -> None:
    guard = request.getfixturevalue("_network_guard")
    with pytest.raises(RuntimeError, match="only"):
        socket.getaddrinfo("shop.example", 443)
    guard.violations.clear()


def test_names_under_invalid_do_not_resolve() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("shop.invalid", 443)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_user_folders_lie_in_a_temporary_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    assert Path.home().is_relative_to(base)
    if os.name == "posix":
        assert Path(platformdirs.user_data_dir("koppler")).is_relative_to(base)


def test_the_keystore_does_not_work_unless_asked_for() -> None:
    with pytest.raises(KeyringError):
        keyring.set_password("koppler", "key", "made up")


def test_the_memory_keystore_keeps_and_forgets(memory_keyring: object) -> None:
    keyring.set_password("koppler", "key", "made up")
    assert keyring.get_password("koppler", "key") == "made up"
    keyring.delete_password("koppler", "key")
    assert keyring.get_password("koppler", "key") is None


def test_an_announced_warning_is_accepted(expected_warnings) -> None:
    expected_warnings(r"disk is nearly full")
    logging.getLogger("koppler.test").warning("the disk is nearly full")


def test_unannounced_and_missing_warnings_are_both_found(expected_warnings) -> None:
    announced = type(expected_warnings)()
    announced("slow answer")
    assert announced.unannounced(["WARNING a: slow answer", "ERROR b: no answer"]) == ["ERROR b: no answer"]
    assert announced.missing(["ERROR b: no answer"]) == ["slow answer"]
