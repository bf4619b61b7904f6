"""Writing contacts: newcomers of a history by hundreds, everybody else one by one or in batches.

https://mailchimp.com/developer/marketing/api/lists/batch-subscribe-or-unsubscribe/ takes 500 members. It would
overwrite the status of people who are there already, so it gets newcomers only and must leave the others alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mailchimp.answers import reason_of
from app.connectors.mailchimp.batches import WORTHWHILE, Operation, Patience, batch_step, finished
from app.connectors.mailchimp.contacts import UNDONE_TAG, ContactTerms, email_of, is_newcomer, missing_tags
from app.connectors.mailchimp.wire import Row, Wire, as_object, at, rows_of, subscriber_hash, words
from app.core.addresses import masked_words, normalised_email
from app.core.errors import UnknownOutcomeError
from app.core.outcomes import Outcome
from app.core.records import Record
from app.core.rules import Refusal
from app.core.texts import ntext, text
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Timing

BATCH_SIZE = 500
_LENIENT = {"skip_merge_validation": "true"}
"""A field that was made compulsory later would otherwise refuse every update."""
_EXISTS = "ERROR_CONTACT_EXISTS"


@dataclass(frozen=True, slots=True)
class _Planned:
    record: RecordPlan
    known: Known

    @property
    def is_new(self) -> bool:
        return not self.known.exists

    @property
    def comes_in(self) -> bool:
        return is_newcomer(self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWriter:
    wire: Wire
    terms: ContactTerms
    timing: Timing
    patience: Patience

    @property
    def batch_size(self) -> int:
        return BATCH_SIZE if self._is_history else 1

    @property
    def _is_history(self) -> bool:
        return self.timing is Timing.HISTORICAL

    def draft(self, record: Record) -> Draft | Refusal:
        return self.terms.draft(record)

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self.terms.look_up(drafts)

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        planned = [_Planned(self.terms.record_plan(draft, known), known) for draft, known in drafts]
        written = [each for each in planned if each.record.outcome in {Outcome.CREATED, Outcome.UPDATED}]
        changed = [each for item in written if not item.is_new for each in self._change(item)]
        newcomers = [each for each in written if each.is_new]
        tagged = [each for item in written if item.comes_in for each in self._tags(item)]
        # What may be refused comes first: then nobody has been created yet, and the rest is planned as it was.
        steps = [*self._steps(changed), *self._arrivals(newcomers), *self._steps(tagged, "new")]
        return Plan(tuple(each.record for each in planned), tuple(steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        settled = {
            record.key: Settled(outcome=record.outcome, reason=record.reason, target_id=self._target_id(record))
            for record in plan.records
        }
        for step in plan.steps:
            answer = answers[step.name]
            if step.name.startswith("batch"):
                settled |= await self._batched(plan, step, answer, settled)
            elif step.name == "members":
                settled |= self._arrived(plan, step, answer)
        return settled

    def _steps(self, operations: Sequence[Operation], name: str = "") -> Sequence[Step]:
        if len(operations) <= WORTHWHILE:
            return [_single(each) for each in operations]
        return [batch_step(f"batch {name}".strip(), operations)]

    def _change(self, planned: _Planned) -> Sequence[Operation]:
        draft, known = planned.record.draft, planned.known
        if planned.comes_in:
            return [self._return(draft, known)]
        body = self.terms.data(draft, known)
        if status := self.terms.status(draft, known):
            body["status"] = status
        path = f"{self._members}/{known.target_id}"
        change = [Operation(draft.key, "PATCH", path, body)] if body else []
        return [*change, *self._tags(planned)]

    def _return(self, draft: Draft, known: Known) -> Operation:
        """A PUT takes somebody out of the archive (https://mailchimp.com/developer/marketing/api/list-members/)."""
        member = self._member(draft, known)
        body = {**member, "status_if_new": member["status"]}
        return Operation(draft.key, "PUT", f"{self._members}/{known.target_id}", body)

    def _tags(self, planned: _Planned) -> Sequence[Operation]:
        """``is_syncing`` keeps automations quiet that a tag would start."""
        draft, known = planned.record.draft, planned.known
        tags = [{"name": each, "status": "active"} for each in missing_tags(draft, known)]
        if known.facts.get("returns"):
            tags.append({"name": UNDONE_TAG, "status": "inactive"})
        if not tags:
            return []
        member = known.target_id or subscriber_hash(email_of(draft))
        body = {"tags": tags, "is_syncing": self._is_history}
        return [Operation(draft.key, "POST", f"{self._members}/{member}/tags", body)]

    def _arrivals(self, newcomers: Sequence[_Planned]) -> Sequence[Step]:
        if not newcomers:
            return []
        if not self._is_history:
            return [self._arrival(each.record.draft, each.known) for each in newcomers]
        items = tuple((each.record.key, self._member(each.record.draft, each.known)) for each in newcomers)
        return [
            Step(
                name="members",
                method="POST",
                path=at(f"lists/{self.terms.list_id}"),
                keys=tuple(key for key, _ in items),
                query={**_LENIENT, "skip_duplicate_check": "true"},
                body=Batched({"update_existing": False, "sync_tags": False}, ("members",), items),
                purpose=ntext("Add {count} member", "Add {count} members", len(items)),
            )
        ]

    def _member(self, draft: Draft, known: Known) -> Json:
        status = self.terms.status(draft, known)
        return {
            "email_address": email_of(draft),
            "status": status,
            **self.terms.data(draft, known),
            **self.terms.dates(draft, status),
        }

    def _arrival(self, draft: Draft, known: Known) -> Step:
        """``status_if_new`` leaves the status of somebody alone who came in the meantime."""
        member = self._member(draft, known)
        status = member.pop("status")
        return Step(
            name=f"member {draft.key}",
            method="PUT",
            path=at(f"{self._members}/{subscriber_hash(email_of(draft))}"),
            keys=(draft.key,),
            query=_LENIENT,
            body={**member, "status_if_new": status},
            is_repeatable=True,
            purpose=text("Add the member"),
        )

    def _arrived(self, plan: Plan, step: Step, answer: Answer) -> Mapping[str, Settled]:
        """Everybody who was added, and everybody who was refused, by address. Whoever the answer does not name is in
        doubt. Raises UnknownOutcomeError where somebody came in the meantime: everybody is looked up then."""
        body = as_object(answer)
        added = {_address(row): words(row.get("id")) for row in rows_of(body, "new_members")}
        errors = {_address(row): row for row in rows_of(body, "errors")}
        if any(row.get("error_code") == _EXISTS for row in errors.values()):
            raise UnknownOutcomeError(
                text("Somebody was added to the audience in the meantime."), detail="members exist that were new"
            )
        settled = {}
        for record in plan.records:
            email = email_of(record.draft)
            if record.key not in step.keys:
                continue
            if email in errors:
                settled[record.key] = _refused(errors[email])
            elif email in added:
                settled[record.key] = Settled(outcome=record.outcome, target_id=self.terms.held_as(added[email]))
            else:
                settled[record.key] = Settled(outcome=Outcome.IN_DOUBT, reason="answer_lost")
        return settled

    async def _batched(
        self, plan: Plan, step: Step, answer: Answer, settled: Mapping[str, Settled]
    ) -> Mapping[str, Settled]:
        batch = await finished(self.wire, answer, self.patience)
        records = [
            each
            for each in plan.records
            if each.key in step.keys and settled[each.key].outcome in {Outcome.CREATED, Outcome.UPDATED}
        ]
        if batch is None:
            return {
                each.key: Settled(outcome=Outcome.IN_DOUBT, reason="batch_unfinished", target_id=each.target_id)
                for each in records
            }
        if batch.get("errored_operations") == 0:
            return {}
        known = await self.terms.people.ask([email_of(each.draft) for each in records])
        return {
            each.key: Settled(outcome=Outcome.FAILED, reason="batch_refused", target_id=each.target_id)
            for each in records
            if self._is_unwritten(each, known[email_of(each.draft)])
        }

    def _is_unwritten(self, record: RecordPlan, known: Known) -> bool:
        status = self.terms.status(record.draft, Known(exists=True, standing=known.standing))
        return not known.exists or bool(status) or self.terms.changes(record.draft, known)

    def _target_id(self, record: RecordPlan) -> str:
        is_new = not record.target_id and record.outcome is Outcome.CREATED
        return self.terms.held_as(subscriber_hash(email_of(record.draft))) if is_new else record.target_id

    @property
    def _members(self) -> str:
        return f"lists/{self.terms.list_id}/members"


def _single(operation: Operation) -> Step:
    is_tagging = operation.path.endswith("/tags")
    return Step(
        name=f"{'tags' if is_tagging else 'member'} {operation.key}",
        method=operation.method,
        path=at(operation.path),
        keys=(operation.key,),
        query={} if is_tagging else _LENIENT,
        body=operation.body,
        is_repeatable=True,
        purpose=text("Set tags") if is_tagging else text("Change the member"),
    )


def _address(row: Row) -> str:
    return normalised_email(words(row.get("email_address")))


def _refused(error: Row) -> Settled:
    said = words(error.get("error")) or words(error.get("field_message"))
    return Settled(outcome=Outcome.FAILED, reason=reason_of(said), message=masked_words(said)[:300])
