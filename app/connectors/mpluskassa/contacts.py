"""Writing contacts as relations, and the newsletter consent into a yes/no field of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from app.connectors.mpluskassa.debtors import Debtors, DebtorTerms, creation, has_all, merged, update, with_flag
from app.connectors.mpluskassa.people import flag_in, is_gone
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import one_line
from app.core.consent import ConsentAction, ConsentDecision, Standing, decide
from app.core.outcomes import Outcome
from app.core.records import Contact, Kind, Record
from app.core.rules import Refusal, skip
from app.core.texts import Text, text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Settled

_LABELS: Mapping[str, Text] = {
    "name": text("Name"),
    "companyName": text("Company"),
    "contact": text("Contact person"),
    "email": text("E-mail"),
    "telephone": text("Phone"),
    "address": text("Street and number"),
    "zipcode": text("Postcode"),
    "city": text("City"),
    "country": text("Country"),
    "deliveryAddress": text("Delivery: street and number"),
    "deliveryZipcode": text("Delivery: postcode"),
    "deliveryCity": text("Delivery: city"),
    "deliveryCountry": text("Delivery: country"),
}


def party(email: str) -> str:
    """What orders and contacts of one person have in common."""
    return f"relation:{email}"


def lines_of(relation: Row) -> tuple[FieldLine, ...]:
    return tuple(
        FieldLine(label, str(relation[name]), f"{name}: {relation[name]}")
        for name, label in _LABELS.items()
        if name in relation
    )


def flag_standing(relation: Row, field: str) -> Standing:
    """Off is taken for an objection: somebody may have switched it off at a person's wish."""
    value = flag_in(relation, field)
    if value is None:
        return Standing.NONE
    return Standing.SUBSCRIBED if value else Standing.UNSUBSCRIBED


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWriter:
    terms: DebtorTerms
    debtors: Debtors
    field: str
    """The yes/no field of the consent; empty without one."""
    may_subscribe: bool

    def draft(self, record: Record) -> Draft | Refusal:
        """A deletion changes nothing: invoices hang on a relation, and the register deletes none."""
        if not isinstance(record, Contact):
            return skip("deleted_in_source")
        relation = self.terms.of_contact(record)
        content = {"relation": relation, "consent": record.consent.state.value if self.field else ""}
        name = one_line(record.first_name, record.last_name)
        return Draft(
            key=record.id,
            kind=Kind.CONTACTS,
            record=record,
            content=content,
            fields=lines_of(relation),
            natural_keys=tuple(each for each in (record.email, record.company or name) if each),
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return {draft.key: await self._known(draft) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        if known.standing is Standing.DELETED:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="relation_switched_off"),))
        contact = cast(Contact, draft.record)
        consent = decide(contact.consent, known.standing, may_subscribe=self.may_subscribe) if self.field else None
        relation = self._relation(known.facts, draft.content["relation"], consent)
        number = known.target_id
        if known.exists and has_all(known.facts, relation):
            record = RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, consent=consent, target_id=number)
            return Plan((record,))
        outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        step = update(draft.key, relation) if known.exists else creation(draft.key, relation)
        return Plan((RecordPlan(draft=draft, outcome=outcome, consent=consent, target_id=number),), (step,))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        (record,) = plan.records
        number = record.target_id or str(answers["relation"].json().get("relationNumber", ""))
        return {record.key: Settled(outcome=record.outcome, target_id=number)}

    async def _known(self, draft: Draft) -> Known:
        wanted = draft.content["relation"]
        found = await self.debtors.find(wanted.get("email", ""), wanted["extRelationId"])
        if not found:
            return Known(standing=Standing.NONE)
        standing = Standing.DELETED if is_gone(found) else flag_standing(found, self.field)
        return Known(exists=True, target_id=str(found["relationNumber"]), standing=standing, facts=found)

    def _relation(self, found: Row, wanted: Row, consent: ConsentDecision | None) -> Row:
        relation = merged(found, wanted) if found else wanted
        if consent is None or consent.action is ConsentAction.LEAVE:
            return relation
        return with_flag(relation, self.field, value=consent.action is ConsentAction.SUBSCRIBE)
