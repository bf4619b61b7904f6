"""What one run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.core.events import RunMode
from app.core.ledger import RunRecord
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.rules import Rules
from app.sdk.http import HttpClient
from app.sdk.source import Source
from app.sdk.target import Target, Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where one kind of record comes from and goes to. For opt-outs and bounces the shop is the target."""

    kind: Kind
    source: Source
    target: Target
    http: HttpClient
    """Of the target: plans are sent through it."""
    source_account: str
    target_account: str
    looks_up: bool = True
    source_http: HttpClient | None = None
    """Where the source has one: it tells what reading waits for."""
    has_changes: bool = True
    granularity: timedelta = timedelta(0)
    """What the source's filter of changes cannot tell apart."""
    sweeps: bool = False
    terms: bytes = b""
    """Everything beside a record that decides what the target gets of it; a record that is the same under the same
    terms need not be drafted again. Empty where that is not known."""

    @property
    def ahead_by(self) -> timedelta | None:
        """How far the source's clock is ahead of this computer's; None while it has not told."""
        return self.source_http.vendor_clock.ahead_by if self.source_http is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``run`` carries the mode, the time frame and, when it continues an earlier one, the places reached."""

    run: RunRecord
    routes: tuple[Route, ...]
    rules: Rules = field(default_factory=Rules)
    keys: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    """Only these records: a trial, or a retry of chosen ones."""
    removals_approved: bool = False
    """The person has seen the list of a large removal and agreed."""
    reasons: ReasonTexts = field(default_factory=ReasonTexts)
    """The words for reasons, the connectors' own among them."""
    began_at: datetime | None = None
    """When the integration was made: what was ordered before is its history; aware."""

    @property
    def timing(self) -> Timing:
        """Only a sync of changes may fire automations."""
        return Timing.LIVE if self.run.mode is RunMode.CHANGES else Timing.HISTORICAL

    def rules_of(self, route: Route) -> Rules:
        """A history from a day on leaves out what is older, where the source cannot leave it out itself."""
        since = self.run.since
        if since is None or route.has_changes or self.run.mode is not RunMode.HISTORICAL:
            return self.rules
        start = self.rules.created_from
        return replace(self.rules, created_from=max(since, start) if start else since)

    @property
    def is_partial(self) -> bool:
        """Reads less than everything new, so that no watermark may move."""
        return self.run.limit is not None or self.run.mode in {RunMode.TRIAL, RunMode.RETRY, RunMode.PREVIEW}
