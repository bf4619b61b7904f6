"""Addresses of accounts: https everywhere, plain http on this computer only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from app.core.errors import AddressError
from app.core.texts import text


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def checked_base_url(raw: str) -> str:
    """``checked_url`` without anything behind the path, where keys are often found: an address is stored and shown as
    it stands. Raises AddressError."""
    address = checked_url(raw)
    if "?" in address or "#" in address:
        raise AddressError(
            text("The address goes on behind a question mark or a number sign."),
            remedy=text("Enter it up to there, and a key in its own field."),
            field="api_address",
        )
    return address


def checked_url(raw: str) -> str:
    """Https everywhere, http to loopback only, no trailing slash. Raises AddressError, which never repeats what was
    entered: it may be a key in the wrong field."""
    try:
        parts = urlsplit(raw.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:  # brackets that are no IPv6 address, or a port that is none
        raise _no_address() from None
    if parts.scheme not in {"http", "https"} or not host or any(each.isspace() for each in raw.strip()):
        raise _no_address()
    if parts.username or parts.password:
        raise AddressError(
            text("The address contains a password."),
            remedy=text("Enter the address alone and put the password into its own field."),
            field="api_address",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise AddressError(
            text("The address begins with http:// and would send your key unprotected."),
            remedy=text("Use https://."),
            field="api_address",
            suggestion=without_query("https://" + raw.strip().removeprefix("http://")),
        )
    return raw.strip().rstrip("/")


def without_query(address: str) -> str:
    """What may be shown of an address: queries and fragments often carry keys, and so does what stands before an @."""
    shown = address.partition("?")[0].partition("#")[0]
    scheme, separator, rest = shown.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{separator}{place.rpartition('@')[2]}{slash}{path}"


def _no_address() -> AddressError:
    return AddressError(
        text("This is not a web address."),
        remedy=text("Enter it as your browser shows it, beginning with https://."),
        field="api_address",
    )
