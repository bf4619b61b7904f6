"""Sending plans: one request after another, and what to do when an answer refuses, contradicts or never comes.

::

    accepted              -> confirm -> outcome of each record
    refused, exists       -> look up, plan again, once
    refused, named        -> those have failed, the others go again
    refused, several      -> split in halves until the bad record is alone
    refused, one          -> failed, with the target's words
    answer lost           -> look up, plan again, once; then in doubt
    answer not understood -> look up, plan again, once; then the run ends with the records under way
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.errors import AppError, DataError, ProtocolError, UnknownOutcomeError
from app.core.outcomes import Outcome
from app.core.texts import text
from app.engine.doubts import CANNOT_LOOK_UP
from app.engine.job import Route
from app.engine.planning import Planner
from app.sdk.answers import Answer, RejectedError
from app.sdk.plan import Draft, Json, Plan, RecordPlan, Settled, Step, joined_path, rendered, resolved
from app.sdk.target import Judgement, NamesCulprits

Results = dict[str, Settled]


class Sender:
    """Sends plans of one route. Raises ConfigError, TemporaryError, ProtocolError and StorageError: those end or pause
    the run; what concerns single records becomes their outcome."""

    def __init__(self, route: Route, planner: Planner) -> None:
        self._route = route
        self._planner = planner

    async def set_up(self, steps: Sequence[Step]) -> None:
        saved: dict[str, str] = {}
        for step in steps:
            answer = await self._request(step, saved)
            saved |= saved_values(step, answer)

    async def send(self, plan: Plan, *, may_repeat: bool = True) -> Results:
        """The outcome of every record of the plan, by key."""
        if not plan.steps:
            return settled_without_sending(plan)
        try:
            answers = await self._answers(plan)
        except RejectedError as error:
            return await self._rejected(plan, error, may_repeat=may_repeat)
        except DataError as error:
            return await self._split(plan, error.reason, error.detail[:300])
        except (UnknownOutcomeError, ProtocolError) as error:
            return await self._lost(plan, error, may_repeat=may_repeat)
        try:
            confirmed = await self._route.target.confirm(plan, answers)
        except (UnknownOutcomeError, ProtocolError, DataError) as error:  # it was sent; what became of it is not known
            return await self._lost(plan, error, may_repeat=may_repeat)
        return {record.key: confirmed.get(record.key) or _unheard(record) for record in plan.records}

    async def _answers(self, plan: Plan) -> Mapping[str, Answer]:
        saved: dict[str, str] = {}
        answers: dict[str, Answer] = {}
        for step in plan.steps:
            try:
                answers[step.name] = await self._request(step, saved)
            except RejectedError as error:
                raise _RejectedStepError(error, step) from error
            saved |= saved_values(step, answers[step.name])
        return answers

    async def _request(self, step: Step, saved: Mapping[str, str]) -> Answer:
        return await self._route.http.request(
            step.method,
            joined_path(step.path, saved),
            query=step.query or None,
            body=resolved(step.body, saved) if saved else rendered(step.body),
            headers=step.headers or None,
            is_repeatable=step.is_repeatable,
        )

    async def _rejected(self, plan: Plan, error: RejectedError, *, may_repeat: bool) -> Results:
        step = error.step if isinstance(error, _RejectedStepError) else plan.steps[0]
        if self._route.target.judge(step, error.answer) is Judgement.EXISTS and may_repeat:
            return await self._again(plan)
        if named := self._culprits(plan, step, error.answer):
            return await self._without(plan, named)
        return await self._split(plan, "refused", error.words)

    def _culprits(self, plan: Plan, step: Step, answer: Answer) -> Mapping[str, str]:
        target = self._route.target
        named = target.culprits(step, answer) if isinstance(target, NamesCulprits) else {}
        return {key: words for key, words in named.items() if key in plan.keys}

    async def _without(self, plan: Plan, named: Mapping[str, str]) -> Results:
        """The named records have failed; the others were not written and go again."""
        results = {
            key: Settled(outcome=Outcome.FAILED, reason="refused", message=words) for key, words in named.items()
        }
        rest = tuple(record for record in plan.records if record.key not in named)
        return results | (await self._again(Plan(rest), may_repeat=True) if rest else {})

    async def _split(self, plan: Plan, reason: str, words: str) -> Results:
        """Isolates what the target refuses; a single record has failed."""
        if len(plan.records) == 1:
            return {plan.records[0].key: Settled(outcome=Outcome.FAILED, reason=reason, message=words)}
        middle = len(plan.records) // 2
        results: Results = {}
        for half in (plan.records[:middle], plan.records[middle:]):
            results |= await self._again(Plan(half), may_repeat=True)
        return results

    async def _lost(self, plan: Plan, error: AppError, *, may_repeat: bool) -> Results:
        """A look-up that fails for now leaves the records under way: they are looked up when the run goes on. An answer
        that nobody understands ends the run when it comes again."""
        if may_repeat and self._route.looks_up:
            return await self._again(plan)
        if isinstance(error, ProtocolError) and self._route.looks_up:
            raise error
        return _all_in_doubt(plan, "answer_lost" if self._route.looks_up else CANNOT_LOOK_UP)

    async def _again(self, plan: Plan, *, may_repeat: bool = False) -> Results:
        """Look the records up, then plan and send what is still missing."""
        results: Results = {}
        for fresh in await self._planner.plans(drafts_of(plan)):
            results |= await self.send(fresh, may_repeat=may_repeat)
        return results


class _RejectedStepError(RejectedError):
    def __init__(self, error: RejectedError, step: Step) -> None:
        super().__init__(error.answer, error.words)
        self.step = step


def drafts_of(plan: Plan) -> Sequence[Draft]:
    return [record.draft for record in plan.records]


def settled_without_sending(plan: Plan) -> Results:
    return {
        record.key: Settled(
            outcome=record.outcome, reason=record.reason, target_id=record.target_id, message=record.message
        )
        for record in plan.records
    }


def saved_values(step: Step, answer: Answer) -> dict[str, str]:
    """Raises ProtocolError when a promised value is missing."""
    if not step.saves:
        return {}
    body = answer.json()
    return {name: _at(body, path, step, answer) for name, path in step.saves.items()}


def _at(body: Json, path: Sequence[str | int], step: Step, answer: Answer) -> str:
    value = body
    try:
        for part in path:
            value = value[part]
    except (KeyError, IndexError, TypeError) as error:
        raise ProtocolError(
            text("The system's answer lacks a value that its documentation promises."),
            detail=f"step {step.name}: no {'/'.join(map(str, path))} in the answer of {answer.url}",
        ) from error
    return str(value)


def _unheard(record: RecordPlan) -> Settled:
    """The answer did not mention this record."""
    if record.outcome in {Outcome.CREATED, Outcome.UPDATED}:
        return Settled(outcome=Outcome.IN_DOUBT, reason="answer_lost")
    return Settled(outcome=record.outcome, reason=record.reason, target_id=record.target_id)


def _all_in_doubt(plan: Plan, reason: str) -> Results:
    return {
        record.key: Settled(outcome=Outcome.IN_DOUBT, reason=reason, target_id=record.target_id)
        for record in plan.records
    }
