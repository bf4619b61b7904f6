"""What orders and carts have in common: the store, its customers and its products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.connectors.mailchimp.account import pausing
from app.connectors.mailchimp.catalogue import Catalogue
from app.connectors.mailchimp.goods import lines_of, places_of, product_ids_of
from app.connectors.mailchimp.settings import DeletedInStore
from app.connectors.mailchimp.shelf import Shelf
from app.connectors.mailchimp.wire import Wire, at
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Timing

DELETED = "deleted"
"""Marks the content of a record that vanished in the shop."""
STORE = "store"
"""Names the store in a content. It is no part of what is sent."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """One store, opened for a run. ``has_paused`` remembers that its automations were paused for something old."""

    wire: Wire
    id: str
    exists: bool
    catalogue: Catalogue
    timing: Timing
    deleted: DeletedInStore
    list_id: str = ""
    has_paused: bool = False
    lacking: set[str] = field(default_factory=set)
    """Customers of whom the store has said that the audience does not know them."""
    customers: Shelf = field(init=False)
    _known_customers: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.customers = self.shelf("customers", ("id",))

    @property
    def path(self) -> str:
        return f"ecommerce/stores/{self.id}"

    def shelf(self, name: str, fields: Sequence[str]) -> Shelf:
        return Shelf(self.wire, f"{self.path}/{name}", name, fields)

    async def has_customers(self, ids: Sequence[str]) -> set[str]:
        wanted = set(ids)
        found = await self.customers.find(sorted(wanted - self._known_customers))
        self._known_customers.update(found)
        return wanted & self._known_customers

    def remember_customer(self, customer_id: str) -> None:
        self._known_customers.add(customer_id)

    def knows_customer(self, customer_id: str) -> bool:
        return customer_id in self._known_customers

    def quiet(self, draft: Draft) -> list[Step]:
        """A sync may bring something of before the integration: it must start no automation, and the store has only
        one switch for that. It goes back to its everyday state when the sync ends."""
        if not draft.is_past or self.timing is Timing.HISTORICAL:
            return []
        self.has_paused = True
        return [pausing(self.id, draft.key)]

    def arrival(self, draft: Draft) -> list[Step]:
        """Newer parts of Mailchimp take no order of somebody whom the audience does not know: then they are added
        without a newsletter."""
        customer = draft.content["customer"]
        if customer["id"] not in self.lacking:
            return []
        return [
            Step(
                name=f"member {draft.key}",
                method="PUT",
                path=at(f"lists/{self.list_id}/members/{customer['id']}"),
                keys=(draft.key,),
                query={"skip_merge_validation": "true"},
                body={"email_address": customer["email_address"], "status_if_new": "transactional"},
                is_repeatable=True,
                purpose=text("Add the member"),
            )
        ]

    def heard(self, step: Step) -> None:
        """The store has refused this order or cart because the audience lacks its customer."""
        if isinstance(step.body, Mapping) and isinstance(step.body.get("customer"), Mapping):
            self.lacking.add(str(step.body["customer"]["id"]))

    async def goods(self, drafts: Sequence[Draft], asked: set[str]) -> Mapping[str, Json]:
        """The facts about the lines of each draft; products of a draft that is looked up again are asked for anew."""
        await self.catalogue.load()
        again = [each for each in drafts if each.key in asked]
        await self.catalogue.refresh(product_id for each in again for product_id in product_ids_of(each))
        asked.update(each.key for each in drafts)
        made: set[tuple[str, str]] = set()
        return {each.key: places_of(self.catalogue, each, made) for each in drafts}

    def body(self, draft: Draft, known: Known, *, without: Sequence[str] = ()) -> dict[str, Json]:
        """What is sent of a new order or cart: an existing customer is named by id only, so that their address is
        never changed; it could not be (https://mailchimp.com/developer/marketing/api/ecommerce-customers/)."""
        body = {name: value for name, value in draft.content.items() if name not in {*without, STORE}}
        if "customer" in body and known.facts.get("has_customer"):
            body["customer"] = {"id": body["customer"]["id"]}
        return {**body, "lines": lines_of(draft, known)}

    def deletion(self, record: Deletion) -> Draft | Refusal:
        if self.deleted is DeletedInStore.KEEP:
            return skip("deleted_in_source")
        return Draft(key=record.id, kind=record.kind, record=record, content={DELETED: record.id}, removes=True)

    def deletion_plan(self, draft: Draft, known: Known, name: str) -> Plan:
        if not known.exists:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="deleted_in_source"),))
        record = RecordPlan(draft=draft, outcome=Outcome.UPDATED, reason="deleted_in_source", target_id=known.target_id)
        return Plan((record,), (self.removal_step(draft.key, name, known.target_id),))

    def removal_step(self, key: str, name: str, row_id: str) -> Step:
        return Step(
            name=f"remove {key}",
            method="DELETE",
            path=at(f"{self.path}/{name}/{row_id}"),
            keys=(key,),
            is_repeatable=True,
            purpose=text("Delete it in the store"),
        )

    def note_articles(self, plan: Plan, answers: Mapping[str, Answer]) -> None:
        """Placeholders that the plan made are there for the next order."""
        for step in plan.steps:
            if step.name not in answers or not isinstance(step.body, Mapping):
                continue
            if step.name.startswith("product "):
                self.catalogue.note(step.body)
            elif step.name.startswith("variant "):
                self.catalogue.note_variant(step.name.split(" ")[1], step.body)


def settled_as_planned(plan: Plan) -> Mapping[str, Settled]:
    return {
        record.key: Settled(outcome=record.outcome, reason=record.reason, target_id=record.target_id)
        for record in plan.records
    }


KIND_NAMES: Mapping[Kind, str] = {Kind.ORDERS: "orders", Kind.CARTS: "carts", Kind.PRODUCTS: "products"}
"""The collections of a store."""
