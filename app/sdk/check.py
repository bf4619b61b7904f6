"""The connection test: stages that say what was found, and on failure what to do.

Network stages (address, secure connection, redirect) are common (``sdk.network_check``); a connector brings the rest as
probes: sign-in, one permission for each kind, a sample record.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.core.errors import AddressError, AppError, TemporaryError
from app.core.events import StageEvent, StageState
from app.core.texts import Text, text
from app.sdk.unexpected import unexpected


@dataclass(frozen=True, slots=True)
class Finding:
    """What a stage found. ``is_note``: passed, with something the person should know, such as "writing not proven"."""

    message: Text
    is_note: bool = False


TARGET_UNPROVEN = Finding(
    text("Writing is not proven: every write would change your account. A trial with one record shows it."),
    is_note=True,
)
OPT_OUT_UNPROVEN = Finding(text("Reading is permitted; writing is not proven before the first opt-out."), is_note=True)
"""Of a shop that is read otherwise, where no harmless request tells whether its key may write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One stage. ``name`` is stable: ``sign_in``, ``permission:orders``, ``sample``. ``run`` raises AppError on
    failure, with ``field`` set to the setting it belongs to."""

    name: str
    title: Text
    run: Callable[[], Awaitable[Finding]]
    is_blocking: bool = True
    """After a failure the following stages are not tried. False for permissions, so that each line shows its own."""


async def run_probes(probes: Sequence[Probe]) -> AsyncGenerator[StageEvent, None]:
    """A RUNNING event and a result for each stage, in order; cancelling ends it at once."""
    is_blocked = False
    for probe in probes:
        if is_blocked:
            yield StageEvent(name=probe.name, title=probe.title, state=StageState.NOT_TRIED)
            continue
        yield StageEvent(name=probe.name, title=probe.title, state=StageState.RUNNING)
        result = await _result(probe)
        is_blocked = probe.is_blocking and result.state is StageState.FAILED
        yield result


async def _result(probe: Probe) -> StageEvent:
    try:
        finding = await probe.run()
    except AppError as error:
        return _failed(probe, error)
    except Exception as error:  # noqa: BLE001 - a connector may stumble over any answer; the person gets a line about it
        return _failed(probe, unexpected(error))
    state = StageState.NOTE if finding.is_note else StageState.OK
    return StageEvent(name=probe.name, title=probe.title, state=state, message=finding.message)


def _next_step(error: AppError) -> Text:
    if isinstance(error, TemporaryError):
        return text("Try again in a few minutes.")
    return text("Try again later; if it happens again, please report it with the log.")


def _failed(probe: Probe, error: AppError) -> StageEvent:
    return StageEvent(
        name=probe.name,
        title=probe.title,
        state=StageState.FAILED,
        message=error.message,
        remedy=error.remedy or _next_step(error),
        field=error.field,
        suggestion=error.suggestion if isinstance(error, AddressError) else None,
    )
