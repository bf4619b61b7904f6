"""What can go wrong, ordered by what it means for a run.

::

    AppError                 what happened and what to do, in the person's words
      ConfigError            the person must act: the run pauses, the card says what to do
        SignInError          credentials refused
        PermissionMissingError  signed in, but not allowed to do this
        AddressError         wrong, redirecting or untrusted address
      TemporaryError         try later, by itself
        RateLimitError       the vendor asks to slow down
        UnreachableError     no connection, time-out, server fault
      DataError              this record only
      ProtocolError          the vendor answered something unknown: stop and keep the evidence
      UnknownOutcomeError    the request may have arrived, its answer was lost
      WriteRefusedError      a preview tried to write: a fault of the program, never sent
      StorageError           the local database or disk
      SecretStoreError       the keystore

Engine and window decide by class, never by message.
"""

from __future__ import annotations

from app.core.texts import Text, text, verbatim


class AppError(Exception):
    """``message`` says what happened, ``remedy`` what to do next; ``detail`` holds facts for the log, in English and
    without secrets; ``field`` names the setting that the error belongs to."""

    def __init__(
        self,
        message: Text | str,
        *,
        remedy: Text | str = "",
        detail: str = "",
        field: str | None = None,
    ) -> None:
        self.message = message if isinstance(message, Text) else verbatim(message)
        self.remedy = remedy if isinstance(remedy, Text) else (verbatim(remedy) if remedy else Text(""))
        self.detail = detail
        self.field = field
        super().__init__(detail or self.message.message)

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.message), str(self.remedy)) if part)


class ConfigError(AppError):
    """The person must change something; nothing is retried before."""


class SignInError(ConfigError):
    """The vendor refused the credentials."""


class PermissionMissingError(ConfigError):
    """Signed in, but this account may not do it. ``permission`` is the vendor's name for what is missing."""

    def __init__(self, message: Text | str, *, permission: str = "", **rest: object) -> None:
        super().__init__(message, **rest)  # type: ignore[arg-type]  # the keywords of AppError, passed through
        self.permission = permission


class AddressError(ConfigError):
    """Wrong, redirecting or untrusted address; ``suggestion`` is the address to use instead, if one is known."""

    def __init__(self, message: Text | str, *, suggestion: str | None = None, **rest: object) -> None:
        super().__init__(message, **rest)  # type: ignore[arg-type]  # the keywords of AppError, passed through
        self.suggestion = suggestion


class TemporaryError(AppError):
    """Try again later; ``retry_after_s`` is the vendor's wish in seconds, if it stated one."""

    def __init__(self, message: Text | str, *, retry_after_s: float | None = None, **rest: object) -> None:
        super().__init__(message, **rest)  # type: ignore[arg-type]  # the keywords of AppError, passed through
        self.retry_after_s = retry_after_s


class RateLimitError(TemporaryError):
    """The vendor asks to slow down."""


class UnreachableError(TemporaryError):
    """No connection, time-out, or a fault on the vendor's server."""


class DataError(AppError):
    """This one record cannot be read or sent; ``reason`` is its code in the ledger."""

    def __init__(self, reason: str, message: Text | str, **rest: object) -> None:
        super().__init__(message, **rest)  # type: ignore[arg-type]  # the keywords of AppError, passed through
        self.reason = reason


class ProtocolError(AppError):
    """The vendor answered something that its documentation does not know; ``detail`` keeps the evidence."""


class UnknownOutcomeError(AppError):
    """A write may or may not have arrived: look the record up before sending it again."""


class WriteRefusedError(AppError):
    """The read-only client of a preview was asked to write."""


class StorageError(AppError):
    """The local database or disk failed; nothing was half-written."""


class SecretStoreError(AppError):
    """The keystore is absent, locked or refused."""


def unexpected_error() -> AppError:
    """A fault of the program itself, in words for a person; the log keeps what it was."""
    return AppError(
        text("Something went wrong inside the program. Nothing was lost."),
        remedy=text("Try again. If it happens again, save the log as a report and send it to whoever supports you."),
    )
