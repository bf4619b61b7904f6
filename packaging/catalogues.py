"""Keeps the translation catalogues in step with the program.

python packaging/catalogues.py extract   write the template resources/locale/koppler.pot from the texts in app/
python packaging/catalogues.py update    extract, then bring de, en and pl up to date; new texts wait untranslated
python packaging/catalogues.py check     fail, naming each text, where anything is missing, doubtful or inconsistent
"""

import argparse
import ast
import contextlib
import copy
import io
import string
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("de", "en", "pl")
SOURCE_LANGUAGE = "en"
# Which argument of which function is a text; the same names are declared to ruff in pyproject.toml.
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "text": None, "ngettext": (1, 2), "ntext": (1, 2)}
_DOMAIN = "koppler"
# Catalogues change only when texts do, so they carry no date of the day.
_CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def locale_folder(root: Path) -> Path:
    return root / "resources" / "locale"


def template_path(root: Path) -> Path:
    return locale_folder(root) / f"{_DOMAIN}.pot"


def catalogue_path(root: Path, language: str) -> Path:
    return locale_folder(root) / language / "LC_MESSAGES" / f"{_DOMAIN}.po"


def extract_template(root: Path) -> Catalog:
    template = _new_catalog(None)
    with contextlib.redirect_stderr(io.StringIO()):  # Babel remarks on every text(""), which means: no text
        found = list(
            extract_from_dir(
                root / "app",
                method_map=[("**.py", "python")],
                keywords=KEYWORDS,
                comment_tags=("Translators:",),
                strip_comment_tags=True,
            )
        )
    for filename, _line, message, comments, context in found:
        template.add(message, locations=[(f"app/{filename}", 0)], auto_comments=comments, context=context)
    return template


def update_catalogues(root: Path) -> None:
    extracted = extract_template(root)
    _write(template_path(root), extracted)
    for language in LANGUAGES:
        template = copy.deepcopy(extracted)  # Babel puts the template's own messages into the catalogue it updates
        path = catalogue_path(root, language)
        catalogue = _read(path, language) or _new_catalog(language)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        if language == SOURCE_LANGUAGE:
            _translate_to_itself(catalogue)
        _write(path, catalogue)


def find_problems(root: Path) -> Iterator[str]:
    """One line per problem, naming file and text."""
    yield from find_computed_texts(root / "app")
    template = extract_template(root)
    wanted = _keys(template)
    yield from _compare_keys(template_path(root).relative_to(root), _read(template_path(root), None), wanted)
    for language in LANGUAGES:
        path = catalogue_path(root, language)
        catalogue = _read(path, language)
        name = path.relative_to(root)
        yield from _compare_keys(name, catalogue, wanted)
        if catalogue is not None:
            yield from find_bad_translations(name, catalogue)


def find_bad_translations(name: Path, catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        if not message.id:
            continue
        shown = _shown(message)
        if message.fuzzy:
            yield f"{name}: the translation of {shown} is marked as doubtful (fuzzy)"
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        expected = catalogue.num_plurals if message.pluralizable else 1
        if len(forms) != expected or not all(form.strip() for form in forms):
            yield f"{name}: no complete translation of {shown}"
            continue
        yield from (f"{name}: {shown}: {problem}" for problem in _compare_placeholders(message, forms))


def find_computed_texts(folder: Path) -> Iterator[str]:
    """Calls whose text is no literal: extraction passes over them in silence, and they would stay English."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder.parent)
        if name.as_posix() == "app/core/texts.py":  # the functions themselves pass texts on
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in KEYWORDS:
                continue
            count = len(KEYWORDS[node.func.id] or (1,))
            if not all(_is_literal(argument) for argument in node.args[:count]) or len(node.args) < count:
                yield f"{name}:{node.lineno}: the text given to {node.func.id}() is computed; it must be a literal"


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def placeholders(message: str) -> frozenset[str]:
    """The names in braces, without attribute look-ups and formats.

    Raises:
        ValueError: when the braces do not match.
    """
    return frozenset(
        field.partition(".")[0].partition("[")[0]
        for _literal, field, _spec, _conversion in string.Formatter().parse(message)
        if field is not None
    )


def _compare_placeholders(message: Message, forms: Sequence[str]) -> Iterator[str]:
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    try:
        allowed = {placeholders(original) for original in originals}
    except ValueError:
        return  # a text that is never formatted may hold single braces
    required = placeholders(originals[-1])
    for index, form in enumerate(forms):
        try:
            found = placeholders(form)
        except ValueError:
            yield f"the braces in {form!r} do not match"
            continue
        if found == required or (index == 0 and found in allowed):
            continue
        yield f"the placeholders in {form!r} are {_names(found)}, not {_names(required)}"


def _names(found: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(found)) or "none"


def _keys(catalogue: Catalog) -> Mapping[tuple[str, ...], Message]:
    keys: dict[tuple[str, ...], Message] = {}
    for message in catalogue:
        if message.id:
            parts = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            keys[(message.context or "", *parts)] = message
    return keys


def _compare_keys(name: Path, catalogue: Catalog | None, wanted: Mapping[tuple[str, ...], Message]) -> Iterator[str]:
    if catalogue is None:
        yield f"{name}: the file is missing; run: python packaging/catalogues.py update"
        return
    present = _keys(catalogue)
    for key in sorted(wanted.keys() - present.keys()):
        yield f"{name}: {_shown(wanted[key])} is missing; run: python packaging/catalogues.py update"
    for key in sorted(present.keys() - wanted.keys()):
        yield f"{name}: {_shown(present[key])} is used nowhere; run: python packaging/catalogues.py update"


def _shown(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])


def _translate_to_itself(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            message.string = message.id


def _new_catalog(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain=_DOMAIN,
        project="Koppler",
        version="1",
        copyright_holder="The Koppler maintainers",
        msgid_bugs_address="the Koppler maintainers",
        last_translator="The Koppler maintainers",
        language_team=language or "none",
        creation_date=_CREATED,
        revision_date=_CREATED,
        header_comment="# Texts of Koppler.",
        fuzzy=False,
    )


def _read(path: Path, language: str | None) -> Catalog | None:
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return read_po(stream, locale=language, domain=_DOMAIN, abort_invalid=True)


def _write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="packaging/catalogues.py", description="Translation catalogues of Koppler.")
    parser.add_argument("command", choices=("extract", "update", "check"))
    command = parser.parse_args(arguments).command
    if command == "extract":
        _write(template_path(ROOT), extract_template(ROOT))
    elif command == "update":
        update_catalogues(ROOT)
    problems = list(find_problems(ROOT)) if command == "check" else []
    for problem in problems:
        print(problem)
    if command == "check":
        print(f"{len(problems)} problems" if problems else "Every text is translated.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
