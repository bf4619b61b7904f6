"""Products, categories and stock of the register as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.mpluskassa.people import custom_fields, words
from app.connectors.mpluskassa.settings import MplusSettings, SourceOptions, StockCount
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import filled, moment, money, quantity
from app.connectors.mpluskassa.wire import listed
from app.core.records import Category, Product, StockLevel, Variant

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One article group with its place in the tree."""

    number: int
    path: Path
    parent: int
    row: Row
    products: frozenset[int] = frozenset()


def groups_in(answer: Row) -> Mapping[int, Group]:
    """Every group that is not deleted, parents before their children."""
    rows = listed(answer, "articleGroupList", "articleGroups")
    return {group.number: group for group in _below(rows, (), 0)}


def _below(rows: Sequence[Row], path: Path, parent: int) -> Iterator[Group]:
    for row in rows:
        if row.get("isDeleted"):
            continue
        number, own = int(row["groupNumber"]), (*path, words(row, "name"))
        yield Group(number, own, parent, row, frozenset(listed(row, "productNumbers", "number")))
        yield from _below(listed(row, "subGroupList", "articleGroups"), own, number)


def category_of(group: Group) -> Category:
    parent = str(group.parent) if group.parent else ""
    return Category(id=str(group.number), name=group.path[-1], parent_id=parent, path=group.path, raw=group.row)


def articles_of(product: Row) -> list[Row]:
    return listed(product, "articleList", "article")


def product_of(product: Row, settings: MplusSettings, groups: Mapping[int, Group]) -> Product:
    """One article is a simple product; several are its variants by colour and size."""
    articles = articles_of(product)
    first: Row = articles[0] if articles else {}
    is_simple = len(articles) < 2
    changes = [moment(each.get("changeTimestamp"), settings.zone) for each in articles]
    return Product(
        id=str(product["productNumber"]),
        name=words(product, "description") or words(first, "description"),
        sku=str(first.get("articleNumber", "")) if is_simple else "",
        ean=words(first, "barcode") if is_simple else "",
        price=money(first["priceIncl"], settings.currency) if "priceIncl" in first else None,
        net_price=money(first["priceExcl"], settings.currency) if "priceExcl" in first else None,
        description=words(first, "extraText") or words(product, "extraText"),
        short_description=words(first, "receiptText") or words(first, "displayText"),
        brand=words(first, "brandName"),
        categories=_paths(product, groups),
        variants=() if is_simple else tuple(_variant(each, settings) for each in articles),
        attributes=_attributes(articles),
        is_active=any(is_sold(each) for each in articles),
        updated_at=max((each for each in changes if each), default=None),
        raw=product,
    )


def is_sold(article: Row) -> bool:
    return article.get("active") is not False and not article.get("discontinued")


def _paths(product: Row, groups: Mapping[int, Group]) -> tuple[Path, ...]:
    """A product names its groups, or the groups name the product: either is documented."""
    number = int(product["productNumber"])
    named = {int(each) for each in listed(product, "groupNumbers")}
    return tuple(group.path for group in groups.values() if group.number in named or number in group.products)


def _variant(article: Row, settings: MplusSettings) -> Variant:
    look = filled({"colour": words(article, "colour"), "size": words(article, "size")})
    return Variant(
        id=str(article["articleNumber"]),
        sku=str(article["articleNumber"]),
        ean=words(article, "barcode"),
        name=" ".join(look.values()),
        price=money(article["priceIncl"], settings.currency) if "priceIncl" in article else None,
        net_price=money(article["priceExcl"], settings.currency) if "priceExcl" in article else None,
        attributes=look,
    )


def _attributes(articles: Sequence[Row]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for article in articles:
        look = {"colour": words(article, "colour"), "size": words(article, "size")}
        more = {str(each["fieldName"]): str(each.get("strValue") or "") for each in custom_fields(article)}
        for name, value in filled({**more, **look}).items():
            found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items()}


@dataclass(frozen=True, slots=True)
class StockReading:
    """How an amount is made of what the register tells.

    By its name ``amountFree`` is what can still be sold, without what open orders have reserved; that it is so is not
    documented, so that a person can say otherwise.
    """

    options: SourceOptions

    def amount(self, row: Row) -> Decimal:
        free = quantity(row["amountFree"], row.get("decimalPlacesFree"))
        reserved = quantity(row["amountReserved"], row.get("decimalPlacesReserved"))
        holds_reserved = self.options.free_holds_reserved
        match self.options.stock_count:
            case StockCount.FREE:
                return free
            case StockCount.PHYSICAL:
                return free if holds_reserved else free + reserved
            case StockCount.AVAILABLE:
                return free - reserved if holds_reserved else free

    def levels(self, rows: Sequence[Row], settings: MplusSettings) -> list[StockLevel]:
        """One for each article, in the order of their numbers; branches are added up where that is wanted."""
        amounts: dict[int, Decimal] = {}
        changes = {int(row["articleNumber"]): moment(row.get("changeTimestamp"), settings.zone) for row in rows}
        for row in rows:
            number = int(row["articleNumber"])
            amounts[number] = amounts.get(number, Decimal(0)) + self.amount(row)
        place = "" if self.options.all_branches else str(settings.branch_number)
        return [
            StockLevel(
                id=str(number), sku=str(number), quantity=amounts[number], location=place, updated_at=changes[number]
            )
            for number in sorted(amounts)
        ]
