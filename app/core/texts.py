"""Texts in the person's language.

``_`` and ``ngettext`` translate at once. ``text`` and ``ntext`` build a :class:`Text` that translates when it is shown,
for texts that outlive a change of language: labels in manifests, reasons in the ledger, events in the log.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from app.core.resources import resource_path

LANGUAGES = ("en", "de", "pl")
_DOMAIN = "koppler"


class _Catalogue:
    """The one catalogue in use; gettext itself works with a process-wide language, so this does too."""

    language = "en"
    translations: gettext.NullTranslations = gettext.NullTranslations()


def use_language(language: str) -> None:
    """Switch every text shown from now on; unknown languages fall back to English."""
    _Catalogue.language = language if language in LANGUAGES else "en"
    _Catalogue.translations = _load(_Catalogue.language)


def current_language() -> str:
    return _Catalogue.language


@lru_cache(maxsize=len(LANGUAGES))
def _load(language: str) -> gettext.NullTranslations:
    if language == "en":  # the messages themselves are English: compiling a catalogue of them is felt at every start
        return gettext.NullTranslations()
    folder = resource_path("locale", language, "LC_MESSAGES")
    source, compiled = folder / f"{_DOMAIN}.po", folder / f"{_DOMAIN}.mo"
    if compiled.is_file() and not (source.is_file() and source.stat().st_mtime > compiled.stat().st_mtime):
        with compiled.open("rb") as stream:
            return gettext.GNUTranslations(stream)
    if source.is_file():
        return _compile(source.read_bytes())
    return gettext.NullTranslations()


def _compile(po: bytes) -> gettext.GNUTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = io.BytesIO()
    write_mo(buffer, read_po(io.BytesIO(po)))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def _(message: str) -> str:
    return _Catalogue.translations.gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    return _Catalogue.translations.ngettext(singular, plural, count)


@dataclass(frozen=True, slots=True)
class Text:
    """A message with its values, translated whenever it becomes a ``str``. Values may be texts themselves."""

    message: str
    plural: str | None = None
    count: int = 0
    values: tuple[tuple[str, object], ...] = field(default=())

    def __str__(self) -> str:
        pattern = _(self.message) if self.plural is None else ngettext(self.message, self.plural, self.count)
        return pattern.format(**dict(self.values)) if self.values else pattern

    def __bool__(self) -> bool:
        return bool(self.message)

    def __iter__(self) -> Iterator[str]:  # a Text is shown, never walked: guards against "".join(text)
        raise TypeError("a Text is not a sequence; call str() on it")


def text(message: str, **values: object) -> Text:
    return Text(message, values=tuple(values.items()))


def ntext(singular: str, plural: str, count: int, **values: object) -> Text:
    return Text(singular, plural, count, tuple({"count": count, **values}.items()))


@lru_cache(maxsize=1)
def _own_messages() -> frozenset[str]:
    """The patterns of the program: those that its catalogues translate."""
    found: set[str] = set()
    for language in LANGUAGES:
        catalogue: dict[str | tuple[str, int], str] = getattr(_load(language), "_catalog", {})
        found |= {key if isinstance(key, str) else key[0] for key in catalogue}
    return frozenset(found - {""})


def is_own_message(message: str) -> bool:
    """Whether the program itself says so; words that somebody entered, or a vendor said, are in no catalogue."""
    return message in _own_messages()


def verbatim(words: str) -> Text:
    """Words that are nobody's to translate, such as a vendor's own answer."""
    return Text("{words}", values=(("words", words),))
