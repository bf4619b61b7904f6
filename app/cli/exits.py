"""Exit codes, decided by the class of an error and never by its message."""

from __future__ import annotations

from enum import IntEnum

from app.core.errors import AppError, TemporaryError
from app.services.names import UnknownNameError, WrongUseError


class Exit(IntEnum):
    DONE = 0
    WITH_PROBLEMS = 1
    """Finished, with failed, held or in-doubt records."""
    WRONG_USE = 2
    PERSON_MUST_ACT = 3
    TRY_LATER = 4


def exit_for(error: AppError) -> Exit:
    if isinstance(error, UnknownNameError | WrongUseError):
        return Exit.WRONG_USE
    return Exit.TRY_LATER if isinstance(error, TemporaryError) else Exit.PERSON_MUST_ACT
