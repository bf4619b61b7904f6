"""Ledger rows of one flow in one run."""

from __future__ import annotations

from app.core.addresses import masked_words
from app.core.events import now
from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.reasons import DONE_BY_HAND, OPT_OUT_BY_HAND
from app.core.records import Bounce, Kind, OptOut
from app.core.rules import Refusal
from app.engine.planning import Planner, Sighting
from app.sdk.plan import Settled

_HELD_BY_TARGET = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
_LONGEST_MESSAGE = 500


class EntryWriter:
    """Makes the next row of a record from the one before it, so that nothing known is lost."""

    def __init__(self, integration: str, kind: Kind, run_id: str, planner: Planner) -> None:
        self._integration = integration
        self._kind = kind
        self._run_id = run_id
        self._planner = planner

    def sent(self, sighting: Sighting, before: Entry | None) -> Entry:
        return self._open(sighting, before, EntryState.SENT, attempts=(before.attempts if before else 0) + 1)

    def planned(self, sighting: Sighting, before: Entry | None) -> Entry:
        return self._open(sighting, before, EntryState.PLANNED, attempts=before.attempts if before else 0)

    def answered(self, sighting: Sighting, before: Entry | None, result: Settled) -> Entry:
        """After it was sent."""
        return self.settled(sighting, before, result, tries=1)

    def refused(self, sighting: Sighting, refusal: Refusal, before: Entry | None) -> Entry:
        settled = Settled(outcome=refusal.outcome, reason=refusal.reason, message=sighting.message)
        return self.settled(sighting, before, settled)

    def settled(self, sighting: Sighting, before: Entry | None, result: Settled, *, tries: int = 0) -> Entry:
        if before is not None and _is_worked_off(sighting, result, before):
            result = Settled(outcome=Outcome.SKIPPED, reason=DONE_BY_HAND)
        outcome = self._outcome(before, result)
        is_held_by_target = result.outcome in _HELD_BY_TARGET
        # What was just created is not what an earlier address or a removed record was known as.
        known_id = before.target_id if before and result.outcome is not Outcome.CREATED else ""
        return Entry(
            integration=self._integration,
            kind=self._kind,
            key=sighting.key,
            state=EntryState.SETTLED,
            outcome=outcome,
            reason=result.reason,
            target_id=result.target_id or known_id,
            content_hash=sighting.content_hash if is_held_by_target else (before.content_hash if before else b""),
            record_hash=sighting.record_hash if is_held_by_target else b"",
            attempts=(before.attempts if before else 0) + tries,
            run_id=self._run_id,
            created_by=self._run_id if outcome is Outcome.CREATED else (before.created_by if before else ""),
            at=now(),
            where=sighting.where,
            message=masked_words(result.message)[:_LONGEST_MESSAGE] if result.message else "",
            search=self._planner.search_keys(sighting),
            amount=_amount_of(sighting),
        )

    def _outcome(self, before: Entry | None, result: Settled) -> Outcome:
        """A record created and touched again within one run counts as created."""
        is_again = before is not None and before.run_id == self._run_id and before.outcome is Outcome.CREATED
        return Outcome.CREATED if is_again and result.outcome in _HELD_BY_TARGET else result.outcome

    def _open(self, sighting: Sighting, before: Entry | None, state: EntryState, *, attempts: int) -> Entry:
        return Entry(
            integration=self._integration,
            kind=self._kind,
            key=sighting.key,
            state=state,
            target_id=before.target_id if before else "",
            content_hash=before.content_hash if before else b"",
            attempts=attempts,
            run_id=self._run_id,
            created_by=before.created_by if before else "",
            at=now(),
            where=sighting.where,
            search=self._planner.search_keys(sighting),
            amount=_amount_of(sighting),
        )


def _is_worked_off(sighting: Sighting, result: Settled, before: Entry) -> bool:
    """Read again, not said again."""
    if result.reason != OPT_OUT_BY_HAND or before.reason != DONE_BY_HAND:
        return False
    said_at = sighting.record.at if isinstance(sighting.record, OptOut | Bounce) else None
    return said_at is None or said_at <= before.at


def _amount_of(sighting: Sighting) -> str:
    amount = sighting.draft.amount if sighting.draft else None
    return str(amount) if amount is not None else ""
