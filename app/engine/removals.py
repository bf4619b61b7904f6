"""The guard against large removals: more than 2 % or 20 records deleted or unsubscribed in one run ask first."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.outcomes import Outcome
from app.sdk.plan import Plan

_MOST = 20
_SHARE = 0.02
_ALWAYS = 3
"""So few never ask: 2 % of a small shop would be nobody."""


def allowed_removals(held: int) -> int:
    """How many removals need no confirmation, where the target holds so many records of the integration."""
    return max(_ALWAYS, min(_MOST, int(held * _SHARE)))


def removes(plan: Plan) -> bool:
    """Would really remove or unsubscribe: a record that is already so has no step and does not count."""
    return any(_counts(plan, index) for index in range(len(plan.records)))


def removal_count(plans: Sequence[Plan]) -> int:
    return sum(_counts(plan, index) for plan in plans for index in range(len(plan.records)))


def _counts(plan: Plan, index: int) -> bool:
    record = plan.records[index]
    return bool(plan.steps) and record.draft.removes and record.outcome in {Outcome.CREATED, Outcome.UPDATED}
