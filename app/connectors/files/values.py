"""Reading one cell: numbers, dates and words as shops and spreadsheets write them in English, German and Polish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.connectors.files.settings import DateOrder, DecimalMark
from app.core.consent import ConsentState
from app.core.records import OrderStatus

Cell = str | Decimal | datetime | date | time | bool | None

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_MONEY_SIGNS = re.compile(r"^(?:[€$£¥]|zł|PLN|EUR|GBP|USD|CHF|Kč)|(?:[€$£¥]|zł|PLN|EUR|GBP|USD|CHF|Kč)$", re.IGNORECASE)
_NUMBER = {
    DecimalMark.COMMA: re.compile(r"(?:\d{1,3}(?:([.'’])\d{3})(?:\1\d{3})*|\d+)(?:,\d*)?|,\d+"),
    DecimalMark.POINT: re.compile(r"(?:\d{1,3}(?:([,'’])\d{3})(?:\1\d{3})*|\d+)(?:\.\d*)?|\.\d+"),
}
_SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "pln": "PLN", "euro": "EUR"}
"""Only signs that mean one currency; ``$`` means many."""


def shown(cell: Cell) -> str:
    """The cell as text. Excel keeps codes as numbers: 85123.0 is the code 85123."""
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case Decimal():
            return plain_number(cell)
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            return cell.strip()


def plain_number(value: Decimal) -> str:
    """Without exponent and without trailing zeros behind the point."""
    words = format(value, "f")
    return words.rstrip("0").rstrip(".") if "." in words else words


def read_number(cell: Cell, mark: DecimalMark) -> Decimal:
    """Groups of thousands must be groups of three, else ``2.55`` in a file with decimal commas would become 255.

    Raises ValueError.
    """
    if isinstance(cell, Decimal):
        return cell
    words = _SPACES.sub("", shown(cell)).replace("\u2212", "-")
    is_negative = words.startswith("(") and words.endswith(")")
    words = _MONEY_SIGNS.sub("", words.strip("()") if is_negative else words)
    if words.endswith("-"):
        is_negative, words = True, words[:-1]
    elif words[:1] in {"-", "+"}:
        is_negative, words = is_negative or words[0] == "-", _MONEY_SIGNS.sub("", words[1:])
    if not _NUMBER[mark].fullmatch(words):
        raise ValueError("not a number")
    if mark is DecimalMark.COMMA:
        words = words.replace(".", "").replace(",", ".")
    value = Decimal(re.sub("[,'’]", "", words))
    return -value if is_negative else value


_NUMERIC_DATE = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?(?:\s*Uhr)?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$")
_DAY_NAME_MONTH = re.compile(r"(\d{1,2})\.?[\s-]+([^\W\d_]+)\.?,?[\s-]+(\d{4})(?:\s*r\.?)?")
_MONTH_DAY_YEAR = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2}),?\s+(\d{4})")
_MONTHS = (
    ("jan", "january", "januar", "jänner", "sty", "stycznia", "styczeń"),
    ("feb", "february", "februar", "lut", "lutego", "luty"),
    ("mar", "march", "märz", "mär", "mrz", "marca", "marzec"),
    ("apr", "april", "kwi", "kwietnia", "kwiecień"),
    ("may", "mai", "maj", "maja"),
    ("jun", "june", "juni", "cze", "czerwca", "czerwiec"),
    ("jul", "july", "juli", "lip", "lipca", "lipiec"),
    ("aug", "august", "sie", "sierpnia", "sierpień"),
    ("sep", "sept", "september", "wrz", "września", "wrzesień"),
    ("oct", "october", "okt", "oktober", "paź", "października", "październik"),
    ("nov", "november", "lis", "listopada", "listopad"),
    ("dec", "december", "dez", "dezember", "gru", "grudnia", "grudzień"),
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}


def numeric_date(words: str) -> tuple[str, str, str, str] | None:
    """First, second, third number and the mark between them, of ``1/12/2010 08:26``; None for other forms."""
    found = _NUMERIC_DATE.match(words.strip())
    return (found[1], found[3], found[4], found[2]) if found else None


@dataclass(frozen=True, slots=True)
class DateReader:
    """Times without an offset are the shop's. A time that the change of clocks repeats is the first of the two."""

    order: DateOrder
    zone: ZoneInfo

    def moment(self, cell: Cell) -> datetime:
        """Aware. Raises ValueError."""
        if isinstance(cell, datetime):
            return cell if cell.tzinfo else cell.replace(tzinfo=self.zone)
        if isinstance(cell, date):
            return datetime.combine(cell, time(), self.zone)
        words = shown(cell)
        day, rest = self._day(words)
        clock, zone = _split_clock(rest)
        return datetime.combine(day, clock, zone or self.zone)

    def day(self, cell: Cell) -> date:
        """Raises ValueError."""
        if isinstance(cell, datetime):
            return cell.date()
        return cell if isinstance(cell, date) else self._day(shown(cell))[0]

    def _day(self, words: str) -> tuple[date, str]:
        if found := _COMPACT_DATE.fullmatch(words):
            clock = ":".join(part or "00" for part in found.groups()[3:]) if found[4] else ""
            return date(int(found[1]), int(found[2]), int(found[3])), clock
        if found := _NUMERIC_DATE.match(words):
            return self._ordered(found[1], found[3], found[4]), words[found.end() :]
        if found := _DAY_NAME_MONTH.match(words):
            return date(int(found[3]), _month(found[2]), int(found[1])), words[found.end() :]
        if found := _MONTH_DAY_YEAR.match(words):
            return date(int(found[3]), _month(found[1]), int(found[2])), words[found.end() :]
        raise ValueError("not a date")

    def _ordered(self, first: str, second: str, third: str) -> date:
        if len(first) > 2 or (self.order is DateOrder.YEAR_FIRST and len(third) <= 2):
            return date(_year(first), int(second), int(third))
        if self.order is DateOrder.MONTH_FIRST:
            return date(_year(third), int(first), int(second))
        return date(_year(third), int(second), int(first))


