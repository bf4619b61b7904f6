"""``koppler person``: find, erase, allow, with a report as proof."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Koppler, Set


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def somebody(koppler: Koppler, practice: Set) -> str:
    """The address of somebody whom an import has brought over."""
    assert koppler("run", "shop-to-mail", "--historical", "--json").code in {0, 1}
    people = practice.mail.simulator.snapshot()
    return next(word for word in _addresses(people) if koppler_knows(koppler, word))


def koppler_knows(koppler: Koppler, address: str) -> bool:
    return koppler("person", "find", address, "--json").event("person")["places"]["journal"] > 0


def _addresses(value: object) -> list[str]:
    match value:
        case str():
            return [value] if "@" in value else []
        case dict():
            return [each for inner in value.values() for each in _addresses(inner)]
        case list() | tuple():
            return [each for inner in value for each in _addresses(inner)]
        case _:
            return []


def traces(folder: Path, *words: str) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file()
        for each in words
        if each.encode() in path.read_bytes()
    ]


def test_a_person_is_erased_with_a_report_and_then_not_found_any_more(
    koppler: Koppler, somebody: str, data_dir: Path, tmp_path: Path
) -> None:
    report = tmp_path / "erasure.json"
    outcome = koppler("person", "erase", somebody, "--confirm", "--report", report, "--json")
    assert outcome.code == 0
    told = outcome.event("person")
    assert told["task"] == "erase"
    assert told["places"]["journal"] > 0
    assert told["left"] == 0
    assert [each for each in told["elsewhere"] if "shop" in each]
    assert {"event": "person", **json.loads(report.read_text(encoding="utf-8"))} == told
    assert somebody not in outcome.out + outcome.err + report.read_text(encoding="utf-8")
    assert traces(data_dir, somebody) == []
    again = koppler("person", "find", somebody, "--json").event("person")
    assert (again["found"], again["is_marked"]) == (0, True)


def test_people_read_what_was_found_and_what_is_left_to_do(koppler: Koppler, somebody: str) -> None:
    outcome = koppler("person", "find", somebody)
    assert outcome.code == 0
    assert "Journal of what was sent" in outcome.out
    assert "delete the person there as well" in outcome.out
    assert somebody not in outcome.out


def test_nothing_is_erased_without_consent(koppler: Koppler, somebody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = koppler("person", "erase", somebody, "--json")
    assert refused.code == 3
    assert "--confirm" in refused.event("error")["remedy"]
    monkeypatch.setattr("sys.stdin", Terminal("no\n"))
    assert koppler("person", "erase", somebody).code == 3
    assert koppler_knows(koppler, somebody)
    monkeypatch.setattr("sys.stdin", Terminal("erase\n"))
    assert koppler("person", "erase", somebody).code == 0
    assert not koppler_knows(koppler, somebody)


def test_the_words_can_stay_out_of_the_shells_history(
    koppler: Koppler, somebody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{somebody}\n"))
    assert koppler("person", "find", "-", "--json").event("person")["found"] > 0


def test_an_erased_person_is_left_out_until_allowed_again(koppler: Koppler, somebody: str) -> None:
    assert koppler("person", "erase", somebody, "--confirm").code == 0
    summary = koppler("run", "shop-to-mail", "--historical", "--json").event("summary")
    assert summary["reasons"]["erased_person"] > 0
    assert koppler("person", "allow", somebody, "--json").event("allowed") == {"event": "allowed", "was_marked": True}
    assert koppler("person", "allow", somebody, "--json").event("allowed")["was_marked"] is False
    summary = koppler("run", "shop-to-mail", "--historical", "--json").event("summary")
    assert "erased_person" not in summary["reasons"]


def test_words_for_many_people_are_refused(koppler: Koppler, practice: Set) -> None:
    outcome = koppler("person", "find", "Anna", "--json")
    assert outcome.code == 3
    assert outcome.event("error")["field"] == "words"


def test_why_says_of_an_erased_person_that_they_are_not_sent(koppler: Koppler, somebody: str) -> None:
    assert koppler("person", "erase", somebody, "--confirm").code == 0
    answer = koppler("why", "shop-to-mail", somebody.upper(), "--json").event("answer")
    assert "erased before and is not sent" in answer["sentence"]
    assert koppler("person", "allow", somebody).code == 0
    answer = koppler("why", "shop-to-mail", somebody, "--json").event("answer")
    assert "was not among what was read" in answer["sentence"]
