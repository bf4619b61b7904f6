"""The vault: secrets of accounts, sealed in the database with one key that lies elsewhere.

The key is random, one per data folder, and kept in the operating system's keystore (one prompt instead of twenty, and
far below Windows' 2,560 bytes per credential), or sealed with a passphrase. Or nothing is kept: the secrets live in
memory for this session. No path leads to a readable secret in a file.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum

from app.core.errors import SecretStoreError
from app.core.texts import Text, text
from app.storage.database import Database, Work
from app.storage.keystore import Keystore, KeystoreTimeoutError
from app.storage.sealing import ScryptCost, Sealed, SealingKey, UnsealError, key_from_passphrase
from app.storage.vaultrows import KeyPlace, VaultRecord, VaultRows, Wrapped, putting_secrets

PASSPHRASE_VARIABLE = "KOPPLER_PASSPHRASE"  # noqa: S105 - the name of a variable
SHORTEST_PASSPHRASE = 8


class VaultState(StrEnum):
    UNOPENED = "unopened"
    """Not tried yet, or the keystore failed: see ``Vault.problem``."""
    KEYSTORE = "keystore"
    PASSPHRASE_LOCKED = "passphrase_locked"  # noqa: S105 - the name of a state
    PASSPHRASE_OPEN = "passphrase_open"  # noqa: S105 - the same
    SESSION = "session"


class Vault:
    """Methods raise SecretStoreError, and StorageError for the database. Keystore and scrypt work on threads."""

    def __init__(
        self,
        database: Database,
        keystore: Keystore | None = None,
        *,
        cost: ScryptCost | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._database = database
        self._rows = VaultRows(database)
        self._keystore = keystore or Keystore()
        self._cost = cost or ScryptCost()
        self._environ = environ
        self._state = VaultState.UNOPENED
        self._problem: SecretStoreError | None = None
        self._key: SealingKey | None = None
        self._session: dict[str, dict[str, str]] = {}
        self._turn = asyncio.Lock()

    @property
    def state(self) -> VaultState:
        return self._state

    @property
    def problem(self) -> SecretStoreError | None:
        """Why the keystore could not be used at the last opening."""
        return self._problem

    def place(self) -> Text:
        """Where a secret would be kept now, for the form."""
        match self._state:
            case VaultState.KEYSTORE:
                return self._keystore.place
            case VaultState.PASSPHRASE_OPEN:
                return text("Kept encrypted with your passphrase, which is nowhere stored.")
            case VaultState.PASSPHRASE_LOCKED:
                return text("Kept encrypted with your passphrase; enter it to use the secrets.")
            case VaultState.SESSION:
                return text("Kept for this session only; it is gone when the program ends.")
            case _:
                return self._problem.message if self._problem else text("Not kept before you save.")

    # Opening --------------------------------------------------------------------------------------------------------

    async def open(self) -> VaultState:
        """Asks the keystore, or takes KOPPLER_PASSPHRASE. A keystore that fails leaves UNOPENED and a ``problem``;
        a wrong KOPPLER_PASSPHRASE raises. The choice of this session only stays."""
        async with self._turn:
            return await self._open()

    async def use_passphrase(self, passphrase: str) -> None:
        """Unlocks a vault that has a passphrase; else makes this its passphrase and takes the key from the keystore."""
        async with self._turn:
            record = await self._rows.record()
            if record.wrapped is not None:
                await self._unlock(record.wrapped, passphrase)
            else:
                await self._set_passphrase(record, passphrase)
            await self._seal_session()

    async def change_passphrase(self, old: str, new: str) -> None:
        """Seals everything anew, so that the old passphrase opens nothing of it any more. Copies made before, such as
        backups, still open with the old one."""
        async with self._turn:
            record = await self._rows.record()
            if record.wrapped is None:
                raise SecretStoreError(
                    text("Your secrets have no passphrase yet."),
                    remedy=text("Choose a passphrase first."),
                    field="passphrase",
                )
            _refuse_short(new, field="new_passphrase")
            await self._unlock(record.wrapped, old)
            key = SealingKey.random()
            wrapped = await self._wrapped(new, key)
            # Cancelling must not part what is written from the key in memory: what that seals could not be opened.
            resealing = asyncio.create_task(self._reseal(replace(record, wrapped=wrapped), key))
            try:
                await asyncio.shield(resealing)
            except asyncio.CancelledError:
                await asyncio.wait({resealing})
                raise

    async def _reseal(self, record: VaultRecord, key: SealingKey) -> None:
        await self._rows.reseal(record, self._key or key, key)
        self._key = key
        await self._database.scrub()

    async def use_keystore(self) -> None:
        """Gives the key of an open vault to the keystore; a passphrase is no longer asked for."""
        async with self._turn:
            record = await self._rows.record()
            if record.place is KeyPlace.PASSPHRASE:
                if self._key is None:
                    raise _locked()
                await self._keystore.write(record.folder_id, self._key.raw)
                await self._rows.save(replace(record, place=KeyPlace.KEYSTORE, wrapped=None))
            else:
                self._key = _key(await self._keystore.read(record.folder_id))
            self._state, self._problem = VaultState.KEYSTORE, None
            await self._seal_session()

    def use_session(self) -> None:
        """From now on secrets stay in memory; what was sealed before stays sealed."""
        self._state, self._key = VaultState.SESSION, None

    async def _open(self) -> VaultState:
        if self._state is VaultState.SESSION:
            return self._state
        record = await self._rows.record()
        passphrase = self._environ.get(PASSPHRASE_VARIABLE, "")
        if record.wrapped is not None:
            if self._state is not VaultState.PASSPHRASE_OPEN:
                self._state = VaultState.PASSPHRASE_LOCKED
                if passphrase:
                    await self._unlock(record.wrapped, passphrase)
            return self._state
        try:
            key = _key(await self._keystore.read(record.folder_id))
        except SecretStoreError as error:
            if self._is_for_session():
                return self._state
            self._problem = error
            # Only for an empty vault: a passphrase would lock out what the keystore's key has sealed.
            if passphrase and not await self._rows.has_sealed():
                await self._set_passphrase(record, passphrase)
            else:
                self._state, self._key = VaultState.UNOPENED, None
        else:
            if not self._is_for_session():
                self._key, self._state, self._problem = key, VaultState.KEYSTORE, None
        return self._state

    def _is_for_session(self) -> bool:
        """The person may have chosen so while the keystore was waited for."""
        return self._state is VaultState.SESSION

    async def _unlock(self, wrapped: Wrapped, passphrase: str) -> None:
        outer = await asyncio.to_thread(key_from_passphrase, passphrase, wrapped.salt, wrapped.cost)
        try:
            self._key = SealingKey(outer.unseal(wrapped.sealed, "vault"))
        except UnsealError:
            raise SecretStoreError(
                text("The passphrase is not the right one."),
                remedy=text("Try again. If it is lost, delete the accounts and set them up with new secrets."),
                field="passphrase",
            ) from None
        self._state = VaultState.PASSPHRASE_OPEN

    async def _set_passphrase(self, record: VaultRecord, passphrase: str) -> None:
        _refuse_short(passphrase, field="passphrase")
        if self._key is None and self._problem is None:
            with suppress(SecretStoreError):  # a keystore that fails is the very reason for a passphrase
                self._key = _key(await self._keystore.read(record.folder_id))
        key = self._key or SealingKey.random()
        wrapped = await self._wrapped(passphrase, key)
        await self._rows.save(replace(record, place=KeyPlace.PASSPHRASE, wrapped=wrapped))
        if self._key is not None:
            with suppress(SecretStoreError):  # the passphrase counts now, whether or not the old place lets go
                await self._keystore.forget(record.folder_id)
        self._key, self._state = key, VaultState.PASSPHRASE_OPEN

    async def _wrapped(self, passphrase: str, key: SealingKey) -> Wrapped:
        salt = secrets.token_bytes(16)
        outer = await asyncio.to_thread(key_from_passphrase, passphrase, salt, self._cost)
        return Wrapped(salt, self._cost, outer.seal(key.raw, "vault"))

    async def _seal_session(self) -> None:
        for account, values in list(self._session.items()):
            await self._rows.put(account, values, await self._writing_key())
            del self._session[account]

    # Secrets --------------------------------------------------------------------------------------------------------

    async def put(self, account: str, values: Mapping[str, str]) -> None:
        """Keeps the given fields, all or none; an empty value removes its field, others stay."""
        async with self._turn:
            await self._database.write(await self._putting(account, values))

    async def putting(self, account: str, values: Mapping[str, str]) -> Work[object]:
        """``put`` as a part of a larger transaction; raises the same. Secrets of this session are kept at once."""
        async with self._turn:
            return await self._putting(account, values)

    async def _putting(self, account: str, values: Mapping[str, str]) -> Work[object]:
        await self._open_first()
        if self._state is VaultState.SESSION:
            kept = {**self._session.get(account, {}), **values}
            self._session[account] = {field: value for field, value in kept.items() if value}
            # What was sealed before stays, for the day when the keystore answers again.
            return putting_secrets(account, {field: "" for field, value in values.items() if not value}, None)
        return putting_secrets(account, values, await self._writing_key() if any(values.values()) else None)

    async def get(self, account: str) -> dict[str, str]:
        """Every field of the account; empty for an account without secrets, without opening anything."""
        async with self._turn:
            rows = await self._rows.of(account)
            remembered = self._session.get(account, {})
            sealed = {field: row for field, row in rows.items() if field not in remembered}
            if not sealed:
                return dict(remembered)
            await self._open_first()
            if self._state is VaultState.PASSPHRASE_LOCKED:
                raise _locked()
            if self._state is VaultState.UNOPENED:
                raise self._refusal()
            found: dict[str, str] = {}
            for field, row in sealed.items():
                value = self._unsealed(row.key_id, row.sealed, account, field)
                if value is not None:
                    found[field] = value
            if len(found) < len(sealed):
                raise _unreadable(account, tuple(sealed.keys() - found.keys()))
            return {**found, **remembered}

    async def names(self, account: str) -> frozenset[str]:
        """The fields that have a secret, without opening anything."""
        return frozenset(await self._rows.of(account)) | frozenset(self._session.get(account, {}))

    async def seal(self, words: bytes, *place: str) -> tuple[bytes, Sealed]:
        """For words that are kept elsewhere, with the key's id; what is sealed for one place opens at no other. Raises
        SecretStoreError for a vault that is locked, not open, or for this session only."""
        async with self._turn:
            await self._open_first()
            key = await self._writing_key()
            return key.id, key.seal(words, *place)

    async def unseal(self, key_id: bytes, sealed: Sealed, *place: str) -> bytes | None:
        """None where the key is another one. Raises SecretStoreError as ``seal`` does."""
        async with self._turn:
            await self._open_first()
            if self._state is VaultState.PASSPHRASE_LOCKED:
                raise _locked()
            if self._state in {VaultState.UNOPENED, VaultState.SESSION}:
                raise self._refusal()
            if self._key is None or self._key.id != key_id:
                return None
            try:
                return self._key.unseal(sealed, *place)
            except UnsealError:
                return None

    async def delete(self, account: str) -> None:
        self._session.pop(account, None)
        await self._rows.delete(account)

    async def duplicate(self, account: str, copy: str) -> None:
        """Gives the other account the same secrets."""
        values = await self.get(account)
        if values:
            await self.put(copy, values)

    async def _open_first(self) -> None:
        if self._state is VaultState.UNOPENED and not isinstance(self._problem, KeystoreTimeoutError):
            await self._open()

    async def _writing_key(self) -> SealingKey:
        match self._state:
            case VaultState.PASSPHRASE_LOCKED:
                raise _locked()
            case VaultState.UNOPENED | VaultState.SESSION:
                raise self._refusal()
            case _:
                pass
        if self._key is None:
            key = SealingKey.random()
            await self._keystore.write((await self._rows.record()).folder_id, key.raw)
            self._key = key
        return self._key

    def _unsealed(self, key_id: bytes, sealed: Sealed, account: str, field: str) -> str | None:
        if self._key is None or self._key.id != key_id:
            return None
        try:
            return self._key.unseal(sealed, account, field).decode()
        except UnsealError:
            return None

    def _refusal(self) -> SecretStoreError:
        return self._problem or SecretStoreError(
            text("The vault for secrets is not open."),
            remedy=text("Choose a passphrase for your secrets, or enter them for this session only."),
        )


def _refuse_short(passphrase: str, *, field: str) -> None:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise SecretStoreError(
            text("The passphrase needs at least {count} characters.", count=SHORTEST_PASSPHRASE),
            remedy=text("Choose a longer one; several words are easy to remember."),
            field=field,
        )


def _key(raw: bytes | None) -> SealingKey | None:
    return SealingKey(raw) if raw else None


def _locked() -> SecretStoreError:
    return SecretStoreError(
        text("Your secrets are locked."),
        remedy=text("Enter your passphrase; on the command line, set {variable}.", variable=PASSPHRASE_VARIABLE),
        field="passphrase",
    )


def _unreadable(account: str, fields: tuple[str, ...]) -> SecretStoreError:
    """The key is another one: the data folder came from another computer or user, or the keystore was emptied."""
    return SecretStoreError(
        text('The secrets of "{account}" cannot be read on this computer.', account=account),
        remedy=text('Enter them again under "Reconnect". Everything else stays as it is.'),
        detail=f"sealed with another key: {', '.join(sorted(fields))}",
        field=min(fields),
    )
