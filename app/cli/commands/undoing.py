"""``koppler undo``: what would be removed of an import, and with its count typed, the removal."""

from __future__ import annotations

import time

from app.cli.commands.running import follow, prepared
from app.cli.exits import Exit
from app.cli.output import cell, new_table
from app.cli.session import Session
from app.core.errors import AppError
from app.core.labels import KIND_NAMES
from app.core.reasons import ReasonTexts
from app.core.texts import _, ngettext, text
from app.services import Services
from app.services.names import WrongUseError
from app.services.undoing import Survey

_SHOWN = 50
_INTERVAL_S = 5.0


async def undo_import(session: Session) -> Exit:
    """Without ``--confirm`` nothing changes. Raises WrongUseError for a number that is not the survey's."""
    arguments = session.arguments
    if arguments.confirm is not None and not arguments.run:
        raise WrongUseError(
            text("Nothing was removed: say which import is meant."),
            remedy=text("Look at the list first; it names the run to repeat with --confirm."),
            field="run",
        )
    async with prepared(session) as services:
        survey = await _survey(session, services)
        _show(session, services.reasons, survey)
        if arguments.confirm is None:
            _tell_how_to_go_on(session, survey)
            return Exit.DONE
        return await follow(session, services, lambda each: each.undoing.start(survey, arguments.confirm))


async def _survey(session: Session, services: Services) -> Survey:
    key = session.arguments.integration
    run_id = session.arguments.run or await services.undoing.latest(key)
    run = await services.runs.get(run_id)
    if run.record.integration != key:
        raise WrongUseError(
            text('The run "{run}" is none of "{integration}".', run=run_id, integration=key),
            remedy=text("The newest import is meant where no run is named."),
            field="run",
        )
    session.output.note(_("Looking every record up; nothing is written. This can take a while."))
    told_at = time.monotonic()
    async for found in services.undoing.survey(run_id):
        if isinstance(found, Survey):
            return found
        if time.monotonic() - told_at >= _INTERVAL_S:
            told_at = time.monotonic()
            session.output.note(_("{done} of {total} looked up").format(done=found.done, total=found.total))
    raise AppError(
        text("Not every record could be looked up."),
        remedy=text("Type the command again."),
        detail=f"no survey of run {run_id}",
    )


def _show(session: Session, reasons: ReasonTexts, survey: Survey) -> None:
    output, going = session.output, survey.going_by_kind()
    for verdict in survey.verdicts:
        entry = verdict.entry
        output.event(
            "undo_record",
            {"kind": entry.kind.value, "key": entry.key, "removes": verdict.goes, "reason": verdict.reason},
        )
    flows = {
        kind.value: {"remove": going.get(kind, 0), "kept": dict(survey.kept_by_reason(kind))} for kind in survey.kinds
    }
    kept = dict(survey.kept_by_reason())
    output.event("undo", {"run_id": survey.run.id, "remove": survey.count, "kept": kept, "flows": flows})
    table = new_table("", _("would be removed"), _("would stay"))
    for kind in survey.kinds:
        table.add_row(str(KIND_NAMES[kind]), str(going.get(kind, 0)), str(sum(survey.kept_by_reason(kind).values())))
    output.table(table)
    for code, count in sorted(kept.items(), key=lambda pair: -pair[1]):
        output.say(f"{count} × {reasons.of(code).words}")
    if survey.count:
        _list(session, survey)


def _list(session: Session, survey: Survey) -> None:
    table = new_table(_("Would be removed"), "", "")
    for verdict in survey.going[:_SHOWN]:
        table.add_row(str(KIND_NAMES[verdict.entry.kind]), cell(verdict.entry.key), cell(verdict.label))
    session.output.table(table)
    if survey.count > _SHOWN:
        session.output.say(
            _("The first {shown} of {count} are listed; --json lists them all.").format(
                shown=_SHOWN, count=survey.count
            )
        )


def _tell_how_to_go_on(session: Session, survey: Survey) -> None:
    if not survey.count:
        session.output.note(_("Nothing can be removed. Nothing was changed."))
        return
    words = ngettext(
        "Nothing was changed. To remove this record for good: koppler undo {integration} {run} --confirm {count}",
        "Nothing was changed. To remove these {count} records for good: "
        "koppler undo {integration} {run} --confirm {count}",
        survey.count,
    )
    session.output.note(words.format(count=survey.count, integration=session.arguments.integration, run=survey.run.id))
