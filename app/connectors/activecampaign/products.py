"""Writing products through GraphQL: every variant is a product of its own, bound together by its base product.

https://developers.activecampaign.com/reference/products: upserts are patches; what is not sent keeps its value.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.activecampaign.amounts import major_units
from app.connectors.activecampaign.answers import GRAPHQL_PATH
from app.connectors.activecampaign.sameness import holds
from app.connectors.activecampaign.schema import Schema
from app.connectors.activecampaign.wire import PAGE_SIZE, Row, Wire, decimal, graphql_data, listed, words
from app.connectors.activecampaign.writer import connection_number
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, Product, Record, Variant
from app.core.rules import Refusal, skip
from app.core.texts import ntext, text
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Mappings

BATCH_SIZE = 25
_MOST_ITEMS = 100
_ACTION = "bulkUpsertProducts"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphqlProducts:
    wire: Wire
    schema: Schema
    mappings: Mappings
    connection_id: str

    @property
    def batch_size(self) -> int:
        return BATCH_SIZE

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Product):
            return skip("deleted_in_source")
        items = _items(record, self.mappings)
        return Draft(
            key=record.id,
            kind=Kind.PRODUCTS,
            record=record,
            content={"products": items},
            fields=tuple(
                FieldLine(text("Product"), f"{record.name} ({record.sku})", f"storePrimaryId: {each['storePrimaryId']}")
                for each in items
            ),
            natural_keys=(record.sku,),
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        known: dict[str, Known] = {}
        if not self.connection_id:
            return known
        for start in range(0, len(drafts), BATCH_SIZE):
            group = drafts[start : start + BATCH_SIZE]
            bases = {f"p{place}": each.content["products"][0]["storeBaseProductId"] for place, each in enumerate(group)}
            found = await self.wire.ask_each(self._search(len(group)), {"connection": int(self.connection_id), **bases})
            known |= {each.key: _known(each, listed(found, f"p{place}")) for place, each in enumerate(group)}
        return known

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records, items = [], []
        for draft, known in drafts:
            if known.is_same:
                outcome, reason = Outcome.UNCHANGED, "already_so"
            else:
                outcome, reason = (Outcome.UPDATED if known.exists else Outcome.CREATED), ""
                items += [(draft.key, self._item(each)) for each in draft.content["products"]]
            records.append(RecordPlan(draft=draft, outcome=outcome, reason=reason, target_id=known.target_id))
        chunks = [items[start : start + _MOST_ITEMS] for start in range(0, len(items), _MOST_ITEMS)]
        return Plan(tuple(records), tuple(self._step(place, tuple(each)) for place, each in enumerate(chunks, 1)))

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        return {}

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        rows = [row for answer in answers.values() for row in listed(graphql_data(answer), _ACTION)]
        ids = {words(row.get("storePrimaryId")): words(row.get("id")) for row in rows}
        settled = {}
        for record in plan.records:
            written = [ids[each["storePrimaryId"]] for each in record.draft.content["products"] if _is_in(each, ids)]
            if len(written) == len(record.draft.content["products"]):
                settled[record.key] = Settled(outcome=record.outcome, target_id=written[0])
        return settled

    def _item(self, product: Json) -> Json:
        type_name = self.schema.input_of(f"{_ACTION}.products", "ProductInput")
        number = connection_number(self.connection_id)
        return {"legacyConnectionId": number, **self.schema.known(product, type_name)}

    def _step(self, place: int, items: tuple[tuple[str, Json], ...]) -> Step:
        type_name = self.schema.input_of(f"{_ACTION}.products", "ProductInput")
        document = (
            f"mutation Send($products: [{type_name}!]!) {{ {_ACTION}(products: $products) {{ id storePrimaryId }} }}"
        )
        return Step(
            name=f"products-{place}",
            method="POST",
            path=GRAPHQL_PATH,
            keys=tuple(dict.fromkeys(key for key, _ in items)),
            body=Batched({"query": document, "variables": {}}, ("variables", "products"), items),
            is_repeatable=True,
            purpose=ntext("Write {count} product", "Write {count} products", len(items)),
        )

    def _search(self, count: int) -> str:
        places = range(count)
        variables = " ".join(f"$p{place}: String!" for place in places)
        fields = " ".join(
            f"p{place}: searchProduct(filter: {{ pagination: {{ offset: 0 limit: {PAGE_SIZE} }} "
            "legacyConnectionId: { value: $connection filterOperator: EQ } "
            f"storeBaseProductId: {{ value: $p{place} filterOperator: EQ }} }}) {{ ...Held }}"
            for place in places
        )
        selection = self.schema.selection("ProductInput", "Product")
        return (
            f"query Find($connection: Int!, {variables}) {{ {fields} }} fragment Held on Product {{ id {selection} }}"
        )


async def products_in_account(wire: Wire, schema: Schema) -> AsyncIterator[Product]:
    """Of all shops: by GraphQL where the account has the search, else from the lines of Deep Data orders."""
    rows = _searched(wire) if schema.has_query("searchProduct") else _sold(wire)
    seen: set[str] = set()
    async for product in rows:
        if product.id and product.id not in seen:
            seen.add(product.id)
            yield product


async def _searched(wire: Wire) -> AsyncIterator[Product]:
    document = (
        "query Products($offset: Int!, $limit: Int!) { searchProduct(filter: { pagination: "
        "{ offset: $offset limit: $limit } }) { storePrimaryId baseProductName variantName variantSku "
        "variantPriceAmount variantPriceCurrency } }"
    )
    offset = 0
    while True:
        rows = listed(await wire.ask(document, {"offset": offset, "limit": PAGE_SIZE}), "searchProduct")
        for row in rows:
            yield _product(row)
        offset += len(rows)
        if len(rows) < PAGE_SIZE:
            return


async def _sold(wire: Wire) -> AsyncIterator[Product]:
    async for row in wire.rows("ecomOrderProducts"):
        yield Product(id=words(row.get("externalid")), name=words(row.get("name")), sku=words(row.get("sku")))


def _product(row: Row) -> Product:
    base, variant = words(row.get("baseProductName")), words(row.get("variantName"))
    currency = words(row.get("variantPriceCurrency")).upper()
    amount = row.get("variantPriceAmount")
    return Product(
        id=words(row.get("storePrimaryId")),
        name=variant or base,
        sku=words(row.get("variantSku")),
        price=Money.of(decimal(amount), currency) if amount is not None and len(currency) == 3 else None,
    )


def _items(product: Product, mappings: Mappings) -> list[Json]:
    variants = product.variants or (_only_variant(product),)
    return [_content(product, each, mappings) for each in variants]


def _only_variant(product: Product) -> Variant:
    return Variant(id=product.id, sku=product.sku, price=product.price, quantity=product.quantity)


def _content(product: Product, variant: Variant, mappings: Mappings) -> Json:
    sku, price = variant.sku or product.sku, variant.price or product.price
    numbers = (mappings.products.get(each, "") for each in (sku, variant.id, product.id) if each)
    quantity = variant.quantity if variant.quantity is not None else product.quantity
    fields: dict[str, Json] = {
        # The same number that order lines carry; the row for all products cannot tell products apart.
        "storePrimaryId": next(filter(None, numbers), variant.id or product.id),
        "storeBaseProductId": product.id,
        "baseProductName": product.name,
        "baseProductDescription": product.description,
        "baseProductUrl": product.url,
        "baseProductImages": [{"url": product.image_url}] if product.image_url else None,
        "variantSku": sku,
        "variantName": variant.name,
        "variantPriceAmount": major_units(price) if price else None,
        "variantPriceCurrency": price.currency if price else None,
        "variantImages": [{"url": variant.image_url}] if variant.image_url else None,
        "type": product.product_type,
        "brand": product.brand,
        "categories": [" > ".join(path) for path in product.categories] or None,
        "stockStatus": _stock(quantity),
        "isVisible": product.is_active,
    }
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _stock(quantity: Decimal | None) -> str | None:
    if quantity is None:
        return None
    return "IN_STOCK" if quantity > 0 else "OUT_OF_STOCK"


def _known(draft: Draft, rows: Sequence[Row]) -> Known:
    held = {words(row.get("storePrimaryId")): row for row in rows}
    mine = [(each, held[each["storePrimaryId"]]) for each in draft.content["products"] if _is_in(each, held)]
    if not mine:
        return Known()
    is_same = len(mine) == len(draft.content["products"]) and all(holds(row, sent) for sent, row in mine)
    return Known(exists=True, target_id=words(mine[0][1].get("id")), is_same=is_same)


def _is_in(product: Json, ids: Mapping[str, object]) -> bool:
    return product["storePrimaryId"] in ids
