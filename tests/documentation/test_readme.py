"""What the README promises is tried: commands, examples, links, pictures, the table of systems."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import systems_table
from app.cli.arguments import parser
from app.cli.balance import summary
from app.cli.exits import Exit
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.records import Kind
from app.core.texts import use_language
from app.sdk.registry import Registry
from bootstrapping.commands import _COMMANDS
from tests.conftest import ROOT
from tests.documentation.markdown import anchors, fences, images, links, rows

README = ROOT / "README.md"
_DOCUMENTS = (README, ROOT / "app" / "connectors" / "README.md", ROOT / "tests" / "README.md", ROOT / "CHANGELOG.md")
_PICTURES = ROOT / "resources" / "pictures"
_FOR_OWNERS = README.read_text(encoding="utf-8").split("# For developers", 1)[0]


# Systems --------------------------------------------------------------------------------------------------------------


def test_the_table_of_systems_is_up_to_date() -> None:
    table = systems_table.rendered(Registry.discover())
    readme = README.read_text(encoding="utf-8")
    assert readme == systems_table.renewed(readme, table), "run: python packaging/systems_table.py"


def test_the_table_is_in_english_whatever_the_language() -> None:
    expected = systems_table.rendered(Registry.discover())
    use_language("de")
    assert systems_table.rendered(Registry.discover()) == expected


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="once each"):
        systems_table.renewed("no table here", "")


# Commands -------------------------------------------------------------------------------------------------------------


def _commands() -> list[str]:
    lines = [line for fence in fences(README) if not fence.language for line in fence.body.splitlines()]
    return [
        re.split(r"\s{2,}| (?=\.csv or|a practice system)", line)[0] for line in lines if line.startswith("koppler ")
    ]


@pytest.mark.parametrize("command", _commands())
def test_every_command_of_the_readme_can_be_typed(command: str) -> None:
    parser().parse_args(shlex.split(command)[1:])


def test_the_readme_names_every_command_and_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    known = set(re.findall(r"^ {4}(\w+) ", capsys.readouterr().out, re.MULTILINE)) - {"COMMAND"}
    assert known == {shlex.split(command)[1] for command in _commands()}


def test_every_set_up_command_exists() -> None:
    named = set(re.findall(r"bootstrap\.py (\w+)", README.read_text(encoding="utf-8")))
    assert named == set(_COMMANDS)


def test_the_exit_codes_are_those_of_the_program() -> None:
    assert [int(code) for code, _ in rows(README, "Command line")] == [each.value for each in Exit]


def test_the_example_of_a_summary_has_the_fields_of_a_real_one() -> None:
    [shown] = [json.loads(fence.body) for fence in fences(README) if fence.language == "json"]
    counts = {Outcome.CREATED: 107, Outcome.SKIPPED: 13}
    balance = Balance({Kind.ORDERS: FlowBalance(120, counts, {"guest_order": 13})})
    assert shown == {"event": "summary", **summary(balance, is_finished=True)}


def test_the_declaration_of_the_readme_can_be_applied(
    tmp_path: Path, program_environment: Callable[..., dict[str, str]]
) -> None:
    [declared] = [fence.body for fence in fences(README) if fence.language == "toml"]
    file = tmp_path / "shop.toml"
    file.write_text(declared, encoding="utf-8")
    keys = {
        "BIGCOMMERCE_ACCESS_TOKEN": Registry.discover().of("bigcommerce").simulator(20).secrets["access_token"],
        "ACTIVECAMPAIGN_API_KEY": Registry.discover().of("activecampaign").simulator(20).secrets["api_key"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "app", "--data-dir", tmp_path / "data", "--json", "apply", file],
        env=program_environment(**keys),
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"created"') == 3


# Words and links ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", _DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in links(document):
        target, _, anchor = link.partition("#")
        if target.startswith("https://"):
            continue
        file = (document.parent / target).resolve() if target else document
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


def test_every_file_that_is_named_exists() -> None:
    for document in _DOCUMENTS:
        named = re.findall(r"`((?:app|tests|packaging|resources)/[\w./-]+\.\w+)`", document.read_text(encoding="utf-8"))
        assert [each for each in named if not (ROOT / each).is_file()] == [], document


def test_pictures_are_described_in_words() -> None:
    for image in images(README):
        file = image.get("src") or image["srcset"]
        assert file.startswith("resources/pictures/")
        assert image["tag"] == "source" or len(image["alt"]) > 40, file
        if _PICTURES.is_dir():
            assert (ROOT / file).is_file(), file


def test_buttons_and_headings_are_called_as_in_the_window() -> None:
    program = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    prose = systems_table.renewed(_FOR_OWNERS, "")
    named = {each for each in re.findall(r"\*\*([^*]+)\*\*", prose) if not each.endswith((".", ":", '"'))}
    wording = {each for each in named if f'"{each}"' not in program}
    assert wording <= {"The first time", "The second time", "Keys", "Data", "The log", "One person", "Support"}
