"""One broken row never stops the others, and says what was wrong with it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.records import Unreadable
from app.sdk.legible import CurrencyMissingError, readable

ROW = {"id": 7, "email": "greta@example.com"}


def test_a_row_that_can_be_read_is_the_record() -> None:
    assert readable("7", ROW, lambda: "record") == "record"


@pytest.mark.parametrize("build", [lambda: ROW["name"], lambda: Decimal("x"), lambda: int("x"), lambda: Decimal("")])
def test_a_row_that_cannot_be_read_keeps_its_id_and_content(build) -> None:
    found = readable("7", ROW, build)
    assert isinstance(found, Unreadable)
    assert (found.id, found.reason, found.raw) == ("7", "unreadable", ROW)


def test_a_missing_currency_has_a_reason_of_its_own() -> None:
    def build() -> object:
        raise CurrencyMissingError("currency is empty")

    found = readable("7", ROW, build)
    assert isinstance(found, Unreadable)
    assert (found.reason, found.message) == ("currency_missing", "CurrencyMissingError: currency is empty")


def test_the_message_can_leave_out_what_stood_in_the_field() -> None:
    def build() -> object:
        raise ValueError("not a date: greta@example.com")

    found = readable("7", ROW, build, told=lambda error: type(error).__name__)
    assert isinstance(found, Unreadable)
    assert found.message == "ValueError"
