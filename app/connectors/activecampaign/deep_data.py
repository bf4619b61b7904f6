"""Writing orders and carts through REST ("Deep Data"): customer first, then the order, one by one.

There is no upsert: an order that exists is found by connection and external id and updated; a POST that meets one is
refused as a duplicate, which leads back to the look-up. ``source`` is set when the order is created and never again
(https://developers.activecampaign.com/reference/create-order).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.connectors.activecampaign.settings import DeletedOrders
from app.connectors.activecampaign.wire import Row, Wire, as_object, listed, words
from app.connectors.activecampaign.writer import connection_number
from app.core.outcomes import Outcome
from app.core.records import Cart, Deletion, Kind, Order, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Json, Known, Plan, RecordPlan, Ref, Settled, Step
from app.sdk.target import Mappings, Timing

OfCart = Callable[[Cart, Mappings], Draft | Refusal]
OfOrder = Callable[[Order, Mappings], Draft | Refusal]
_OF_CUSTOMER = {"customer", "acceptsMarketing"}
_SOURCE = {Timing.HISTORICAL: 0, Timing.LIVE: 1}
"""0 starts no automation, is on no dashboard and starts no "abandons cart"."""


@dataclass(frozen=True, slots=True)
class _Customer:
    id: str
    accepts_marketing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepData:
    """One kind: orders or carts; ``id_field`` is what identifies it in the shop."""

    wire: Wire
    mappings: Mappings
    connection_id: str
    timing: Timing
    id_field: str
    of_order: OfOrder | None = None
    of_cart: OfCart | None = None
    deleted_orders: DeletedOrders = DeletedOrders.KEEP
    customers: dict[str, _Customer] = field(default_factory=dict)

    @property
    def batch_size(self) -> int:
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Order() if self.of_order:
                return self.of_order(record, self.mappings)
            case Cart() if self.of_cart:
                return self.of_cart(record, self.mappings)
            case Deletion(kind=Kind.ORDERS) if self.deleted_orders is DeletedOrders.CANCEL:
                return _cancellation(record)
            case _:
                return skip("deleted_in_source")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        if not self.connection_id:
            return {}
        return {each.key: await self._find(each) for each in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records: list[RecordPlan] = []
        steps: list[Step] = []
        for draft, known in drafts:
            if draft.removes and not known.exists:
                records.append(RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target"))
                continue
            outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
            records.append(RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id))
            steps += self._customer_steps(draft, known)
            steps.append(self._update(draft, known) if known.exists else self._creation(draft, known))
        return Plan(tuple(records), tuple(steps))

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        return {}

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        settled = {}
        for record in plan.records:
            if answer := answers.get(f"order:{record.key}"):
                order = as_object(answer).get("ecomOrder") or {}
                target_id = words(order.get("id")) or record.target_id
                settled[record.key] = Settled(outcome=record.outcome, target_id=target_id)
        return settled

    async def held(self, draft: Draft) -> Sequence[Row]:
        """The rows with the record's own id in this shop."""
        return await self._orders(self.id_field, draft.content[self.id_field]) if self.connection_id else ()

    async def _find(self, draft: Draft) -> Known:
        content = draft.content
        customer = await self._customer(content.get("customer", ""))
        facts = {"customer": customer.id, "marketing": customer.accepts_marketing} if customer else {}
        rows = await self._orders(self.id_field, content[self.id_field])
        cart_id = content.get("externalcheckoutid", "")
        if not rows and self.id_field == "externalid" and cart_id:
            # An order that began as a cart takes the cart over: its state becomes "recovered".
            rows = [row for row in await self._orders("externalcheckoutid", cart_id) if not row.get("externalid")]
        if not rows:
            return Known(facts=facts)
        return Known(exists=True, target_id=words(rows[0].get("id")), matches=len(rows), facts=facts)

    async def _orders(self, name: str, value: str) -> list[Row]:
        query = {"filters[connectionid]": self.connection_id, f"filters[{name}]": value}
        page = await self.wire.get("ecomOrders", query)
        return [row for row in listed(page, "ecomOrders") if self._is_mine(row) and words(row.get(name)) == value]

    async def _customer(self, key: str) -> _Customer | None:
        """Known ones are remembered: they do not vanish during a run."""
        if key and key not in self.customers:
            query = {"filters[connectionid]": self.connection_id, "filters[externalid]": key}
            page = await self.wire.get("ecomCustomers", query)
            # A row with connection 0 is the vendor's own total over all shops of an address.
            for row in listed(page, "ecomCustomers"):
                if self._is_mine(row) and words(row.get("externalid")) == key:
                    self.customers[key] = _Customer(words(row.get("id")), words(row.get("acceptsMarketing")))
        return self.customers.get(key)

    def _is_mine(self, row: Row) -> bool:
        return words(row.get("connectionid")) == self.connection_id

    def _customer_steps(self, draft: Draft, known: Known) -> Sequence[Step]:
        content = draft.content
        if "customer" not in content:
            return ()
        accepts = content.get("acceptsMarketing")
        marketing = {"acceptsMarketing": accepts} if accepts is not None else {}
        if "customer" not in known.facts:
            body = {
                "connectionid": self._connection(),
                "externalid": content["customer"],
                "email": content["email"],
                **marketing,
            }
            return (
                Step(
                    name=f"customer:{draft.key}",
                    method="POST",
                    path="api/3/ecomCustomers",
                    keys=(draft.key,),
                    body={"ecomCustomer": body},
                    saves={f"customer:{draft.key}": ("ecomCustomer", "id")},
                    purpose=text("Create the customer"),
                ),
            )
        if marketing and known.facts.get("marketing") != accepts:
            return (
                Step(
                    name=f"customer:{draft.key}",
                    method="PUT",
                    path=f"api/3/ecomCustomers/{known.facts['customer']}",
                    keys=(draft.key,),
                    body={"ecomCustomer": marketing},
                    is_repeatable=True,
                    purpose=text("Note whether marketing is accepted"),
                ),
            )
        return ()

    def _creation(self, draft: Draft, known: Known) -> Step:
        customer: Json = known.facts.get("customer") or Ref(f"customer:{draft.key}")
        body = {
            **self.body(draft),
            "connectionid": connection_number(self.connection_id),
            "customerid": int(customer) if isinstance(customer, str) else customer,
            "source": _SOURCE[Timing.HISTORICAL if draft.is_past else self.timing],
        }
        return Step(
            name=f"order:{draft.key}",
            method="POST",
            path="api/3/ecomOrders",
            keys=(draft.key,),
            body={"ecomOrder": body},
            purpose=text("Create the order") if draft.kind is Kind.ORDERS else text("Create the cart"),
        )

    def _update(self, draft: Draft, known: Known) -> Step:
        return Step(
            name=f"order:{draft.key}",
            method="PUT",
            path=f"api/3/ecomOrders/{known.target_id}",
            keys=(draft.key,),
            body={"ecomOrder": self.body(draft)},
            is_repeatable=True,
            purpose=text("Update the order") if draft.kind is Kind.ORDERS else text("Update the cart"),
        )

    def body(self, draft: Draft) -> dict[str, Json]:
        """Exactly one of the two ids: a cart that became an order keeps its own by itself."""
        left_out = _OF_CUSTOMER if self.id_field == "externalcheckoutid" else {*_OF_CUSTOMER, "externalcheckoutid"}
        return {name: value for name, value in draft.content.items() if name not in left_out}

    def _connection(self) -> Json:
        return self.connection_id or connection_number("")


def _cancellation(deletion: Deletion) -> Draft:
    """Deep Data has no status: what was deleted counts nothing any more."""
    return Draft(
        key=deletion.id,
        kind=Kind.ORDERS,
        record=deletion,
        content={"externalid": deletion.id, "totalPrice": 0},
        fields=(FieldLine(text("Total"), "", "totalPrice: 0", text("Deleted in the shop.")),),
        removes=True,
    )
