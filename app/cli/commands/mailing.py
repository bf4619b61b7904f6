"""``koppler mail``: the mail account over which errors are told. Its password is asked for, never an argument."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping

from app.cli.exits import Exit
from app.cli.naming import naming_the_option
from app.cli.output import cell, new_table
from app.cli.session import Session, ask_for_secrets
from app.core.texts import _
from app.services import Services

PASSWORD_VARIABLE = "KOPPLER_MAIL_PASSWORD"  # noqa: S105 - the name of a variable


async def show_mail(session: Session) -> Exit:
    async with session.services() as services:
        await _show(services, session)
    return Exit.DONE


async def set_mail(session: Session) -> Exit:
    """Raises ConfigError, SecretStoreError."""
    arguments = session.arguments
    names = ("host", "port", "security", "user", "sender")
    given: dict[str, object] = {
        name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None
    }
    async with session.services() as services:
        session.output.redact = services.redact
        await ask_for_secrets(services)
        book = services.mailing.book
        values: dict[str, object] = {**await book.settings(), **given}
        if values.get("user") and (password := _password(session, is_kept=await book.has_password())):
            services.redact.learn([password])
            values["password"] = password
        with naming_the_option():
            await book.save(values)
        await _show(services, session)
    return Exit.DONE


async def try_mail(session: Session) -> Exit:
    """Raises what sending raises."""
    async with session.services() as services:
        await ask_for_secrets(services)
        await services.mailing.try_out(await services.mailing.book.settings(), session.arguments.to or "")
    session.output.event("mail_test", {"sent": True})
    session.output.say(_("The test mail was handed to the mail server."))
    return Exit.DONE


async def forget_mail(session: Session) -> Exit:
    async with session.services() as services:
        await services.mailing.book.forget()
    session.output.event("mail", {"forgotten": True})
    session.output.say(_("The mail account is forgotten."))
    return Exit.DONE


def _password(session: Session, *, is_kept: bool) -> str:
    if given := session.environ.get(PASSWORD_VARIABLE):
        return given
    if not sys.stdin.isatty():
        return ""
    prompt = _("Password of the mail account (empty keeps the present one): ") if is_kept else _("Password: ")
    return getpass.getpass(prompt)


async def _show(services: Services, session: Session) -> None:
    settings: Mapping[str, object] = await services.mailing.book.settings()
    has_password = await services.mailing.book.has_password()
    session.output.event("mail", {**settings, "has_password": has_password})
    if not settings:
        session.output.say(_("No mail account is set up."))
        return
    table = new_table(_("Setting"), _("Value"))
    for name, value in settings.items():
        table.add_row(name, cell(value))
    table.add_row("password", _("kept") if has_password else "–")
    session.output.table(table)
