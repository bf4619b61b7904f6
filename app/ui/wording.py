"""Numbers, times and names as a person reads them, in their locale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import QDate, QDateTime, QLocale

from app.core.events import ProgressEvent
from app.core.texts import Text, _, ngettext, text
from app.sdk.manifest import Category, Manifest

CATEGORY_NAMES: Mapping[Category, Text] = {
    Category.SHOP: text("Shop"),
    Category.NEWSLETTER: text("Newsletter"),
    Category.MARKETING: text("Marketing"),
    Category.CRM: text("CRM"),
    Category.CASH_REGISTER: text("Cash register"),
    Category.FILE: text("File"),
}
CATEGORY_GROUPS: Mapping[Category, Text] = {
    Category.SHOP: text("Shops"),
    Category.NEWSLETTER: text("Newsletters"),
    Category.MARKETING: text("Marketing"),
    Category.CRM: text("CRM"),
    Category.CASH_REGISTER: text("Cash registers"),
    Category.FILE: text("Files"),
}
_MINUTE_S, _HOUR_S = 60, 3600
_SLOW_PER_SECOND = 10


def role_words(manifest: Manifest) -> str:
    """``Shop · source``."""
    category = CATEGORY_NAMES[manifest.category]
    if manifest.is_source and manifest.is_target:
        return _("{category} · both ways").format(category=category)
    if manifest.is_target:
        return _("{category} · target").format(category=category)
    return _("{category} · source").format(category=category)


def moment(at: datetime) -> str:
    """``today 13:45``, ``yesterday 8:02``, else the date and the time; in the person's zone."""
    local = at.astimezone()
    time = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(at.timestamp())).time(), QLocale.FormatType.ShortFormat)
    today = datetime.now().astimezone().date()
    if local.date() == today:
        return _("today {time}").format(time=time)
    if local.date() == today - timedelta(days=1):
        return _("yesterday {time}").format(time=time)
    day = QLocale().toString(QDate(local.year, local.month, local.day), QLocale.FormatType.ShortFormat)
    return _("{date}, {time}").format(date=day, time=time)


def number(count: int) -> str:
    return QLocale().toString(count)


def time_left(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return _("less than a minute left")
    if seconds < _HOUR_S:
        minutes = round(seconds / _MINUTE_S)
        return ngettext("{count} minute left", "{count} minutes left", minutes).format(count=minutes)
    hours = round(seconds / _HOUR_S)
    return ngettext("{count} hour left", "{count} hours left", hours).format(count=hours)


def about_time_left(seconds: float) -> str:
    """``about 4 minutes left``; less than a minute is about already."""
    left = time_left(seconds)
    return left if seconds < _MINUTE_S else _("about {time}").format(time=left)


def progress_words(event: ProgressEvent) -> str:
    """``61 % · 4 minutes left``; where the total is unknown, the count alone."""
    if event.waiting_for:
        return str(event.waiting_for)
    if not event.total:
        return ngettext("{count} record", "{count} records", event.done).format(count=number(event.done))
    # Never 100 % before the balance says so.
    share = min(99, event.done * 100 // event.total)
    words = _("{share} %").format(share=share)
    return f"{words} · {time_left(event.seconds_left)}" if event.seconds_left is not None else words


def money_words(amount: str) -> str:
    """``1,234.50 EUR`` from the ledger's ``1234.50 EUR``; what is no such amount stays as it is."""
    figures, _space, currency = amount.partition(" ")
    try:
        value = Decimal(figures)
    except InvalidOperation:
        return amount
    return f"{decimal_words(value)} {currency}".strip()


def decimal_words(value: Decimal) -> str:
    """Every digit that the amount has, with the locale's own signs: no float in between."""
    whole, _point, fraction = f"{abs(value):f}".partition(".")
    locale = QLocale()
    words = locale.toString(int(whole)) + (locale.decimalPoint() + fraction if fraction else "")
    return f"{'−' if value < 0 else ''}{words}"


def rate_words(per_second: float) -> str:
    """``41 records/s``; empty while nothing is known."""
    if per_second <= 0:
        return ""
    shown = number(round(per_second)) if per_second >= _SLOW_PER_SECOND else QLocale().toString(per_second, "f", 1)
    return _("{count} records/s").format(count=shown)
