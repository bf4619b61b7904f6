"""From records to plans: the part that preview and run share, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from app.core.addresses import masked_email
from app.core.explanations import facts_in_words
from app.core.ledger import Entry, EntryState
from app.core.local_words import local_money
from app.core.outcomes import Outcome
from app.core.records import Bounce, Cart, Contact, OptOut, Order, Product, Record, StockLevel, Unreadable
from app.core.rules import ERASED_PERSON, Refusal, Rules, refusal_of
from app.engine.ports import KeyedHash
from app.sdk.plan import Draft, Known, Plan, RecordPlan
from app.sdk.reading import batches
from app.sdk.source import Screens, Source
from app.sdk.target import CreatesParties, Target

_CANONICAL = msgspec.json.Encoder(order="deterministic")
_PLAIN = msgspec.msgpack.Encoder()


class Sighting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record as read, and what the rules and the target's terms made of it."""

    key: str
    record: Record | Unreadable
    draft: Draft | None = None
    refusal: Refusal | None = None
    content_hash: bytes = b""
    record_hash: bytes = b""
    where: str = ""
    message: str = ""
    names: tuple[str, ...] = ()
    """What must not travel twice at the same time beside the key."""

    @property
    def label(self) -> str:
        return label_of(self.record)

    @property
    def identities(self) -> tuple[str, ...]:
        return (self.key, *self.names)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Sightings by what happens next."""

    refused: Sequence[Sighting] = ()
    unchanged: Sequence[Sighting] = ()
    to_plan: Sequence[Sighting] = ()
    repeats: Sequence[Sighting] = field(default=())
    """Settled earlier in this very run: a page that shifted, or a continuation after a crash."""


class Planner:
    """Rules, then the target's draft, then the ledger's memory, then the look-up in the target, then the plan."""

    def __init__(
        self,
        target: Target,
        rules: Rules,
        keyed_hash: KeyedHash,
        terms: bytes = b"",
        source: Source | Screens | None = None,
    ) -> None:
        self._target = target
        self._screen = source.screen if isinstance(source, Screens) else None
        self._parties = target.parties if isinstance(target, CreatesParties) else None
        self._rules = rules
        self._hash = keyed_hash
        self._terms = terms

    def names_of(self, record: Record | Unreadable) -> tuple[str, ...]:
        """What the target would know the record by beside its key, and what it would create on the way."""
        own = (name,) if (name := identity_of(record)) else ()
        if self._parties is None or isinstance(record, Unreadable):
            return own
        return (*own, *self._parties(record))

    def record_hash(self, record: Record | Unreadable) -> bytes:
        """Empty where the terms are not known."""
        if not self._terms:
            return b""
        told = record if record.raw is None else replace(record, raw=None)
        return self._hash(self._terms + type(record).__name__.encode() + _PLAIN.encode(told))

    def sight(self, record: Record | Unreadable, record_hash: bytes = b"") -> Sighting:
        """Pure."""
        if isinstance(record, Unreadable):
            unreadable = Refusal(Outcome.FAILED, record.reason)
            return Sighting(
                key=record.id, record=record, refusal=unreadable, where=record.where, message=record.message
            )
        refusal = refusal_of(record, self._rules)
        if refusal is not None and refusal.reason == ERASED_PERSON:
            return self._nameless(record, refusal)
        if refusal is None and self._screen is not None:
            refusal = self._screen(record)
        if refusal is not None:
            return Sighting(key=record.id, record=record, refusal=refusal, message=facts_in_words(refusal.details))
        drafted = self._target.draft(record)
        if isinstance(drafted, Refusal):
            return Sighting(key=record.id, record=record, refusal=drafted, message=facts_in_words(drafted.details))
        content_hash = self._hash(_CANONICAL.encode(drafted.content))
        return Sighting(
            key=record.id,
            record=record,
            draft=drafted,
            content_hash=content_hash,
            record_hash=record_hash,
            names=self.names_of(record),
        )

    def _nameless(self, record: Record, refusal: Refusal) -> Sighting:
        """Counted, so that the run balances, but under a keyed id: neither ledger nor log learns anew who it is."""
        key = f"erased-{self._hash(b'erased record 1' + record.id.encode()).hex()}"
        nobody = Unreadable(id=key, reason=ERASED_PERSON, message="")
        return Sighting(key=key, record=nobody, refusal=refusal)

    def sort(self, sightings: Sequence[Sighting], known: Mapping[str, Entry], run_id: str) -> Sorted:
        """What the ledger already knows costs no request. Of a key that comes twice, the later sighting counts."""
        refused, unchanged, to_plan, repeats = [], [], [], []
        for sighting in {each.key: each for each in sightings}.values():
            entry = known.get(sighting.key)
            is_settled = entry is not None and entry.state is EntryState.SETTLED
            if entry and is_settled and entry.was_met_by(run_id) and _says_the_same(entry, sighting):
                repeats.append(sighting)
            elif sighting.refusal is not None:
                refused.append(sighting)
            elif entry and is_settled and entry.content_hash == sighting.content_hash and _stands(entry):
                unchanged.append(sighting)
            else:
                to_plan.append(sighting)
        return Sorted(refused, unchanged, to_plan, repeats)

    async def plans(self, drafts: Sequence[Draft]) -> Sequence[Plan]:
        """Look up and plan drafts of one kind. Several candidates in the target are held, never guessed."""
        if not drafts:
            return ()
        known = await self._target.look_up(drafts)
        clear, held = [], []
        for draft in drafts:
            found = known.get(draft.key, Known())
            if found.matches > 1:
                held.append(RecordPlan(draft=draft, outcome=Outcome.HELD, reason="several_matches"))
            else:
                clear.append((draft, found))
        size = max(1, self._target.batch_size(drafts[0].kind))
        plans = [plan for group in batches(clear, size) for plan in self._planned(group)]
        return [*plans, Plan(tuple(held))] if held else plans

    def _planned(self, group: Sequence[tuple[Draft, Known]]) -> Sequence[Plan]:
        """Removals get plans of their own, so that a guard that holds them holds nobody else."""
        plan = self._target.plan(group)
        leaving = {record.key for record in plan.records if record.draft.removes}
        if not leaving or len(leaving) == len(plan.records):
            return [plan]
        parts = ([pair for pair in group if (pair[0].key in leaving) is goes] for goes in (False, True))
        return [self._target.plan(part) for part in parts]

    def search_keys(self, sighting: Sighting) -> tuple[bytes, ...]:
        """Keyed hashes of what a person may search for."""
        more = sighting.draft.natural_keys if sighting.draft else ()
        words = dict.fromkeys((sighting.key, *natural_keys(sighting.record), *more))
        return tuple([self._hash(search_form(word)) for word in words if word])


def search_form(words: str) -> bytes:
    """How a number or an address is hashed, so that case and outer blanks do not matter."""
    return words.strip().casefold().encode()


def natural_keys(record: Record | Unreadable) -> tuple[str, ...]:
    match record:
        case Order():
            return (record.number, record.email)
        case Contact() | Cart() | OptOut() | Bounce():
            return (record.email,)
        case Product():
            return (record.sku,)
        case _:
            return ()


def identity_of(record: Record | Unreadable) -> str:
    """What a target tells two records of this kind apart by, where it is not the key; empty for every other kind."""
    match record:
        case Order():
            return record.number
        case Contact() | OptOut() | Bounce():
            return record.email
        case Product() | StockLevel():
            return record.sku
        case _:
            return ""


def label_of(record: Record | Unreadable) -> str:
    """For the eye: masked address and total."""
    match record:
        case Order() | Cart():
            address = masked_email(record.email) if record.email else ""
            return " · ".join(part for part in (address, local_money(record.total)) if part)
        case Contact() | OptOut() | Bounce():
            return masked_email(record.email) if record.email else ""
        case Product():
            return record.name
        case Unreadable():
            return record.where
        case _:
            return ""


def number_of(record: Record | Unreadable) -> str:
    """What the person calls this record: an order number where there is one."""
    return record.number if isinstance(record, Order) else record.id


def _says_the_same(entry: Entry, sighting: Sighting) -> bool:
    if sighting.refusal is not None:
        return entry.outcome is sighting.refusal.outcome and entry.reason == sighting.refusal.reason
    return entry.content_hash == sighting.content_hash and _stands(entry)


def _stands(entry: Entry) -> bool:
    """The target is known to hold what the hash says."""
    return entry.outcome in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
