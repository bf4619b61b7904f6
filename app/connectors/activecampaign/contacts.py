"""Contacts in ActiveCampaign's terms, and what they have in common however they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from msgspec.structs import replace

from app.connectors.activecampaign.fields import FieldPlan, FieldValue
from app.connectors.activecampaign.people import People
from app.core.consent import ConsentAction, ConsentDecision, ConsentState, Standing, decide
from app.core.fields import field_label, field_value
from app.core.outcomes import Outcome
from app.core.records import Contact, Kind, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import Text, text
from app.sdk.plan import Draft, FieldLine, Known, RecordPlan

_WITHDRAWAL = "withdrawal"
"""Marks the content of a contact of whom only the end of a subscription is told."""
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

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        if not self.list_id:
            return skip("consent_required")
        return Draft(
            key=contact.id,
            kind=Kind.CONTACTS,
            record=contact,
            content={"tags": [], _WITHDRAWAL: self.list_id},
            fields=_lines(contact, (), ()),
            natural_keys=(contact.email,),
        )

    def tags(self, contact: Contact) -> tuple[str, ...]:
        """Without doubles, whatever their case: tag names are unique without regard to it."""
        named = {name.casefold(): name for name in (self.tag, *contact.tags) if name}
        return tuple(named.values())

    def values(self, draft: Draft, known: Known) -> Sequence[FieldValue]:
        if _WITHDRAWAL in draft.content:
            return ()
        return [each for each in self.fields.values(_contact(draft)) if each.on_update or not known.exists]

    async def look_up(self, drafts: Sequence[Draft]) -> dict[str, Known]:
        found = await self.people.find(address_of(each) for each in drafts)
        return {each.key: await self._remembered(each, found[address_of(each)]) for each in drafts}

    async def _remembered(self, draft: Draft, known: Known) -> Known:
        """An account does not tell whom it deleted; what was held of this person before does. Another contact with the
        address, made by an order say, says nothing else, unless the person has joined a list again."""
        is_the_same = known.exists and known.target_id == draft.held_as
        if draft.held_as is None or known.matches > 1 or is_the_same:
            return known
        withdraws = _contact(draft).consent.state is ConsentState.WITHDRAWN
        has_joined = known.standing is Standing.SUBSCRIBED or (withdraws and known.standing is Standing.PENDING)
        if has_joined or not await self._is_gone(draft.held_as, known):
            return known
        return replace(known, standing=Standing.DELETED)

    async def _is_gone(self, held_as: str, known: Known) -> bool:
        """An import does not tell the ids of whom it creates: then only nobody at all under the address is a sign."""
        return await self.people.vanished(held_as) if held_as else not known.exists

    def record_plan(self, draft: Draft, known: Known) -> RecordPlan:
        is_gone = draft.held_as is not None and (not known.exists or known.target_id != draft.held_as)
        if is_gone and known.standing is Standing.DELETED:
            return RecordPlan(
                draft=draft,
                outcome=Outcome.SKIPPED,
                reason="stays_deleted",
                consent=decide(_contact(draft).consent, Standing.DELETED, may_subscribe=bool(self.list_id)),
            )
        decision = self.decision(draft, known)
        if _WITHDRAWAL in draft.content and decision.action is not ConsentAction.UNSUBSCRIBE:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="consent_required", consent=decision)
        return RecordPlan(
            draft=_as_removal(draft) if decision.action is ConsentAction.UNSUBSCRIBE else draft,
            outcome=Outcome.UPDATED if known.exists else Outcome.CREATED,
            consent=decision,
            target_id=known.target_id,
        )

    def joins(self, draft: Draft, known: Known) -> bool:
        return self.decision(draft, known).action is ConsentAction.SUBSCRIBE

    def decision(self, draft: Draft, known: Known) -> ConsentDecision:
        """Without a chosen list nothing is subscribed or unsubscribed, and the standing is shown only."""
        decision = decide(_contact(draft).consent, known.standing, may_subscribe=bool(self.list_id))
        if self.list_id or decision.action is ConsentAction.LEAVE:
            return decision
        return ConsentDecision(ConsentAction.LEAVE, decision.reason)


def address_of(draft: Draft) -> str:
    return _contact(draft).email


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
