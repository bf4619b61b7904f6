"""At a terminal a missing secret is asked for, unseen; it is never typed as an argument."""

from __future__ import annotations

import sys

import pytest

from tests.cli.conftest import Koppler, Set


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, practice: Set) -> list[str]:
    """The questions; every one is answered with the practice shop's key."""
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return str(practice.shop.simulator.secrets["access_token"])

    monkeypatch.delenv("SHOP_ACCESS_TOKEN")
    monkeypatch.setattr("getpass.getpass", answer)
    return questions


def test_a_missing_secret_is_asked_for_at_a_terminal(
    koppler: Koppler, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    outcome = koppler("check", "shop", "--json")
    assert outcome.code == 0
    assert len(asked) == 1
    assert "shop" in asked[0]


def test_nobody_is_asked_without_a_terminal(koppler: Koppler, asked: list[str]) -> None:
    outcome = koppler("check", "shop", "--json")
    assert outcome.code == 3
    assert outcome.event("stage")["field"] == "access_token"
    assert asked == []
