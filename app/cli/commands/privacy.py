"""``koppler person``: what this computer holds about one person, erased on request, with a report as proof."""

from __future__ import annotations

import asyncio
import sys

from app.cli.exits import Exit
from app.cli.session import Session
from app.core.errors import ConfigError
from app.core.texts import _, text
from app.services import Services
from app.services.privacyreport import PersonReport, as_text, as_values


async def find_person(session: Session) -> Exit:
    words = await _words(session)
    async with session.services() as services:
        report = await services.privacy.find(words)
        await _give(session, services, report)
    return Exit.DONE


async def erase_person(session: Session) -> Exit:
    """Shows what would be erased and asks at a terminal; elsewhere it needs ``--confirm``."""
    words = await _words(session)
    async with session.services() as services:
        if not session.arguments.confirm:
            await _confirm(session, await services.privacy.find(words))
        report = await services.privacy.erase(words, keeps_mark=not session.arguments.no_mark)
        await _give(session, services, report)
    return Exit.WITH_PROBLEMS if report.left else Exit.DONE


async def allow_person(session: Session) -> Exit:
    words = await _words(session)
    async with session.services() as services:
        was_marked = await services.privacy.allow(words)
    session.output.event("allowed", {"was_marked": was_marked})
    session.output.say(
        _("From now on this person is sent again, as your rules say.")
        if was_marked
        else _("Nothing to change: no mark keeps this person from being sent.")
    )
    return Exit.DONE


async def _words(session: Session) -> str:
    """A single ``-`` reads them from standard input, so that they stay out of the shell's history."""
    words: str = session.arguments.words
    if words != "-":
        return words
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.strip()


async def _confirm(session: Session, found: PersonReport) -> None:
    """Raises ConfigError unless the person agrees."""
    if session.output.is_json or not sys.stdin.isatty() or session.arguments.words == "-":
        raise ConfigError(
            text("Nothing was erased, because nobody is here to agree."),
            remedy=text("Look at what is there with: koppler person find. Then repeat the command with --confirm."),
            field="confirm",
        )
    session.output.say(as_text(found))
    word = _("erase")
    session.output.note(_("This cannot be taken back. Type {word}:").format(word=word))
    answer = await asyncio.to_thread(sys.stdin.readline)
    if answer.strip().casefold() not in {word.casefold(), "erase"}:
        raise ConfigError(text("Nothing was erased."), remedy=text("Repeat the command when you have decided."))


async def _give(session: Session, services: Services, report: PersonReport) -> None:
    session.output.event("person", as_values(report))
    session.output.say(as_text(report).rstrip())
    path = session.arguments.report
    if path is not None:
        await services.privacy.save_report(report, path)
        session.output.event("report", {"path": str(path)})
        session.output.say(_("The report is saved: {path}").format(path=path))
