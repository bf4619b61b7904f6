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
    """Https everywhere, http to loopback only, no trailing slash. Raises AddressError."""
    parts = urlsplit(raw.strip())
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressError(
            text('"{address}" is not a web address.', address=raw[:200]),
            remedy=text("Enter it as your browser shows it, beginning with https://."),
            field="api_address",
        )
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
            suggestion="https://" + raw.strip().removeprefix("http://"),
        )
    return raw.strip().rstrip("/")
