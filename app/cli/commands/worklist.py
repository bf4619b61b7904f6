"""``koppler worklist``: opt-outs and bounces for which the shop has no field, to be entered there by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.cli.exits import Exit
from app.cli.output import cell, new_table
from app.cli.session import Session, ask_for_secrets
from app.core.errors import ConfigError
from app.core.labels import KIND_NAMES
from app.core.local_words import local_moment
from app.core.records import Kind
from app.core.texts import _, text


async def show_worklist(session: Session) -> Exit:
    """Addresses are asked from the newsletter system; ``--done`` needs nobody."""
    arguments = session.arguments
    async with session.services() as services:
        integration = (await services.integrations.get(arguments.integration)).integration
        if arguments.done or arguments.all_done:
            waiting = await services.worklist.waiting(integration.key)
            chosen = None if arguments.all_done else _chosen(waiting, arguments.done)
            count = await services.worklist.done(integration.key, chosen)
            session.output.event("worked_off", {"count": count})
            session.output.say(_("{count} taken off the list.").format(count=count))
            return Exit.DONE
        await ask_for_secrets(services, integration.source, integration.target)
        if arguments.export is not None:
            count = await services.worklist.export(integration.key, arguments.export)
            session.output.event("exported", {"path": str(arguments.export), "rows": count})
            session.output.say(_("Saved: {path}").format(path=arguments.export))
            return Exit.DONE
        found = await services.worklist.list(integration.key)
    table = new_table(_("Key"), _("E-mail"), _("What"), _("Since"))
    for each in found:
        values = {"key": each.key, "email": each.email, "kind": each.kind, "at": each.at, "reason": each.reason}
        session.output.event("to_do", values)
        since = local_moment(each.at) if each.at else ""
        table.add_row(cell(each.key), cell(each.email or "–"), str(KIND_NAMES[each.kind]), since)
    if found:
        session.output.table(table)
    else:
        session.output.say(_("Nothing is left to work off."))
    return Exit.WITH_PROBLEMS if found else Exit.DONE


def _chosen(waiting: Mapping[Kind, Sequence[str]], wanted: Sequence[str]) -> Mapping[Kind, Sequence[str]]:
    known = {key for keys in waiting.values() for key in keys}
    if unknown := [each for each in wanted if each not in known]:
        raise ConfigError(
            text('"{key}" is not on the list.', key=unknown[0]),
            remedy=text("Look at the list without --done first."),
            field="done",
        )
    return {kind: [key for key in keys if key in wanted] for kind, keys in waiting.items()}
