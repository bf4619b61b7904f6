"""A setting that is not valid, told by the option with which it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.settings import SettingsError


@contextmanager
def naming_the_option() -> Iterator[None]:
    """Raises ConfigError in the place of SettingsError."""
    try:
        yield
    except SettingsError as error:
        option = f"--{(error.field or '').replace('_', '-')}"
        raise ConfigError(
            text("{option}: {problem}", option=option, problem=error.message), detail=error.detail, field=error.field
        ) from error
