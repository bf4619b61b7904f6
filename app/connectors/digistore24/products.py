"""Products: their number is all that names them, and it has digits only. Each is in one language."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.connectors.digistore24.times import moment_of
from app.connectors.digistore24.wire import Row, call, rows_of
from app.core.records import Product, Unreadable
from app.core.texts import _
from app.sdk.http import HttpClient


async def product_rows(http: HttpClient) -> Sequence[Row]:
    """All at once: the function knows neither pages nor filters. Ordered by number."""
    rows = rows_of("listProducts", await call(http, "listProducts", {"sort_by": "name"}), "products", "items")
    return sorted(rows, key=lambda row: (len(str(row.get("id"))), str(row.get("id"))))


def product_of(row: Row) -> Product | Unreadable:
    number = str(row.get("id") or "")
    group = str(row.get("product_group_name") or "").strip()
    try:
        changed = moment_of(row.get("modified_at"))
    except ValueError:
        message = _("The product's date cannot be read.")
        return Unreadable(id=number, reason="unreadable", message=message, where=number)
    return Product(
        id=number,
        name=str(row.get("name") or ""),
        sku=number,
        short_description=str(row.get("note") or ""),
        categories=((group,),) if group else (),
        attributes={"language": (str(row["language"]),)} if row.get("language") else {},
        quantity=_units_left(row.get("units_left")),
        updated_at=changed,
        raw=row,
    )


def _units_left(raw: object) -> Decimal | None:
    """``infinite`` for what is not counted."""
    words = str(raw or "")
    return Decimal(words) if words.isdigit() else None
