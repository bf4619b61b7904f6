"""``koppler mapping export``, ``import`` and ``apply``."""

from __future__ import annotations

import asyncio
import sys

from app.cli.commands.running import follow, prepared
from app.cli.exits import Exit
from app.cli.session import Session
from app.core.errors import ConfigError
from app.core.records import Kind
from app.core.texts import _, ngettext, text
from app.services import RunHandle, Services, TableChange


async def export_mapping(session: Session) -> Exit:
    path = session.arguments.file
    async with session.services() as services:
        count = await services.products.export_table(session.arguments.integration, path)
    session.output.event("mapping", {"action": "export", "file": str(path), "rows": count})
    words = ngettext("{count} row written to {file}.", "{count} rows written to {file}.", count)
    session.output.say(words.format(count=count, file=path))
    return Exit.DONE


async def apply_mapping(session: Session) -> Exit:
    """What was sent before, with the mapping as it is now."""
    kinds = session.arguments.flow or (Kind.CONTACTS, Kind.ORDERS)

    async def start(services: Services) -> RunHandle:
        integration = (await services.integrations.get(session.arguments.integration)).integration
        return await services.past.apply(integration.key, [kind for kind in integration.flows if kind in kinds])

    async with prepared(session) as services:
        return await follow(session, services, start)


async def import_mapping(session: Session) -> Exit:
    key, path = session.arguments.integration, session.arguments.file
    async with session.services() as services:
        change = await services.products.read_table(key, path)
        _show(session, change)
        await _refuse_damage(session, change)
        await services.products.accept(key, change)
        await _show_problems(session, services, change)
        past = await services.past.count(key, Kind.ORDERS) if change.changes else 0
    session.output.event(
        "mapping",
        {"action": "import", "file": str(path), "rows": len(change.rows), "changed": len(change.changes)},
    )
    words = ngettext("{count} number changed.", "{count} numbers changed.", len(change.changes))
    session.output.say(words.format(count=len(change.changes)))
    if past:
        hint = ngettext(
            "{count} order was sent before with the old numbers. To apply the new ones: {command}",
            "{count} orders were sent before with the old numbers. To apply the new ones: {command}",
            past,
        )
        session.output.note(hint.format(count=past, command=f"koppler mapping apply {key}"))
    return Exit.DONE


def _show(session: Session, change: TableChange) -> None:
    for key, old, new in change.changes:
        session.output.event("change", {"key": key, "old": old, "new": new})
        session.output.say(f"{key}: {old or '–'} → {new or '–'}")
    for warning in change.warnings:
        session.output.event("warning", {"message": warning})
        session.output.note(warning)


async def _refuse_damage(session: Session, change: TableChange) -> None:
    """Cells that a spreadsheet has damaged are taken only by a person who has seen them."""
    if not change.warnings or session.arguments.yes:
        return
    if sys.stdin.isatty():
        session.output.note(_("Take the table over? Type yes:"))
        answer = await asyncio.to_thread(sys.stdin.readline)
        if answer.strip().casefold() in {"yes", "y", _("yes")}:
            return
    raise ConfigError(
        text("Nothing was taken over, because cells look damaged."),
        remedy=text("Correct them, or repeat the command with --yes."),
        field="file",
    )


async def _show_problems(session: Session, services: Services, change: TableChange) -> None:
    for key, problem in (await services.products.check(session.arguments.integration, change.rows)).items():
        session.output.event("problem", {"key": key, "message": problem})
        session.output.note(f"{key}: {problem}")
