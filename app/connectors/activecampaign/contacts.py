"""Contacts in ActiveCampaign's terms, and what they have in common however they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from app.connectors.activecampaign.fields import FieldPlan, FieldValue
from app.connectors.activecampaign.people import People
from app.core.consent import ConsentAction, ConsentDecision, decide
from app.core.fields import field_label, field_value
from app.core.outcomes import Outcome
from app.core.records import Contact, Kind, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import Text, text
from app.sdk.plan import Draft, FieldLine, Known, RecordPlan

_ONLY_NEW = text("Only when the contact is created.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTerms:
    """``tag`` and ``list_id`` are the person's choices, both may be empty."""

    fields: FieldPlan
    people: People
    tag: str
    list_id: str

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Contact):
            return skip("deleted_in_source")
        if not record.email:
            return hold("no_email")
        values = self.fields.values(record)
        tags = self.tags(record)
        return Draft(
            key=record.id,
            kind=Kind.CONTACTS,
            record=record,
            content={
                "email": record.email,
                "fields": [each.as_content() for each in values],
                "tags": list(tags),
                "consent": record.consent.state.value,
                "list": self.list_id,
            },
            fields=_lines(record, values, tags),
            natural_keys=(record.email,),
        )

    def tags(self, contact: Contact) -> tuple[str, ...]:
        """Without doubles, whatever their case: tag names are unique without regard to it."""
        named = {name.casefold(): name for name in (self.tag, *contact.tags) if name}
        return tuple(named.values())

    def values(self, draft: Draft, known: Known) -> Sequence[FieldValue]:
        return [each for each in self.fields.values(_contact(draft)) if each.on_update or not known.exists]

    async def look_up(self, drafts: Sequence[Draft]) -> dict[str, Known]:
        found = await self.people.find(each.content["email"] for each in drafts)
        return {each.key: found[each.content["email"]] for each in drafts}

    def record_plan(self, draft: Draft, known: Known) -> RecordPlan:
        decision = self.decision(draft, known)
        return RecordPlan(
            draft=_as_removal(draft) if decision.action is ConsentAction.UNSUBSCRIBE else draft,
            outcome=Outcome.UPDATED if known.exists else Outcome.CREATED,
            consent=decision,
            target_id=known.target_id,
        )

    def decision(self, draft: Draft, known: Known) -> ConsentDecision:
        """Without a chosen list nothing is subscribed or unsubscribed, and the standing is shown only."""
        decision = decide(_contact(draft).consent, known.standing, may_subscribe=bool(self.list_id))
        if self.list_id or decision.action is ConsentAction.LEAVE:
            return decision
        return ConsentDecision(ConsentAction.LEAVE, decision.reason)


def _contact(draft: Draft) -> Contact:
    """``draft`` lets nothing else through."""
    return cast(Contact, draft.record)


def _as_removal(draft: Draft) -> Draft:
    return Draft(
        key=draft.key,
        kind=draft.kind,
        record=draft.record,
        content=draft.content,
        fields=draft.fields,
        natural_keys=draft.natural_keys,
        removes=True,
    )


def _lines(contact: Contact, values: Sequence[FieldValue], tags: Sequence[str]) -> tuple[FieldLine, ...]:
    return (
        FieldLine(text("E-mail"), contact.email, f"email: {contact.email}"),
        *(
            FieldLine(
                field_label(each.source),
                field_value(contact, each.source),
                f"{each.name}: {each.value}",
                Text("") if each.on_update else _ONLY_NEW,
            )
            for each in values
        ),
        FieldLine(text("Tags"), ", ".join(contact.tags), ", ".join(tags)),
        FieldLine(text("Newsletter consent"), contact.consent.state.value, ""),
    )
