"""Writing back who unsubscribed: the consent field of the relation is switched off.

This is what a register does as a source, so that the field is the one that is read there; without one nothing can be
written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from app.connectors.mpluskassa.contacts import flag_standing
from app.connectors.mpluskassa.debtors import Debtors, merged, update, with_flag
from app.core.consent import Consent, ConsentAction, ConsentState, Standing, decide
from app.core.outcomes import Outcome
from app.core.records import Kind, OptOut, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutWriter:
    debtors: Debtors
    field: str

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, OptOut):
            return skip("not_in_target")
        if not self.field:
            return hold("no_consent_field")
        return Draft(
            key=record.id,
            kind=Kind.OPT_OUTS,
            record=record,
            content={"email": record.email, "field": self.field},
            fields=(FieldLine(text("Consent"), record.email, f"{self.field}: false"),),
            natural_keys=(record.email,),
            removes=True,
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return {draft.key: await self._known(draft) for draft in drafts}

    async def _known(self, draft: Draft) -> Known:
        found = await self.debtors.find(draft.content["email"])
        if not found:
            return Known(standing=Standing.NONE)
        standing = flag_standing(found, self.field)
        return Known(exists=True, target_id=str(found["relationNumber"]), standing=standing, facts=found)

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        left = cast(OptOut, draft.record)
        withdrawn = Consent(ConsentState.WITHDRAWN, left.at)
        decision = decide(withdrawn, known.standing, may_subscribe=False)
        if decision.action is not ConsentAction.UNSUBSCRIBE:
            reason = "already_so" if known.exists else "not_in_target"
            outcome = Outcome.UNCHANGED if known.exists else Outcome.SKIPPED
            record = RecordPlan(
                draft=draft, outcome=outcome, reason=reason, consent=decision, target_id=known.target_id
            )
            return Plan((record,))
        relation = with_flag(merged(known.facts, {}), self.field, value=False)
        record = RecordPlan(draft=draft, outcome=Outcome.UPDATED, consent=decision, target_id=known.target_id)
        return Plan((record,), (update(draft.key, relation),))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        (record,) = plan.records
        return {record.key: Settled(outcome=record.outcome, target_id=record.target_id)}
