"""Writing carts. A changed cart is deleted and written anew, as the vendor's own plugin does it: PATCH would keep lines
that are gone (https://mailchimp.com/developer/marketing/api/ecommerce-carts/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.connectors.mailchimp.commerce import DELETED, Desk, settled_as_planned
from app.connectors.mailchimp.goods import placeholders
from app.connectors.mailchimp.order_writer import parties_of
from app.connectors.mailchimp.orders import cart_draft
from app.connectors.mailchimp.sameness import holds
from app.connectors.mailchimp.shelf import Shelf
from app.connectors.mailchimp.wire import Row, at, store_key
from app.core.outcomes import Outcome
from app.core.records import Cart, Deletion, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Timing

CART_FIELDS = ("id", "currency_code", "order_total", "checkout_url", "lines")


@dataclass(slots=True, kw_only=True)
class CartWriter:
    desk: Desk
    batch_size: int = 1
    _carts: Shelf = field(init=False)
    _asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._carts = self.desk.shelf("carts", CART_FIELDS)

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Deletion():
                return self.desk.deletion(record)
            case Cart():
                return cart_draft(record)
            case _:
                return skip("not_a_kind")

    def parties(self, record: Record) -> Sequence[str]:
        return parties_of(self.desk, record) if isinstance(record, Cart) else ()

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        rows = await self._carts.find(store_key(each.key) for each in drafts)
        carts = [each for each in drafts if DELETED not in each.content]
        goods = await self.desk.goods(carts, self._asked)
        customers = await self.desk.has_customers([each.content["customer"]["id"] for each in carts])
        known = {}
        for draft in drafts:
            row = rows.get(store_key(draft.key))
            facts: dict[str, Json] = dict(goods.get(draft.key, {}))
            if draft.key in goods:
                facts["has_customer"] = draft.content["customer"]["id"] in customers
            known[draft.key] = Known(
                exists=row is not None,
                target_id=store_key(draft.key) if row else "",
                is_same=row is not None and draft.key in goods and self.is_as_sent(row, draft, Known(facts=facts)),
                facts=facts,
            )
        return known

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        if DELETED in draft.content:
            return self.desk.deletion_plan(draft, known, "carts")
        if known.is_same:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=known.target_id),))
        outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        steps = [*placeholders(self.desk.path, draft, known), *self.desk.arrival(draft)]
        if known.exists:
            steps.append(self.desk.removal_step(draft.key, "carts", known.target_id))
        steps.append(self._creation(draft, known))
        return Plan((RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id),), tuple(steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        self.desk.note_articles(plan, answers)
        settled = dict(settled_as_planned(plan))
        for record in plan.records:
            if record.outcome is Outcome.CREATED:
                self.desk.remember_customer(record.draft.content["customer"]["id"])
                settled[record.key] = Settled(outcome=Outcome.CREATED, target_id=store_key(record.key))
        return settled

    def is_as_sent(self, row: Row, draft: Draft, known: Known) -> bool:
        return holds(row, self._body(draft, known, without=("id", "customer")))

    def _body(self, draft: Draft, known: Known, *, without: Sequence[str] = ()) -> dict[str, Json]:
        """Without the way to the checkout no reminder is sent: so it is with a cart of before the integration. In a
        history the whole store is quiet."""
        is_late = draft.is_past and self.desk.timing is Timing.LIVE
        left_out = (*without, *(("checkout_url",) if is_late or not draft.content["checkout_url"] else ()))
        return self.desk.body(draft, known, without=left_out)

    def _creation(self, draft: Draft, known: Known) -> Step:
        return Step(
            name=f"cart {draft.key}",
            method="POST",
            path=at(f"{self.desk.path}/carts"),
            keys=(draft.key,),
            body=self._body(draft, known),
            purpose=text("Write the cart"),
        )
