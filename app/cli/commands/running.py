"""``koppler run`` and ``retry``: a run with its progress and its closing balance."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from app.cli.balance import show_balance, summary
from app.cli.exits import Exit, exit_for
from app.cli.interrupts import on_interrupt
from app.cli.progress import RunProgress
from app.cli.session import Session, ask_for_secrets
from app.core.errors import ConfigError
from app.core.events import Event, RecordEvent, RunMode, RunState
from app.core.ledger import Entry
from app.core.records import Kind
from app.core.texts import _, text
from app.services import RunHandle, RunResult, Services
from app.services.names import WrongUseError

Start = Callable[[Services], Awaitable[RunHandle]]


async def run_integration(session: Session) -> Exit:
    arguments = session.arguments
    if arguments.goes_on and (arguments.limit or arguments.flow):
        raise WrongUseError(
            text("--continue goes on with a run as it was begun, without --limit and --flow."),
            remedy=text("Leave them out, or start a new run."),
        )

    async def start(services: Services) -> RunHandle:
        if arguments.goes_on:
            return await services.runs.continue_last(arguments.integration)
        return await services.runs.start(
            arguments.integration,
            RunMode.HISTORICAL if arguments.historical or arguments.since else RunMode.CHANGES,
            since=arguments.since,
            limit=arguments.limit,
            kinds=arguments.flow,
        )

    return await _follow(session, start)


async def retry_integration(session: Session) -> Exit:
    async def start(services: Services) -> RunHandle:
        arguments = session.arguments
        keys = await _named(services, arguments.integration, arguments.only)
        return await services.runs.retry(arguments.integration, keys, removals_approved=arguments.approve_removals)

    return await _follow(session, start)


async def _named(
    services: Services, integration: str, numbers: Sequence[str] | None
) -> Mapping[Kind, Sequence[str]] | None:
    """The records that a person named, by kind; None for all. Raises ConfigError for one that needs no retry."""
    if not numbers:
        return None
    keys: dict[Kind, list[str]] = {}
    for number in numbers:
        answer = await services.runs.why(integration, number)
        found = [each.entry for each in answer.entries if _is_open(each.entry)]
        if not found:
            raise ConfigError(answer.sentence, remedy=answer.next_step, field="only")
        for entry in found:
            keys.setdefault(entry.kind, []).append(entry.key)
    return keys


def _is_open(entry: Entry) -> bool:
    return entry.outcome is None or entry.outcome.needs_attention


async def _follow(session: Session, start: Start) -> Exit:
    async with prepared(session) as services:
        return await follow(session, services, start)


@asynccontextmanager
async def prepared(session: Session) -> AsyncIterator[Services]:
    """The services, with the secrets of both accounts of the integration at hand."""
    async with session.services() as services:
        session.output.redact = services.redact
        integration = (await services.integrations.get(session.arguments.integration)).integration
        await ask_for_secrets(services, integration.source, integration.target)
        yield services


async def follow(session: Session, services: Services, start: Start) -> Exit:
    """Starts a run and stays with it until its closing balance."""
    output, key = session.output, session.arguments.integration
    with RunProgress(output.progress_console) as progress:
        services.events.subscribe(progress.hear)
        services.events.subscribe(lambda event: _tell_problem(session, event))
        handle = await start(services)
        with on_interrupt(handle.stop):
            output.event("run", {"run_id": handle.run_id, "integration": key})
            result = await handle.wait()
    _close(session, services, result)
    return _exit(result)


def _tell_problem(session: Session, event: Event) -> None:
    if isinstance(event, RecordEvent) and event.outcome.needs_attention:
        session.output.event(
            "record",
            {
                "kind": event.kind.value,
                "key": event.key,
                "outcome": event.outcome.value,
                "reason": event.reason,
                "where": event.where,
                "message": event.message,
            },
        )


def _close(session: Session, services: Services, result: RunResult) -> None:
    output = session.output
    show_balance(output, services.reasons, result.balance)
    if result.error is not None:
        output.error(result.error)
    output.event("summary", summary(result.balance, is_finished=result.is_finished))
    if result.is_finished:
        output.say(_("Finished: the balance adds up."))
    elif result.removals_to_confirm:
        hint = _("Look at the list; if it is right: koppler retry {integration} --approve-removals")
        output.note(hint.format(integration=session.arguments.integration))
    elif result.state in {RunState.STOPPED, RunState.WAITING, RunState.PAUSED, RunState.INTERRUPTED}:
        hint = _("It stopped at a checkpoint. Continue with: koppler run {integration} --continue")
        output.note(hint.format(integration=session.arguments.integration))


def _exit(result: RunResult) -> Exit:
    if result.error is not None:
        return exit_for(result.error)
    if not result.is_finished:
        return Exit.TRY_LATER
    return Exit.WITH_PROBLEMS if result.balance.needs_attention else Exit.DONE
