"""Writing back: a subscription ends for people who opted out or bounced elsewhere. Nobody is archived or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mailchimp.people import People
from app.connectors.mailchimp.wire import at, words
from app.core.addresses import is_email, normalised_email
from app.core.consent import Consent, ConsentAction, ConsentState, decide
from app.core.outcomes import Outcome
from app.core.records import Bounce, Kind, OptOut, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Settled, Step

_WITHDRAWN = Consent(ConsentState.WITHDRAWN)
_UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutWriter:
    people: People
    list_id: str

    @property
    def batch_size(self) -> int:
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case OptOut():
                return _draft(record, Kind.OPT_OUTS)
            case Bounce(is_hard=False):
                return skip("soft_bounce")
            case Bounce():
                return _draft(record, Kind.BOUNCES)
            case _:
                return skip("not_in_target")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        found = await self.people.find(draft.content["email"] for draft in drafts)
        return {draft.key: found[draft.content["email"]] for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records, steps = [], []
        for draft, known in drafts:
            decision = decide(_WITHDRAWN, known.standing, may_subscribe=False)
            if not known.exists:
                record = RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target")
            elif decision.action is ConsentAction.UNSUBSCRIBE:
                record = RecordPlan(draft=draft, outcome=Outcome.UPDATED, consent=decision, target_id=known.target_id)
                steps.append(self._ending(draft, known))
            else:
                record = RecordPlan(
                    draft=draft, outcome=Outcome.UNCHANGED, reason="already_so", target_id=known.target_id
                )
            records.append(record)
        return Plan(tuple(records), tuple(steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return {record.key: _settled(record, answers.get(f"member {record.key}")) for record in plan.records}

    def _ending(self, draft: Draft, known: Known) -> Step:
        return Step(
            name=f"member {draft.key}",
            method="PATCH",
            path=at(f"lists/{self.list_id}/members/{known.target_id}"),
            keys=(draft.key,),
            query={"skip_merge_validation": "true"},
            body={"status": _UNSUBSCRIBED},
            is_repeatable=True,
            purpose=text("End the subscription"),
        )


def _draft(record: OptOut | Bounce, kind: Kind) -> Draft | Refusal:
    email = normalised_email(record.email)
    if not email:
        return hold("no_email")
    if not is_email(email):
        return hold("invalid_email")
    # With its moment: who agrees again and leaves once more has left anew.
    left_at = {"left_at": record.at.isoformat(timespec="seconds")} if record.at else {}
    return Draft(
        key=record.id,
        kind=kind,
        record=record,
        content={"email": email, "status": _UNSUBSCRIBED, **left_at},
        fields=(
            FieldLine(text("E-mail"), email, email),
            FieldLine(text("Newsletter consent"), "", f"status: {_UNSUBSCRIBED}"),
        ),
        natural_keys=(email,),
        removes=True,
    )


def _settled(record: RecordPlan, answer: Answer | None) -> Settled:
    if answer is not None and words(answer.json().get("status")) not in {_UNSUBSCRIBED, "cleaned"}:
        return Settled(outcome=Outcome.FAILED, reason="still_subscribed", target_id=record.target_id)
    return Settled(outcome=record.outcome, reason=record.reason, target_id=record.target_id)
