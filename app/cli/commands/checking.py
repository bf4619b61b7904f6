"""``koppler check``: the staged connection test."""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.exits import Exit
from app.cli.session import Session, ask_for_secrets
from app.core.events import StageEvent, StageState
from app.core.records import Kind
from app.services import Services

_MARKS = {StageState.OK: "✓", StageState.NOTE: "✓", StageState.FAILED: "✗", StageState.NOT_TRIED: "–"}


async def check_account(session: Session) -> Exit:
    key, has_failed = session.arguments.account, False
    async with session.services() as services:
        session.output.redact = services.redact
        await ask_for_secrets(services, key)
        kinds = session.arguments.flow or await _kinds_in_use(services, key)
        async for stage in services.checks.check(key, kinds):
            if stage.state is not StageState.RUNNING:
                _show(session, stage)
                has_failed = has_failed or stage.state is StageState.FAILED
    return Exit.PERSON_MUST_ACT if has_failed else Exit.DONE


async def _kinds_in_use(services: Services, key: str) -> Sequence[Kind]:
    """What the integrations of the account send; none where it has none yet."""
    integrations = [each.integration for each in await services.integrations.all()]
    used = {kind for each in integrations if key in {each.source, each.target} for kind in each.flows}
    return [kind for kind in Kind if kind in used]


def _show(session: Session, stage: StageEvent) -> None:
    is_note = stage.state is StageState.NOTE
    session.output.event(
        "stage",
        {
            "name": stage.name,
            "title": stage.title,
            "state": StageState.OK.value if is_note else stage.state.value,
            "is_note": is_note,
            "message": stage.message,
            "remedy": stage.remedy,
            "field": stage.field,
            "suggestion": stage.suggestion,
        },
    )
    words = " ".join(part for part in (str(stage.message), str(stage.remedy)) if part)
    session.output.say(f"{_MARKS[stage.state]} {stage.title}: {words}".rstrip(": "))
