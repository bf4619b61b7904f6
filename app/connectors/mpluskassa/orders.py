"""Entering orders: known already? then the customer, then all articles, then the order itself.

An order that is in the register already is never entered again; what became of it in the shop afterwards is the
business of :mod:`app.connectors.mpluskassa.order_changes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mpluskassa.articles import Articles
from app.connectors.mpluskassa.contacts import lines_of, party
from app.connectors.mpluskassa.debtors import Debtors, completed, creation, has_all, merged, update
from app.connectors.mpluskassa.order_body import Content, OrderBody
from app.connectors.mpluskassa.order_changes import OrderChanges, uncredited_invoices
from app.connectors.mpluskassa.order_terms import OrderTerms
from app.connectors.mpluskassa.people import is_gone
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import money
from app.connectors.mpluskassa.wire import Wire
from app.core.errors import TemporaryError
from app.core.outcomes import Outcome
from app.core.records import Kind, Order, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Ref, Settled, Step

_RELATION = "relation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWriter:
    wire: Wire
    terms: OrderTerms
    body: OrderBody
    debtors: Debtors
    articles: Articles
    has_contacts: bool = False
    """Whether customers are sent themselves as well: an order of the past knows less of them than that."""
    is_history: bool = False

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Order):
            return skip("deleted_in_source")
        content = self.terms.content(record)
        if isinstance(content, Refusal):
            return content
        return Draft(
            key=record.id,
            kind=Kind.ORDERS,
            record=record,
            content=content,
            fields=_field_lines(record, content),
            natural_keys=(record.number, str(content["extOrderId"])),
            amount=record.total,
        )

    def parties(self, record: Record) -> Sequence[str]:
        if not isinstance(record, Order) or not record.email or self.terms.options.default_debtor:
            return ()
        return (party(record.email),)

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        missing = await self.articles.missing({line["article"] for each in drafts for line in each.content["lines"]})
        relations: dict[str, Row] = {}
        return {draft.key: await self._known(draft.content, missing, relations) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        if known.exists:
            return OrderChanges(self.body).plan(draft, known)
        if stopped := _stopped(draft, known):
            return Plan((stopped,))
        relation, steps = self._customer(draft, known.facts.get("relation", {}))
        record = RecordPlan(draft=draft, outcome=Outcome.CREATED)
        return Plan((record,), (*steps, self.body.creation(draft.key, draft.content, relation)))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        (record,) = plan.records
        if "order" not in answers:
            return {record.key: Settled(outcome=record.outcome, target_id=record.target_id)}
        info = answers["order"].json()["info"]
        message = "" if info.get("orderQueued") else await self._difference(str(info["orderId"]), record.draft.content)
        reason = "total_differs" if message else ""
        settled = Settled(outcome=record.outcome, target_id=str(info["orderId"]), reason=reason, message=message)
        return {record.key: settled}

    async def _known(self, content: Content, missing: frozenset[str], relations: dict[str, Row]) -> Known:
        answer = await self.wire.ask("findOrder", {"extOrderId": content["extOrderId"]})
        if str(answer.get("result", "")).endswith("-OK") and answer.get("order"):
            order = answer["order"]
            invoices = await uncredited_invoices(self.wire, order) if content["fate"] != "sold" else []
            facts = {"order": order, "invoices": invoices}
            return Known(exists=True, target_id=str(order["orderId"]), facts=facts)
        skus = [line["sku"] or line["article"] for line in content["lines"] if line["article"] in missing]
        return Known(facts={"missing": skus, "relation": await self._relation(content, relations)})

    async def _relation(self, content: Content, relations: dict[str, Row]) -> Row:
        wanted = content["relation"]
        if content["debtor"] or not wanted:
            return {}
        email = str(wanted.get("email", ""))
        if email not in relations:
            relations[email] = await self.debtors.find(email, str(wanted.get("extRelationId", "")))
        return relations[email]

    def _customer(self, draft: Draft, found: Row) -> tuple[str | Ref, tuple[Step, ...]]:
        """The relation's number, and the step that creates or updates it."""
        content = draft.content
        if content["debtor"]:
            return str(content["debtor"]), ()
        if not found:
            days = {"paymentWithinDays": int(content["days"])} if content["days"] else {}
            wanted = {**content["relation"], **days}
            return Ref(_RELATION), (creation(draft.key, wanted, save_as=_RELATION),)
        is_older = self.has_contacts and (self.is_history or draft.is_past)
        relation = (completed if is_older else merged)(found, content["relation"])
        steps = () if has_all(found, relation) else (update(draft.key, relation),)
        return str(found["relationNumber"]), steps

    async def _difference(self, order_id: str, content: Content) -> str:
        """The register works totals out itself. What cannot be compared is no difference."""
        try:
            answer = await self.wire.ask("getOrder", {"orderId": order_id})
        except (RejectedError, TemporaryError):
            return ""
        told = (answer.get("order") or {}).get("totalInclAmount")
        if told is None or told == content["total"]:
            return ""
        currency = self.terms.currency
        return f"{money(told, currency)} / {money(content['total'], currency)}"


def _stopped(draft: Draft, known: Known) -> RecordPlan | None:
    """Why an order that is not in the register is not entered."""
    match draft.content["fate"]:
        case "cancelled" | "refunded":
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="ended_before_sending")
        case "partly_refunded":
            return RecordPlan(draft=draft, outcome=Outcome.HELD, reason="partial_refund")
    if is_gone(known.facts.get("relation", {})):
        return RecordPlan(draft=draft, outcome=Outcome.HELD, reason="customer_switched_off")
    if missing := known.facts.get("missing"):
        return RecordPlan(draft=draft, outcome=Outcome.HELD, reason="article_missing", message=", ".join(missing))
    return None


def _field_lines(order: Order, content: Content) -> tuple[FieldLine, ...]:
    goods = (
        FieldLine(
            text("Article {number}", number=line["article"]),
            f"{line['sku']} {line['text']}".strip(),
            f"{line['quantity']} / {line['places']} × {line['price']}",
        )
        for line in content["lines"]
    )
    return (
        FieldLine(text("Order number"), order.number, f"reference: {order.number}"),
        FieldLine(text("Total"), str(order.total), str(content["total"])),
        *lines_of(content["relation"]),
        *goods,
    )
