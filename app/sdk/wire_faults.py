"""How faults of the wire are told, wherever they come from."""

from __future__ import annotations

from app.core.errors import DataError, SignInError, UnknownOutcomeError
from app.core.texts import text


def unsendable_address(error: Exception) -> DataError:
    return DataError(
        "unreadable",
        text("A number or name holds characters that the system cannot be asked about."),
        detail=f"{type(error).__name__}: {error}",
    )


def unsendable_header() -> SignInError:
    return SignInError(
        text("The key holds a character that no key has, such as a letter with an accent or a curly quotation mark."),
        remedy=text("Copy the key again from the system, and paste it without anything around it."),
        detail="a header value is not ASCII",
    )


def lost_answer(host: str, detail: str) -> UnknownOutcomeError:
    return UnknownOutcomeError(
        text("The connection broke before {host} answered.", host=host),
        remedy=text("It is looked up before anything is sent again."),
        detail=detail,
    )


def root_cause(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error
