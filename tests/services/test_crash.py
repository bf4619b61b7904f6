"""What the program says of its own faults holds no secret."""

from __future__ import annotations

import logging
import sys
import threading

import pytest

from app.sdk.redaction import Redactor
from app.services.crash import guarded_standard_error

SECRET = "canary+secret/with ümläut"


def fail() -> None:
    token = SECRET
    raise RuntimeError(f"the vendor said {token!r} of paula.poststempel@example.com")


def test_a_logged_exception_is_told_without_secrets_and_addresses(
    capsys: pytest.CaptureFixture[str], expected_warnings
) -> None:
    expected_warnings("it went wrong")
    with guarded_standard_error(Redactor([SECRET])):
        try:
            fail()
        except RuntimeError:
            logging.getLogger("app.made_up").exception("it went wrong with %s", SECRET)
    told = capsys.readouterr().err
    assert "RuntimeError: the vendor said '•••' of p•••@example.com" in told
    assert "it went wrong with •••" in told


def test_an_exception_that_ends_a_thread_or_the_program_is_told_without_secrets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = sys.excepthook
    with guarded_standard_error(Redactor([SECRET])):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        try:
            fail()
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    told = capsys.readouterr().err
    assert told.count("RuntimeError: the vendor said '•••'") == 2
    assert SECRET not in told
    assert sys.excepthook is before
