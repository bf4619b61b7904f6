"""What a person carries into another system: addresses, snippets, made from the account and the receiver."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.texts import text
from app.sdk.handouts import Handout
from app.sdk.registry import Registry
from app.services.accounts import Accounts
from app.services.opening import Opener
from app.services.receiving.settings import ReceiverBook

PUSH_ADDRESS = "push_address"


class HandoutDesk:
    def __init__(self, registry: Registry, accounts: Accounts, opener: Opener, book: ReceiverBook) -> None:
        self._registry = registry
        self._accounts = accounts
        self._opener = opener
        self._book = book

    async def has_any(self, account: str) -> bool:
        manifest = self._registry.of((await self._accounts.stored(account)).system)
        return manifest.handouts is not None or manifest.receives is not None

    async def of(self, account: str) -> Sequence[Handout]:
        """Raises ConfigError and SecretStoreError for an account whose settings are not complete."""
        stored = await self._accounts.stored(account)
        manifest = self._registry.of(stored.system)
        public = await self._book.public_address(account)
        if manifest.handouts is not None:
            return manifest.handouts(await self._opener.settings_of(stored), public)
        if manifest.receives is not None:
            return (
                Handout(
                    name=PUSH_ADDRESS,
                    title=text("Address for pushes"),
                    content=public,
                    help=manifest.receives.help
                    if public
                    else text("Set up the receiver and its public address first, under Settings, Receiver."),
                ),
            )
        return ()
