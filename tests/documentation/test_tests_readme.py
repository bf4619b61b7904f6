"""The table of proofs names tests that exist."""

from __future__ import annotations

import re

from tests.conftest import ROOT
from tests.documentation.markdown import rows

_TESTS = ROOT / "tests"
_ROWS = rows(_TESTS / "README.md", "What goes wrong elsewhere")


def test_every_kind_of_failure_stands_there_once() -> None:
    assert [int(row[0]) for row in _ROWS] == list(range(1, 47))


def test_every_proof_is_a_test_that_exists() -> None:
    for _, _, _, proofs in _ROWS:
        for proof in re.findall(r"`([^`]+)`", proofs):
            file, _, name = proof.partition("::")
            assert re.search(rf"^(async )?def {name}\(", (_TESTS / file).read_text(encoding="utf-8"), re.MULTILINE), (
                proof
            )


def test_what_is_not_fully_proven_says_what_is_missing() -> None:
    for number, _, state, proofs in _ROWS:
        assert re.match(r"yes$|in part: .{20,}|not yet: .{20,}", state), number
        assert bool(proofs) is not state.startswith("not yet"), number


def test_every_folder_of_tests_is_described() -> None:
    folders = {path.name for path in _TESTS.iterdir() if path.is_dir() and list(path.rglob("*.py"))}
    described = " ".join(row[0] for row in rows(_TESTS / "README.md", "How they are organised"))
    assert folders <= set(re.findall(r"`(\w+)/`", described))
