"""The sample of a connection test: the first record that reading brings, told in one line without personal data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from app.core.addresses import masked_email
from app.core.records import Cart, Category, Contact, Order, Product, Record, StockLevel, Unreadable
from app.core.texts import Text, text, verbatim
from app.sdk.check import Finding
from app.sdk.source import Page

_MOST_PAGES = 5
"""The first rows may all be unfinished checkouts, or people of the shop."""


async def sample_of(pages: AsyncIterator[Page], comes_in: Callable[[Record], bool] = lambda _record: True) -> Finding:
    """``comes_in``: whether the source's own options let a record in. Raises AppError as reading does."""
    record = await _first(pages, comes_in)
    if record is None:
        return Finding(text("There is no record yet."), is_note=True)
    return Finding(text("Read: {record}", record=described(record)))


def described(record: Record) -> Text:
    """One line that the owner of the shop recognises; addresses are masked."""
    match record:
        case Order():
            who = masked_email(record.email) if record.email else "–"
            return text("order {number} of {email}, {total}", number=record.number, email=who, total=record.total)
        case Contact():
            return verbatim(masked_email(record.email) if record.email else record.id)
        case Cart():
            return verbatim(f"{masked_email(record.email)}, {record.total}")
        case Product() | Category():
            return verbatim(record.name)
        case StockLevel():
            return verbatim(f"{record.sku}: {record.quantity}")
        case _:
            return verbatim(record.id)


async def _first(pages: AsyncIterator[Page], comes_in: Callable[[Record], bool]) -> Record | None:
    for _ in range(_MOST_PAGES):
        page = await anext(pages, None)
        if page is None:
            return None
        for record in page.records:
            if not isinstance(record, Unreadable) and comes_in(record):
                return record
    return None
