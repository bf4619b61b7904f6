"""Single values out of IdoSell's answers, which mix numbers and texts, y/n and yes/no, and lists for empty objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, TypeVar

from app.core.money import Money, currency_code, decimal_from
from app.core.records import Address, Unreadable
from app.sdk import legible
from app.sdk.legible import CurrencyMissingError

Row = Mapping[str, Any]
AnyRecord = TypeVar("AnyRecord")

_EMPTY: Row = {}
# ISO 639-3, as IdoSell names languages, to ISO 639-1.
_LANGUAGES = {
    "pol": "pl",
    "eng": "en",
    "ger": "de",
    "deu": "de",
    "fre": "fr",
    "fra": "fr",
    "cze": "cs",
    "ces": "cs",
    "slo": "sk",
    "slk": "sk",
    "spa": "es",
    "ita": "it",
    "hun": "hu",
    "rum": "ro",
    "ron": "ro",
    "ukr": "uk",
    "dut": "nl",
    "nld": "nl",
    "swe": "sv",
    "dan": "da",
    "fin": "fi",
    "por": "pt",
    "lit": "lt",
    "rus": "ru",
}


def words(raw: object) -> str:
    """Text as it is, numbers as text, nothing for null and for objects."""
    return "" if raw is None or isinstance(raw, dict | list) else str(raw).strip()


def is_yes(raw: object) -> bool:
    return raw is True or words(raw).lower() in {"y", "yes", "true", "1"}


def part(row: Row, name: str) -> Row:
    """An object within a row. PHP writes an empty one as ``[]``."""
    found = row.get(name)
    return found if isinstance(found, dict) else _EMPTY


def rows_of(raw: object) -> list[Row]:
    """A list within a row; PHP writes a list with gaps, or keyed by something, as an object."""
    found = raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else []
    return [each for each in found if isinstance(each, dict)]


def moment(raw: object, zone: tzinfo) -> datetime | None:
    """``YYYY-MM-DD HH:MM:SS`` in the shop's zone; None for what stands for "never": ``0``, ``0000-00-00 …``, nothing.

    The hour that comes twice in autumn is taken as the first one; the manifest names it as the granularity.
    """
    told = words(raw)
    if not told.strip("0-: "):
        return None
    found = datetime.fromisoformat(told)
    if found.tzinfo is None:
        # With the offset of that day: in the hour that comes twice, a named zone equals no moment of another zone.
        found = found.replace(tzinfo=timezone(found.replace(tzinfo=zone).utcoffset() or timedelta(0)))
    return found


def moment_if_readable(raw: object, zone: tzinfo) -> datetime | None:
    """For dates beside the record at hand: one that makes no sense counts as none."""
    try:
        return moment(raw, zone)
    except ValueError:
        return None


def day(raw: object) -> date | None:
    told = words(raw)[:10]
    try:
        return date.fromisoformat(told) if told.strip("0-") else None
    except ValueError:
        return None


def as_filter(at: datetime, zone: tzinfo) -> str:
    """For filters: the shop's local time, which is what it compares with."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def money(raw: object, currency: str) -> Money:
    """Amounts are numbers or texts; nothing is nothing to pay."""
    return Money(decimal_from(words(raw).replace(",", ".") or "0"), currency)


def currency_from(raw: object) -> str:
    """Raises CurrencyMissingError."""
    try:
        return currency_code(words(raw))
    except ValueError:
        raise CurrencyMissingError("currencyId is empty or no currency") from None


def quantity_from(raw: object) -> Decimal | None:
    """None for -1, which means: available, without a number."""
    found = decimal_from(words(raw) or "0")
    return None if found < 0 else found


def language(raw: object) -> str:
    told = words(raw).lower()
    return _LANGUAGES.get(told, told)


def country(code: object, name: object = "") -> str:
    """The ISO code where it is one; older panels have numbers of their own, where the name says more."""
    told = words(code)
    if len(told) == 2 and told.isalpha():
        return told.upper()
    return words(name) or told


def web_address(raw: object) -> str:
    """Images come without a scheme: ``//shop.example/x.jpg``."""
    told = words(raw)
    return f"https:{told}" if told.startswith("//") else told


def billing_address(raw: Row) -> Address | None:
    """Out of a client's or an order's billing address, which name their fields alike."""
    found = Address(
        first_name=words(raw.get("clientFirstName")),
        last_name=words(raw.get("clientLastName")),
        company=words(raw.get("clientFirm")),
        street=words(raw.get("clientStreet")),
        postcode=words(raw.get("clientZipCode")),
        city=words(raw.get("clientCity")),
        region=words(raw.get("clientProvince")),
        country=country(raw.get("clientCountryId"), raw.get("clientCountryName")),
        phone=words(raw.get("clientPhone1")) or words(raw.get("clientPhone2")),
    )
    return None if found == Address() else found


def readable(record_id: str, raw: Row, build: Callable[[], AnyRecord]) -> AnyRecord | Unreadable:
    """The record, or which field could not be read."""
    return legible.readable(record_id, raw, build, told=_told)


def _told(error: Exception) -> str:
    """The kind of fault and the field: what stands in a field may be somebody's name."""
    named = f": {error}" if isinstance(error, CurrencyMissingError | KeyError | MissingError) else ""
    return f"{type(error).__name__}{named}"


class MissingError(ValueError):
    """A field that a record cannot do without is empty; ``args`` name it."""
