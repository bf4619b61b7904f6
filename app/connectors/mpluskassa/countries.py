"""Countries as tables offer them, and as the register's addresses and tax codes name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from app.core.texts import Text, text

OTHERS = "*"
"""The row of a table for every country without one of its own."""


@dataclass(frozen=True, slots=True)
class Country:
    alpha_2: str
    alpha_3: str
    name: Text


_KNOWN = (
    Country("AT", "AUT", text("Austria")),
    Country("BE", "BEL", text("Belgium")),
    Country("BG", "BGR", text("Bulgaria")),
    Country("CH", "CHE", text("Switzerland")),
    Country("CY", "CYP", text("Cyprus")),
    Country("CZ", "CZE", text("Czechia")),
    Country("DE", "DEU", text("Germany")),
    Country("DK", "DNK", text("Denmark")),
    Country("EE", "EST", text("Estonia")),
    Country("ES", "ESP", text("Spain")),
    Country("FI", "FIN", text("Finland")),
    Country("FR", "FRA", text("France")),
    Country("GB", "GBR", text("United Kingdom")),
    Country("GR", "GRC", text("Greece")),
    Country("HR", "HRV", text("Croatia")),
    Country("HU", "HUN", text("Hungary")),
    Country("IE", "IRL", text("Ireland")),
    Country("IT", "ITA", text("Italy")),
    Country("LI", "LIE", text("Liechtenstein")),
    Country("LT", "LTU", text("Lithuania")),
    Country("LU", "LUX", text("Luxembourg")),
    Country("LV", "LVA", text("Latvia")),
    Country("MT", "MLT", text("Malta")),
    Country("NL", "NLD", text("Netherlands")),
    Country("NO", "NOR", text("Norway")),
    Country("PL", "POL", text("Poland")),
    Country("PT", "PRT", text("Portugal")),
    Country("RO", "ROU", text("Romania")),
    Country("SE", "SWE", text("Sweden")),
    Country("SI", "SVN", text("Slovenia")),
    Country("SK", "SVK", text("Slovakia")),
    Country("US", "USA", text("United States")),
)
_LANGUAGES = ("pl", "fr", "de", "nl", "en")
_BY_CODE = {code: each for each in _KNOWN for code in (each.alpha_2, each.alpha_3)}
TABLE_KEYS: Mapping[str, Text] = {
    OTHERS: text("All other countries"),
    **{each.alpha_2: each.name for each in _KNOWN},
}


def country(words: str) -> Country | None:
    """By a code of two or three letters, or by its name; None for what is not in the list."""
    return _BY_CODE.get(words.strip().upper()) or _BY_CODE.get(_names().get(words.strip().casefold(), ""))


def alpha_2(words: str) -> str:
    """The code of two letters, or the words as they stand where they name no country."""
    found = country(words)
    return found.alpha_2 if found else _names().get(words.strip().casefold(), words.strip())


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Codes by names: a register's addresses name countries in the language of its shop."""
    told: dict[str, str] = {}
    for language in _LANGUAGES:
        territories: Mapping[str, str] = Locale(language).territories
        told |= {name.casefold(): code for code, name in territories.items() if len(code) == 2 and code.isalpha()}
    return told


def alpha_3(words: str) -> str:
    """Empty where the words name no country of the list."""
    found = country(words)
    return found.alpha_3 if found else ""


def row_for(table: Mapping[str, str], words: str) -> str:
    """The table's value for a country, else that of all others, else empty."""
    return table.get(alpha_2(words)) or table.get(OTHERS, "")
