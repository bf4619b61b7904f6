"""Products: a row each, variations under their parent; or the distinct products of a file of order lines."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from app.connectors.files.cells import CellError, Columns, Line, currency_of, unreadable
from app.connectors.files.options import CodeRole, FileOptions
from app.connectors.files.survey import parent_reference
from app.connectors.files.table import Row
from app.core.money import Money
from app.core.records import Product, Unreadable, Variant
from app.core.texts import text

_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d)\b[^>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]+>")
_ATTRIBUTE_NAME = re.compile(r"attribute\s*(\d+)\s*name", re.IGNORECASE)
_MOST_ATTRIBUTES = 50


def read_products(rows: Sequence[Row], columns: Columns) -> list[Product | Unreadable]:
    """A parent with its variations, or a single product. Variations whose parent is missing are unreadable."""
    places = dict(columns.places)
    lines = [Line(row, columns) for row in rows]
    variations = [line for line in lines if parent_reference(line.row, places)]
    parents = [line for line in lines if not parent_reference(line.row, places)]
    if not parents:
        return [unreadable(_id_of(line), [_orphan(line)], [line]) for line in variations]
    found: list[Product | Unreadable] = [_product(parents[0], variations)]
    found += [_product(line, []) for line in parents[1:]]
    return found


def _product(line: Line, variations: Sequence[Line]) -> Product | Unreadable:
    errors: list[CellError] = []
    for each in (line, *variations):
        try:
            each.refuse_broken()
        except CellError as error:
            errors.append(error)
    try:
        if errors:
            return unreadable(_id_of(line), errors, [line])
        if not line.text("name") or not _id_of(line):
            raise line.missing("name" if not line.text("name") else "sku")
        variants = tuple(_variant(each) for each in variations)
        is_active = line.flag("active")
        return Product(
            id=_id_of(line),
            name=line.text("name"),
            sku=line.text("sku"),
            ean=line.text("ean"),
            price=_price(line),
            description=plain_description(line.text("description") or line.text("short_description")),
            url=line.text("url"),
            image_url=_first_of(line.text("image_url")),
            brand=line.text("brand"),
            product_type=line.text("type"),
            categories=category_paths(line.text("category")),
            variants=variants,
            attributes=_attributes(line),
            quantity=line.number("stock"),
            is_active=True if is_active is None else is_active,
            raw={"rows": [each.raw() for each in (line, *variations)]},
        )
    except CellError as error:
        return unreadable(_id_of(line), [error], [line])


def _id_of(line: Line) -> str:
    return line.text("product_id") or line.text("sku") or line.text("name")


def _orphan(line: Line) -> CellError:
    return CellError(
        line.number_in_file,
        text('The variation names the parent "{parent}", which is not in the file.', parent=line.text("parent")),
    )


def _variant(line: Line) -> Variant:
    attributes = {name: ", ".join(values) for name, values in _attributes(line).items() if values}
    return Variant(
        id=_id_of(line),
        sku=line.text("sku"),
        ean=line.text("ean"),
        name=line.text("name"),
        price=_price(line),
        attributes=attributes,
        quantity=line.number("stock"),
        image_url=_first_of(line.text("image_url")),
    )


def _price(line: Line) -> Money | None:
    """What the shopper pays: the sale price where there is one."""
    amount = line.number("price")
    amount = line.number("regular_price") if amount is None else amount
    return None if amount is None else Money(amount, currency_of([line]))


def category_paths(words: str) -> tuple[tuple[str, ...], ...]:
    r"""``Clothing > Shirts, Sale`` as WooCommerce exports it; a comma inside a name is written ``\,``."""
    paths = re.split(r"(?<!\\)[,;|]", words)
    steps = (tuple(step.replace("\\,", ",").strip() for step in path.split(">") if step.strip()) for path in paths)
    return tuple(path for path in steps if path)


def plain_description(words: str) -> str:
    r"""Without mark-up; WooCommerce writes a line break as the two characters ``\n``."""
    broken = _BREAKS.sub("\n", words.replace("\\r", "").replace("\\n", "\n"))
    plain = html.unescape(_TAGS.sub("", broken))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in plain.split("\n"))).strip()


def _first_of(addresses: str) -> str:
    return re.split(r"\s*[,|\s]\s*(?=https?://)", addresses.strip())[0] if addresses else ""


def _attributes(line: Line) -> dict[str, tuple[str, ...]]:
    """Columns ``Attribute 1 name`` and ``Attribute 1 value(s)``, as WooCommerce and others export them."""
    raw = line.raw()
    named: dict[str, tuple[str, ...]] = {}
    for heading, value in raw.items():
        found = _ATTRIBUTE_NAME.fullmatch(heading.strip())
        if found and value and len(named) < _MOST_ATTRIBUTES:
            values = _beside(raw, found[1])
            parts = (part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", values))
            named[str(value)] = tuple(part for part in parts if part)
    return named


def _beside(raw: Mapping[str, object], number: str) -> str:
    wanted = {f"attribute {number} value(s)", f"attribute {number} value", f"attribute {number} values"}
    return next((str(value) for heading, value in raw.items() if heading.strip().casefold() in wanted), "")


def sold_product_id(line: Line, options: FileOptions) -> str:
    """Empty for postage, discounts and rows that cannot be taken apart."""
    record_id = line.text("sku") or line.text("product_id") or line.text("name")
    if line.row.problem or options.role_of(line.text("sku") or record_id) not in {None, CodeRole.PRODUCT}:
        return ""
    return record_id


def product_of_line(line: Line, names: Mapping[str, str]) -> Product:
    """The product that an order line sells, at the price of that line."""
    sku = line.text("sku")
    record_id = sku or line.text("product_id") or line.text("name")
    try:
        price = line.number("unit_price")
        money = Money(price, currency_of([line])) if price is not None and price > Decimal(0) else None
    except CellError:
        money = None
    return Product(
        id=record_id,
        sku=sku,
        name=line.text("name") or names.get(sku) or record_id,
        ean=line.text("ean"),
        price=money,
        url=line.text("url"),
        image_url=_first_of(line.text("image_url")),
        categories=category_paths(line.text("category")),
        raw={"rows": [line.raw()]},
    )
