"""Contacts in Mailchimp's terms, and what becomes of their subscription."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from msgspec.structs import replace

from app.connectors.mailchimp.merge_fields import FieldPlan, FieldValue
from app.connectors.mailchimp.people import People
from app.connectors.mailchimp.sameness import holds
from app.connectors.mailchimp.settings import Newsletter
from app.connectors.mailchimp.wire import stamp, words
from app.core.consent import ConsentAction, ConsentDecision, ConsentState, Standing, decide
from app.core.fields import field_label, field_value, is_field_path
from app.core.outcomes import Outcome
from app.core.records import Contact, Kind, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import Text, text
from app.sdk.plan import Draft, FieldLine, Json, Known, RecordPlan

_WITHDRAWAL = "withdrawal"
"""Marks the content of a contact of whom only the end of a subscription is told."""
UNDONE_TAG = "koppler-undone"
"""Set before a member is archived because an import is taken back: only whoever bears it may come in again."""
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTerms:
    fields: FieldPlan
    people: People
    tag: str
    newsletter: Newsletter
    list_id: str

    @property
    def may_subscribe(self) -> bool:
        return self.newsletter is not Newsletter.NOBODY

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Contact):
            return skip("deleted_in_source")
        if not record.email:
            return hold("no_email")
        values = self.fields.values(record)
        tags = self._tags(record)
        return Draft(
            key=record.id,
            kind=Kind.CONTACTS,
            record=record,
            content={
                "email": record.email,
                "audience": self.list_id,
                "merge_fields": [{"tag": each.tag, "value": each.value, "always": each.on_update} for each in values],
                "language": _language(record.language),
                "tags": list(tags),
                "consent": record.consent.state.value,
                "newsletter": self.newsletter.value,
            },
            fields=_lines(record, values, tags),
            natural_keys=(record.email,),
        )

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        return Draft(
            key=contact.id,
            kind=Kind.CONTACTS,
            record=contact,
            content={"tags": [], _WITHDRAWAL: self.list_id},
            fields=_lines(contact, (), ()),
            natural_keys=(contact.email,),
        )

    async def look_up(self, drafts: Sequence[Draft]) -> dict[str, Known]:
        found = await self.people.find(email_of(each) for each in drafts)
        known = {each.key: self._remembered(each, found[email_of(each)]) for each in drafts}
        # Everybody may have been read a while ago. Whoever would be subscribed is asked anew, so that nobody who left
        # since is brought back.
        joining = [each for each in drafts if known[each.key].exists and self._joins(each, known[each.key])]
        anew = await self.people.ask([email_of(each) for each in joining])
        return {**known, **{each.key: self._remembered(each, anew[email_of(each)]) for each in joining}}

    def record_plan(self, draft: Draft, known: Known) -> RecordPlan:
        decision = self.decision(draft, known)
        if known.standing is Standing.DELETED:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="stays_deleted", consent=decision)
        if is_withdrawal(draft) and decision.action is not ConsentAction.UNSUBSCRIBE:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="consent_required", consent=decision)
        if is_newcomer(known):
            outcome = Outcome.CREATED
        elif decision.action is ConsentAction.LEAVE and not self.changes(draft, known):
            outcome = Outcome.UNCHANGED
        else:
            outcome = Outcome.UPDATED
        removes = decision.action is ConsentAction.UNSUBSCRIBE
        return RecordPlan(
            draft=replace(draft, removes=True) if removes else draft,
            outcome=outcome,
            consent=decision,
            target_id=self.held_as(known.target_id) if known.exists else "",
        )

    def decision(self, draft: Draft, known: Known) -> ConsentDecision:
        return decide(_contact(draft).consent, known.standing, may_subscribe=self.may_subscribe)

    def status(self, draft: Draft, known: Known) -> str:
        """What ``status`` says; empty leaves it as it is. A newcomer who is not subscribed is a known customer
        without a newsletter, and one who withdrew is kept as such."""
        match self.decision(draft, known).action:
            case ConsentAction.SUBSCRIBE:
                return "pending" if self.newsletter is Newsletter.CONFIRM else "subscribed"
            case ConsentAction.UNSUBSCRIBE:
                return "unsubscribed"
            case ConsentAction.LEAVE if not is_newcomer(known):
                return ""
            case _:
                has_withdrawn = _contact(draft).consent.state is ConsentState.WITHDRAWN
                return "unsubscribed" if has_withdrawn else "transactional"

    def changes(self, draft: Draft, known: Known) -> bool:
        return not holds(known.facts, self.data(draft, known)) or bool(missing_tags(draft, known))

    def data(self, draft: Draft, known: Known) -> dict[str, Json]:
        """Fields and language of a member, without address and status."""
        if is_withdrawal(draft):
            return {}
        fields = {
            each["tag"]: each["value"] for each in draft.content["merge_fields"] if each["always"] or is_newcomer(known)
        }
        data: dict[str, Json] = {"merge_fields": fields} if fields else {}
        if draft.content["language"]:
            data["language"] = draft.content["language"]
        return data

    def dates(self, draft: Draft, status: str) -> dict[str, Json]:
        """When a newcomer came, and when they agreed: kept as the proof of consent."""
        contact = _contact(draft)
        dates: dict[str, Json] = {}
        if contact.created_at:
            dates["timestamp_signup"] = stamp(contact.created_at)
        if status == "subscribed" and contact.consent.changed_at:
            dates["timestamp_opt"] = stamp(contact.consent.changed_at)
        return dates

    def _joins(self, draft: Draft, known: Known) -> bool:
        return self.decision(draft, known).action is ConsentAction.SUBSCRIBE

    def _remembered(self, draft: Draft, known: Known) -> Known:
        """Mailchimp does not tell whom it deleted for good; that somebody was held before does."""
        was_here = draft.held_as is not None and draft.held_as.startswith(self.held_as(""))
        is_gone = was_here and not known.exists and known.matches == 1
        if is_gone:
            return replace(known, standing=Standing.DELETED)
        was_undone = UNDONE_TAG in known.facts.get("tags", ()) and draft.held_as is None
        if known.standing is Standing.DELETED and was_undone:
            return replace(known, standing=Standing.NONE, facts={**known.facts, "returns": True})
        return known

    def held_as(self, member_id: str) -> str:
        """What is remembered of a member: with the audience, as nobody is missed in one where they never were."""
        return f"{self.list_id}/{member_id}"

    def _tags(self, contact: Contact) -> tuple[str, ...]:
        """Without doubles, whatever their case."""
        named = {name.casefold(): name for name in (self.tag, *contact.tags) if name}
        return tuple(named.values())


def is_newcomer(known: Known) -> bool:
    """Also somebody whom an undo has archived."""
    return not known.exists or bool(known.facts.get("returns"))


def is_withdrawal(draft: Draft) -> bool:
    return _WITHDRAWAL in draft.content


def email_of(draft: Draft) -> str:
    return _contact(draft).email


def missing_tags(draft: Draft, known: Known) -> list[str]:
    held = {each.casefold() for each in known.facts.get("tags", ())}
    return [each for each in draft.content["tags"] if each.casefold() not in held]


def _contact(draft: Draft) -> Contact:
    """``draft`` lets nothing else through."""
    return cast(Contact, draft.record)


def _language(raw: str) -> str:
    found = _LANGUAGE.fullmatch(raw.strip())
    return found.group(1).lower() if found else ""


def _lines(contact: Contact, values: Sequence[FieldValue], tags: Sequence[str]) -> tuple[FieldLine, ...]:
    return (
        FieldLine(text("E-mail"), contact.email, f"email_address: {contact.email}"),
        *(_line(contact, each) for each in values),
        FieldLine(text("Tags"), ", ".join(contact.tags), ", ".join(tags)),
        FieldLine(text("Newsletter consent"), contact.consent.state.value, ""),
    )


def _line(contact: Contact, value: FieldValue) -> FieldLine:
    shown = ", ".join(map(words, value.value.values())) if isinstance(value.value, Mapping) else words(value.value)
    is_plain = is_field_path(value.source)
    return FieldLine(
        field_label(value.source) if is_plain else text("Address"),
        field_value(contact, value.source) if is_plain else shown,
        f"{value.tag}: {shown}",
        Text("") if value.on_update else text("Only when the contact is created."),
    )
