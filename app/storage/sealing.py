"""Sealing with AES-256-GCM: what was sealed for one account and field opens for no other."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field

# The library is imported where it is used: loading it would be felt at every start.

_NONCE_BYTES = 12
_KEY_BYTES = 32


class UnsealError(Exception):
    """Another key, another place, or damaged."""


@dataclass(frozen=True, slots=True)
class Sealed:
    nonce: bytes
    words: bytes


@dataclass(frozen=True, slots=True)
class SealingKey:
    raw: bytes = field(repr=False)

    @classmethod
    def random(cls) -> SealingKey:
        return cls(secrets.token_bytes(_KEY_BYTES))

    @property
    def id(self) -> bytes:
        """Tells keys apart without telling anything about them."""
        return hmac.digest(self.raw, b"koppler key id 1", "sha256")[:8]

    def seal(self, words: bytes, *place: str) -> Sealed:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_BYTES)
        return Sealed(nonce, AESGCM(self.raw).encrypt(nonce, words, _bound(place)))

    def unseal(self, sealed: Sealed, *place: str) -> bytes:
        """Raises UnsealError."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self.raw).decrypt(sealed.nonce, sealed.words, _bound(place))
        except (InvalidTag, ValueError) as error:
            raise UnsealError from error


@dataclass(frozen=True, slots=True)
class ScryptCost:
    """RFC 7914; the default takes 64 MB and a few tenths of a second (OWASP's password storage cheat sheet)."""

    n: int = 2**16
    r: int = 8
    p: int = 2


def key_from_passphrase(passphrase: str, salt: bytes, cost: ScryptCost) -> SealingKey:
    """Slow on purpose: call it on a thread."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    words = unicodedata.normalize("NFC", passphrase).encode()
    return SealingKey(Scrypt(salt=salt, length=32, n=cost.n, r=cost.r, p=cost.p).derive(words))


def _bound(place: tuple[str, ...]) -> bytes:
    return "\0".join(("koppler secret 1", *place)).encode()
