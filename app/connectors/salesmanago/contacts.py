"""Contacts: upserted in batches, subscribed and unsubscribed only as the common rule decides.

The history goes through the asynchronous call, the only one that can be told to start no rules or workflows
(https://docs.salesmanago.com/#asynchronous-adding-or-modifying-many-contacts-simultaneously); what changes later goes
through the call that answers with the contacts' ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from msgspec.structs import replace

from app.connectors.salesmanago.answers import Row, envelope
from app.connectors.salesmanago.elements import Element, consent_flags, element_of_contact, is_addressable
from app.connectors.salesmanago.newcomers import MARK, take_back_subscriptions
from app.connectors.salesmanago.people import becomes_customer, id_of, known_person, the_living
from app.connectors.salesmanago.settings import TargetOptions
from app.connectors.salesmanago.tags import listed, tags_of
from app.connectors.salesmanago.wire import OPT_OUT, UPSERT_MANY, UPSERT_MANY_QUIETLY, Wire
from app.core.addresses import normalised_email
from app.core.consent import ConsentAction, ConsentDecision, ConsentState, Standing, decide
from app.core.fields import FieldRule, field_value
from app.core.outcomes import Outcome
from app.core.records import Contact, Kind, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import _, text
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Timing

_WITHDRAWAL = "withdrawal"
"""Marks the content of a contact of whom only the end of a subscription is told."""
_BATCH = {Timing.HISTORICAL: 400, Timing.LIVE: 100}
"""400 is what the vendor's own plug-ins send; no limit is published."""
_UPSERT, _LEAVING = "contacts", "leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long contacts that are entered in the background are waited for, in seconds."""

    first_s: float = 1.0
    longest_s: float = 15.0
    total_s: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWriter:
    wire: Wire
    options: TargetOptions
    rules: tuple[FieldRule, ...]
    timing: Timing
    patience: Patience = Patience()

    @property
    def batch_size(self) -> int:
        return _BATCH[self.timing]

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Contact):
            return skip("kept_in_salesmanago")
        if record.is_subscriber_only and not self.options.include_subscribers:
            return skip("subscriber_without_account")
        if not record.email:
            return hold("no_email")
        if not is_addressable(record.email):
            return hold("invalid_email")
        element = element_of_contact(record, self._tags(record))
        return Draft(
            key=record.id,
            kind=Kind.CONTACTS,
            record=record,
            content={**element, "properties": self._properties(record), "consent": record.consent.state.value},
            fields=_lines(record, element),
            natural_keys=(record.email,),
        )

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        return Draft(
            key=contact.id,
            kind=Kind.CONTACTS,
            record=contact,
            content={_WITHDRAWAL: True},
            fields=(FieldLine(text("Newsletter consent"), contact.consent.state.value, ""),),
            natural_keys=(contact.email,),
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        found = await self.wire.basic(_contact(draft).email for draft in drafts)
        return {draft.key: _remembered(draft, known_person(found.get(_contact(draft).email, ()))) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records: list[RecordPlan] = []
        steps: list[Step] = []
        items: dict[str, list[tuple[str, Json]]] = {_UPSERT: [], _LEAVING: []}
        for draft, known in drafts:
            record = self._record(draft, known)
            records.append(record)
            if record.outcome not in {Outcome.CREATED, Outcome.UPDATED}:
                continue
            if _WITHDRAWAL in draft.content:
                steps.append(self._opt_out(draft))
            else:
                name = _LEAVING if record.draft.removes else _UPSERT
                items[name].append((draft.key, self._item(record, known)))
        upserts = [self._upsert(name, tuple(each)) for name, each in items.items() if each]
        return Plan(tuple(records), (*upserts, *steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        for answer in answers.values():
            envelope(answer)
        ids = _ids_in(answers.get(_UPSERT))
        settled = {each.key: _settled(each, ids) for each in plan.records}
        created = {_contact(each.draft).email: each for each in plan.records if each.outcome is Outcome.CREATED}
        rows = await self._entered(tuple(created)) if created else {}
        unasked = {email: row for email, row in rows.items() if not _subscribes(created[email])}
        taken_back = await take_back_subscriptions(self.wire, unasked)
        for email, record in created.items():
            if email not in rows:
                settled[record.key] = Settled(outcome=Outcome.IN_DOUBT, reason="entering_unfinished")
                continue
            message = _taken_back() if email in taken_back else ""
            settled[record.key] = Settled(outcome=Outcome.CREATED, target_id=id_of(rows[email]), message=message)
        return settled

    def _record(self, draft: Draft, known: Known) -> RecordPlan:
        decision = decide(_contact(draft).consent, known.standing, may_subscribe=self.options.subscribe_who_agreed)
        if _WITHDRAWAL in draft.content and decision.action is not ConsentAction.UNSUBSCRIBE:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="consent_required", consent=decision)
        if known.standing is Standing.DELETED:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="stays_deleted", consent=decision)
        return RecordPlan(
            draft=replace(draft, removes=True) if decision.action is ConsentAction.UNSUBSCRIBE else draft,
            outcome=Outcome.UPDATED if known.exists else Outcome.CREATED,
            consent=decision,
            target_id=known.target_id,
        )

    def _item(self, record: RecordPlan, known: Known) -> Json:
        content = {name: each for name, each in record.draft.content.items() if name not in {"properties", "consent"}}
        decision = cast(ConsentDecision, record.consent)  # every record with a write has one
        properties = {
            each["name"]: each["value"]
            for each in record.draft.content["properties"]
            if each["on_update"] or not known.exists
        }
        if not known.exists and decision.action is ConsentAction.LEAVE:
            properties |= MARK
        if known.exists and not becomes_customer(content["contact"], known):
            content["contact"] = {name: each for name, each in content["contact"].items() if name != "state"}
        return {**content, **({"properties": properties} if properties else {}), **consent_flags(decision.action)}

    def _upsert(self, name: str, items: tuple[tuple[str, Json], ...]) -> Step:
        """The end of a subscription waits for no background."""
        is_quiet = self.timing is Timing.HISTORICAL and name != _LEAVING
        envelope_of: dict[str, Json] = {"owner": self.wire.owner, "useApiDoubleOptIn": False}
        if is_quiet:
            envelope_of["fireEvents"] = False
        return Step(
            name=name,
            method="POST",
            path=UPSERT_MANY_QUIETLY if is_quiet else UPSERT_MANY,
            keys=tuple(key for key, _ in items),
            body=Batched(envelope_of, ("upsertDetails",), items),
            is_repeatable=True,
            purpose=text("Enter or change contacts"),
        )

    def _opt_out(self, draft: Draft) -> Step:
        return Step(
            name=f"opt_out:{draft.key}",
            method="POST",
            path=OPT_OUT,
            keys=(draft.key,),
            body={"owner": self.wire.owner, "email": _contact(draft).email},
            is_repeatable=True,
            purpose=text("End the subscription"),
        )

    async def _entered(self, emails: Sequence[str]) -> Mapping[str, Row]:
        """Those of the new contacts that are there by now; the background is given some time."""
        waited, pause_s = 0.0, self.patience.first_s
        there: dict[str, Row] = {}
        while True:
            missing = [email for email in emails if email not in there]
            found = await self.wire.basic(missing)
            there |= {email: row for email, rows in found.items() if (row := the_living(rows)) is not None}
            if len(there) >= len(emails) or waited >= self.patience.total_s:
                return there
            await asyncio.sleep(pause_s)
            waited += max(pause_s, 0.1)
            pause_s = min(pause_s * 2, self.patience.longest_s)

    def _tags(self, contact: Contact) -> tuple[str, ...]:
        own: list[str] = []
        if contact.is_subscriber_only:
            own = listed(self.options.subscriber_tags)
        elif not contact.is_guest:
            own = listed(self.options.account_tags)
        return tags_of((*own, *contact.tags), self.options.tag_style)

    def _properties(self, contact: Contact) -> list[Json]:
        found = ((rule, field_value(contact, rule.source)) for rule in self.rules)
        return [
            {"name": rule.target, "value": value, "on_update": rule.on_update}
            for rule, value in found
            if value or rule.empty_overwrites
        ]


def _contact(draft: Draft) -> Contact:
    """``draft`` lets nothing else through."""
    return cast(Contact, draft.record)


def _subscribes(record: RecordPlan) -> bool:
    return record.consent is not None and record.consent.action is ConsentAction.SUBSCRIBE


def _taken_back() -> str:
    return _("SALESmanago had subscribed this new contact by itself; that was taken back.")


def _remembered(draft: Draft, known: Known) -> Known:
    """Whoever was held before and is gone, or came back as somebody else, was deleted in SALESmanago; only a new
    subscription says otherwise."""
    is_as_before = draft.held_as is None or (known.exists and draft.held_as in {"", known.target_id})
    withdraws = _contact(draft).consent.state is ConsentState.WITHDRAWN
    has_joined = known.exists and known.standing is Standing.SUBSCRIBED
    if is_as_before or has_joined or (withdraws and known.exists) or known.matches > 1:
        return known
    return replace(known, exists=False, standing=Standing.DELETED)


def _ids_in(answer: Answer | None) -> Mapping[str, str]:
    """``contactIds`` of the call that answers at once, by normalised address."""
    body = answer.json() if answer is not None else {}
    told = body.get("contactIds")
    pairs = told.items() if isinstance(told, dict) else ()
    return {normalised_email(str(email)): str(each) for email, each in pairs}


def _settled(record: RecordPlan, ids: Mapping[str, str]) -> Settled:
    target_id = record.target_id or ids.get(_contact(record.draft).email, "")
    return Settled(outcome=record.outcome, reason=record.reason, target_id=target_id)


def _lines(contact: Contact, element: Element) -> tuple[FieldLine, ...]:
    sent = element["contact"]
    address = sent.get("address", {})
    shown = [
        (text("E-mail"), contact.email, f"email: {sent['email']}"),
        (text("Name"), f"{contact.first_name} {contact.last_name}".strip(), f"name: {sent.get('name', '')}"),
        (text("Company"), contact.company, f"company: {sent.get('company', '')}"),
        (text("Phone"), contact.phone, f"phone: {sent.get('phone', '')}"),
        (text("Birthday"), str(contact.birthday or ""), f"birthday: {element.get('birthday', '')}"),
        (text("Address"), "", ", ".join(f"{name}: {value}" for name, value in address.items())),
        (text("Tags"), ", ".join(contact.tags), ", ".join(element.get("tags", ()))),
        (text("Newsletter consent"), contact.consent.state.value, ""),
    ]
    return tuple(FieldLine(label, source, target) for label, source, target in shown)
