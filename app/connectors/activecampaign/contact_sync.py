"""Contacts of a live run, one by one: contact/sync, then tags, then the list by the rule of consent.

contact/sync (https://developers.activecampaign.com/reference/sync-a-contacts-data) is an upsert by address; it sets
neither tags nor lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.activecampaign.contacts import ContactTerms, address_of
from app.connectors.activecampaign.tags import Tags
from app.connectors.activecampaign.wire import as_object, words
from app.core.consent import ConsentAction
from app.core.outcomes import Outcome
from app.core.records import Record
from app.core.rules import Refusal
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Json, Known, Plan, RecordPlan, Ref, Settled, Step

_STATUS = {ConsentAction.SUBSCRIBE: "1", ConsentAction.UNSUBSCRIBE: "2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSync:
    terms: ContactTerms
    tags: Tags

    @property
    def batch_size(self) -> int:
        """One: a contact takes several requests, and a refusal must not repeat those of its neighbours."""
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        return self.terms.draft(record)

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        await self.tags.find({tag for each in drafts for tag in each.content["tags"]})
        known = await self.terms.look_up(drafts)
        # Status 1 silently brings back whoever left since the account was read, maybe hours ago: they are asked anew.
        joining = [each for each in drafts if self.terms.joins(each, known[each.key])]
        return {**known, **await self.terms.look_up(joining)}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records: list[RecordPlan] = []
        steps: list[Step] = []
        new_tags: dict[str, Ref] = {}
        for draft, known in drafts:
            record = self.terms.record_plan(draft, known)
            records.append(record)
            steps += self._steps(record, known, new_tags)
        return Plan(tuple(records), tuple(steps))

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        return {}

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        settled = {}
        for record in plan.records:
            if record.outcome is Outcome.SKIPPED:
                settled[record.key] = Settled(outcome=record.outcome, reason=record.reason)
                continue
            contact = as_object(answers[f"contact:{record.key}"]).get("contact") or {}
            settled[record.key] = Settled(outcome=record.outcome, target_id=words(contact.get("id")))
        return settled

    def _steps(self, record: RecordPlan, known: Known, new_tags: dict[str, Ref]) -> Sequence[Step]:
        if record.outcome is Outcome.SKIPPED:
            return ()
        contact = Ref(f"contact:{record.key}")
        steps = [self._sync(record, known)]
        for tag in record.draft.content["tags"]:
            steps += self._tagging(record.key, tag, contact, new_tags)
        action = record.consent.action if record.consent else ConsentAction.LEAVE
        if action in _STATUS:
            steps.append(self._membership(record.key, contact, _STATUS[action]))
        return steps

    def _sync(self, record: RecordPlan, known: Known) -> Step:
        values = self.terms.values(record.draft, known)
        body: dict[str, Json] = {"email": address_of(record.draft)}
        body |= {each.name: each.value for each in values if not each.field_id}
        if custom := [{"field": each.field_id, "value": each.value} for each in values if each.field_id]:
            body["fieldValues"] = custom
        return Step(
            name=f"contact:{record.key}",
            method="POST",
            path="api/3/contact/sync",
            keys=(record.key,),
            body={"contact": body},
            saves={f"contact:{record.key}": ("contact", "id")},
            is_repeatable=True,
            purpose=text("Write the contact"),
        )

    def _tagging(self, key: str, tag: str, contact: Ref, new_tags: dict[str, Ref]) -> Sequence[Step]:
        steps = []
        tag_id: str | Ref = self.tags.id_of(tag) or new_tags.get(tag, "")
        if not tag_id:
            tag_id = new_tags[tag] = Ref(f"tag:{tag}")
            steps.append(self.tags.creation(tag, (key,)))
        # An existing association answers 200 instead of 201: repeating it changes nothing.
        steps.append(
            Step(
                name=f"tag:{tag}:{key}",
                method="POST",
                path="api/3/contactTags",
                keys=(key,),
                body={"contactTag": {"contact": contact, "tag": tag_id}},
                is_repeatable=True,
                purpose=text('Set the tag "{tag}"', tag=tag),
            )
        )
        return steps

    def _membership(self, key: str, contact: Ref, status: str) -> Step:
        """Not repeatable: status 1 silently re-activates people who unsubscribed, so they are looked up first."""
        return Step(
            name=f"list:{key}",
            method="POST",
            path="api/3/contactLists",
            keys=(key,),
            body={"contactList": {"list": self.terms.list_id, "contact": contact, "status": status}},
            purpose=text("Subscribe to the list") if status == "1" else text("Unsubscribe from the list"),
        )
