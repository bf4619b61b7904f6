"""What became of records, and the balance of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from app.core.records import Kind

_Key = TypeVar("_Key", bound=str)


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    HELD = "held"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"

    @property
    def needs_attention(self) -> bool:
        return self in {Outcome.HELD, Outcome.FAILED, Outcome.IN_DOUBT}


@dataclass(frozen=True, slots=True)
class FlowBalance:
    """Numbers of one kind of record in one run."""

    read: int = 0
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How many records were skipped, held, failed or in doubt for which reason code."""

    def count(self, outcome: Outcome) -> int:
        return self.counts.get(outcome, 0)

    @property
    def settled(self) -> int:
        return sum(self.counts.values())

    @property
    def balances(self) -> bool:
        return self.read == self.settled

    def __add__(self, other: FlowBalance) -> FlowBalance:
        return FlowBalance(
            self.read + other.read, _merged(self.counts, other.counts), _merged(self.reasons, other.reasons)
        )

    def as_numbers(self) -> dict[str, object]:
        """The numbers as the command line's summary prints them."""
        return {
            "read": self.read,
            **{outcome.value: self.count(outcome) for outcome in Outcome},
            "reasons": dict(sorted(self.reasons.items())),
        }


@dataclass(frozen=True, slots=True)
class Balance:
    flows: Mapping[Kind, FlowBalance] = field(default_factory=dict)

    @property
    def total(self) -> FlowBalance:
        return sum(self.flows.values(), FlowBalance())

    @property
    def balances(self) -> bool:
        """Read = created + updated + unchanged + skipped + held + failed + in doubt, for every flow."""
        return all(flow.balances for flow in self.flows.values())

    @property
    def needs_attention(self) -> bool:
        return any(self.total.count(outcome) for outcome in Outcome if outcome.needs_attention)


def _merged(left: Mapping[_Key, int], right: Mapping[_Key, int]) -> dict[_Key, int]:
    return {key: left.get(key, 0) + right.get(key, 0) for key in {**left, **right}}
