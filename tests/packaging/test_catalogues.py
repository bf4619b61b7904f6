from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import catalogues

PROGRAM = """
from app.core.texts import _, ngettext, ntext, text
_("Done")
text("{count} orders of {shop.name}", count=1)
ngettext("{count} order", "{count} orders", 2)
ntext("One card", "{count} cards", 2)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "words.py").write_text(PROGRAM, encoding="utf-8")
    catalogues.update_catalogues(tmp_path)
    return tmp_path


def translate(project: Path, language: str, **replacements: str) -> None:
    """Fills every empty translation with its original, except those given by the first word of their original."""
    path = catalogues.catalogue_path(project, language)
    catalogue = catalogues._read(path, language)
    assert catalogue is not None
    for message in catalogue:
        if not message.id:
            continue
        singular, plural = (message.id, message.id) if isinstance(message.id, str) else message.id
        forms = [replacements.get(singular.split()[0].strip("{}"), singular)]
        forms += [plural] * (catalogue.num_plurals - 1)
        message.string = tuple(forms) if message.pluralizable else forms[0]
    catalogues._write(path, catalogue)


def problems_in(project: Path, language: str) -> list[str]:
    return [problem for problem in catalogues.find_problems(project) if f"/{language}/" in problem.replace("\\", "/")]


def test_every_kind_of_text_is_found(project: Path) -> None:
    with catalogues.template_path(project).open("rb") as stream:
        found = {message.id for message in read_po(stream) if message.id}
    assert found == {
        "Done",
        "{count} orders of {shop.name}",
        ("{count} order", "{count} orders"),
        ("One card", "{count} cards"),
    }


def test_english_translates_itself(project: Path) -> None:
    assert problems_in(project, "en") == []


def test_untranslated_texts_are_named(project: Path) -> None:
    assert any("no complete translation of 'Done'" in problem for problem in problems_in(project, "de"))


def test_complete_catalogues_pass(project: Path) -> None:
    for language in ("de", "pl"):
        translate(project, language)
    assert list(catalogues.find_problems(project)) == []


def test_a_singular_may_leave_out_the_number_where_the_original_does(project: Path) -> None:
    translate(project, "pl", One="Jedna karta")
    assert problems_in(project, "pl") == []


def test_a_changed_placeholder_is_named(project: Path) -> None:
    translate(project, "de", count="{anzahl} Bestellungen")
    assert any("{anzahl}" in problem for problem in problems_in(project, "de"))


def test_unmatched_braces_are_named(project: Path) -> None:
    translate(project, "de", count="{count Bestellungen")
    assert any("do not match" in problem for problem in problems_in(project, "de"))


def test_doubtful_translations_are_named(project: Path) -> None:
    translate(project, "de")
    path = catalogues.catalogue_path(project, "de")
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgid "Done"', '#, fuzzy\nmsgid "Done"'), encoding="utf-8"
    )
    assert any("fuzzy" in problem for problem in problems_in(project, "de"))


def test_new_and_dropped_texts_are_named_until_the_catalogues_are_updated(project: Path) -> None:
    for language in ("de", "pl"):
        translate(project, language)
    (project / "app" / "words.py").write_text(PROGRAM.replace('"Done"', '"Ready"'), encoding="utf-8")
    problems = problems_in(project, "pl")
    assert any("'Ready' is missing" in problem for problem in problems)
    assert any("'Done' is used nowhere" in problem for problem in problems)
    catalogues.update_catalogues(project)
    assert problems_in(project, "pl") == [
        f"{catalogues.catalogue_path(project, 'pl').relative_to(project)}: no complete translation of 'Ready'"
    ]


def test_an_update_without_changes_changes_no_byte(project: Path) -> None:
    before = catalogues.catalogue_path(project, "de").read_bytes()
    catalogues.update_catalogues(project)
    assert catalogues.catalogue_path(project, "de").read_bytes() == before


@pytest.mark.parametrize(
    "call", ['_(f"{1} orders")', "text(name)", '_("a" if name else "b")', 'ngettext("one", many, 2)']
)
def test_computed_texts_are_named_with_their_line(project: Path, call: str) -> None:
    (project / "app" / "computed.py").write_text(f"\n{call}\n", encoding="utf-8")
    assert any("computed.py:2" in problem for problem in catalogues.find_problems(project))
