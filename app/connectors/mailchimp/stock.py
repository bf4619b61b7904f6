"""Stock: the quantity of one variant, found by its SKU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mailchimp.commerce import Desk, settled_as_planned
from app.connectors.mailchimp.products import whole_pieces
from app.connectors.mailchimp.wire import at
from app.core.outcomes import Outcome
from app.core.records import Kind, Record, StockLevel
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Settled, Step


@dataclass(slots=True, kw_only=True)
class StockWriter:
    desk: Desk
    batch_size: int = 1

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, StockLevel):
            return skip("not_a_kind")
        if not record.sku:
            return hold("no_sku")
        quantity = whole_pieces(record.quantity)
        return Draft(
            key=record.id,
            kind=Kind.STOCK,
            record=record,
            content={"sku": record.sku, "inventory_quantity": quantity},
            fields=(
                FieldLine(text("SKU"), record.sku, record.sku),
                FieldLine(text("Stock"), str(record.quantity), f"inventory_quantity: {quantity}"),
            ),
            natural_keys=(record.sku,),
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        await self.desk.catalogue.load()
        return {draft.key: await self._known(draft) for draft in drafts}

    async def _known(self, draft: Draft) -> Known:
        places = self.desk.catalogue.with_sku(draft.content["sku"])
        if len(places) != 1:
            return Known(matches=max(1, len(places)))
        ((product_id, variant_id),) = places
        path = f"{self.desk.path}/products/{product_id}/variants/{variant_id}"
        row = await self.desk.wire.get_or_none(path, {"fields": "id,inventory_quantity"})
        if row is None:
            await self.desk.catalogue.refresh([product_id])
            return Known()
        return Known(
            exists=True,
            target_id=f"{product_id}/{variant_id}",
            is_same=row.get("inventory_quantity") == draft.content["inventory_quantity"],
            facts={"product": product_id, "variant": variant_id},
        )

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        if not known.exists:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="no_such_product"),))
        if known.is_same:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=known.target_id),))
        path = f"{self.desk.path}/products/{known.facts['product']}/variants/{known.facts['variant']}"
        step = Step(
            name=f"stock {draft.key}",
            method="PATCH",
            path=at(path),
            keys=(draft.key,),
            body={"inventory_quantity": draft.content["inventory_quantity"]},
            is_repeatable=True,
            purpose=text("Set the stock"),
        )
        return Plan((RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id),), (step,))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return settled_as_planned(plan)
