"""What came back over HTTP, read as an error may look."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.sdk.answers import Answer, object_in


def test_an_error_in_json_is_read_without_passing_numbers_through_a_float() -> None:
    assert object_in(Answer(400, {}, b'{"code":"taken","limit":0.10}')) == {"code": "taken", "limit": Decimal("0.10")}


@pytest.mark.parametrize("content", [b"", b"<html>Bad gateway</html>", b'["taken"]', b'"taken"', b"null", b"\xff{"])
def test_an_error_that_is_no_object_is_none(content: bytes) -> None:
    assert object_in(Answer(502, {}, content)) is None
