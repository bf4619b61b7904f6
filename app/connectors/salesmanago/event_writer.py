"""Events of orders and carts: the buyer first, then what is missing of the events, then what has changed of them.

An event cannot be entered under a key of ours: the same one sent twice stands there twice. So those that a contact
already has are read first (https://docs.salesmanago.com/#export-based-on-email-address-for-the-owner) and told apart by
type, our id and location. Whether that list is complete is not documented, so a lost answer leaves a record in doubt
until a person retries it; only then it is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from app.connectors.salesmanago.answers import Row, envelope
from app.connectors.salesmanago.elements import (
    Element,
    element_of_buyer,
    element_of_known,
    element_of_visitor,
    is_addressable,
)
from app.connectors.salesmanago.event_lookup import event_lines, known_events
from app.connectors.salesmanago.event_steps import ADD_MANY, ADD_ONE, NEW_BUYERS, EventRequests, Wanted
from app.connectors.salesmanago.events import CANCELLATION, PURCHASE, RETURN, Event, EventTerms, is_equal
from app.connectors.salesmanago.newcomers import take_back_subscriptions
from app.connectors.salesmanago.people import CUSTOMER, becomes_customer, the_living
from app.connectors.salesmanago.settings import TargetOptions
from app.connectors.salesmanago.tags import levels, listed, plain, tags_of
from app.connectors.salesmanago.wire import Wire
from app.core.consent import Standing
from app.core.outcomes import Outcome
from app.core.records import Cart, Kind, Order, Record
from app.core.rules import Refusal, hold, skip
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, Known, Plan, RecordPlan, Settled
from app.sdk.target import Timing

_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWriter:
    wire: Wire
    options: TargetOptions
    terms: EventTerms
    currency: str
    timing: Timing
    kind: Kind

    @property
    def batch_size(self) -> int:
        """What happens now goes one by one, through the call that starts rules and workflows and tells the event's
        id."""
        return _BATCH if self.timing is Timing.HISTORICAL else 1

    @property
    def _requests(self) -> EventRequests:
        return EventRequests(owner=self.wire.owner, timing=self.timing)

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Order | Cart):
            return skip("kept_in_salesmanago")
        if refusal := self._refusal(record):
            return refusal
        events = [self.terms.cart_event(record)] if isinstance(record, Cart) else self.terms.events_of(record)
        if not events:
            return skip("status_left_out")
        tags = self._tags(record)
        return Draft(
            key=record.id,
            kind=self.kind,
            record=record,
            content={"email": record.email, "tags": list(tags), "events": events},
            fields=event_lines(record, events, tags),
            natural_keys=(record.number, record.email) if isinstance(record, Order) else (record.email,),
            amount=record.total if events[0]["contactExtEventType"] != CANCELLATION else None,
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        found = await self.wire.whole(draft.content["email"] for draft in drafts)
        return {draft.key: known_events(draft, found.get(draft.content["email"], ())) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records, wanted = [], []
        for draft, known in drafts:
            asked = self._wanted(draft, known)
            record = _record_plan(draft, known, asked)
            records.append(record)
            if record.outcome in {Outcome.CREATED, Outcome.UPDATED}:
                wanted.append((draft, asked))
        return Plan(tuple(records), tuple(self._requests.steps(wanted)))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        bodies = {name: envelope(answer) for name, answer in answers.items()}
        settled = {
            each.key: Settled(outcome=each.outcome, reason=each.reason, target_id=each.target_id)
            for each in plan.records
        }
        await self._keep_unsubscribed(plan)
        for name, body in bodies.items():
            if name.startswith(ADD_ONE) and body.get("eventId"):
                (record,) = plan.records
                settled[record.key] = Settled(
                    outcome=record.outcome, target_id=record.target_id or str(body["eventId"])
                )
        batch = next((step for step in plan.steps if step.name == ADD_MANY), None)
        if batch is not None and not _all_arrived(bodies[ADD_MANY], len(cast(Batched, batch.body).items)):
            settled |= await self._sorted_out(plan, set(batch.keys), bodies[ADD_MANY])
            return {key: each for key, each in settled.items() if each.outcome is not Outcome.IN_DOUBT}
        return settled

    async def _keep_unsubscribed(self, plan: Plan) -> None:
        keys = {key for step in plan.steps if step.name == NEW_BUYERS for key in step.keys}
        found = await self.wire.basic(each.draft.content["email"] for each in plan.records if each.key in keys)
        rows = {email: row for email, same in found.items() if (row := the_living(same)) is not None}
        await take_back_subscriptions(self.wire, rows)

    def _refusal(self, record: Order | Cart) -> Refusal | None:
        if record.total.currency != self.currency:
            return hold("other_currency", currency=record.total.currency, expected=self.currency)
        if not record.email:
            return hold("no_email")
        return None if is_addressable(record.email) else hold("invalid_email")

    def _tags(self, record: Order | Cart) -> tuple[str, ...]:
        if isinstance(record, Cart):
            return ()
        categories = levels(record.lines) if self.options.category_tags else ()
        return tags_of((*listed(self.options.purchase_tags), *categories), self.options.tag_style)

    def _wanted(self, draft: Draft, known: Known) -> Wanted:
        there = {row["contactExtEventType"]: row for row in known.facts.get("events", ())}
        events = [due for each in draft.content["events"] if (due := _due(each, there))]
        missing = tuple(each for each in events if each["contactExtEventType"] not in there)
        changed = tuple(
            (str(row["id"]), each)
            for each in events
            if (row := there.get(each["contactExtEventType"])) and row["id"] and not is_equal(each, row)
        )
        has_work = bool(missing or changed)
        buyer = self._buyer(draft, known) if has_work else None
        return Wanted(missing=missing, changed=changed, buyer=buyer, is_new_buyer=not known.exists)

    def _buyer(self, draft: Draft, known: Known) -> Element | None:
        tags = tuple(draft.content["tags"])
        if known.exists:
            lacking = tuple(tag for tag in tags if plain(tag) not in known.facts.get("tags", ()))
            is_new_customer = self.kind is Kind.ORDERS and becomes_customer({"state": CUSTOMER}, known)
            if not lacking and not is_new_customer:
                return None
            return element_of_known(draft.content["email"], lacking, CUSTOMER if is_new_customer else "")
        record = draft.record
        return element_of_visitor(record) if isinstance(record, Cart) else element_of_buyer(cast(Order, record), tags)

    async def _sorted_out(self, plan: Plan, keys: set[str], body: Row) -> dict[str, Settled]:
        """Not all of a batch was taken: what is there now tells which. What is neither there nor named as failed stays
        in doubt."""
        refused = " ".join(str(each) for each in body.get("failedContacts") or ()).casefold()
        records = {each.key: each for each in plan.records if each.key in keys}
        known = await self.look_up([each.draft for each in records.values()])
        found: dict[str, Settled] = {}
        for key, record in records.items():
            email = record.draft.content["email"]
            if not self._wanted(record.draft, known[key]).missing:
                found[key] = Settled(outcome=record.outcome, target_id=known[key].target_id)
            elif email in refused or (known[key].target_id and known[key].target_id.casefold() in refused):
                found[key] = Settled(outcome=Outcome.FAILED, reason="event_refused")
            else:
                found[key] = Settled(outcome=Outcome.IN_DOUBT)
        return found


def _record_plan(draft: Draft, known: Known, asked: Wanted) -> RecordPlan:
    events = draft.content["events"]
    if known.standing is Standing.DELETED:
        return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="stays_deleted")
    if asked.missing or asked.changed:
        is_new = len(asked.missing) == len(events) and not known.target_id
        outcome = Outcome.CREATED if is_new else Outcome.UPDATED
        return RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id)
    if events[0]["contactExtEventType"] == CANCELLATION and not known.target_id:
        return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="cancelled_before")
    return RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=known.target_id)


def _due(event: Event, there: Mapping[str, Row]) -> Event | None:
    """A cancellation takes back what is left of a purchase: without the purchase it would lower what was never counted,
    and what went back already is not taken back twice."""
    if event["contactExtEventType"] != CANCELLATION:
        return event
    if PURCHASE not in there:
        return None
    rest = event["value"] - Decimal(str(there.get(RETURN, {}).get("value") or 0))
    return {**event, "value": rest} if rest > 0 else None


def _all_arrived(body: Row, sent: int) -> bool:
    """``success`` is true although some events failed."""
    return not int(body.get("failedAmount") or 0) and int(body.get("createdAmount", sent)) == sent
