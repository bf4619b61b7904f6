"""Signing in: a token for two hours, renewed by a refresh token, else by the password again.

https://docs.newsletter2go.com, "Authentication". Sources disagree on the grant of the refresh: the maintained plug-in
writes ``jwt_refresh``, the newest collection ``jwt``. The first is sent, and whatever is answered but a token leads to
a new sign-in.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from typing import Any

from app.connectors.newsletter2go.answers import TOKEN_PATH, moved_to_brevo, words
from app.connectors.newsletter2go.settings import Newsletter2GoSettings
from app.core.errors import AddressError, AppError, ProtocolError, SignInError, UnreachableError
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError
from app.sdk.http import HttpClient

PASSWORD_GRANT = "https://nl2go.com/jwt"  # noqa: S105 - the name of a grant
REFRESH_GRANT = "https://nl2go.com/jwt_refresh"
_BEFORE_END_S = 60.0
_USUAL_LIFE_S = 7200.0


class TokenSession:
    """One sign-in for everybody who uses the account's client."""

    def __init__(self, settings: Newsletter2GoSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._access = ""
        self._refresh = ""
        self._ends_at = 0.0
        self._lock = asyncio.Lock()

    async def headers(self, http: HttpClient) -> Mapping[str, str]:
        async with self._lock:
            if not self._access or self._clock() >= self._ends_at:
                await self._renew(http)
            return {"Authorization": f"Bearer {self._access}"}

    def refused(self, headers: Mapping[str, str]) -> bool:
        if headers.get("Authorization") == f"Bearer {self._access}":
            self._access = ""
        return True

    async def _renew(self, http: HttpClient) -> None:
        if self._refresh:
            grant = {"refresh_token": self._refresh, "grant_type": REFRESH_GRANT}
            self._refresh = ""
            try:
                self._take(http, await self._ask(http, grant))
            except (SignInError, RejectedError, ProtocolError):  # expired, or the other grant: sign in anew
                pass
            else:
                return
        settings = self._settings
        grant = {"username": settings.username, "password": settings.password.get_secret_value()}
        try:
            self._take(http, await self._ask(http, {**grant, "grant_type": PASSWORD_GRANT}))
        except (UnreachableError, AddressError) as error:
            raise _gone(error) from error

    async def _ask(self, http: HttpClient, body: Mapping[str, str]) -> Answer:
        key = base64.b64encode(self._settings.auth_key.get_secret_value().encode()).decode()
        return await http.request(
            "POST", TOKEN_PATH, body=dict(body), headers={"Authorization": f"Basic {key}"}, is_sign_in=True
        )

    def _take(self, http: HttpClient, answer: Answer) -> None:
        """This endpoint has no envelope. Raises ProtocolError for an answer without a token."""
        found: Any = answer.json()
        access = words(found.get("access_token")) if isinstance(found, Mapping) else ""
        if not access:
            raise ProtocolError(
                text("Newsletter2Go answered the sign-in in an unknown form."),
                remedy=moved_to_brevo(),
                detail=f"{answer.status} from {answer.url}: no token",
            )
        self._access, self._refresh = access, words(found.get("refresh_token"))
        http.conceal(*(each for each in (self._access, self._refresh) if each))
        life = found.get("expires_in")
        self._ends_at = self._clock() + (float(life) if isinstance(life, int) else _USUAL_LIFE_S) - _BEFORE_END_S


def _gone(error: AppError) -> AppError:
    """No answer at the first request of all: the whole service may be gone, not only the line."""
    if isinstance(error, AddressError):
        return AddressError(
            error.message, remedy=moved_to_brevo(), detail=error.detail, field=error.field, suggestion=error.suggestion
        )
    wait_s = error.retry_after_s if isinstance(error, UnreachableError) else None
    return UnreachableError(error.message, remedy=moved_to_brevo(), detail=error.detail, retry_after_s=wait_s)
