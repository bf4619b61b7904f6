"""How the receiver is set up: its port, the public address that leads to it, and one secret path for each account."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated

from pydantic import Field, field_validator

from app.core.errors import AddressError
from app.core.texts import text
from app.sdk.base_url import checked_base_url
from app.sdk.settings import Setting, Settings, invalid, parse, plain_values, problems_of
from app.storage.preferences import Preferences

_SETTINGS, _PATHS = "receiver", "receiver_paths"
DEFAULT_PORT = 8797


class ReceiverSettings(Settings):
    is_on: Annotated[
        bool,
        Setting(
            label=text("Receive pushes while the program is open"),
            help=text("Listens on this computer only. A tunnel or port forwarding of yours leads from outside to it."),
        ),
    ] = False
    port: Annotated[int, Field(ge=1024, le=65535), Setting(label=text("Port on this computer"), is_advanced=True)] = (
        DEFAULT_PORT
    )
    public_address: Annotated[
        str,
        Setting(
            label=text("Public address"),
            help=text(
                "What others reach you by, such as the address that your tunnel shows. It must begin with https."
            ),
            placeholder="https://my-shop.example-tunnel.com",
        ),
    ] = ""
    syncs_at_once: Annotated[
        bool,
        Setting(
            label=text("Sync as soon as something arrives"),
            help=text("Only integrations whose history has been imported. Otherwise it waits for the next sync."),
        ),
    ] = True

    @field_validator("public_address")
    @classmethod
    def _is_public(cls, value: str) -> str:
        if not value:
            return value
        try:
            return checked_base_url(value)
        except AddressError as error:
            raise invalid(text("{problem} {remedy}", problem=error.message, remedy=error.remedy)) from None


class ReceiverBook:
    """Methods raise StorageError."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self._turn = asyncio.Lock()

    async def settings(self) -> ReceiverSettings:
        """What does not hold any more, such as after an update or an erasure, counts as not set."""
        kept = await self._preferences.get(_SETTINGS)
        given = kept if isinstance(kept, dict) else {}
        wrong = problems_of(ReceiverSettings, given)
        return parse(ReceiverSettings, {name: value for name, value in given.items() if name not in wrong})

    async def save(self, settings: ReceiverSettings) -> None:
        await self._preferences.set(_SETTINGS, plain_values(settings))

    async def path_of(self, account: str) -> str:
        """Made when it is first asked for; nobody can guess it."""
        async with self._turn:  # of two that are made at once both must stay
            paths = await self.paths()
            if account not in paths:
                paths[account] = secrets.token_urlsafe(18)
                await self._preferences.set(_PATHS, paths)
            return paths[account]

    async def forget(self, account: str) -> None:
        """A later account of the same name gets another path."""
        async with self._turn:
            paths = await self.paths()
            if paths.pop(account, None) is not None:
                await self._preferences.set(_PATHS, paths or None)

    async def owner_of(self, token: str) -> str:
        """Whose path it is; empty for nobody's. It tells nothing by the time it takes."""
        found = ""
        for owner, path in (await self.paths()).items():
            if secrets.compare_digest(path.encode(), token.encode()):
                found = owner
        return found

    async def paths(self) -> dict[str, str]:
        """Path by account."""
        kept = await self._preferences.get(_PATHS)
        return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}

    async def public_address(self, account: str) -> str:
        """Where the account's pushes arrive; empty without a public address."""
        settings = await self.settings()
        return f"{settings.public_address}/in/{await self.path_of(account)}" if settings.public_address else ""
