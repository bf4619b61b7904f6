"""Writing orders through GraphQL: one upsert for up to 25 of them.

``bulkUpsertOrders`` rather than its asynchronous sister: its answer names every order that was written, and an order
can be looked up right after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.activecampaign.answers import GRAPHQL_PATH, refused_orders
from app.connectors.activecampaign.orders import graphql_order
from app.connectors.activecampaign.sameness import holds
from app.connectors.activecampaign.schema import Schema
from app.connectors.activecampaign.settings import DeletedOrders
from app.connectors.activecampaign.wire import Row, Wire, graphql_data, listed, words
from app.connectors.activecampaign.writer import connection_number
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, Order, Record
from app.core.rules import Refusal, skip
from app.core.texts import ntext, text
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Mappings, Timing

BATCH_SIZE = 25
"""The server refuses documents of more than 15,000 grammar tokens; the vendor's own plugin sends about 30 orders."""
_ACTION = "bulkUpsertOrders"
_REQUIRED = ("email", "currency", "finalAmount", "storeCreatedDate", "storeCustomerId")
"""Sent again with a cancellation, because the input type insists on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphqlOrders:
    wire: Wire
    schema: Schema
    mappings: Mappings
    connection_id: str
    timing: Timing
    deleted_orders: DeletedOrders

    @property
    def batch_size(self) -> int:
        return BATCH_SIZE

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Order():
                return graphql_order(record, self.mappings)
            case Deletion() if self.deleted_orders is DeletedOrders.CANCEL:
                return _cancellation(record)
            case _:
                return skip("deleted_in_source")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        known: dict[str, Known] = {}
        if not self.connection_id:
            return known
        for start in range(0, len(drafts), BATCH_SIZE):
            group = drafts[start : start + BATCH_SIZE]
            found = await self.wire.ask_each(
                self._search(len(group)),
                {
                    "connection": int(self.connection_id),
                    **{f"o{place}": each.content["storeOrderId"] for place, each in enumerate(group)},
                },
            )
            known |= {each.key: _known(each, found.get(f"o{place}")) for place, each in enumerate(group)}
        return known

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(_record_plan(draft, known) for draft, known in drafts)
        items = tuple(
            (draft.key, self._item(draft, known))
            for (draft, known), record in zip(drafts, records, strict=True)
            if record.outcome in {Outcome.CREATED, Outcome.UPDATED}
        )
        return Plan(records, (self._step(items),) if items else ())

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        named = refused_orders(answer)
        items = step.body.items if isinstance(step.body, Batched) else ()
        return {key: named[item["storeOrderId"]] for key, item in items if item["storeOrderId"] in named}

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        answer = answers["orders"]
        rows = {words(row.get("storeOrderId")): row for row in listed(graphql_data(answer), _ACTION)}
        refused = refused_orders(answer)
        settled: dict[str, Settled] = {}
        for record in plan.records:
            order_id = record.draft.content["storeOrderId"]
            if order_id in refused:
                settled[record.key] = Settled(outcome=Outcome.FAILED, reason="refused", message=refused[order_id])
            elif order_id in rows:
                target_id = words(rows[order_id].get("id")) or record.target_id
                settled[record.key] = Settled(outcome=record.outcome, target_id=target_id)
        return settled

    def _search(self, count: int) -> str:
        places = range(count)
        variables = " ".join(f"$o{place}: String!" for place in places)
        fields = " ".join(
            f"o{place}: getOrder(legacyConnectionId: $connection, storeOrderId: $o{place}) {{ ...Held }}"
            for place in places
        )
        selection = self.schema.selection("OrderInput", "Order")
        return f"query Find($connection: Int!, {variables}) {{ {fields} }} fragment Held on Order {{ id {selection} }}"

    def _step(self, items: tuple[tuple[str, Json], ...]) -> Step:
        type_name = self.schema.input_of(f"{_ACTION}.orders", "OrderInput")
        document = f"mutation Send($orders: [{type_name}!]!) {{ {_ACTION}(orders: $orders) {{ id storeOrderId }} }}"
        return Step(
            name="orders",
            method="POST",
            path=GRAPHQL_PATH,
            keys=tuple(key for key, _ in items),
            body=Batched({"query": document, "variables": {}}, ("variables", "orders"), items),
            # A live order sent twice could start "order updated" automations: it is looked up first.
            is_repeatable=self.timing is Timing.HISTORICAL,
            purpose=ntext("Write {count} order", "Write {count} orders", len(items)),
        )

    def _item(self, draft: Draft, known: Known) -> Json:
        """Only fields that the account's schema knows."""
        type_name = self.schema.input_of(f"{_ACTION}.orders", "OrderInput")
        required = {name: known.facts[name] for name in _REQUIRED if name in known.facts} if draft.removes else {}
        source = "HISTORICAL" if draft.is_past or self.timing is Timing.HISTORICAL else "REAL_TIME"
        content = {**required, **draft.content, "creationSource": source}
        item = self.schema.known(content, type_name)
        number = connection_number(self.connection_id)
        fields = self.schema.inputs.get(type_name, {})
        if "legacyConnectionId" in self.schema.inputs.get(fields.get("lineItems", ""), {}):
            item["lineItems"] = [{"legacyConnectionId": number, **line} for line in item.get("lineItems", [])]
        return {"legacyConnectionId": number, **item}


def _cancellation(deletion: Deletion) -> Draft:
    return Draft(
        key=deletion.id,
        kind=Kind.ORDERS,
        record=deletion,
        content={"storeOrderId": deletion.id, "normalizedStatus": "CANCELLED"},
        fields=(FieldLine(text("Status"), "", "CANCELLED", text("Deleted in the shop.")),),
        removes=True,
    )


def _known(draft: Draft, row: Row | None) -> Known:
    if not row:
        return Known()
    return Known(
        exists=True,
        target_id=words(row.get("id")),
        is_same=holds(row, draft.content),
        facts={name: row[name] for name in _REQUIRED if row.get(name) is not None},
    )


def _record_plan(draft: Draft, known: Known) -> RecordPlan:
    if draft.removes and not known.exists:
        return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target")
    if known.is_same:
        return RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, reason="already_so", target_id=known.target_id)
    outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
    return RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id)
