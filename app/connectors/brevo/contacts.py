"""Contacts, one by one: created, updated or deleted, with the list by the rule of consent.

https://developers.brevo.com/reference/create-contact and https://developers.brevo.com/reference/update-contact. A
contact that exists is changed by its own id, so that nobody who was deleted meanwhile is created again; a new one is
created without ``updateEnabled``, so that nobody is overwritten who was not looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from msgspec.structs import replace

from app.connectors.brevo.answers import code_of, duplicates_of, is_invalid_phone
from app.connectors.brevo.attributes import ASKED, AttributePlan, same_values
from app.connectors.brevo.contact_plans import lines, removal, writing
from app.connectors.brevo.naming import scoped
from app.connectors.brevo.people import NOBODY, People
from app.connectors.brevo.settings import DeletedPeople
from app.connectors.brevo.wire import as_object, words
from app.core.consent import ConsentAction, ConsentDecision, ConsentState, Standing, decide
from app.core.outcomes import Outcome
from app.core.records import Contact, Deletion, Kind, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Judgement, Mappings, Timing

_WITHDRAWAL = "withdrawal"
"""Marks the content of a contact of whom only the end of a subscription is told."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What Brevo needs to ask somebody by e-mail (https://developers.brevo.com/reference/create-doi-contact)."""

    template_id: int
    redirect: str


