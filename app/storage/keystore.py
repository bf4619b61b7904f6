"""The operating system's keystore, on a thread of its own and never waited for without end: it may ask the person for a
password, or hang with the desktop's message bus."""

from __future__ import annotations

import asyncio
import base64
import binascii
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from app.core.errors import SecretStoreError
from app.core.texts import Text, text

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

Result = TypeVar("Result")

SERVICE = "Koppler"
# They keep passwords readable in a file, or nowhere at all.
_REFUSED = ("keyrings.alt", "keyring.backends.null", "keyring.backends.fail")
_PLACES = {
    "keyring.backends.Windows": text("Kept encrypted; the key is in the Windows Credential Manager, never in a file."),
    "keyring.backends.macOS": text("Kept encrypted; the key is in the macOS Keychain, never in a file."),
    "keyring.backends.SecretService": text(
        "Kept encrypted; the key is in this desktop's password store (Secret Service), never in a file."
    ),
    "keyring.backends.libsecret": text(
        "Kept encrypted; the key is in this desktop's password store (Secret Service), never in a file."
    ),
    "keyring.backends.kwallet": text("Kept encrypted; the key is in KWallet, never in a file."),
}


class KeystoreTimeoutError(SecretStoreError):
    """It hangs, or waits for an answer that nobody gives: asking again by itself would only wait again."""


class NoKeystoreError(Exception):
    """No backend that keeps secrets safe."""


def _system_backend() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()


class Keystore:
    """Every method raises SecretStoreError when the keystore is absent, locked, refuses, or does not answer in time.

    ``timeout_s`` leaves a person the time to type the password that the keystore may ask for.
    """

    def __init__(
        self,
        backend: Callable[[], KeyringBackend] = _system_backend,
        *,
        timeout_s: float = 60.0,
        service: str = SERVICE,
    ) -> None:
        self._backend = backend
        self._timeout_s = timeout_s
        self._service = service
        self._place = text("Kept encrypted; the key is in this computer's keystore, never in a file.")

    @property
    def place(self) -> Text:
        """In general words before the first call."""
        return self._place

    async def read(self, user: str) -> bytes | None:
        """The key, or None where there is none or something else stands in its place."""
        found = await self._call(lambda backend: backend.get_password(self._service, user))
        return _decoded(found)

    async def write(self, user: str, key: bytes) -> None:
        """Proves it by reading it back: some backends forget without a word."""
        words = base64.b64encode(key).decode("ascii")

        def work(backend: KeyringBackend) -> bool:
            backend.set_password(self._service, user, words)
            return backend.get_password(self._service, user) == words

        if not await self._call(work):
            raise _refusal("the key could not be read back")

    async def forget(self, user: str) -> None:
        await self._call(lambda backend: backend.delete_password(self._service, user))

    async def _call(self, work: Callable[[KeyringBackend], Result]) -> Result:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()

        def deliver(settle: Callable[[Any], None], value: object) -> None:
            with suppress(RuntimeError):  # the loop ended before the keystore answered
                loop.call_soon_threadsafe(lambda: None if answer.done() else settle(value))

        def on_thread() -> None:
            try:
                result = work(self._usable())
            except Exception as error:  # noqa: BLE001 - backends let errors of the system's own libraries through
                deliver(answer.set_exception, _failure(error))
            else:
                deliver(answer.set_result, result)

        # A daemon: a keystore that hangs must not keep the program from ending.
        threading.Thread(target=on_thread, name="keystore", daemon=True).start()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answer
        except TimeoutError:
            raise KeystoreTimeoutError(
                text("The keystore of this computer did not answer in time."),
                remedy=text(
                    "Look for a window that asks for its password and try again, choose a passphrase for your secrets, "
                    "or enter them for this session only."
                ),
                detail=f"no answer within {self._timeout_s:g} s",
            ) from None

    def _usable(self) -> KeyringBackend:
        from keyring.backends.chainer import ChainerBackend

        chosen = self._backend()
        candidates = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
        for candidate in candidates:
            module = type(candidate).__module__
            if not module.startswith(_REFUSED):
                self._place = _PLACES.get(module, self._place)
                return candidate
        raise NoKeystoreError


def _failure(error: Exception) -> SecretStoreError:
    import keyring.errors

    # Only the class goes into the log: the words of a foreign library may repeat what it was given.
    detail = f"keystore: {type(error).__name__}"
    if isinstance(error, NoKeystoreError | keyring.errors.NoKeyringError):
        return SecretStoreError(
            text("This computer has no keystore for secrets."),
            remedy=text("Choose a passphrase for them, or enter them for this session only."),
            detail=detail,
        )
    if isinstance(error, keyring.errors.KeyringLocked):
        return SecretStoreError(
            text("The keystore is locked."),
            remedy=text("Unlock it and try again, choose a passphrase, or enter the secrets for this session only."),
            detail=detail,
        )
    return _refusal(detail)


def _refusal(detail: str) -> SecretStoreError:
    return SecretStoreError(
        text("The keystore of this computer does not answer as it should."),
        remedy=text("Try again, choose a passphrase for your secrets, or enter them for this session only."),
        detail=detail,
    )


def _decoded(words: str | None) -> bytes | None:
    try:
        key = base64.b64decode(words or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == 32 else None
