"""``koppler passphrase``: choose or change the passphrase of the vault. It is asked for, never given as an argument."""

from __future__ import annotations

import getpass
import sys

from app.cli.exits import Exit
from app.cli.session import Session
from app.core.errors import SecretStoreError
from app.core.texts import _, text
from app.storage.secrets import VaultState


async def set_passphrase(session: Session) -> Exit:
    """Raises SecretStoreError without a terminal, for a wrong passphrase, and where the new one is not repeated."""
    if not sys.stdin.isatty():
        raise SecretStoreError(
            text("A passphrase is entered at a terminal only."), remedy=text("Start this command in a terminal.")
        )
    async with session.services() as services:
        session.output.redact = services.redact
        state = await services.secrets.open()
        has_one = state in {VaultState.PASSPHRASE_LOCKED, VaultState.PASSPHRASE_OPEN}
        old = getpass.getpass(_("Present passphrase: ")) if has_one else ""
        new = getpass.getpass(_("New passphrase: "))
        services.redact.learn([old, new])
        if getpass.getpass(_("New passphrase again: ")) != new:
            raise SecretStoreError(
                text("The two entries differ; nothing was changed."), remedy=text("Try again."), field="new_passphrase"
            )
        if has_one:
            await services.secrets.change_passphrase(old, new)
        else:
            await services.secrets.use_passphrase(new)
    session.output.event("passphrase", {"changed": True})
    session.output.say(
        _("The passphrase counts from now on. Copies made before, such as backups, still open with the old one.")
        if has_one
        else _("Your secrets are sealed with this passphrase from now on. It cannot be recovered when it is forgotten.")
    )
    return Exit.DONE
