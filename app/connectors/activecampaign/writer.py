"""What the parts of the target that write one kind of record have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.core.records import Record
from app.core.rules import Refusal
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Json, Known, Plan, Ref, Settled, Step

CONNECTION = Ref("connection")
"""Stands for the shop's connection in a preview, as long as it does not exist."""


class Writer(Protocol):
    """One kind of record, in one way of writing it; the methods are those of :class:`app.sdk.target.Target`."""

    @property
    def batch_size(self) -> int: ...

    def draft(self, record: Record) -> Draft | Refusal: ...

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]: ...

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan: ...

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]: ...

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]: ...


def connection_number(connection_id: str) -> Json:
    return int(connection_id) if connection_id else CONNECTION
