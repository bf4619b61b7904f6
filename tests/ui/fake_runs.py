"""Runs, mappings, previews and the log in memory; values and views are the real ones."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.configuration import Match, ProductRow
from app.core.errors import AppError, ConfigError
from app.core.events import RunMode, RunState
from app.core.fields import FieldRule, SourceField, contact_fields
from app.core.ledger import Entry, EntryState, RunRecord
from app.core.money import Money
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import Text, text
from app.engine.undo_examining import Verdict
from app.engine.undo_survey import Survey
from app.sdk.plan import FieldLine
from app.sdk.target import RemoteField
from app.services.previews import ConsentEffect, Preview, PreviewItem, RequestView
from app.services.problems import SHOWN, ProblemView
from app.services.producttable import TableChange
from app.services.status import RunView
from app.services.undoing import SurveyProgress
from app.services.why import Answer

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@dataclass
class FakeHandle:
    run_id: str
    integration: str
    is_paused: bool = False
    is_stopped: bool = False

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def stop(self) -> None:
        self.is_stopped = True


def run_view(
    run_id: str = "run-7",
    integration: str = "tea",
    *,
    mode: RunMode = RunMode.HISTORICAL,
    state: RunState = RunState.FINISHED,
    counts: Mapping[Outcome, int] | None = None,
    read: int | None = None,
    message: str = "",
    remedy: str = "",
) -> RunView:
    found = dict(counts or {})
    reasons = {"guest_order": found[Outcome.SKIPPED]} if found.get(Outcome.SKIPPED) else {}
    flow = FlowBalance(sum(found.values()) if read is None else read, found, reasons)
    is_active = state is RunState.RUNNING
    record = RunRecord(
        id=run_id,
        integration=integration,
        mode=mode,
        state=state,
        started_at=NOON,
        until=NOON,
        ended_at=None if is_active else NOON,
        message=message,
        remedy=remedy,
    )
    return RunView(record=record, balance=Balance({Kind.ORDERS: flow}), title="Tea", is_active=is_active)


def problem(
    key: str, outcome: Outcome = Outcome.FAILED, reason: str = "refused", kind: Kind = Kind.ORDERS, message: str = ""
) -> ProblemView:
    entry = Entry(
        integration="tea",
        kind=kind,
        key=key,
        state=EntryState.SETTLED,
        outcome=outcome,
        reason=reason,
        message=message,
        amount="1234.50 EUR",
        at=NOON,
    )
    known = ReasonTexts().of(reason)
    return ProblemView(entry=entry, reason_text=known.words, next_step=known.next_step, target_words=entry.message)


@dataclass
class FakeRuns:
    started: list[tuple[str, RunMode]] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    continued: list[str] = field(default_factory=list)
    retried: list[Any] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    exported: list[Path] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    views: dict[str, RunView] = field(default_factory=dict)
    handles: dict[str, FakeHandle] = field(default_factory=dict)
    found: list[ProblemView] = field(default_factory=list)
    waiting: RunView | None = None
    synced_at: datetime | None = None
    answer: Answer = field(
        default_factory=lambda: Answer(
            found=False, entries=(), sentence=text("It is not known."), next_step=text("Start the historical import.")
        )
    )

    async def start(self, key: str, mode: RunMode, **choice: Any) -> FakeHandle:
        self.started.append((key, mode))
        self.choices.append(choice)
        return FakeHandle(f"run-{len(self.started)}", key)

    async def confirm_removals(self, key: str) -> FakeHandle:
        self.confirmed.append(key)
        return FakeHandle("run-removal", "tea")

    async def continue_last(self, key: str) -> FakeHandle:
        self.continued.append(key)
        return FakeHandle(self.waiting.run_id if self.waiting else "run-continued", key)

    async def retry(self, key: str, keys: Any = None) -> FakeHandle:
        self.retried.append(keys)
        return FakeHandle("run-retry", key)

    def active(self, key: str) -> FakeHandle | None:
        return self.handles.get(key)

    async def continuable(self, key: str) -> RunView | None:
        return self.waiting

    async def recent(self, key: str | None = None, limit: int = 50) -> tuple[RunView, ...]:
        return tuple(view for view in self.views.values() if key in {None, view.record.integration})[:limit]

    async def get(self, run_id: str) -> RunView:
        if run_id not in self.views:
            raise ConfigError(text("There is no such run any more."), remedy=text("Choose another one."))
        return self.views[run_id]

    async def last_sync(self, key: str) -> datetime | None:
        return self.synced_at

    async def problems(
        self,
        key: str,
        outcomes: Collection[Outcome] = SHOWN,
        reason: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> Sequence[ProblemView]:
        chosen = [each for each in self.found if each.entry.outcome in outcomes]
        return [each for each in chosen if reason in {None, each.entry.reason}][offset : offset + limit]

    async def count_problems(self, key: str, outcomes: Collection[Outcome] = SHOWN, reason: str | None = None) -> int:
        return len(await self.problems(key, outcomes, reason, limit=1_000_000))

    async def export_problems(self, key: str, path: Path, outcomes: Collection[Outcome] = SHOWN) -> int:
        self.exported.append(path)
        return len(self.found)

    async def why(self, key: str, words: str) -> Answer:
        self.asked.append(words)
        return self.answer


@dataclass
class FakeUndoing:
    """``survey_found`` is what an import would lose; without one nothing can be undone."""

    survey_found: Survey | None = None
    failure: AppError | None = None
    pages: int = 3
    started: list[tuple[Survey, int]] = field(default_factory=list)

    async def is_undoable(self, run_id: str) -> bool:
        return self.survey_found is not None and self.survey_found.run.id == run_id

    async def survey(self, run_id: str) -> AsyncIterator[SurveyProgress | Survey]:
        assert self.survey_found is not None
        total = len(self.survey_found.verdicts)
        for page in range(self.pages):
            yield SurveyProgress(total * page // self.pages, total)
        if self.failure is not None:
            raise self.failure
        yield self.survey_found

    async def start(self, survey: Survey, typed: int) -> FakeHandle:
        self.started.append((survey, typed))
        return FakeHandle("run-undo", survey.run.integration)


def survey(run: RunRecord, going: int, kept: Mapping[str, int] = {}, kind: Kind = Kind.ORDERS) -> Survey:
    reasons = ["" for _ in range(going)] + [reason for reason, count in kept.items() for _ in range(count)]
    verdicts = [
        Verdict(
            entry=Entry(
                integration=run.integration, kind=kind, key=str(1000 + number), state=EntryState.SETTLED, at=NOON
            ),
            reason=reason,
            label=f"{'abc'[number % 3]}•••@example.com · 12.50 EUR",
            target_id=str(number),
        )
        for number, reason in enumerate(reasons)
    ]
    return Survey(run=run, verdicts=verdicts)


def product(key: str, name: str = "", number: str = "", match: Match = Match.NONE, ean: str = "") -> ProductRow:
    return ProductRow(key=key, sku="" if key == "*" else key, name=name, number=number, match=match, ean=ean)


@dataclass
class FakeProducts:
    stored: tuple[ProductRow, ...] = (product("*"),)
    in_source: tuple[ProductRow, ...] = ()
    matches: Mapping[str, tuple[str, Match, int]] = field(default_factory=dict)
    change: TableChange | None = None
    saved: int = 0
    failure: AppError | None = None

    async def rows(self, key: str) -> tuple[ProductRow, ...]:
        return self.stored

    async def load_from_source(self, key: str) -> tuple[ProductRow, ...]:
        if self.failure is not None:
            raise self.failure
        return (*self.stored, *self.in_source)

    async def save(self, key: str, rows: Sequence[ProductRow]) -> None:
        if self.failure is not None:
            raise self.failure
        self.stored = tuple(rows)
        self.saved += 1

    async def match(self, key: str, rows: Sequence[ProductRow]) -> tuple[ProductRow, ...]:
        found = []
        for row in rows:
            if row.key in self.matches:
                number, how, confidence = self.matches[row.key]
                found.append(replace(row, number=number, match=how, confidence=confidence))
            else:
                found.append(row)
        return tuple(found)

    async def read_table(self, key: str, path: Path) -> TableChange:
        if self.change is None:
            raise ConfigError(text("This is not a product mapping."), remedy=text("Choose another file."))
        return self.change

    async def export_table(self, key: str, path: Path) -> int:
        return len(self.stored)


@dataclass
class FakeHome:
    """At home, unless a test says otherwise."""

    def __init__(self) -> None:
        self.is_away = False

    async def is_copy(self) -> bool:
        return self.is_away

    async def move_here(self) -> None:
        self.is_away = False


class FakePast:
    """How much was sent before; nothing, unless a test says otherwise."""

    def __init__(self) -> None:
        self.held: dict[Kind, int] = {}
        self.applied: list[tuple[str, tuple[Kind, ...]]] = []

    async def count(self, key: str, kind: Kind) -> int:
        return self.held.get(kind, 0)

    async def apply(self, key: str, kinds: Sequence[Kind]) -> FakeHandle:
        self.applied.append((key, tuple(kinds)))
        return FakeHandle("run-past", key)


class FakeFields:
    stored: tuple[FieldRule, ...] = ()
    remote: tuple[RemoteField, ...] = (RemoteField("7", "Phone 2"), RemoteField("8", "Group"))

    async def source_fields(self, key: str) -> tuple[SourceField, ...]:
        return contact_fields(("size",))

    async def remote_fields(self, key: str) -> Sequence[RemoteField]:
        return self.remote

    async def create_field(self, key: str, label: str) -> RemoteField:
        made = RemoteField("99", label)
        self.remote = (*self.remote, made)
        return made

    async def rules(self, key: str) -> tuple[FieldRule, ...]:
        return self.stored

    async def save(self, key: str, rules: Sequence[FieldRule]) -> None:
        self.stored = tuple(rules)


def preview_item(
    key: str, outcome: Outcome = Outcome.CREATED, reason: str = "", kind: Kind = Kind.ORDERS
) -> PreviewItem:
    known = ReasonTexts().of(reason)
    sends = outcome in {Outcome.CREATED, Outcome.UPDATED}
    request = RequestView(
        method="POST", address="https://made-up.invalid/orders", body={"total": 85586}, purpose=text("Create the order")
    )
    return PreviewItem(
        kind=kind,
        key=key,
        number=key,
        label="a•••@example.com · 855.86 GBP" if kind is Kind.ORDERS else "kunde0010@example.com",
        amount=Money.of("855.86", "GBP") if sends and kind is Kind.ORDERS else None,
        outcome=outcome,
        reason=reason,
        reason_text=known.words if reason else Text(""),
        next_step=known.next_step if reason else Text(""),
        message="",
        fields=(FieldLine(text("Order total"), "855.86", "85586", text("to cents")),),
        requests=(request,) if sends else (),
        curl="curl -X POST https://made-up.invalid/orders" if sends else "",
        raw={"id": key},
    )


@dataclass
class FakePreviews:
    items: tuple[PreviewItem, ...] = ()
    consent: ConsentEffect = field(default_factory=lambda: ConsentEffect(stays_unsubscribed=12))
    asked: list[int] = field(default_factory=list)

    async def preview(self, key: str, limit: int = 20, kinds: Any = None, keys: Any = None) -> Preview:
        self.asked.append(limit)
        counts = {outcome: sum(each.outcome is outcome for each in self.items) for outcome in Outcome}
        flows = dict.fromkeys(dict.fromkeys(each.kind for each in self.items), counts)
        return Preview(items=self.items, setup=(), consent=self.consent, counts=counts, flow_counts=flows)


@dataclass
class FakePreferences:
    chosen_theme: str = "light"
    days: int = 14

    async def theme(self) -> str:
        return self.chosen_theme

    async def log_days(self) -> int:
        return self.days

    async def set_log_days(self, days: int) -> None:
        self.days = days


@dataclass
class FakeLog:
    reports: list[Path] = field(default_factory=list)

    async def save_report(self, path: Path) -> int:
        self.reports.append(path)
        return 3

    async def clear_expired(self) -> int:
        return 0
