"""Contacts: recipients of an address book, many in one request.

https://docs.newsletter2go.com, "Create or Update Recipient(s)": an upsert by address within the list, in which all
objects of a request must have the same fields. ``is_unsubscribed`` is sent with one value only, true: nothing that this
program sends can bring anybody back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from msgspec.structs import replace

from app.connectors.newsletter2go.answers import invalid_recipients, is_taken, words
from app.connectors.newsletter2go.attributes import CUSTOMER_ID, AttributePlan
from app.connectors.newsletter2go.contact_plans import alike_groups, lines, refused_by_form, removal, writing
from app.connectors.newsletter2go.groups import Groups
from app.connectors.newsletter2go.recipients import NOBODY, Recipients
from app.connectors.newsletter2go.settings import DeletedRecipients, NewPeople
from app.connectors.newsletter2go.wire import recipient_path
from app.core.consent import ConsentAction, ConsentDecision, Standing, decide
from app.core.outcomes import Outcome
from app.core.records import Contact, Deletion, Kind, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Judgement, Mappings, Timing

BATCH_SIZE = 25
"""As many as are looked up in one request; how long an array may be is not documented."""
ASKED = "asked"
"""Kept instead of an id for whoever was asked by e-mail, and stands in the address book after the click only."""
_WITHDRAWAL = "withdrawal"
"""Marks the content of a contact of whom only the end of a subscription is told."""
_PLAIN = re.compile(r"[^A-Za-z0-9._:-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """``list_id`` is the address book; ``doi_form`` is empty unless Newsletter2Go asks first."""

    recipients: Recipients
    attributes: AttributePlan
    groups: Groups
    mappings: Mappings
    list_id: str
    timing: Timing
    new_people: NewPeople
    doi_form: str
    group: str
    tags_as_groups: bool
    deleted_recipients: DeletedRecipients

    # Drafts ----------------------------------------------------------------------------------------------------------

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Contact() if not record.email:
                return hold("no_email")
            case Contact() if "\\" in record.email:
                return hold("invalid_email")
            case Contact():
                return self._draft(record)
            case Deletion() if self.deleted_recipients is DeletedRecipients.DELETE:
                return self._deletion(record)
            case _:
                return skip("deleted_in_source")

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        return Draft(
            key=contact.id,
            kind=Kind.CONTACTS,
            record=contact,
            content={_WITHDRAWAL: True},
            fields=lines(contact, (), ()),
            natural_keys=(contact.email,),
        )

    def _draft(self, contact: Contact) -> Draft:
        values, groups = self.attributes.values(contact), self._groups(contact)
        return Draft(
            key=contact.id,
            kind=Kind.CONTACTS,
            record=contact,
            content={
                "email": contact.email,
                "customer": self._customer(contact.id),
                "attributes": {each.name: each.value for each in values},
                "consent": contact.consent.state.value,
                "groups": list(groups),
                "new_people": self.new_people.value,
            },
            fields=lines(contact, values, groups),
            natural_keys=(contact.email,),
        )

    def _deletion(self, deletion: Deletion) -> Draft:
        return Draft(
            key=deletion.id,
            kind=Kind.CONTACTS,
            record=deletion,
            content={"deleted": self._customer(deletion.id)},
            fields=(FieldLine(text("Contact"), "", "", text("Deleted in the shop.")),),
            removes=True,
        )

    def _customer(self, own_id: str) -> str:
        """The shop's own id, kept apart by shop; in a filter quotes would end it."""
        shop = self.mappings.source_id or self.mappings.source_name or self.mappings.source_system or "shop"
        return "-".join(_PLAIN.sub(lambda found: f"~{ord(found.group()):x}~", each) for each in (shop, own_id))

    def _groups(self, contact: Contact) -> tuple[str, ...]:
        tags = contact.tags if self.tags_as_groups else ()
        return tuple(dict.fromkeys(each for each in (self.group, *tags) if each))

    # Looking up ------------------------------------------------------------------------------------------------------

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        if any(not self.groups.id_of(name) for each in drafts for name in each.content.get("groups", ())):
            await self.groups.read()
        contacts = [each for each in drafts if isinstance(each.record, Contact)]
        found = await self.recipients.find(_contact(each).email for each in contacts)
        known = {each.key: await self._remembered(each, found[_contact(each).email]) for each in contacts}
        known |= await self._moved([each for each in contacts if "customer" in each.content], known)
        deletions = [each for each in drafts if isinstance(each.record, Deletion)]
        gone = await self.recipients.of_customers([each.content["deleted"] for each in deletions]) if deletions else {}
        return {**known, **{each.key: gone.get(each.content["deleted"], NOBODY) for each in deletions}}

    async def _moved(self, drafts: Sequence[Draft], known: Mapping[str, Known]) -> Mapping[str, Known]:
        """Whoever has another address in the shop since: the person in the address book gets it, objection and all."""
        strangers = [each for each in drafts if not known[each.key].exists and each.held_as is None]
        ids = {each.key: each.content["customer"] for each in strangers}
        held = await self.recipients.of_customers(list(ids.values()), may_scan=False) if ids else {}
        found = {key: held[customer] for key, customer in ids.items() if customer in held}
        return {key: replace(each, facts={**each.facts, "moves": True}) for key, each in found.items() if each.exists}

    async def _remembered(self, draft: Draft, known: Known) -> Known:
        """Newsletter2Go does not tell whom it deleted; what was held of this person before does."""
        held = draft.held_as
        if held is None or (known.exists and known.target_id == held):
            return known
        if held == ASKED:
            return known if known.exists else replace(known, standing=Standing.PENDING)
        if known.standing is Standing.SUBSCRIBED:  # somebody else has added this person again
            return known
        is_gone = await self.recipients.vanished(held) if held else not known.exists
        return replace(known, standing=Standing.DELETED) if is_gone else known

    # Plans -----------------------------------------------------------------------------------------------------------

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records, items, steps = list[RecordPlan](), list[tuple[str, Json]](), list[Step]()
        for draft, known in drafts:
            if isinstance(draft.record, Deletion):
                record, own = removal(self.list_id, draft, known)
                steps += own
            else:
                record = self._record_plan(draft, known)
                if record.outcome in {Outcome.CREATED, Outcome.UPDATED}:
                    if self._asks(record, known):
                        steps.append(self._asking(draft))
                    elif known.facts.get("moves"):
                        steps.append(self._moving(record, known))
                    else:
                        items.append((draft.key, self._item(record, known)))
            records.append(record)
        writes = [writing(alike, place) for place, alike in enumerate(alike_groups(items), 1)]
        return Plan(tuple(records), (*steps, *writes, *self._fillings(records, {key for key, _ in items})))

    def decision(self, draft: Draft, known: Known) -> ConsentDecision:
        may_subscribe = self.new_people is not NewPeople.LEAVE
        decided = decide(_contact(draft).consent, known.standing, may_subscribe=may_subscribe)
        asks_later = self.new_people is NewPeople.ASK and self.timing is Timing.HISTORICAL
        if decided.action is ConsentAction.SUBSCRIBE and asks_later:
            return ConsentDecision(ConsentAction.LEAVE, "asked_live_only")
        return decided

    def _record_plan(self, draft: Draft, known: Known) -> RecordPlan:
        decision = self.decision(draft, known)
        leaves = decision.action is ConsentAction.UNSUBSCRIBE
        reason = ""
        if known.standing is Standing.DELETED:
            reason = "stays_deleted"
        elif _WITHDRAWAL in draft.content and not (leaves and known.exists):
            reason = "consent_required"
        elif not known.exists and decision.action is not ConsentAction.SUBSCRIBE:
            reason = decision.reason
        if reason:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason=reason, consent=decision)
        if not leaves and self._is_same(draft, known):
            outcome, reason = Outcome.UNCHANGED, "already_so"
        else:
            outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        return RecordPlan(
            draft=replace(draft, removes=True) if leaves else draft,
            outcome=outcome,
            reason=reason,
            consent=decision,
            target_id=known.target_id,
        )

    def _is_same(self, draft: Draft, known: Known) -> bool:
        """Which groups somebody is in does not stand in the row: with groups it is written again."""
        if not known.exists or draft.content["groups"] or known.facts.get("moves"):
            return False
        row = known.facts["row"]
        sent = {each.name: each.value for each in self.attributes.values(_contact(draft)) if each.on_update}
        return row.get(CUSTOMER_ID) == draft.content["customer"] and all(
            words(row.get(name)) == words(value) for name, value in sent.items()
        )

    def _asks(self, record: RecordPlan, known: Known) -> bool:
        return not known.exists and self.new_people is NewPeople.ASK and record.outcome is Outcome.CREATED

    def _item(self, record: RecordPlan, known: Known) -> Json:
        item: dict[str, Json] = {"list_id": self.list_id, "email": _contact(record.draft).email}
        if _WITHDRAWAL not in record.draft.content:
            values = self.attributes.values(_contact(record.draft))
            item |= {each.name: each.value for each in values if each.on_update or not known.exists}
            item[CUSTOMER_ID] = record.draft.content["customer"]
        if record.consent and record.consent.action is ConsentAction.UNSUBSCRIBE:
            item["is_unsubscribed"] = True
        return item

    def _moving(self, record: RecordPlan, known: Known) -> Step:
        return Step(
            name=f"move:{record.key}",
            method="PATCH",
            path=recipient_path(self.list_id, known.target_id),
            keys=(record.key,),
            body={name: value for name, value in self._item(record, known).items() if name != "list_id"},
            is_repeatable=True,
            purpose=text("Give the recipient the new address"),
        )

    def _asking(self, draft: Draft) -> Step:
        """Not repeatable: it sends an e-mail."""
        values = {each.name: each.value for each in self.attributes.values(_contact(draft))}
        recipient = {"email": draft.content["email"], **values, CUSTOMER_ID: draft.content["customer"]}
        return Step(
            name=f"ask:{draft.key}",
            method="POST",
            path=f"forms/submit/{self.doi_form}",
            keys=(draft.key,),
            body={"recipient": recipient},
            purpose=text("Ask for confirmation by e-mail"),
        )

    def _fillings(self, records: Sequence[RecordPlan], written: set[str]) -> Sequence[Step]:
        people: dict[str, list[tuple[str, str]]] = {}
        for record in records:
            for name in record.draft.content.get("groups", ()) if record.key in written else ():
                people.setdefault(name, []).append((record.key, _contact(record.draft).email))
        steps: list[Step] = []
        for place, (name, members) in enumerate(people.items(), 1):
            if not self.groups.id_of(name):
                steps.append(self.groups.creation(name, tuple(key for key, _ in members)))
            steps.append(self.groups.filling(name, members, place))
        return steps

    # Answers ---------------------------------------------------------------------------------------------------------

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """A group that somebody made meanwhile is looked up; somebody who is gone already is gone."""
        has_vanished = step.method in {"DELETE", "PATCH"} and answer.status == 404
        return Judgement.EXISTS if has_vanished or is_taken(answer) else Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        """A success may hold addresses that were not taken; and an answer does not say which id is whose, so that new
        people are looked up."""
        refused: set[str] = set()
        for name, answer in answers.items():
            refused |= refused_by_form(answer) if name.startswith("ask:") else set()
            refused |= invalid_recipients(answer) if name.startswith("recipients:") else set()
        new = [each for each in plan.records if each.outcome is Outcome.CREATED and f"ask:{each.key}" not in answers]
        emails = {each.key: _contact(each.draft).email for each in new}
        found = await self.recipients.find(email for email in emails.values() if email not in refused) if new else {}
        settled = {}
        for record in plan.records:
            email = _contact(record.draft).email if isinstance(record.draft.record, Contact) else ""
            if email and email in refused and record.outcome in {Outcome.CREATED, Outcome.UPDATED}:
                settled[record.key] = Settled(
                    outcome=Outcome.FAILED, reason="invalid_email", target_id=record.target_id
                )
                continue
            target_id = ASKED if f"ask:{record.key}" in answers else record.target_id
            if record.key in emails:
                target_id = found.get(email, NOBODY).target_id
            settled[record.key] = Settled(outcome=record.outcome, target_id=target_id, reason=record.reason)
        return settled


def _contact(draft: Draft) -> Contact:
    """Deletions never come here."""
    return cast(Contact, draft.record)
