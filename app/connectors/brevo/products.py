"""Products, a hundred in one request; variants are products with a ``parentId``.

https://developers.brevo.com/reference/create-update-batch-products. A product deleted in the shop is marked as deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.brevo.naming import scoped
from app.connectors.brevo.orders import variant_id
from app.connectors.brevo.sameness import holds
from app.connectors.brevo.shop import HeldProducts, Shop
from app.connectors.brevo.wire import words
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, Product, Record, Variant
from app.core.rules import Refusal, hold, skip
from app.core.texts import ntext, text
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Mappings

_MOST_ITEMS = 100
"""The size of a batch is not documented; this is what other clients send."""
_MOST_META = 20
BATCH_SIZE = _MOST_ITEMS
"""Products; each brings its variants, so that a plan may take several requests, and an hour has only a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    mappings: Mappings
    shop: Shop
    held: HeldProducts

    @property
    def batch_size(self) -> int:
        return BATCH_SIZE

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Product() if not record.name.strip():
                return hold("product_without_name")
            case Product():
                items = self._items(record)
                return Draft(
                    key=record.id,
                    kind=Kind.PRODUCTS,
                    record=record,
                    content={"items": items, "currency": _currency(record)},
                    fields=_lines(record, items),
                    natural_keys=tuple(each for each in (record.sku, record.name) if each),
                )
            case Deletion():
                return Draft(
                    key=record.id,
                    kind=Kind.PRODUCTS,
                    record=record,
                    content={"deleted": scoped(self.mappings, record.id)},
                    fields=(FieldLine(text("Product"), "", "isDeleted: true", text("Deleted in the shop.")),),
                    removes=True,
                )
            case _:
                return skip("not_a_kind")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        if not self.shop.is_active:
            return {}
        rows = await self.held.find([item_id for each in drafts for item_id in _ids(each)])
        return {each.key: _known(each, rows) for each in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(self._record_plan(draft, known) for draft, known in drafts)
        items = [
            (record.key, item)
            for record, (draft, known) in zip(records, drafts, strict=True)
            if record.outcome in {Outcome.CREATED, Outcome.UPDATED}
            for item in _sent(draft, known)
        ]
        starts = range(0, len(items), _MOST_ITEMS)
        return Plan(records, tuple(_step(items[start : start + _MOST_ITEMS], start) for start in starts))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return {
            each.key: Settled(outcome=each.outcome, target_id=_ids(each.draft)[0], reason=each.reason)
            for each in plan.records
        }

    def _record_plan(self, draft: Draft, known: Known) -> RecordPlan:
        if draft.removes:
            if not known.exists or known.is_same:
                return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target")
            return RecordPlan(
                draft=draft, outcome=Outcome.UPDATED, reason="deleted_in_source", target_id=known.target_id
            )
        currency = draft.content["currency"]
        if self.shop.currency and currency and currency != self.shop.currency:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="other_currency")
        if known.is_same:
            return RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, reason="already_so", target_id=known.target_id)
        outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        return RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id)

    def _items(self, product: Product) -> list[Json]:
        parent = scoped(self.mappings, product.id)
        item: dict[str, Json] = {
            "id": parent,
            "name": product.name,
            "sku": product.sku,
            "url": product.url,
            "imageUrl": product.image_url,
            "price": _price(product.price),
            "stock": product.quantity,
            "metaInfo": _meta(product),
            "isDeleted": False,
        }
        variants = [self._variant(product, each, parent) for each in product.variants if len(product.variants) > 1]
        return [_without_blanks(each) for each in (item, *variants)]

    def _variant(self, product: Product, variant: Variant, parent: str) -> dict[str, Json]:
        told = ", ".join(variant.attributes.values())
        return {
            "id": variant_id(self.mappings, product.id, variant.id),
            "parentId": parent,
            "name": variant.name or (f"{product.name}, {told}" if told else product.name),
            "sku": variant.sku,
            "url": product.url,
            "imageUrl": variant.image_url or product.image_url,
            "price": _price(variant.price or product.price),
            "stock": variant.quantity,
            "isDeleted": False,
        }


def _price(money: Money | None) -> Json:
    return money.rounded().amount if money else None


def _currency(product: Product) -> str:
    return product.price.currency if product.price else ""


def _meta(product: Product) -> Mapping[str, str]:
    """Categories are named here: a product's own list takes ids of categories that Brevo holds."""
    meta = {
        "brand": product.brand,
        "ean": product.ean,
        "type": product.product_type,
        "categories": "; ".join(" > ".join(path) for path in product.categories),
        "short_description": product.short_description[:1000],
        **{name: ", ".join(values)[:1000] for name, values in product.attributes.items()},
    }
    return dict([(name, value) for name, value in meta.items() if value][:_MOST_META])


def _without_blanks(item: Mapping[str, Json]) -> Json:
    return {name: value for name, value in item.items() if value not in ("", None, {})}


def _ids(draft: Draft) -> list[str]:
    return [draft.content["deleted"]] if draft.removes else [each["id"] for each in draft.content["items"]]


def _known(draft: Draft, rows: Mapping[str, Mapping[str, Json]]) -> Known:
    ids = _ids(draft)
    row = rows.get(ids[0])
    if row is None:
        return Known()
    if draft.removes:
        name = words(row.get("name"))
        return Known(exists=True, target_id=ids[0], is_same=row.get("isDeleted") is True, facts={"name": name})
    is_same = all(each["id"] in rows and holds(rows[each["id"]], each) for each in draft.content["items"])
    return Known(exists=True, target_id=ids[0], is_same=is_same)


def _sent(draft: Draft, known: Known) -> Sequence[Json]:
    if draft.removes:
        return [{"id": draft.content["deleted"], "name": known.facts["name"], "isDeleted": True}]
    items: Sequence[Json] = draft.content["items"]
    return items


def _step(items: Sequence[tuple[str, Json]], start: int) -> Step:
    return Step(
        name=f"products-{start}",
        method="POST",
        path="products/batch",
        keys=tuple(dict.fromkeys(key for key, _ in items)),
        body=Batched({"updateEnabled": True}, ("products",), tuple(items)),
        is_repeatable=True,
        purpose=ntext("Write {count} product", "Write {count} products", len(items)),
    )


def _lines(product: Product, items: Sequence[Mapping[str, Json]]) -> tuple[FieldLine, ...]:
    return (
        FieldLine(text("Name"), product.name, f"name: {product.name}"),
        FieldLine(text("SKU"), product.sku, f"sku: {product.sku}"),
        FieldLine(text("Price"), str(product.price or ""), f"price: {items[0].get('price', '')}"),
        FieldLine(text("Variants"), str(len(product.variants)), str(len(items) - 1)),
    )
