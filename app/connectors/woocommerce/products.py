"""Products with their variations, categories, and the stock that both carry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

from app.connectors.woocommerce.catalogue import Catalogue, CategoryTree, first_image
from app.connectors.woocommerce.customers import ToWindow
from app.connectors.woocommerce.reading import FAILING, PageSize, Place, Windows, included, unreadable
from app.connectors.woocommerce.shop import Shop
from app.connectors.woocommerce.values import Row, amount, moment, plain, words
from app.connectors.woocommerce.wire import MOST_ROWS, Api
from app.core.money import Money
from app.core.records import Category, Deletion, Kind, Product, Record, StockLevel, Unreadable, Variant
from app.sdk.answers import RejectedError
from app.sdk.legible import CurrencyMissingError, readable
from app.sdk.reading import Once, batches, together
from app.sdk.source import Page, ReadRequest

AnyRecord = Record | Unreadable
_PRODUCTS = "products"
_STOCK_FIELDS = "id,type,sku,name,manage_stock,stock_quantity,variations,date_modified,date_modified_gmt"
_OF_PARENT = "parent"


class ProductList:
    """Pages of products, each with the variations of those that have some."""

    def __init__(self, api: Api, to_window: ToWindow) -> None:
        self._api = api
        self._to_window = to_window

    async def read(self, request: ReadRequest, fields: str = "") -> AsyncIterator[tuple[list[Row], Place]]:
        window = await self._to_window(request)
        query = {**(window.query if window else {}), **({"_fields": fields} if fields else {})}
        place = Place.of(request.cursor).in_phase(_PRODUCTS)
        async for rows, end in Windows(self._api, _PRODUCTS, query, request.limit).read(place):
            yield [row for row in rows if window is None or FAILING in row or window.holds(row)], end

    async def named(self, ids: Sequence[str], fields: str = "") -> list[Row]:
        return await included(self._api, _PRODUCTS, ids, {"_fields": fields} if fields else {})

    async def variations(self, rows: Sequence[Row], fields: str = "") -> Mapping[str, list[Row]]:
        """By product; in ascending ids, as the shop made them."""
        parents = [words(row["id"]) for row in rows if row.get("variations")]
        found = await together(self._of(each, fields) for each in parents)
        return dict(zip(parents, found, strict=True))

    async def _of(self, product_id: str, fields: str) -> list[Row]:
        resource, query = f"{_PRODUCTS}/{product_id}/variations", {"_fields": fields} if fields else {}
        try:
            return [row async for rows, _ in Windows(self._api, resource, query).read(Place()) for row in rows]
        except RejectedError as error:
            if error.answer.status == 404:  # deleted meanwhile
                return []
            raise


class ProductReader:
    def __init__(self, api: Api, products: ProductList, catalogue: Catalogue, shop: Once[Shop]) -> None:
        self._api = api
        self._products = products
        self._catalogue = catalogue
        self._shop = shop

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        async for rows, end in self._products.read(request):
            yield Page(await self._records(rows), end.text)

    async def count(self, request: ReadRequest) -> int | None:
        if request.since is not None:
            return None
        return (await self._api.rows(_PRODUCTS, {"per_page": "1", "_fields": "id"})).total

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        for batch in batches(ids, MOST_ROWS):
            found = await self._records(await self._products.named(batch))
            known = {record.id for record in found}
            gone = [Deletion(id=each, kind=Kind.PRODUCTS) for each in batch if each not in known]
            yield Page((*found, *gone), Place("fetch").text)

    async def all_ids(self) -> AsyncIterator[Sequence[str]]:
        """What lies in the trash is not listed."""
        async for rows, _ in Windows(self._api, _PRODUCTS, {"_fields": "id"}).read(Place()):
            yield [words(row["id"]) for row in rows]

    async def _records(self, rows: Sequence[Row]) -> list[AnyRecord]:
        if not rows:
            return []
        shop, tree = await self._shop.get(), await self._catalogue.tree.get()
        variations = await self._products.variations([row for row in rows if FAILING not in row])
        return [self._record(row, variations.get(words(row["id"]), []), shop, tree) for row in rows]

    def _record(self, row: Row, variations: Sequence[Row], shop: Shop, tree: CategoryTree) -> AnyRecord:
        if FAILING in row:
            return unreadable(row)
        return readable(words(row["id"]), row, lambda: self._product(row, variations, shop, tree))

    def _product(self, row: Row, variations: Sequence[Row], shop: Shop, tree: CategoryTree) -> Product:
        gross, net = _prices(row, row, shop)
        brands = row.get("brands") or []
        return Product(
            id=words(row["id"]),
            name=plain(row.get("name")),
            sku=words(row.get("sku")),
            ean=self._catalogue.ean_of(row),
            price=gross,
            net_price=net,
            description=words(row.get("description")),
            short_description=words(row.get("short_description")),
            url=words(row.get("permalink")),
            image_url=first_image(row.get("images")),
            brand=plain(brands[0].get("name")) if brands else "",
            product_type=words(row.get("type")),
            categories=tree.paths(row.get("categories")),
            variants=tuple(self._variant(each, row, shop) for each in variations if FAILING not in each),
            attributes=_attributes(row.get("attributes") or []),
            quantity=_quantity(row),
            is_active=row.get("status") == "publish",
            updated_at=moment(row, "date_modified"),
            raw=row,
        )

    def _variant(self, row: Row, parent: Row, shop: Shop) -> Variant:
        gross, net = _prices(row, parent, shop)
        options = {plain(each.get("name")): plain(each.get("option")) for each in row.get("attributes") or []}
        return Variant(
            id=words(row["id"]),
            sku=words(row.get("sku")),
            ean=self._catalogue.ean_of(row),
            name=", ".join(each for each in options.values() if each),
            price=gross,
            net_price=net,
            attributes=options,
            quantity=_quantity(row, parent),
            image_url=first_image(row.get("image")),
        )


def _prices(row: Row, parent: Row, shop: Shop) -> tuple[Money | None, Money | None]:
    """Including and without tax, as far as the shop tells. An empty price is none."""
    raw = words(row.get("price"))
    if not raw:
        return None, None
    if not shop.currency:
        raise CurrencyMissingError("the shop does not tell its currency to this key")
    price = Money.of(amount(raw), shop.currency)
    if shop.has_gross_prices:
        return price, None
    own_class = words(row.get("tax_class")).removeprefix(_OF_PARENT)
    percent = shop.percent_of(own_class or words(parent.get("tax_class")), words(row.get("tax_status")))
    if percent is None:
        return None, price
    return (price * (1 + percent / 100)).rounded(), price


def _quantity(row: Row, parent: Row | None = None) -> Decimal | None:
    """``manage_stock`` of a variation may be the word "parent"; without stock control there is no number."""
    managed = row.get("manage_stock")
    if managed == _OF_PARENT:
        raw = row.get("stock_quantity")
        return amount(raw) if raw is not None or parent is None else _quantity(parent)
    return amount(row.get("stock_quantity")) if managed is True and row.get("stock_quantity") is not None else None


def _attributes(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    return {plain(row.get("name")): tuple(plain(each) for each in row.get("options") or []) for row in rows}


# Stock ---------------------------------------------------------------------------------------------------------------


class StockReader:
    """Every order moves its product's date of change, and a variation's stock that of its parent (10.0.2)."""

    def __init__(self, products: ProductList) -> None:
        self._products = products

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        async for rows, end in self._products.read(request, _STOCK_FIELDS):
            yield Page(await self._levels(rows), end.text)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        """Ids are ``product:variation``."""
        for batch in batches(ids, MOST_ROWS):
            products = [each.partition(":")[0] for each in batch]
            wanted = set(batch)
            rows = await self._products.named(products, _STOCK_FIELDS)
            found = [each for each in await self._levels(rows) if each.id in wanted]
            known = {level.id for level in found}
            gone = [Deletion(id=each, kind=Kind.STOCK) for each in batch if each not in known]
            yield Page((*found, *gone), Place("fetch").text)

    async def _levels(self, rows: Sequence[Row]) -> list[AnyRecord]:
        variations = await self._products.variations([row for row in rows if FAILING not in row], _STOCK_FIELDS)
        return [level for row in rows for level in _levels(row, variations.get(words(row["id"]), []))]


def _levels(row: Row, variations: Sequence[Row]) -> Iterator[AnyRecord]:
    """One for each stock-keeping unit; none where the shop does not control its stock."""
    if FAILING in row:
        yield unreadable(row)
        return
    product = words(row["id"])
    for level_id, each, parent in (
        (f"{product}:", row, None),
        *((f"{product}:{words(variation['id'])}", variation, row) for variation in variations),
    ):
        found = readable(level_id, each, partial(_level, level_id, each, parent))
        if found is not None:
            yield found


def _level(level_id: str, row: Row, parent: Row | None) -> StockLevel | None:
    quantity = _quantity(row, parent)
    if quantity is None:
        return None
    sku = words(row.get("sku"))
    return StockLevel(id=level_id, sku=sku, quantity=quantity, updated_at=moment(row, "date_modified"), raw=row)


# Categories ----------------------------------------------------------------------------------------------------------


class CategoryReader:
    """Read at once: a path needs the whole tree anyway, and categories have no dates."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        tree = await self._catalogue.tree.get()
        after = Place.of(request.cursor).in_phase("categories").after
        left = [each for each in sorted(tree.rows) if each > after]
        for batch in batches(left, PageSize(request.limit).current):
            yield Page([_category(tree, each) for each in batch], Place("categories", batch[-1]).text)

    async def count(self) -> int:
        return len((await self._catalogue.tree.get()).rows)

    async def fetch(self, ids: Sequence[str]) -> AsyncIterator[Page]:
        tree = await self._catalogue.tree.get()
        found = [_category(tree, int(each)) for each in ids if each.isdecimal() and int(each) in tree.rows]
        known = {record.id for record in found}
        gone = [Deletion(id=each, kind=Kind.CATEGORIES) for each in ids if each not in known]
        yield Page((*found, *gone), Place("fetch").text)


def _category(tree: CategoryTree, category_id: int) -> Category:
    row = tree.rows[category_id]
    parent = int(row.get("parent") or 0)
    return Category(
        id=str(category_id),
        name=plain(row.get("name")),
        parent_id=str(parent) if parent else "",
        path=tree.path(category_id),
        raw=row,
    )
