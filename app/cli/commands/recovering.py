"""``koppler restore``: a backup in the place of a damaged database, or a new beginning."""

from __future__ import annotations

import asyncio
import sys

from babel.dates import format_datetime

from app.cli.exits import Exit
from app.cli.session import Session
from app.core.errors import ConfigError
from app.core.texts import _, current_language, text
from app.services.recovery import Copy, Recovered, Recovery


async def restore_database(session: Session) -> Exit:
    """Asks at a terminal; elsewhere it needs ``--yes``. The file in use before is kept."""
    recovery = Recovery(session.folder)
    if session.arguments.start_over:
        await _confirm(session, _("Begin anew with an empty database? The present file is kept aside."))
        recovered = await recovery.start_over()
    else:
        copy = await recovery.chosen(session.arguments.backup)
        question = _("Restore the backup of {moment} ({name})? The present file is kept aside.")
        await _confirm(session, question.format(moment=_moment(copy), name=copy.path.name))
        recovered = await recovery.restore(copy)
    _tell(session, recovered)
    return Exit.DONE


async def _confirm(session: Session, question: str) -> None:
    """Raises ConfigError unless the person agrees."""
    if session.arguments.yes:
        return
    if sys.stdin.isatty():
        session.output.note(_("{question} Type yes:").format(question=question))
        answer = await asyncio.to_thread(sys.stdin.readline)
        if answer.strip().casefold() in {"yes", "y", _("yes")}:
            return
        raise ConfigError(text("Nothing was restored."), remedy=text("Repeat the command when you have decided."))
    raise ConfigError(
        text("Nothing was restored, because nobody is here to agree."),
        remedy=text("Repeat the command with --yes."),
        field="yes",
    )


def _tell(session: Session, recovered: Recovered) -> None:
    copy, kept = recovered.backup, recovered.kept_aside
    session.output.event(
        "restored",
        {
            "backup": str(copy.path) if copy else None,
            "made_at": copy.made_at.isoformat() if copy else None,
            "kept_aside": str(kept) if kept else None,
        },
    )
    if copy is None:
        session.output.say(_("Koppler begins anew with an empty database."))
    else:
        restored = _("The backup of {moment} ({name}) is restored.")
        session.output.say(restored.format(moment=_moment(copy), name=copy.path.name))
        session.output.say(_("What was sent after it is not in its journal: the next run looks it up in the target."))
    if kept is not None:
        session.output.say(_("The file that was in use before is kept in: {folder}").format(folder=kept))


def _moment(copy: Copy) -> str:
    return format_datetime(copy.made_at.astimezone(), "medium", locale=current_language())