@dataclass(slots=True)
class _Clashes:
    """What belongs to other contacts, as refusals have told, by key."""

    phones: set[str] = field(default_factory=set)
    ext_ids: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """``list_id`` is 0 where nobody is subscribed; ``confirmation`` is None without double opt-in."""

    people: People
    attributes: AttributePlan
    mappings: Mappings
    list_id: int
    timing: Timing
    confirmation: Confirmation | None
    deleted_people: DeletedPeople
    clashes: _Clashes = field(default_factory=_Clashes)

    @property
    def batch_size(self) -> int:
        return 1

    # Drafts ----------------------------------------------------------------------------------------------------------

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Contact() if not record.email:
                return hold("no_email")
            case Contact():
                return self._draft(record)
            case Deletion() if self.deleted_people is DeletedPeople.DELETE:
                return self._deletion(record)
            case _:
                return skip("deleted_in_source")

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        return Draft(
            key=contact.id,
            kind=Kind.CONTACTS,
            record=contact,
            content={_WITHDRAWAL: self.list_id},
            fields=lines(contact, ()),
            natural_keys=(contact.email,),
        )

    def _draft(self, contact: Contact) -> Draft:
        values = self.attributes.values(contact)
        return Draft(
            key=contact.id,
            kind=Kind.CONTACTS,
            record=contact,
            content={
                "email": contact.email,
                "ext_id": scoped(self.mappings, contact.id),
                "attributes": {each.name: each.value for each in values},
                "consent": contact.consent.state.value,
                "list": self.list_id,
            },
            fields=lines(contact, values),
            natural_keys=(contact.email,),
        )

    def _deletion(self, deletion: Deletion) -> Draft:
        return Draft(
            key=deletion.id,
            kind=Kind.CONTACTS,
            record=deletion,
            content={"deleted": scoped(self.mappings, deletion.id)},
            fields=(FieldLine(text("Contact"), "", "", text("Deleted in the shop.")),),
            removes=True,
        )

    # Looking up ------------------------------------------------------------------------------------------------------

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        contacts = [each for each in drafts if isinstance(each.record, Contact)]
        found = await self.people.find(_contact(each).email for each in contacts)
        known = {each.key: await self._examined(each, found[_contact(each).email]) for each in contacts}
        deletions = [each for each in drafts if isinstance(each.record, Deletion)]
        return {**known, **{each.key: await self.people.by_ext_id(each.content["deleted"]) for each in deletions}}

    async def _examined(self, draft: Draft, known: Known) -> Known:
        known = await self._remembered(draft, known)
        if draft.key in self.clashes.ext_ids and not known.exists and known.standing is not Standing.DELETED:
            moving = await self.people.by_ext_id(draft.content["ext_id"])
            known = replace(moving, facts={**moving.facts, "moves": True}) if moving.exists else NOBODY
        without = {"phone": True} if draft.key in self.clashes.phones else {}
        if draft.key in self.clashes.ext_ids and "moves" not in known.facts:
            without["ext_id"] = True
        return replace(known, facts={**known.facts, "without": without}) if without else known

    async def _remembered(self, draft: Draft, known: Known) -> Known:
        """Brevo does not tell whom it deleted; what was held of this person before does. Another contact with the
        address says nothing else, unless the person has joined a list again."""
        if draft.held_as is None or (known.exists and known.target_id == draft.held_as):
            return known
        withdraws = _contact(draft).consent.state is ConsentState.WITHDRAWN
        has_joined = known.standing is Standing.SUBSCRIBED or (withdraws and known.standing is Standing.PENDING)
        if has_joined or not await self._is_gone(draft.held_as, known):
            return known
        return replace(known, standing=Standing.DELETED)

    async def _is_gone(self, held_as: str, known: Known) -> bool:
        return await self.people.vanished(held_as) if held_as else not known.exists

    # Plans -----------------------------------------------------------------------------------------------------------

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records, steps = list[RecordPlan](), list[Step]()
        for draft, known in drafts:
            is_deletion = isinstance(draft.record, Deletion)
            record, own = removal(draft, known) if is_deletion else self._planned(draft, known)
            records.append(record)
            steps += own
        return Plan(tuple(records), tuple(steps))

    def decision(self, draft: Draft, known: Known) -> ConsentDecision:
        """Nobody is asked by e-mail for what they did years ago: an import of the history adds nobody where Brevo is to
        ask first."""
        consent, wants = _contact(draft).consent, bool(self.list_id)
        decided = decide(consent, known.standing, may_subscribe=wants)
        asks_later = self.confirmation is not None and self.timing is Timing.HISTORICAL
        if decided.action is ConsentAction.SUBSCRIBE and asks_later:
            return ConsentDecision(ConsentAction.LEAVE, "asked_live_only")
        return decided

    def _planned(self, draft: Draft, known: Known) -> tuple[RecordPlan, Sequence[Step]]:
        decision = self.decision(draft, known)
        if known.standing is Standing.DELETED:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="stays_deleted", consent=decision), ()
        leaves = decision.action is ConsentAction.UNSUBSCRIBE
        if _WITHDRAWAL in draft.content and not leaves:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="consent_required", consent=decision), ()
        body = self._body(draft, known, decision)
        if known.exists and not body:
            record = RecordPlan(
                draft=draft,
                outcome=Outcome.UNCHANGED,
                reason="already_so",
                consent=decision,
                target_id=known.target_id,
            )
            return record, ()
        record = RecordPlan(
            draft=replace(draft, removes=True) if leaves else draft,
            outcome=Outcome.UPDATED if known.exists else Outcome.CREATED,
            reason="phone_elsewhere" if known.facts.get("without", {}).get("phone") else "",
            consent=decision,
            target_id=known.target_id,
        )
        asks = decision.action is ConsentAction.SUBSCRIBE and self.confirmation is not None
        return record, [writing(draft, known, body, decision), *([self._asking(draft)] if asks else [])]

    def _body(self, draft: Draft, known: Known, decision: ConsentDecision) -> dict[str, Json]:
        """Empty where Brevo holds all of it. Keys that could bring somebody back are there only by decision."""
        body: dict[str, Json] = {}
        if _WITHDRAWAL not in draft.content:
            body |= self._facts(draft, known)
        match decision.action:
            case ConsentAction.SUBSCRIBE if self.confirmation is not None:
                body["attributes"] = {**body.get("attributes", {}), ASKED: True}
            case ConsentAction.SUBSCRIBE:
                body["listIds"] = [self.list_id]
            case ConsentAction.UNSUBSCRIBE:
                body["emailBlacklisted"] = True
            case ConsentAction.LEAVE:
                pass
        return body

    def _facts(self, draft: Draft, known: Known) -> dict[str, Json]:
        without = known.facts.get("without", {})
        values = {
            each.name: each.value
            for each in self.attributes.values(_contact(draft))
            if (each.on_update or not known.exists) and not (without.get("phone") and each.name == "SMS")
        }
        if known.facts.get("moves"):
            values["EMAIL"] = draft.content["email"]
        needs_id = not without.get("ext_id") and known.facts.get("ext_id") != draft.content["ext_id"]
        held = known.facts.get("attributes", {})
        if known.exists and not needs_id and same_values(values, held):
            return {}
        return {"attributes": values, **({"ext_id": draft.content["ext_id"]} if needs_id else {})}

    def _asking(self, draft: Draft) -> Step:
        confirmation = cast(Confirmation, self.confirmation)
        return Step(
            name=f"ask:{draft.key}",
            method="POST",
            path="contacts/doubleOptinConfirmation",
            keys=(draft.key,),
            body={
                "email": draft.content["email"],
                "includeListIds": [self.list_id],
                "templateId": confirmation.template_id,
                "redirectionUrl": confirmation.redirect,
            },
            purpose=text("Ask for confirmation by e-mail"),
        )

    # Answers ---------------------------------------------------------------------------------------------------------

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """A telephone number or id of somebody else makes Brevo refuse the whole contact: it is planned again without.
        Whoever vanished meanwhile is looked up again, and then stays deleted."""
        if answer.status == 404:
            return Judgement.EXISTS if code_of(answer) == "document_not_found" else Judgement.REFUSED
        clashing = set(duplicates_of(answer))
        has_news = False
        if (clashing & {"SMS", "PHONE", "PHONE_ID"} or is_invalid_phone(answer)) and not self._is_noted(
            step, phone=True
        ):
            self.clashes.phones.update(step.keys)
            has_news = True
        if "EXT_ID" in clashing and not self._is_noted(step, phone=False):
            self.clashes.ext_ids.update(step.keys)
            has_news = True
        return Judgement.EXISTS if has_news or "EMAIL" in clashing else Judgement.REFUSED

    def _is_noted(self, step: Step, *, phone: bool) -> bool:
        return set(step.keys) <= (self.clashes.phones if phone else self.clashes.ext_ids)

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        settled = {}
        for record in plan.records:
            answer = answers.get(f"contact:{record.key}")
            # An update answers 204 without a body.
            new_id = words(as_object(answer).get("id")) if answer and not answer.is_empty else ""
            settled[record.key] = Settled(
                outcome=record.outcome, target_id=new_id or record.target_id, reason=record.reason
            )
        return settled


def _contact(draft: Draft) -> Contact:
    """Deletions never come here."""
    return cast(Contact, draft.record)
