"""Plans: the exact requests that a target would receive, made before anything is sent.

A preview shows them, a run sends them. Ids that only an earlier answer can tell stand as :class:`Ref` until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.core.consent import ConsentDecision, Standing
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, Record
from app.core.texts import Text

Json = Any
"""What ``json.dumps`` takes, in which a :class:`Ref` may stand for a text, and Decimal for a number."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The value that an earlier step saved under ``name``."""

    name: str


class FieldLine(msgspec.Struct, frozen=True):
    """One line of "what comes in, what goes out, by which rule"."""

    label: Text
    source: str
    target: str
    rule: Text = Text("")


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record in the target's terms, made without asking the target: pure.

    ``content`` is everything the target would hold of it, in the target's units; its hash decides whether the record is
    unchanged. It must not contain what differs between two runs over the same record (ids of the target, times of the
    run, historical or live).
    """

    key: str
    kind: Kind
    record: Record
    content: Mapping[str, Json]
    fields: tuple[FieldLine, ...] = ()
    natural_keys: tuple[str, ...] = ()
    """Order number, e-mail address: what a person would search for. Kept as keyed hashes only."""
    amount: Money | None = None
    """What the target will count as this record's value, for the money check after a run."""
    removes: bool = False
    """Deletes or unsubscribes: counts towards the guard against large removals."""
    is_past: bool = False
    """Part of the history although a sync brings it: an import had left it out, or never met it. It must not fire
    automations."""
    held_as: str | None = None
    """The target's id of what it was last known to hold of this contact under this address, empty where the target
    never told; None where it never held it. Who is no longer there was deleted, and nobody who was deleted is sent
    again."""


class Known(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What looking a draft up in the target found. ``facts`` is the connector's own."""

    exists: bool = False
    target_id: str = ""
    standing: Standing = Standing.UNKNOWN
    is_same: bool = False
    """The target already holds exactly this content."""
    matches: int = 1
    """More than one: the record is held, never guessed."""
    facts: Mapping[str, Json] = {}


class RecordPlan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What would become of one record. Without a write the outcome is UNCHANGED, SKIPPED, HELD or FAILED."""

    draft: Draft
    outcome: Outcome
    reason: str = ""
    consent: ConsentDecision | None = None
    target_id: str = ""
    message: str = ""
    """Facts about a record without a write, such as the article that is missing. No personal data."""

    @property
    def key(self) -> str:
        return self.draft.key


@dataclass(frozen=True, slots=True)
class Batched:
    """A body that carries several records: ``items`` go into the list found at ``place`` of ``envelope``. Without a
    place the list itself is the body."""

    envelope: Mapping[str, Json]
    place: tuple[str, ...]
    items: tuple[tuple[str, Json], ...]
    """Pairs of record key and item."""

    def render(self) -> Json:
        items = [item for _, item in self.items]
        return _with(self.envelope, self.place, items) if self.place else items

    def only(self, key: str) -> Batched:
        return Batched(self.envelope, self.place, tuple(pair for pair in self.items if pair[0] == key))


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One request. ``keys`` are the records that it carries; ``saves`` names values of the answer for later steps by
    the path where they stand. ``is_repeatable``: sending it twice leaves the target as sending it once."""

    name: str
    method: str
    path: str | tuple[str | Ref, ...]
    """Parts are joined without a separator."""
    keys: tuple[str, ...]
    query: Mapping[str, str] = {}
    body: Json | Batched = None
    headers: Mapping[str, str] = {}
    saves: Mapping[str, tuple[str | int, ...]] = {}
    is_repeatable: bool = False
    purpose: Text = Text("")

    def for_record(self, key: str) -> Step | None:
        """This request as far as it concerns one record; None when it does not."""
        if key not in self.keys:
            return None
        if not isinstance(self.body, Batched):
            return self
        return Step(
            name=self.name,
            method=self.method,
            path=self.path,
            keys=(key,),
            query=self.query,
            body=self.body.only(key),
            headers=self.headers,
            saves=self.saves,
            is_repeatable=self.is_repeatable,
            purpose=self.purpose,
        )


class Plan(msgspec.Struct, frozen=True):
    """Records that go together, and the steps that send them, in order."""

    records: tuple[RecordPlan, ...]
    steps: tuple[Step, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(record.key for record in self.records)


class Settled(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the target made of one record."""

    outcome: Outcome
    target_id: str = ""
    reason: str = ""
    message: str = ""
    """The target's own words."""


def rendered(body: Json | Batched) -> Json:
    """A body without any Ref, as it goes to the wire."""
    return body.render() if isinstance(body, Batched) else body


def resolved(value: Json, saved: Mapping[str, str]) -> Json:
    """The value with every Ref replaced. Raises KeyError for a name that no step saved."""
    match value:
        case Ref():
            return saved[value.name]
        case Batched():
            return resolved(value.render(), saved)
        case Mapping():
            return {key: resolved(each, saved) for key, each in value.items()}
        case list() | tuple():
            return [resolved(each, saved) for each in value]
        case _:
            return value


def shown(value: Json) -> Json:
    """The value for the eye: a Ref appears as ``<name>``."""
    match value:
        case Ref():
            return f"<{value.name}>"
        case Batched():
            return shown(value.render())
        case Mapping():
            return {key: shown(each) for key, each in value.items()}
        case list() | tuple():
            return [shown(each) for each in value]
        case _:
            return value


def joined_path(path: str | tuple[str | Ref, ...], saved: Mapping[str, str] | None = None) -> str:
    """Without ``saved`` for the eye, with it for the wire (then KeyError for an unknown name)."""
    if isinstance(path, str):
        return path
    if saved is None:
        return "".join(str(shown(part)) for part in path)
    return "".join(str(resolved(part, saved)) for part in path)


def _with(envelope: Mapping[str, Json], place: Sequence[str], items: Sequence[Json]) -> Json:
    head, *rest = place
    inner = _with(envelope.get(head, {}), rest, items) if rest else list(items)
    return {**envelope, head: inner}
