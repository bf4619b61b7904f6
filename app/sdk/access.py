"""One account, opened: its settings with secrets, and its HTTP client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from app.core.errors import ConfigError
from app.core.events import Emit, discard, now
from app.core.texts import text
from app.sdk.http import HttpClient
from app.sdk.pushes import EMPTY_INBOX, Inbox
from app.sdk.settings import Settings

AnySettings = TypeVar("AnySettings", bound=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(Generic[AnySettings]):
    settings: AnySettings
    client: HttpClient | None = None
    """None for systems without HTTP, such as files."""
    account: str = ""
    emit: Emit = discard
    clock: Callable[[], datetime] = now
    """Aware, UTC."""
    inbox: Inbox = EMPTY_INBOX
    """What the system has pushed to this account."""

    @property
    def http(self) -> HttpClient:
        """Raises ConfigError where the account has no address."""
        if self.client is None:
            raise ConfigError(
                text("This account has no address."), remedy=text("Enter its address."), field="api_address"
            )
        return self.client
