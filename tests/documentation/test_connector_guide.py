"""The guide's connector is taken out of the page and must do what every connector does."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.sdk import manifest, source, target
from tests.conftest import ROOT
from tests.documentation.markdown import anchors, fences, links

GUIDE = ROOT / "app" / "connectors" / "README.md"
_PROGRAM = Path(__file__).with_name("with_connector.py")
_FILES = {"letterbox/__init__.py", "letterbox/manifest.py", "letterbox/target.py", "letterbox/simulator.py"}


@pytest.fixture
def connectors(tmp_path: Path) -> Path:
    folder = tmp_path / "connectors"
    for fence in fences(GUIDE):
        if fence.file:
            file = folder / fence.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence.body, encoding="utf-8")
    return folder


def _started(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(_PROGRAM), *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=100
    )


def test_the_guide_shows_a_whole_connector(connectors: Path) -> None:
    assert {path.relative_to(connectors).as_posix() for path in connectors.rglob("*.py")} == _FILES


def test_the_connector_of_the_guide_passes_the_standard_tests(
    connectors: Path, program_environment: Callable[..., dict[str, str]]
) -> None:
    arguments = (
        "tests/connectors/test_standard.py",
        "-k",
        "letterbox",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    )
    done = _started(program_environment(), connectors, "tests", *arguments)
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 20


def test_a_practice_shop_arrives_in_the_connector_of_the_guide(
    connectors: Path, tmp_path: Path, program_environment: Callable[..., dict[str, str]]
) -> None:
    done = _started(program_environment(), connectors, "run", tmp_path / "data")
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    first, second = told["balances"]
    assert told["finished"] == [True, True]
    assert first["read"] == first["created"] + first["updated"] + first["unchanged"] > 0
    assert second["read"] == second["unchanged"] == first["read"]
    assert told["writes"][0] == told["writes"][1], "the second import writes nothing"
    assert told["after"]["people"] == told["addresses"], "two lost answers have doubled nobody"
    assert told["after"]["subscribed"] > told["before"]["subscribed"]
    assert told["left"] == told["before"]["people"] - told["before"]["subscribed"], "who left stays away"


def test_the_connector_of_the_guide_keeps_the_rules_of_style(connectors: Path) -> None:
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--no-cache",
                "--config",
                str(ROOT / "pyproject.toml"),
                connectors,
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_piece_of_python_in_the_guide_can_be_read() -> None:
    for fence in fences(GUIDE):
        if fence.language == "python":
            ast.parse(fence.body)


def test_the_guide_names_every_part_of_the_contract() -> None:
    words = GUIDE.read_text(encoding="utf-8")
    for protocol in (source.Source, target.Target, target.NamesCulprits, target.MapsFields, target.ListsProducts):
        for name in vars(protocol):
            assert name.startswith("_") or name in words, f"{protocol.__name__}.{name}"
    for name in manifest.Manifest.__dataclass_fields__:
        assert f"`{name}`" in words, f"Manifest.{name}"


def test_every_link_of_the_guide_leads_somewhere() -> None:
    inside = {each.removeprefix("#") for each in links(GUIDE) if each.startswith("#")}
    assert inside <= anchors(GUIDE)
    named = re.findall(r"`(tests/[\w/]+\.py|packaging/[\w/]+\.py|app/[\w/]+\.py)`", GUIDE.read_text(encoding="utf-8"))
    assert [each for each in named if not (ROOT / each).is_file()] == []
