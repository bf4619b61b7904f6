"""``koppler apply``, ``accounts`` and ``integrations``: what is set up."""

from __future__ import annotations

from app.cli.exits import Exit
from app.cli.output import cell, new_table
from app.cli.session import Session
from app.core.texts import _
from app.services import STATUS_NAMES


async def apply_file(session: Session) -> Exit:
    async with session.services() as services:
        session.output.redact = services.redact
        applied = await services.declarations.apply(session.arguments.file)
    for kind, changes in (("account", applied.accounts), ("integration", applied.integrations)):
        for key, change in changes.items():
            session.output.event("applied", {"kind": kind, "key": key, "change": change.value})
            session.output.say(f"{kind} {key}: {change.value}")
    return Exit.DONE


async def show_accounts(session: Session) -> Exit:
    output = session.output
    async with session.services() as services:
        views = await services.accounts.all()
    table = new_table(_("Name"), _("Title"), _("System"), _("Secrets"), _("Used by"))
    for view in views:
        account = view.account
        output.event(
            "account",
            {
                "key": view.key,
                "title": view.title,
                "system": view.system,
                "system_name": view.name,
                "settings": dict(account.settings),
                "api_address": account.api_address,
                "is_practice": account.is_practice,
                "has_secrets": view.has_secrets,
                "missing_secrets": list(view.missing_secrets),
                "used_by": list(view.used_by),
                "checked_at": account.checked_at.isoformat() if account.checked_at else None,
                "check_passed": account.check_passed,
            },
        )
        missing = ", ".join(view.missing_secrets)
        secrets = _("missing: {fields}").format(fields=missing) if missing else _("complete")
        table.add_row(cell(view.key), cell(view.title), cell(view.name), cell(secrets), cell(", ".join(view.used_by)))
    if views:
        output.table(table)
    else:
        output.say(_("There is no account yet. Set some up in the window, or with: koppler apply FILE.toml"))
    return Exit.DONE


async def show_integrations(session: Session) -> Exit:
    output = session.output
    table = new_table(_("Name"), _("Title"), _("From → to"), _("Flows"), _("Status"), _("Sent"), _("Next step"))
    async with session.services() as services:
        views = await services.integrations.all()
        synced = {view.key: await services.runs.last_sync(view.key) for view in views}
    for view in views:
        integration, last = view.integration, view.last_run
        moment = synced[view.key]
        output.event(
            "integration",
            {
                "key": view.key,
                "title": view.title,
                "source": integration.source,
                "target": integration.target,
                "flows": [kind.value for kind in integration.flows],
                "options": dict(integration.options),
                "fields": {rule.source: rule.target for rule in integration.fields},
                "is_active": integration.is_active,
                "status": view.status.value,
                "facts": view.facts,
                "next_step": view.next_step.action.value,
                "last_run": None
                if last is None
                else {"run_id": last.run_id, "state": last.state.value, "at": last.record.started_at.isoformat()},
                "last_sync": moment.isoformat() if moment else None,
            },
        )
        table.add_row(
            cell(view.key),
            cell(view.title),
            cell(f"{integration.source} → {integration.target}"),
            ", ".join(integration.flows),
            str(STATUS_NAMES[view.status]),
            str(view.facts),
            str(view.next_step.text),
        )
    if views:
        output.table(table)
    else:
        output.say(_("There is no integration yet. Set one up in the window, or with: koppler apply FILE.toml"))
    return Exit.DONE
