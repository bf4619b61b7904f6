"""Writing: draft, look up, plan, send, confirm.

``draft`` and ``plan`` are pure. Preview and run call the same methods up to the wire.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from app.core.fields import FieldRule
from app.core.records import Contact, Kind, OrderLine, Product, Record
from app.core.rules import Refusal
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, Settled, Step


class Timing(StrEnum):
    """``HISTORICAL`` must fire no automation in the target; ``LIVE`` may."""

    HISTORICAL = "historical"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Mappings:
    """What the person mapped, and which source it is mapped from.

    ``products`` maps a SKU (or the source's product id) to a number in the target; ``"*"`` stands for all products.
    """

    products: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[FieldRule, ...] = ()
    source_system: str = ""
    """The source's system, such as ``bigcommerce``."""
    source_name: str = ""
    """The source account's name, for people."""
    source_id: str = ""
    """What stays the same when the account is renamed, such as the shop's own key: the identity of the shop in the
    target."""
    source_url: str = ""
    """The shop's address for people, https, where it is known."""

    def product_number(self, line: OrderLine) -> str:
        """Empty where neither the product nor "all products" has a number."""
        candidates = (line.sku, line.variant_id, line.product_id, "*")
        return next((self.products[key] for key in candidates if key and self.products.get(key)), "")


class Judgement(StrEnum):
    """What a refusing answer means. ``EXISTS``: somebody created it meanwhile, look it up and plan again."""

    EXISTS = "exists"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RemoteField:
    """A field of the target that a person may map to."""

    id: str
    label: str
    input: str = "text"
    """The vendor's own type name."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    value: str
    label: str


class Target(Protocol):
    """One opened account as a target. Methods raise AppError only."""

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Read, and only read, what must be known before the first record: connection, tags, fields.

        May be called again after ``setup`` was sent; ids that did not exist before are known then.
        """
        ...

    def setup(self) -> Sequence[Step]:
        """What must still be created before the first record; empty when all is there."""
        ...

    def batch_size(self, kind: Kind) -> int:
        """How many records may share one plan."""
        ...

    def draft(self, record: Record) -> Draft | Refusal:
        """The record in the target's terms. Pure."""
        ...

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        """What the target holds now of each draft, by key; all drafts are of one kind. Reads only."""
        ...

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        """The exact requests for at most ``batch_size`` drafts of one kind. Pure."""
        ...

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """What a refusing answer (400, 404, 409, 422) to a step means."""
        ...

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        """What became of each record, by key, from the answers by step name; waits for asynchronous jobs."""
        ...


@runtime_checkable
class NamesCulprits(Protocol):
    """A target whose refusals of a batch may say which records are at fault."""

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        """The target's words for each refused record, by key; empty where the answer names none, which leaves it to
        halving the batch. The other records of the step were not written.
        """
        ...


@runtime_checkable
class CreatesParties(Protocol):
    """A target that creates something besides the record itself and would create it twice: the customer of an order."""

    def parties(self, record: Record) -> Sequence[str]:
        """What sending this record may create on the way, by names that stay the same. Records that name the same
        party never travel at once: the second is looked up when the first has arrived. Pure."""
        ...


@runtime_checkable
class WindsUp(Protocol):
    """A target that a run leaves in another state than its everyday one, such as a store whose automations are paused
    while history arrives."""

    def wind_up(self) -> Sequence[Step]:
        """What takes the target back; sent when a run ends, however it ends, after everything under way has arrived.
        Repeatable; empty where nothing was changed. What a crash leaves behind, the next ``open`` and ``setup`` mend.
        """
        ...


@runtime_checkable
class OffersFeed(Protocol):
    """A target that fetches the shop's products as a file from an address of the person's."""

    def feed(self, products: Sequence[Product]) -> bytes:
        """The file, whole. Pure."""
        ...


@runtime_checkable
class EndsSubscriptions(Protocol):
    """A target with lists that people can be on."""

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        """All that may be told of somebody who withdrew and is not sent otherwise: that a subscription ends. Whoever
        is on no list is skipped by the plan, and nothing else of the contact is written. The content holds no personal
        data, as its hash has no key. Pure.
        """
        ...


@runtime_checkable
class MapsFields(Protocol):
    """A target whose own fields can be listed and created."""

    async def remote_fields(self) -> Sequence[RemoteField]: ...

    async def create_field(self, label: str) -> RemoteField: ...


@runtime_checkable
class ListsProducts(Protocol):
    """A target whose products can be matched with the source's."""

    async def remote_products(self) -> Sequence[Product]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What undoing makes of one record. ``steps`` remove it, in order; sent twice they leave the target as sent once.
    Without any the record stays, and ``reason`` is the code that says why."""

    steps: tuple[Step, ...] = ()
    reason: str = ""


@runtime_checkable
class Undoes(Protocol):
    """A target from which what a run created there can be removed again. What cannot be known is kept."""

    def undo_order(self) -> Sequence[Kind]:
        """The opened kinds whose records can be removed, those that hang on others before the others."""
        ...

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        """What the target holds now of drafts of one kind, by key; absent keys are not there. Reads only.

        ``is_same`` stands for more than in ``look_up``: the target holds what was sent, and nobody has added to it.
        """
        ...

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        """How the record would be removed, or why it stays. Pure. ``leaving`` holds the target's ids of what goes
        before it in the same undo. An objection of a person must not be lost."""
        ...


@runtime_checkable
class Suggests(Protocol):
    """A role that can fill a choice while the person fills a form: lists, campaigns, columns."""

    async def suggestions(self, name: str) -> Sequence[Suggestion]: ...
