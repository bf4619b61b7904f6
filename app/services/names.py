"""A short name that nobody has."""

from __future__ import annotations

from app.core.errors import ConfigError


class UnknownNameError(ConfigError):
    """There is no account, integration or system of this name; the remedy names those that exist."""


class WrongUseError(ConfigError):
    """What was asked for does not fit what there is, such as a wrong count. Nothing happened."""
