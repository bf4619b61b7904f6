"""What every command has at hand."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from app.cli.output import Output
from app.core.texts import _
from app.sdk.settings import field_specs
from app.services import Services
from app.storage.folder import DataFolder
from app.storage.secrets import VaultState

OpenServices = Callable[[DataFolder], "AbstractAsyncContextManager[Services]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    arguments: Namespace
    output: Output
    environ: Mapping[str, str]
    open_services: OpenServices

    @property
    def folder(self) -> DataFolder:
        return DataFolder.default(self.arguments.data_dir, self.environ)

    def services(self) -> AbstractAsyncContextManager[Services]:
        """Raises StorageError: the folder is in use, damaged, full or not writable."""
        return self.open_services(self.folder)


async def ask_for_secrets(services: Services, *accounts: str) -> None:
    """Asks the person at a terminal for what is missing; elsewhere the command fails and names it."""
    if not sys.stdin.isatty():
        return
    if services.secrets.state is VaultState.UNOPENED and await services.secrets.open() is VaultState.PASSPHRASE_LOCKED:
        await services.secrets.use_passphrase(getpass.getpass(_("Passphrase of your secrets: ")))
    for key in accounts:
        view = await services.accounts.get(key)
        specs = {spec.name: spec for spec in field_specs(services.systems.of(view.system).settings)}
        given = {
            name: getpass.getpass(_("{field} of {account}: ").format(field=specs[name].label, account=view.title))
            for name in view.missing_secrets
        }
        if given and services.secrets.state is VaultState.UNOPENED:
            services.secrets.use_session()
        if given:
            await services.accounts.update(key, secrets=given)
