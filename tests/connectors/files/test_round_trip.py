"""Whatever way a shop writes its orders, they come back as they were."""

import asyncio
import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.records import Kind, Order
from tests.connectors.files.conftest import read_all, source_for

FORMATS = {"day_first": "%d/%m/%Y %H:%M", "month_first": "%m/%d/%Y %H:%M", "year_first": "%Y-%m-%d %H:%M"}


@dataclass(frozen=True)
class Line:
    sku: str
    name: str
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class Document:
    number: str
    at: datetime
    customer: str
    lines: tuple[Line, ...]


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20)
names = words.map(lambda each: " ".join(each.split())).filter(bool)
texts = st.one_of(names, st.tuples(names, names).map("\n".join), names.map(lambda each: f'{each}; "{each}", 12'))
codes = st.from_regex(r"[0-9]{5}[A-Z]?", fullmatch=True)
prices = st.decimals(min_value=0, max_value=99_999, places=2)
lines = st.builds(Line, codes, texts, st.integers(1, 500), prices)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - as the shop's clock shows it
    lambda at: at.replace(second=0, microsecond=0)
)
documents = st.builds(
    Document,
    codes,
    moments,
    st.from_regex(r"[0-9]{1,6}", fullmatch=True),
    st.lists(lines, min_size=1, max_size=4).map(tuple),
)


def export(orders: list[Document], delimiter: str, mark: str, order: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Order no", "Date", "Customer ID", "SKU", "Description", "Quantity", "Unit price"])
    for document in orders:
        for line in document.lines:
            at = document.at.strftime(FORMATS[order])
            price = f"{line.price:.2f}".replace(".", mark)
            writer.writerow([document.number, at, document.customer, line.sku, line.name, line.quantity, price])
    return out.getvalue()


@given(
    st.lists(documents, min_size=1, max_size=6, unique_by=lambda each: each.number),
    st.sampled_from(";,\t|"),
    st.sampled_from(",."),
    st.sampled_from(sorted(FORMATS)),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=40)
def test_exported_orders_are_read_as_they_were(
    orders: list[Document], delimiter: str, mark: str, order: str, encoding: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        path.write_bytes(export(orders, delimiter, mark, order).encode(encoding))
        source = source_for(path, {"code_rules": {}}, date_order=order, time_zone="Europe/Warsaw")
        found = asyncio.run(read_all(source, Kind.ORDERS))
    assert [as_document(each) for each in found if isinstance(each, Order)] == orders
    assert [each.total.amount for each in found if isinstance(each, Order)] == [
        sum((line.price * line.quantity for line in document.lines), Decimal(0)) for document in orders
    ]


def as_document(order: Order) -> Document:
    return Document(
        order.number,
        order.created_at.replace(tzinfo=None),
        order.customer_id,
        tuple(Line(line.sku, line.name, int(line.quantity), line.unit_price.amount) for line in order.lines),
    )
