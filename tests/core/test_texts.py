"""Texts translate when they are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core.texts import LANGUAGES, Text, current_language, ntext, text, use_language, verbatim


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language("en")


def test_a_text_fills_in_its_values() -> None:
    assert str(text("{count} of {total}", count=3, total=9)) == "3 of 9"


def test_a_text_may_stand_within_a_text() -> None:
    assert str(text("{what} failed", what=text("Sign-in"))) == "Sign-in failed"


@pytest.mark.parametrize(("count", "shown"), [(1, "1 order"), (2, "2 orders")])
def test_plural_forms_follow_the_count(count: int, shown: str) -> None:
    assert str(ntext("{count} order", "{count} orders", count)) == shown


def test_braces_in_foreign_words_are_left_alone() -> None:
    assert str(verbatim('{"message": "no"}')) == '{"message": "no"}'


def test_a_text_without_values_keeps_its_braces() -> None:
    assert str(text("customer{customer_id}@example.com")) == "customer{customer_id}@example.com"


def test_a_text_is_not_walked_by_mistake() -> None:
    with pytest.raises(TypeError):
        "".join(text("abc"))


def test_an_unknown_language_falls_back_to_english() -> None:
    use_language("xx")
    assert current_language() == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_be_used(language: str) -> None:
    use_language(language)
    assert current_language() == language
    assert str(Text("")) == ""
