"""Undoing a run: what was found to go is removed, each record examined once more right before.

::

    intent in the ledger -> examined again -> removed -> outcome in the ledger

A removal may be sent twice, so that a lost answer is no doubt: what is gone the second time is gone. What was under way
at a crash is examined again by the continued run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from app.core.addresses import masked_words
from app.core.errors import (
    DataError,
    UnknownOutcomeError,
)
from app.core.events import Emit, now
from app.core.ledger import Entry, EntryState, FlowMark, Landing, RunRecord
from app.core.outcomes import FlowBalance, Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.rules import Rules
from app.core.texts import text
from app.engine.control import Control
from app.engine.job import Route
from app.engine.life import FailedError, Life, Patience, RunResult
from app.engine.planning import Planner
from app.engine.ports import KeyedHash, LedgerPort, RunsPort
from app.engine.progress import Progress
from app.engine.undo_examining import Examiner, Verdict
from app.engine.undo_survey import CreationsPort, open_targets
from app.engine.undo_telling import UndoTeller
from app.sdk.answers import RejectedError
from app.sdk.plan import joined_path, resolved
from app.sdk.reading import batches

GROUP_SIZE = 25
"""So many removals are under way at a crash at most."""
_UNCOMPARABLE = {"kept_source_gone", "kept_source_changed"}
_LONGEST_MESSAGE = 500


class UndoEngine:
    """Carries one undo out, once. ``verdicts`` are the survey's; a continued undo finds its own in the ledger.

    ``run.kinds`` stand in the order in which they go.
    """

    def __init__(
        self,
        run: RunRecord,
        routes: Sequence[Route],
        rules: Rules,
        verdicts: Sequence[Verdict] = (),
        *,
        ledger: LedgerPort,
        runs: RunsPort,
        creations: CreationsPort,
        keyed_hash: KeyedHash,
        reasons: ReasonTexts,
        emit: Emit,
        control: Control | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self.control = control or Control()
        self._run = run
        self._routes = sorted(routes, key=lambda route: run.kinds.index(route.kind))
        self._rules = rules
        self._verdicts = verdicts
        self._ledger = ledger
        self._creations = creations
        self._hash = keyed_hash
        self._progress = Progress(run.id, run.integration, emit)
        self._life = Life(
            run,
            ledger=ledger,
            runs=runs,
            progress=self._progress,
            control=self.control,
            emit=emit,
            patience=patience,
        )
        self._tell = UndoTeller(run, self._life.log, emit, reasons)

    async def run(self) -> RunResult:
        """Never raises AppError: the result and the events say how it ended. Cancellation leaves the run interrupted,
        to be continued."""
        return await self._life.lived(self._removals)

    async def _removals(self) -> None:
        await self._note_intents()
        for route in self._routes:
            await self._patiently(route)

    async def _note_intents(self) -> None:
        """All at once, so that a crash leaves either the whole undo or nothing of it."""
        await self._creations.forget_history(self._run.integration, self._run.kinds)
        verdicts = await self._valid()
        await self._ledger.record([self._noted(each) for each in verdicts if each.goes or not _is_open(each.entry)])
        await self._pass_by([each.entry for each in verdicts if not each.goes and _is_open(each.entry)])
        for verdict in verdicts:
            if not verdict.goes:
                self._tell.record(self._kept(verdict), verdict.label)
        marks = [await self._mark(kind) for kind in self._run.kinds]
        if not any(mark.read for mark in marks):
            raise FailedError(
                text("Nothing has been removed, and nothing is left to go on with."),
                remedy=text("Begin the undo anew."),
            )
        for mark in marks:
            await self._ledger.checkpoint(self._run.id, mark)

    async def _pass_by(self, entries: Sequence[Entry]) -> None:
        """What another run has left open stays open, and can be retried."""
        for kind in self._run.kinds:
            if keys := [each.key for each in entries if each.kind is kind]:
                landing = Landing(
                    integration=self._run.integration,
                    kind=kind,
                    run_id=self._run.id,
                    at=now(),
                    mark=FlowMark(kind=kind),
                    unchanged=keys,
                )
                await self._ledger.land(landing)

    async def _valid(self) -> Sequence[Verdict]:
        """What another run has touched since the survey stays as that run left it."""
        valid: list[Verdict] = []
        for kind in self._run.kinds:
            mine = [verdict for verdict in self._verdicts if verdict.entry.kind is kind]
            known = await self._ledger.load(self._run.integration, kind, [each.entry.key for each in mine])
            for verdict in mine:
                present = known.get(verdict.entry.key, verdict.entry)
                is_same = present.at == verdict.entry.at and present.run_id == verdict.entry.run_id
                valid.append(verdict if is_same else Verdict(entry=present, reason="kept_updated_since"))
        return valid

    async def _mark(self, kind: Kind) -> FlowMark:
        number = await self._ledger.touched(self._run.id, kind)
        return FlowMark(kind=kind, read=number, total=number)

    async def _patiently(self, route: Route) -> None:
        async def work() -> None:
            await self._undo(route)

        async def reached() -> int:
            return -len(await self._waiting(route.kind))

        await self._life.patiently(work, reached)

    async def _undo(self, route: Route) -> None:
        entries = await self._waiting(route.kind)
        mark = await self._mark(route.kind)
        if not mark.read:
            return
        balance = (await self._ledger.balance(self._run.id)).flows.get(route.kind, FlowBalance())
        self._progress.begin(route.kind, _without(balance, len(entries)), mark.total)
        if entries:
            self._tell.began(route.kind, len(entries))
            await open_targets([each for each in self._routes if each.target is route.target])
            examiner = Examiner(route, Planner(route.target, self._rules, self._hash, source=route.source))
            for group in batches(entries, GROUP_SIZE):
                await self._undo_group(route, examiner, group)
        await self._ledger.checkpoint(self._run.id, replace(mark, is_done=True))
        self._progress.tell(force=True)

    async def _waiting(self, kind: Kind) -> Sequence[Entry]:
        unsettled = await self._ledger.unsettled(self._run.integration, kind)
        return [entry for entry in unsettled if entry.run_id == self._run.id]

    async def _undo_group(self, route: Route, examiner: Examiner, entries: Sequence[Entry]) -> None:
        """What answered is settled even when another removal failed."""
        await self.control.gate()
        verdicts = await examiner.examine(entries, {})
        stays = [each for each in verdicts if not each.steps]
        await self._settle([self._unsent(each) for each in stays], stays)
        going = [each for each in verdicts if each.steps]
        for few in batches(going, max(1, route.http.parallel)):
            await self.control.gate()
            await self._ledger.record([self._sent(each) for each in few])
            outcomes = await asyncio.gather(
                *(self._remove(route, examiner, each) for each in few), return_exceptions=True
            )
            done = [(entry, each) for entry, each in zip(outcomes, few, strict=True) if isinstance(entry, Entry)]
            await self._settle([entry for entry, _ in done], [each for _, each in done])
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome

    async def _remove(self, route: Route, examiner: Examiner, verdict: Verdict) -> Entry:
        try:
            for step in verdict.steps:
                await route.http.request(
                    step.method,
                    joined_path(step.path, {}),
                    query=step.query or None,
                    body=resolved(step.body, {}),
                    headers=step.headers or None,
                    is_repeatable=True,
                )
        except UnknownOutcomeError:
            return await self._after(examiner, verdict, Outcome.IN_DOUBT, "answer_lost")
        except RejectedError as error:
            return await self._after(examiner, verdict, Outcome.FAILED, "removal_refused", error.words)
        except DataError as error:
            return await self._after(examiner, verdict, Outcome.FAILED, "removal_refused", str(error.message))
        return self._removed(verdict.entry)

    async def _after(
        self, examiner: Examiner, verdict: Verdict, outcome: Outcome, reason: str, words: str = ""
    ) -> Entry:
        """A refusal may mean that it was gone already: the target is asked."""
        (seen,) = await examiner.examine([self._sent(verdict)], {})
        if seen.goes and not seen.steps:
            return self._removed(verdict.entry)
        message = masked_words(words)[:_LONGEST_MESSAGE]
        return self._settled(verdict.entry, outcome, reason, message=message)

    async def _settle(self, entries: Sequence[Entry], verdicts: Sequence[Verdict]) -> None:
        if not entries:
            return
        await self._ledger.record(entries)
        for entry, verdict in zip(entries, verdicts, strict=True):
            self._progress.count(0, entry.outcome, entry.reason)
            if entry.reason != "undone":
                self._tell.record(entry, verdict.label)
        self._tell.removed(entries)
        self._progress.tell(current=entries[-1].key)

    def _unsent(self, verdict: Verdict) -> Entry:
        """Where a removal was under way at a crash, and nothing can be compared any more, nobody knows."""
        if verdict.goes:
            return self._removed(verdict.entry)
        if verdict.entry.state is EntryState.SENT and verdict.reason in _UNCOMPARABLE:
            return self._settled(verdict.entry, Outcome.IN_DOUBT, "answer_lost")
        return self._kept(verdict)

    def _noted(self, verdict: Verdict) -> Entry:
        return self._unsettled(verdict, EntryState.PLANNED) if verdict.goes else self._kept(verdict)

    def _sent(self, verdict: Verdict) -> Entry:
        """From now on the target may hold it no longer. An import that comes before this undo goes on must not take it
        for somebody whom the target's people deleted."""
        return msgspec.structs.replace(self._unsettled(verdict, EntryState.SENT), target_id="", content_hash=b"")

    def _unsettled(self, verdict: Verdict, state: EntryState) -> Entry:
        return self._changed(verdict.entry, state=state, outcome=None, reason="", message="")

    def _kept(self, verdict: Verdict) -> Entry:
        entry = msgspec.structs.replace(verdict.entry, target_id=verdict.entry.target_id or verdict.target_id)
        return self._settled(entry, Outcome.UNCHANGED, verdict.reason)

    def _removed(self, entry: Entry) -> Entry:
        """As if it had never been sent, so that the next import creates it anew."""
        forgotten = msgspec.structs.replace(
            entry, target_id="", content_hash=b"", record_hash=b"", created_by="", amount=""
        )
        return self._settled(forgotten, Outcome.SKIPPED, "undone")

    def _settled(self, entry: Entry, outcome: Outcome, reason: str, *, message: str = "") -> Entry:
        return self._changed(entry, state=EntryState.SETTLED, outcome=outcome, reason=reason, message=message)

    def _changed(self, entry: Entry, **values: object) -> Entry:
        return msgspec.structs.replace(entry, run_id=self._run.id, at=now(), seen_run="", seen_at=None, **values)


def _is_open(entry: Entry) -> bool:
    """Failed, held, in doubt or under way: somebody or some run has to see to it."""
    return entry.state is not EntryState.SETTLED or (entry.outcome is not None and entry.outcome.needs_attention)


def _without(balance: FlowBalance, waiting: int) -> FlowBalance:
    """Records that wait are not yet in doubt."""
    in_doubt = balance.count(Outcome.IN_DOUBT) - waiting
    counts = {**balance.counts, Outcome.IN_DOUBT: max(0, in_doubt)}
    return replace(balance, counts=counts)