def _year(digits: str) -> int:
    """Two digits as spreadsheets read them: 00 to 69 in this century."""
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError("not a year")
    return int(digits) + (2000 if int(digits) < 70 else 1900)


def _month(name: str) -> int:
    number = _MONTH_OF.get(name.casefold())
    if number is None:
        raise ValueError("not a month")
    return number


def _split_clock(words: str) -> tuple[time, tzinfo | None]:
    words = words.strip(" ,T\t")
    if not words:
        return time(), None
    offset = _OFFSET.search(words)
    clock_words = words[: offset.start()].strip() if offset else words
    found = _CLOCK.fullmatch(clock_words)
    if not found:
        raise ValueError("not a time")
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower().startswith("p") else 0)
    return time(hour, int(found[2]), int(found[3] or 0)), _offset_zone(offset[0]) if offset else None


def _offset_zone(words: str) -> tzinfo | None:
    return datetime.fromisoformat(f"2000-01-01T00:00:00{words}").tzinfo if words[0] in "+-" else UTC


_YES = {"yes", "y", "true", "1", "ja", "j", "wahr", "tak", "t", "prawda", "x", "on", "subscribed", "abonniert"}
_YES |= {"zapisany", "zapisana", "opt-in", "optin", "angemeldet", "active", "aktiv", "aktywny", "zgoda", "✓"}
_NO = {"no", "n", "false", "0", "nein", "falsch", "nie", "fałsz", "off", "never", "not subscribed", "-"}
_WITHDRAWN = {"unsubscribed", "opt-out", "optout", "opted out", "abgemeldet", "widerrufen", "abbestellt", "withdrawn"}
_WITHDRAWN |= {"wypisany", "wypisana", "wypisano", "wycofano", "wycofana", "rezygnacja", "cofnięta"}


def read_consent(words: str) -> ConsentState:
    """Raises ValueError for a word that means none of them: a consent is never guessed."""
    word = words.strip().casefold()
    for known, state in ((_YES, ConsentState.YES), (_NO, ConsentState.NO), (_WITHDRAWN, ConsentState.WITHDRAWN)):
        if word in known:
            return state
    if word:
        raise ValueError("not a consent")
    return ConsentState.ABSENT


def read_flag(words: str) -> bool:
    """Raises ValueError. WooCommerce writes -1 for a draft."""
    word = words.strip().casefold()
    if word in _YES:
        return True
    if word in _NO or word == "-1":
        return False
    raise ValueError("neither yes nor no")


def read_currency(words: str) -> str:
    """An ISO code; as it stands where it is none, for :func:`app.core.money.currency_code` to refuse."""
    return _SYMBOLS.get(words.strip().casefold(), words.strip())


_STATUS_WORDS = {
    OrderStatus.PENDING: "pending|pending payment|awaiting payment|new|open|offen|neu|ausstehend|unbezahlt|"
    "zahlung ausstehend|nowe|nowy|oczekujące|oczekuje na płatność|nieopłacone|unpaid",
    OrderStatus.PROCESSING: "processing|paid|in progress|awaiting shipment|awaiting fulfillment|bezahlt|"
    "in bearbeitung|in arbeit|w realizacji|opłacone|przetwarzane|przyjęte",
    OrderStatus.COMPLETED: "completed|complete|shipped|delivered|done|closed|fulfilled|abgeschlossen|versendet|"
    "versandt|geliefert|erledigt|zrealizowane|wysłane|dostarczone|zakończone",
    OrderStatus.CANCELLED: "cancelled|canceled|void|voided|storniert|abgebrochen|anulowane|anulowany",
    OrderStatus.FAILED: "failed|declined|payment failed|fehlgeschlagen|abgelehnt|nieudane|odrzucone",
    OrderStatus.REFUNDED: "refunded|returned|erstattet|retourniert|zwrócone|zwrot",
    OrderStatus.PARTIALLY_REFUNDED: "partially refunded|partially_refunded|teilweise erstattet|częściowo zwrócone",
    OrderStatus.ON_HOLD: "on hold|on-hold|on_hold|wartend|zurückgestellt|angehalten|wstrzymane",
}
STATUS_OF_WORD = {word: status for status, words in _STATUS_WORDS.items() for word in words.split("|")}
