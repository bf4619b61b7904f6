"""The signature of a push: SHA-512 over its sorted fields, each followed by the shared passphrase.

https://github.com/digistore24/ds24-appkit and https://github.com/GoSuccess-GmbH/digistore24-ipn. There is neither time
nor nonce in a push, so a genuine one can be sent again: repeats are recognised by their key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

_SIGNATURES = ("sha_sign", "SHASIGN")


def signature(fields: Mapping[str, str], passphrase: str, *, has_upper_keys: bool = False) -> str:
    """Upper-case hexadecimal. Keys are sorted by their bytes; empty values and arrays are left out, "0" is not."""
    named = {
        (name.upper() if has_upper_keys else name): value for name, value in fields.items() if _counts(name, value)
    }
    ordered = sorted(named.items(), key=lambda pair: pair[0].encode())
    told = "".join(f"{name}={value}{passphrase}" for name, value in ordered)
    return hashlib.sha512(told.encode()).hexdigest().upper()


def _counts(name: str, value: str) -> bool:
    return name not in _SIGNATURES and value != "" and "[" not in name


def is_genuine(fields: Mapping[str, str], passphrase: str) -> bool:
    """Compared in constant time. Older connections sign upper-case keys."""
    told = next((fields[name] for name in _SIGNATURES if fields.get(name)), "").upper().encode()
    if not told or not passphrase:
        return False
    plain, upper = (signature(fields, passphrase, has_upper_keys=each).encode() for each in (False, True))
    return hmac.compare_digest(told, plain) | hmac.compare_digest(told, upper)
