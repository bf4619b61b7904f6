"""Writing products with their variants.

https://mailchimp.com/developer/marketing/api/ecommerce-products/ : a product is posted with its variants; later the
product is patched, and each variant is put in its place. Variants that are gone in the shop stay, because orders refer
to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from app.connectors.mailchimp.commerce import DELETED, STORE, Desk, settled_as_planned
from app.connectors.mailchimp.sameness import holds
from app.connectors.mailchimp.shelf import Shelf
from app.connectors.mailchimp.wire import Row, at, cents, store_key, words
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, Product, Record, Variant
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step

PRODUCT_FIELDS = ("id", "title", "url", "description", "type", "vendor", "image_url", "variants")
_BASE = ("title", "url", "description", "type", "vendor", "image_url")


@dataclass(slots=True, kw_only=True)
class ProductWriter:
    desk: Desk
    batch_size: int = 1
    _products: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self._products = self.desk.shelf("products", PRODUCT_FIELDS)

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Deletion():
                return self.desk.deletion(record)
            case Product():
                return product_draft(record)
            case _:
                return skip("not_a_kind")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        await self.desk.catalogue.load()
        ids = {each.key: self._held_as(each) for each in drafts}
        rows = await self._products.find(found[0] for found in ids.values() if len(found) == 1)
        known = {}
        for draft in drafts:
            row = rows.get(ids[draft.key][0]) if ids[draft.key] else None
            known[draft.key] = Known(
                exists=row is not None,
                target_id=words(row.get("id")) if row else "",
                is_same=row is not None and DELETED not in draft.content and not differences(row, draft),
                matches=max(1, len(ids[draft.key])),
                facts={"row": row},
            )
        return known

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        if DELETED in draft.content:
            return self.desk.deletion_plan(draft, known, "products")
        if known.is_same:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=known.target_id),))
        if not known.exists:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.CREATED),), (self._creation(draft),))
        record = RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id)
        return Plan((record,), tuple(self._changes(draft, known)))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        settled = dict(settled_as_planned(plan))
        for record in plan.records:
            if DELETED in record.draft.content:
                self.desk.catalogue.forget(record.target_id)
                continue
            product_id = record.target_id or record.draft.content["id"]
            for variant in record.draft.content["variants"]:
                self.desk.catalogue.note_variant(product_id, variant)
            settled[record.key] = Settled(outcome=record.outcome, reason=record.reason, target_id=product_id)
        return settled

    def _held_as(self, draft: Draft) -> Sequence[str]:
        """Ids of products in the store that this one may be: its own, else those that have one of its SKUs, such as
        one that an order brought along."""
        own = store_key(draft.key)
        if self.desk.catalogue.has(own) or DELETED in draft.content:
            return [own]
        skus = [words(each.get("sku")) for each in draft.content["variants"]]
        by_sku = {place[0] for sku in skus if sku for place in self.desk.catalogue.with_sku(sku)}
        return sorted(by_sku) or [own]

    def _creation(self, draft: Draft) -> Step:
        return Step(
            name=f"product {draft.key}",
            method="POST",
            path=at(f"{self.desk.path}/products"),
            keys=(draft.key,),
            body={name: value for name, value in draft.content.items() if name != STORE},
            purpose=text("Write the product"),
        )

    def _changes(self, draft: Draft, known: Known) -> list[Step]:
        path = at(f"{self.desk.path}/products/{known.target_id}")
        changed = differences(known.facts["row"], draft)
        steps = []
        if base := {name: value for name, value in changed.items() if name in _BASE}:
            steps.append(_step(f"product {draft.key}", "PATCH", path, draft.key, base))
        for variant in changed.get("variants", ()):
            place = f"{path}/variants/{variant['id']}"
            steps.append(_step(f"variant {draft.key} {variant['id']}", "PUT", place, draft.key, variant))
        return steps


def product_draft(product: Product) -> Draft | Refusal:
    title = product.name or product.sku or product.id
    product_id = store_key(product.id)
    variants = [_variant(each, product, title) for each in product.variants] or [_only_variant(product, title)]
    content = {
        "id": product_id,
        "title": title,
        **_filled(
            {
                "url": product.url,
                "description": product.description or product.short_description,
                "type": product.product_type or " / ".join(product.categories[0] if product.categories else ()),
                "vendor": product.brand,
                "image_url": product.image_url,
            }
        ),
        "variants": variants,
    }
    fields = (
        FieldLine(text("Name"), product.name, f"title: {title}"),
        FieldLine(text("SKU"), product.sku, ", ".join(words(each.get("sku")) for each in variants)),
        FieldLine(text("Price"), str(product.price or ""), ", ".join(words(each.get("price")) for each in variants)),
        FieldLine(
            text("Stock"),
            words(product.quantity),
            ", ".join(words(each.get("inventory_quantity")) for each in variants),
        ),
    )
    return Draft(
        key=product.id,
        kind=Kind.PRODUCTS,
        record=product,
        content=content,
        fields=fields,
        natural_keys=(product.sku,),
    )


def differences(row: Row, draft: Draft) -> dict[str, Json]:
    """What of the content the store does not hold; a variant stands under the id that it has there."""
    changed = {
        name: draft.content[name]
        for name in _BASE
        if name in draft.content and not holds(row, {name: draft.content[name]})
    }
    held = [each for each in row.get("variants") or () if isinstance(each, Mapping)]
    variants = []
    for variant in draft.content["variants"]:
        there = _held_variant(variant, held, is_only=len(draft.content["variants"]) == 1)
        placed = {**variant, "id": words(there.get("id"))} if there else variant
        if there is None or not holds(there, placed):
            variants.append(placed)
    return {**changed, **({"variants": variants} if variants else {})}


def whole_pieces(quantity: Decimal) -> int:
    """Whole and not negative: 2.5 metres are two pieces, and what is oversold is none."""
    return max(0, int(quantity.to_integral_value(ROUND_FLOOR)))


def _held_variant(variant: Json, held: Sequence[Row], *, is_only: bool) -> Row | None:
    by_id = [each for each in held if words(each.get("id")) == variant["id"]]
    by_sku = [each for each in held if variant.get("sku") and words(each.get("sku")) == variant["sku"]]
    if by_id or len(by_sku) == 1:
        return (by_id or by_sku)[0]
    return held[0] if is_only and len(held) == 1 else None


def _variant(variant: Variant, product: Product, title: str) -> Json:
    price, quantity = variant.price or product.price, variant.quantity
    return {
        "id": store_key(variant.id),
        "title": variant.name or ", ".join(variant.attributes.values()) or title,
        **_filled(
            {
                "sku": variant.sku,
                "price": cents(price.amount) if price else None,
                "inventory_quantity": whole_pieces(quantity) if quantity is not None else None,
                "image_url": variant.image_url,
            }
        ),
    }


def _only_variant(product: Product, title: str) -> Json:
    """Every product has at least one variant, which then bears the product's own id."""
    return {
        "id": store_key(product.id),
        "title": title,
        **_filled(
            {
                "sku": product.sku,
                "price": cents(product.price.amount) if product.price else None,
                "inventory_quantity": whole_pieces(product.quantity) if product.quantity is not None else None,
            }
        ),
    }


def _step(name: str, method: str, path: str, key: str, body: Json) -> Step:
    return Step(
        name=name,
        method=method,
        path=path,
        keys=(key,),
        body=body,
        is_repeatable=True,
        purpose=text("Change the product"),
    )


def _filled(fields: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value not in ("", None)}
