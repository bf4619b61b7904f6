"""What a connector says of itself. Cards, forms, command line, documentation and tests follow from it.

A connector package ``app.connectors.<system>`` has a module ``manifest`` with ``MANIFEST``; clients and simulators are
imported only when they are opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import Text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.handouts import Handouts
from app.sdk.http import HttpOptions
from app.sdk.pacing import Pace
from app.sdk.pushes import Receives
from app.sdk.scale import Trait
from app.sdk.settings import NoSettings, Settings
from app.sdk.source import Source
from app.sdk.target import Mappings, Target

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator


def default_http_options(_: Any) -> HttpOptions:
    return HttpOptions()


class Category(StrEnum):
    SHOP = "shop"
    NEWSLETTER = "newsletter"
    MARKETING = "marketing"
    CRM = "crm"
    CASH_REGISTER = "cash_register"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    kind: Kind
    has_changes: bool = True
    """Can read what changed since a moment; else changes are found by reading everything and comparing hashes."""
    granularity: timedelta = timedelta(0)
    """What the vendor's filter of changes cannot tell apart: days where it takes dates only, an hour where its times
    are local and name no offset, because the hour of the autumn change comes twice. Changes are asked for so much
    earlier, beside the overlap that every source reads again."""
    sweeps: bool = False
    """Can list every id, so that deletions are found."""
    note: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    kind: Kind
    looks_up: bool = True
    """Can find a record it already holds. Where it cannot, a lost answer leaves the record in doubt."""
    note: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductNumbers:
    """How a target numbers products. Absent where the source's own ids serve."""

    label: Text
    is_required: bool = False
    pattern: str = ""
    """A regular expression that every number must match entirely."""
    pattern_words: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``open_source``, ``open_target``, ``probes`` and ``simulator`` import their modules when called."""

    system: str
    """Lower-case name used in files and on the command line."""
    name: str
    category: Category
    colour: str
    """``#RRGGBB`` behind the monogram."""
    monogram: str
    """One to three letters."""
    summary: Text
    settings: type[Settings]
    pace: Pace
    base_url: Callable[[Any], str]
    """The API address that follows from the settings, unless the account names its own; empty without HTTP."""
    probes: Callable[[Access[Any], Sequence[Kind]], Sequence[Probe]]
    """The stages of the connection test from sign-in on, for the kinds that the person wants."""
    simulator: Callable[[int], Simulator]
    """Makes one with about so many records."""
    http_options: Callable[[Any], HttpOptions] = default_http_options
    """How the account's client signs in and reads refusals, from the settings with their secrets."""
    reads: tuple[Reads, ...] = ()
    writes: tuple[Writes, ...] = ()
    open_source: Callable[[Access[Any], Any], Source] | None = None
    """With the source options."""
    open_target: Callable[[Access[Any], Any, Mappings], Target] | None = None
    """With the target options."""
    source_options: type[Settings] = NoSettings
    target_options: type[Settings] = NoSettings
    product_numbers: ProductNumbers | None = None
    offers_feed: bool = False
    """Its target is an ``OffersFeed``."""
    receives: Receives | None = None
    """What the system can push to an address of the person's, where it can."""
    handouts: Handouts | None = None
    """Texts that a person carries into the other system: addresses, snippets."""
    exempt: Mapping[Trait, Text] = field(default_factory=dict)
    """Traits of the connector scale that this system cannot have, each with the reason."""
    permissions: tuple[Text, ...] = ()
    """What to tick when making the key."""
    limits: tuple[Text, ...] = ()
    """Known limits, shown on the card."""
    reasons: tuple[Reason, ...] = ()
    documents: tuple[str, ...] = ()
    """Addresses of the vendor documents behind the facts."""

    @property
    def is_source(self) -> bool:
        return any(not each.kind.runs_back for each in self.reads)

    @property
    def is_target(self) -> bool:
        return any(not each.kind.runs_back for each in self.writes)

    def reads_kind(self, kind: Kind) -> Reads | None:
        return next((each for each in self.reads if each.kind is kind), None)

    def writes_kind(self, kind: Kind) -> Writes | None:
        return next((each for each in self.writes if each.kind is kind), None)


def flows_between(source: Manifest, target: Manifest) -> tuple[Kind, ...]:
    """The kinds that can run between two systems, in the order of a run; opt-outs and bounces run back."""
    return tuple(
        kind
        for kind in Kind
        if (
            (target.reads_kind(kind) and source.writes_kind(kind))
            if kind.runs_back
            else (source.reads_kind(kind) and target.writes_kind(kind))
        )
    )
