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


# The passphrase ------------------------------------------------------------------------------------------------------


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at a terminal types, unseen, one answer after another."""
    answers: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _question: answers.pop(0))
    return answers


def test_a_passphrase_is_chosen_and_changed_at_a_terminal(koppler: Koppler, typed: list[str]) -> None:
    typed += ["correct horse", "correct horse"]
    assert koppler("passphrase").code == 0
    typed += ["correct horse", "battery staple", "battery staple"]
    outcome = koppler("passphrase", "--json")
    assert outcome.code == 0
    assert outcome.event("passphrase") == {"event": "passphrase", "changed": True}
    typed += ["correct horse", "another one", "another one"]
    refused = koppler("passphrase")
    assert refused.code == 3
    assert "not the right one" in refused.err
    assert "horse" not in refused.err


def test_a_passphrase_that_is_not_repeated_changes_nothing(koppler: Koppler, typed: list[str]) -> None:
    typed += ["correct horse", "correct hoarse"]
    assert "differ" in koppler("passphrase").err
    typed += ["battery staple", "battery staple"]
    assert koppler("passphrase").code == 0


def test_whoever_ends_the_input_instead_of_typing_is_not_told_of_a_fault(
    koppler: Koppler, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", end)
    outcome = koppler("passphrase")
    assert outcome.code == 3
    assert "Nothing was entered" in outcome.err
    typed += ["battery staple", "battery staple"]
    monkeypatch.setattr("getpass.getpass", lambda _question: typed.pop(0))
    assert koppler("passphrase").code == 0


def test_a_passphrase_is_no_argument(koppler: Koppler) -> None:
    assert koppler("passphrase", "correct horse").code == 2
    assert koppler("passphrase").code == 3
