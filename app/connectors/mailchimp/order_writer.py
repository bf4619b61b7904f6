"""Writing orders: looked up by their own id, then posted or changed.

An order is changed by PATCH, which keeps lines that it does not name: those are deleted one by one
(https://mailchimp.com/developer/marketing/api/ecommerce-orders/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from app.connectors.mailchimp.commerce import DELETED, Desk, settled_as_planned
from app.connectors.mailchimp.goods import placeholders
from app.connectors.mailchimp.lines import NO_LINES, article_of
from app.connectors.mailchimp.orders import NOT_A_SALE, order_draft
from app.connectors.mailchimp.sameness import holds
from app.connectors.mailchimp.shelf import Shelf
from app.connectors.mailchimp.wire import Row, at, store_key, subscriber_hash, words
from app.core.outcomes import Outcome
from app.core.records import Cart, Deletion, Order, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Json, Known, Plan, RecordPlan, Settled, Step

ORDER_FIELDS = (
    "id",
    "customer.id",
    "currency_code",
    "order_total",
    "shipping_total",
    "discount_total",
    "financial_status",
    "fulfillment_status",
    "processed_at_foreign",
    "updated_at_foreign",
    "cancelled_at_foreign",
    "order_url",
    "billing_address",
    "shipping_address",
    "promos",
    "lines",
)
_NOT_SENT = ("cart_id",)
_NOT_CHANGED = ("id", "customer", *_NOT_SENT)
"""An order keeps its number and its customer."""


@dataclass(slots=True, kw_only=True)
class OrderWriter:
    desk: Desk
    batch_size: int = 1
    """One: an order takes several requests, and a refusal must not repeat those of its neighbours."""
    _orders: Shelf = field(init=False)
    _carts: Shelf = field(init=False)
    _asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._orders = self.desk.shelf("orders", ORDER_FIELDS)
        self._carts = self.desk.shelf("carts", ("id",))

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Deletion():
                return self.desk.deletion(record)
            case Order():
                return order_draft(record)
            case _:
                return skip("not_a_kind")

    def parties(self, record: Record) -> Sequence[str]:
        return parties_of(self.desk, record) if isinstance(record, Order) else ()

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        rows = await self._orders.find(_row_id(each) for each in drafts)
        orders = [each for each in drafts if DELETED not in each.content]
        goods = await self.desk.goods(orders, self._asked)
        customers = await self.desk.has_customers([each.content["customer"]["id"] for each in orders])
        carts = await self._carts.find(each.content["cart_id"] for each in orders if each.content["cart_id"])
        known = {}
        for draft in drafts:
            row = rows.get(_row_id(draft))
            facts: dict[str, Json] = dict(goods.get(draft.key, {}))
            if draft.key in goods:
                facts["has_customer"] = draft.content["customer"]["id"] in customers
                facts["has_cart"] = draft.content["cart_id"] in carts
            facts["lines"] = [words(line.get("id")) for line in (row or {}).get("lines") or ()]
            known[draft.key] = Known(
                exists=row is not None,
                target_id=_row_id(draft) if row else "",
                is_same=row is not None and draft.key in goods and self.is_as_sent(row, draft, Known(facts=facts)),
                facts=facts,
            )
        return known

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        if DELETED in draft.content:
            return self.desk.deletion_plan(draft, known, "orders")
        if not known.exists and cast(Order, draft.record).status in NOT_A_SALE:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_a_sale"),))
        if known.is_same and not known.facts.get("has_cart"):
            return Plan((RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=known.target_id),))
        outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        steps = [*placeholders(self.desk.path, draft, known), *self.desk.arrival(draft), *self.desk.quiet(draft)]
        steps += self._changes(draft, known) if known.exists else [self._creation(draft, known)]
        if known.facts.get("has_cart"):
            steps.append(self._cart_removal(draft))
        return Plan((RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id),), tuple(steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        self.desk.note_articles(plan, answers)
        settled = dict(settled_as_planned(plan))
        for record in plan.records:
            if record.outcome is Outcome.CREATED:
                self.desk.remember_customer(record.draft.content["customer"]["id"])
                settled[record.key] = Settled(outcome=Outcome.CREATED, target_id=_row_id(record.draft))
        return settled

    def is_as_sent(self, row: Row, draft: Draft, known: Known) -> bool:
        return holds(row, self.desk.body(draft, known, without=_NOT_CHANGED))

    def _creation(self, draft: Draft, known: Known) -> Step:
        return Step(
            name=f"order {draft.key}",
            method="POST",
            path=at(f"{self.desk.path}/orders"),
            keys=(draft.key,),
            body=self.desk.body(draft, known, without=_NOT_SENT),
            purpose=text("Write the order"),
        )

    def _changes(self, draft: Draft, known: Known) -> list[Step]:
        path = f"{self.desk.path}/orders/{known.target_id}"
        body = self.desk.body(draft, known, without=_NOT_CHANGED)
        stay = {line["id"] for line in body["lines"]}
        vanished = [each for each in known.facts.get("lines", ()) if each not in stay]
        change = Step(
            name=f"order {draft.key}",
            method="PATCH",
            path=at(path),
            keys=(draft.key,),
            body=body,
            is_repeatable=True,
            purpose=text("Change the order"),
        )
        return [change, *(_line_removal(path, draft.key, each) for each in vanished)]

    def _cart_removal(self, draft: Draft) -> Step:
        return Step(
            name=f"cart of {draft.key}",
            method="DELETE",
            path=at(f"{self.desk.path}/carts/{draft.content['cart_id']}"),
            keys=(draft.key,),
            is_repeatable=True,
            purpose=text("Delete the cart that became this order"),
        )


def parties_of(desk: Desk, record: Order | Cart) -> Sequence[str]:
    """The customer, and products that the store lacks: what two orders at once would both make."""
    customer = subscriber_hash(record.email)
    customers = [] if desk.knows_customer(customer) else [f"customer {customer}"]
    articles = [(*article_of(line), line.sku) for line in record.lines] or [(NO_LINES, NO_LINES, "")]
    lacking = [f"product {each[0]}" for each in articles if desk.catalogue.place(*each) is None]
    return (*customers, *dict.fromkeys(lacking))


def _row_id(draft: Draft) -> str:
    return store_key(draft.key)


def _line_removal(path: str, key: str, line_id: str) -> Step:
    return Step(
        name=f"line {line_id} of {key}",
        method="DELETE",
        path=at(f"{path}/lines/{line_id}"),
        keys=(key,),
        is_repeatable=True,
        purpose=text("Delete a line that is gone"),
    )
