"""Events of orders and carts: the buyer first, then what is missing of the events, then what has changed of them.

An event cannot be entered under a key of ours: the same one sent twice stands there twice. So those that a contact
already has are read first (https://docs.salesmanago.com/#export-based-on-email-address-for-the-owner) and told apart by
type, our id and location. Whether that list is complete is not documented, so a lost answer leaves a record in doubt
until a person retries it; only then it is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from app.connectors.salesmanago.answers import Row, envelope
from app.connectors.salesmanago.elements import (
    Element,
    consent_flags,
    element_of_buyer,
    element_of_tags,
    element_of_visitor,
    is_addressable,
)
from app.connectors.salesmanago.events import (
    CANCELLATION,
    PURCHASE,
    Event,
    EventTerms,
    is_equal,
    milliseconds,
    moment_of,
)
from app.connectors.salesmanago.people import known_person, the_living
from app.connectors.salesmanago.settings import TargetOptions
from app.connectors.salesmanago.tags import levels, listed, tags_of
from app.connectors.salesmanago.wire import ADD_EVENT, ADD_EVENTS, UPDATE_EVENT, UPSERT_MANY, Wire
from app.core.consent import ConsentAction, Standing
from app.core.outcomes import Outcome
from app.core.records import Cart, Kind, Order, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Timing

_BATCH = 100
_ADD_MANY = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What one record asks for, held against what is there."""

    missing: tuple[Event, ...]
    changed: tuple[tuple[str, Event], ...]
    """With the vendor's ids."""
    buyer: Element | None


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
            fields=_lines(record, events, tags),
            natural_keys=(record.number, record.email) if isinstance(record, Order) else (record.email,),
            amount=record.total if events[0]["contactExtEventType"] != CANCELLATION else None,
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        found = await self.wire.whole(draft.content["email"] for draft in drafts)
        return {draft.key: _known(draft, found.get(draft.content["email"], ())) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records, wanted = [], []
        for draft, known in drafts:
            asked = self._wanted(draft, known)
            record = _record_plan(draft, known, asked)
            records.append(record)
            if record.outcome in {Outcome.CREATED, Outcome.UPDATED}:
                wanted.append((draft, asked))
        return Plan(tuple(records), tuple(self._steps(wanted)))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        bodies = {name: envelope(answer) for name, answer in answers.items()}
        settled = {
            each.key: Settled(outcome=each.outcome, reason=each.reason, target_id=each.target_id)
            for each in plan.records
        }
        for name, body in bodies.items():
            if name.startswith("event:") and body.get("eventId"):
                (record,) = plan.records
                settled[record.key] = Settled(
                    outcome=record.outcome, target_id=record.target_id or str(body["eventId"])
                )
        batch = next((step for step in plan.steps if step.name == _ADD_MANY), None)
        if batch is not None and not _all_arrived(bodies[_ADD_MANY], len(cast(Batched, batch.body).items)):
            settled |= await self._sorted_out(plan, set(batch.keys), bodies[_ADD_MANY])
            return {key: each for key, each in settled.items() if each.outcome is not Outcome.IN_DOUBT}
        return settled

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

    def _wanted(self, draft: Draft, known: Known) -> _Wanted:
        there = {row["contactExtEventType"]: row for row in known.facts.get("events", ())}
        events: Sequence[Event] = draft.content["events"]
        # A cancellation takes a purchase back: without the purchase it would lower what was never counted.
        missing = tuple(
            each
            for each in events
            if each["contactExtEventType"] not in there
            and (each["contactExtEventType"] != CANCELLATION or PURCHASE in there)
        )
        changed = tuple(
            (str(row["id"]), each)
            for each in events
            if (row := there.get(each["contactExtEventType"])) and row["id"] and not is_equal(each, row)
        )
        has_work = bool(missing or changed)
        return _Wanted(missing=missing, changed=changed, buyer=self._buyer(draft, known) if has_work else None)

    def _buyer(self, draft: Draft, known: Known) -> Element | None:
        tags = tuple(draft.content["tags"])
        if known.exists:
            held = set(known.facts.get("tags", ()))
            lacking = tuple(tag for tag in tags if tag.casefold() not in held)
            return element_of_tags(draft.content["email"], lacking) if lacking else None
        record = draft.record
        return element_of_visitor(record) if isinstance(record, Cart) else element_of_buyer(cast(Order, record), tags)

    def _steps(self, wanted: Sequence[tuple[Draft, _Wanted]]) -> list[Step]:
        steps = []
        if buyers := _once_each(wanted):
            steps.append(self._upsert(buyers))
        added = [(draft, event) for draft, asked in wanted for event in asked.missing]
        if self.timing is Timing.LIVE and not any(draft.is_past for draft, _ in added):
            steps += [self._add_one(draft, event, number) for number, (draft, event) in enumerate(added, 1)]
        elif added:
            steps.append(self._add_many(added))
        changed = [(draft, *pair) for draft, asked in wanted for pair in asked.changed]
        steps += [self._change(draft, event_id, event) for draft, event_id, event in changed]
        return steps

    def _upsert(self, buyers: Mapping[str, tuple[str, Element]]) -> Step:
        """Who buys has agreed to nothing by that: the flags leave every subscription as it is."""
        flags = consent_flags(ConsentAction.LEAVE)
        return Step(
            name="buyers",
            method="POST",
            path=UPSERT_MANY,
            keys=tuple(key for key, _ in buyers.values()),
            body=Batched(
                {"owner": self.wire.owner, "useApiDoubleOptIn": False},
                ("upsertDetails",),
                tuple((key, {**element, **flags}) for key, element in buyers.values()),
            ),
            is_repeatable=True,
            purpose=text("Enter the buyers, because an event belongs to a contact"),
        )

    def _add_one(self, draft: Draft, event: Event, number: int) -> Step:
        return Step(
            name=f"event:{number}",
            method="POST",
            path=ADD_EVENT,
            keys=(draft.key,),
            body={"owner": self.wire.owner, "forceOptIn": False, **_addressed(draft, event)},
            purpose=_purpose(event),
        )

    def _add_many(self, added: Sequence[tuple[Draft, Event]]) -> Step:
        return Step(
            name=_ADD_MANY,
            method="POST",
            path=ADD_EVENTS,
            keys=tuple(dict.fromkeys(draft.key for draft, _ in added)),
            body=Batched(
                {"owner": self.wire.owner},
                ("events",),
                tuple((draft.key, _addressed(draft, event)) for draft, event in added),
            ),
            purpose=text("Enter the events"),
        )

    def _change(self, draft: Draft, event_id: str, event: Event) -> Step:
        addressed = _addressed(draft, event)
        return Step(
            name=f"change:{event_id}",
            method="POST",
            path=UPDATE_EVENT,
            keys=(draft.key,),
            body={"owner": self.wire.owner, "contactEvent": {"eventId": event_id, **addressed["contactEvent"]}},
            is_repeatable=True,
            purpose=text("Change the event"),
        )

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


def _known(draft: Draft, rows: Sequence[Row]) -> Known:
    """``facts`` hold the contact's tags, and of its events those of this record."""
    person = known_person(rows)
    row = the_living(rows)
    if row is None:
        return person
    events = [_event_of(each) for each in row.get("contactExtEvents") or () if isinstance(each, dict)]
    own = [each for each in events if _is_of(each, draft.content["events"][0])]
    main = draft.content["events"][0]["contactExtEventType"]
    target_id = next((each["id"] for each in own if each["contactExtEventType"] in {PURCHASE, main}), "")
    tags = [str(each.get("tag") or "").casefold() for each in row.get("contactTags") or () if isinstance(each, dict)]
    return Known(
        exists=person.exists,
        target_id=target_id,
        standing=person.standing,
        matches=person.matches,
        facts={"tags": tags, "events": own},
    )


def _event_of(row: Row) -> dict[str, Any]:
    event_id = row.get("id") or row.get("eventId") or ""
    return {**row, "id": event_id, "contactExtEventType": str(row.get("contactExtEventType") or "").upper()}


def _is_of(row: Row, event: Event) -> bool:
    """Another shop may number its orders alike: then the location tells them apart, where it is told back."""
    is_same_place = str(row.get("location") or event["location"]) == event["location"]
    return bool(is_same_place) and str(row.get("externalId") or "") == event["externalId"]


def _record_plan(draft: Draft, known: Known, asked: _Wanted) -> RecordPlan:
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


def _once_each(wanted: Sequence[tuple[Draft, _Wanted]]) -> Mapping[str, tuple[str, Element]]:
    """One element for each address, with the tags of all of its orders, under the key of the first of them."""
    found: dict[str, tuple[str, Element]] = {}
    for draft, asked in wanted:
        if asked.buyer is None:
            continue
        _key, element = found.setdefault(draft.content["email"], (draft.key, dict(asked.buyer)))
        tags = {tag.casefold(): tag for tag in (*element.get("tags", ()), *asked.buyer.get("tags", ()))}
        if tags:
            element["tags"] = list(tags.values())
    return found


def _addressed(draft: Draft, event: Event) -> dict[str, Json]:
    date = milliseconds(moment_of(cast("Order | Cart", draft.record), event["contactExtEventType"]))
    return {"email": draft.content["email"], "contactEvent": {"date": date, **event}}


def _all_arrived(body: Row, sent: int) -> bool:
    """``success`` is true although some events failed."""
    return not int(body.get("failedAmount") or 0) and int(body.get("createdAmount", sent)) == sent


def _purpose(event: Event) -> Any:
    return text("Enter the event {type}", type=event["contactExtEventType"])


_LABELS: Sequence[tuple[Any, str, Callable[[Order | Cart], str]]] = (
    (text("Order number"), "externalId", lambda each: each.number if isinstance(each, Order) else each.id),
    (text("Goods"), "products", lambda each: ", ".join(line.name for line in each.lines)),
    (text("Value"), "value", lambda each: str(each.total)),
    (text("Payment"), "description", lambda each: each.payment_method if isinstance(each, Order) else each.url),
    (text("Pick-up point"), "detail10", lambda each: each.pickup_point if isinstance(each, Order) else ""),
)


def _lines(record: Order | Cart, events: Sequence[Event], tags: Sequence[str]) -> tuple[FieldLine, ...]:
    """The first event as an example of all: they differ in type and value only."""
    kinds = ", ".join(each["contactExtEventType"] for each in events)
    shown = [
        FieldLine(text("E-mail"), record.email, f"email: {record.email}"),
        FieldLine(text("Status"), record.status.value if isinstance(record, Order) else "", kinds),
    ]
    for label, name, source in _LABELS:
        if name in events[0]:
            shown.append(FieldLine(label, source(record), f"{name}: {events[0][name]}"))
    if tags:
        shown.append(FieldLine(text("Tags"), "", ", ".join(tags)))
    return tuple(shown)
