"""A short name that nobody has."""

from __future__ import annotations

from app.core.errors import ConfigError


class UnknownNameError(ConfigError):
    """There is no account, integration or system of this name; the remedy names those that exist."""
