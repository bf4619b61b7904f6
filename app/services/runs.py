"""Runs: start, follow, pause, stop, continue, retry. One at a time for each integration, several beside each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from app.core.configuration import Integration
from app.core.errors import ConfigError
from app.core.events import Emit, RunMode, now
from app.core.ledger import RunRecord
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import Text, text
from app.engine.control import Control
from app.engine.job import Job
from app.engine.life import Patience
from app.engine.ports import KeyedHash
from app.engine.run import Engine
from app.services.integrations import Integrations
from app.services.launching import ActiveRuns, Launcher, RunHandle, going_on, new_run
from app.services.mappingcheck import MappingProblems
from app.services.matching import ALL_PRODUCTS
from app.services.problems import LARGE_REMOVAL, SHOWN, Problems, ProblemView
from app.services.routes import OpenIntegration
from app.services.status import RunView
from app.services.why import Answer, Why
from app.storage.ledger import Ledger
from app.storage.runs import Runs as RunBook

_NOT_ARRIVED = (Outcome.FAILED, Outcome.HELD)


class Runs:
    def __init__(
        self,
        *,
        integrations: Integrations,
        launcher: Launcher,
        active: ActiveRuns,
        ledger: Ledger,
        book: RunBook,
        keyed_hash: KeyedHash,
        problems: Problems,
        why: Why,
        reasons: ReasonTexts,
        emit: Emit,
        continue_undo: Callable[[RunRecord], Awaitable[RunHandle]],
        patience: Patience = Patience(),
    ) -> None:
        self._continue_undo = continue_undo
        self._integrations = integrations
        self._launcher = launcher
        self._active = active
        self._ledger = ledger
        self._book = book
        self._hash = keyed_hash
        self._problems = problems
        self._why = why
        self._reasons = reasons
        self._emit = emit
        self._patience = patience

    async def start(
        self,
        key: str,
        mode: RunMode,
        *,
        since: datetime | None = None,
        limit: int | None = None,
        kinds: Sequence[Kind] | None = None,
        keys: Mapping[Kind, Sequence[str]] | None = None,
        removals_approved: bool = False,
    ) -> RunHandle:
        """A sync of changes whose flows have not all been imported yet becomes a historical import: the whole history
        must never fire automations.

        Raises ConfigError where the person must act first: missing secrets or mappings, a run that works already, an
        integration that is a draft or switched off. Nothing is recorded then.
        """
        if since is not None and since > now():
            raise ConfigError(
                text("That day lies in the future."), remedy=text("Choose a day that has passed."), field="since"
            )
        integration = await self._ready(key)
        chosen = _chosen_kinds(integration, kinds, keys)
        if mode is RunMode.CHANGES and since is None and not await self.is_imported(key, chosen):
            mode = RunMode.HISTORICAL
        run = new_run(key, mode, chosen, since=since, limit=limit)
        wanted = {kind: tuple(ids) for kind, ids in (keys or {}).items()}
        return await self._launch(integration, run, wanted, removals_approved=removals_approved)

    async def continue_last(self, key: str) -> RunHandle:
        """Goes on where the last import, sync or undo stopped. Raises ConfigError where nothing can be continued."""
        run = await self._book.last_unfinished(key)
        if run is not None and run.mode is RunMode.UNDO:
            return await self._continue_undo(run)
        integration = await self._ready(key)
        if run is None:
            raise ConfigError(
                text('"{integration}" has no run that could be continued.', integration=integration.title),
                remedy=text("Start a new one."),
            )
        return await self._launch(integration, going_on(run), {}, removals_approved=False)

    async def retry(
        self, key: str, keys: Mapping[Kind, Sequence[str]] | None = None, *, removals_approved: bool = False
    ) -> RunHandle:
        """Failed, held and in-doubt records once more; all of them, or the named ones. Removals that wait for a
        confirmation are held records: approved, they are carried out."""
        return await self.start(key, RunMode.RETRY, keys=keys, removals_approved=removals_approved)

    async def confirm_removals(self, key: str) -> RunHandle:
        """Carries out the removals that were held for the person to see, and sends nothing else. ``key`` is an
        integration, or the id of the run that held them. Raises ConfigError where none wait any more."""
        run = await self._book.get(key)
        integration = run.integration if run is not None else key
        held = await self._problems.keys(key, Outcome.HELD, LARGE_REMOVAL)
        if not held:
            raise ConfigError(
                text("No removal waits for a confirmation any more."), remedy=text("Look at the latest run.")
            )
        return await self.retry(integration, held, removals_approved=True)

    def active(self, key: str) -> RunHandle | None:
        return self._active.of(key)

    async def continuable(self, key: str) -> RunView | None:
        """The run that ``continue_last`` would go on with."""
        run = await self._book.last_unfinished(key)
        return None if run is None or self._active.is_running(key) else await self._view(run)

    async def recent(self, key: str | None = None, limit: int = 50) -> tuple[RunView, ...]:
        """Newest first."""
        return tuple([await self._view(run) for run in await self._book.recent(key, limit)])

    async def get(self, run_id: str) -> RunView:
        """Raises ConfigError for a run that is unknown or forgotten."""
        begun = {handle.run_id: handle.run for handle in self._active.all()}
        # One that was started this moment may not be in the book yet.
        run = await self._book.get(run_id) or begun.get(run_id)
        if run is None:
            raise ConfigError(text("There is no such run any more."), remedy=text("Choose another one."))
        return await self._view(run)

    async def last_sync(self, key: str) -> datetime | None:
        """Up to when changes of every flow have been read; None before the first complete run."""
        integration = await self._integrations.stored(key)
        marks = [await self._book.watermark(key, kind) for kind in integration.flows]
        known = [mark for mark in marks if mark is not None]
        return min(known) if known and len(known) == len(marks) else None

    async def problems(
        self,
        key: str,
        outcomes: Collection[Outcome] = SHOWN,
        reason: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> Sequence[ProblemView]:
        """Records not sent, with reasons; ``key`` is an integration, or the id of a run."""
        return await self._problems.list(key, outcomes=outcomes, reason=reason, limit=limit, offset=offset)

    async def count_problems(self, key: str, outcomes: Collection[Outcome] = SHOWN, reason: str | None = None) -> int:
        return await self._problems.count(key, outcomes=outcomes, reason=reason)

    async def export_problems(self, key: str, path: str | Path, outcomes: Collection[Outcome] = SHOWN) -> int:
        """As CSV or Excel; returns the number of rows. Raises ConfigError, StorageError."""
        return await self._problems.export(key, Path(path), outcomes=outcomes)

    async def why(self, key: str, words: str) -> Answer:
        """What became of one order number, e-mail address or id."""
        return await self._why.answer(await self._integrations.stored(key), words)

    async def aclose(self) -> None:
        """Interrupts what works; it can be continued after the next start."""
        for handle in self._active.all():
            await handle.abandon()

    async def is_imported(self, key: str, kinds: Sequence[Kind]) -> bool:
        """An import of which nothing arrived is none: once its cause is mended, everything is history still. What runs
        back starts nothing anywhere, so that having been read is enough."""
        if not all([await self._book.watermark(key, kind) is not None for kind in kinds]):
            return False
        there = [kind for kind in kinds if not kind.runs_back]
        arrived = [await self._ledger.held(key, kind) for kind in there]
        waiting = [await self._ledger.count(key, kind=kind, outcomes=_NOT_ARRIVED) for kind in there]
        return any(arrived) or not any(waiting)

    async def _ready(self, key: str) -> Integration:
        integration = await self._integrations.stored(key)
        if integration.is_draft:
            raise ConfigError(
                text('"{integration}" is not set up completely.', integration=integration.title),
                remedy=text("Finish setting it up first."),
            )
        if not integration.is_active:
            raise ConfigError(
                text('"{integration}" is switched off.', integration=integration.title),
                remedy=text("Activate it first."),
            )
        self._active.refuse_second(integration)
        await self._refuse_open_mappings(integration)
        return integration

    async def _refuse_open_mappings(self, integration: Integration) -> None:
        problems = await self._integrations.mapping_check(integration.key)
        if problems.blocks:
            raise ConfigError(
                _what_blocks(problems),
                remedy=text(
                    'Fill the product table; the row "All products" stands for every product without a number.'
                ),
                field="products",
            )

    async def _launch(
        self,
        integration: Integration,
        run: RunRecord,
        keys: Mapping[Kind, tuple[str, ...]],
        *,
        removals_approved: bool,
    ) -> RunHandle:
        def engine(opened: OpenIntegration, control: Control) -> Engine:
            return self._engine(opened, run, keys, control, removals_approved=removals_approved)

        return await self._launcher.launch(integration, run, engine)

    def _engine(
        self,
        opened: OpenIntegration,
        run: RunRecord,
        keys: Mapping[Kind, tuple[str, ...]],
        control: Control,
        *,
        removals_approved: bool,
    ) -> Engine:
        job = Job(
            run=run,
            routes=opened.routes(run.kinds),
            rules=opened.rules,
            keys=keys,
            removals_approved=removals_approved,
            reasons=self._reasons,
            began_at=opened.integration.created_at,
        )
        return Engine(
            job,
            ledger=self._ledger,
            runs=self._book,
            keyed_hash=self._hash,
            emit=self._emit,
            control=control,
            patience=self._patience,
        )

    async def _view(self, run: RunRecord) -> RunView:
        integration = await self._titles(run.integration)
        handle = self._active.of(run.integration)
        return RunView(
            record=run,
            balance=await self._ledger.balance(run.id),
            title=integration,
            is_active=handle is not None and handle.run_id == run.id,
        )

    async def _titles(self, key: str) -> str:
        try:
            return (await self._integrations.stored(key)).title
        except ConfigError:  # the integration of an old run was deleted meanwhile
            return key


def _chosen_kinds(
    integration: Integration, kinds: Sequence[Kind] | None, keys: Mapping[Kind, Sequence[str]] | None
) -> tuple[Kind, ...]:
    """In the order of a run. Raises ConfigError for a kind that the integration does not send."""
    wanted = tuple(keys) if keys else (tuple(kinds) if kinds else integration.flows)
    if wrong := [kind.value for kind in wanted if kind not in integration.flows]:
        raise ConfigError(
            text('"{integration}" does not send "{flow}".', integration=integration.title, flow=wrong[0]),
            remedy=text("Possible: {flows}.", flows=", ".join(kind.value for kind in integration.flows)),
            field="flow",
        )
    return tuple(kind for kind in integration.flows if kind in wanted)


def _what_blocks(problems: MappingProblems) -> Text:
    if problems.invalid:
        return text(
            "Products have a number that the target does not take: {keys}.", keys=", ".join(problems.invalid[:5])
        )
    if problems.unmapped == (ALL_PRODUCTS,):
        return text("The target needs a number for each product, and none is entered yet.")
    return text("Products have no number in the target: {keys}.", keys=", ".join(problems.unmapped[:5]))
