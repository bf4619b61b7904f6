"""How faults of the wire are told, wherever they come from."""

from __future__ import annotations

import ssl

import httpx

from app.core.errors import AddressError, AppError, DataError, SignInError, UnknownOutcomeError, UnreachableError
from app.core.texts import text

_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Before these nothing of a request was sent; after any other error of the connection a write may have happened."""


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


def connection_error(error: httpx.HTTPError | TimeoutError, host: str, *, may_repeat: bool) -> AppError:
    """UnknownOutcomeError where a write that may not be repeated may have happened, AddressError where the certificate
    was not trusted, else UnreachableError."""
    detail = f"{type(error).__name__} talking to {host}"
    if not may_repeat and not isinstance(error, _NEVER_LEFT):
        return lost_answer(host, detail)
    if isinstance(error, httpx.ConnectError) and isinstance(root_cause(error), ssl.SSLError):
        return AddressError(
            text("The secure connection to {host} could not be trusted.", host=host),
            remedy=text("Check the date and time of this computer; an antivirus program may also inspect connections."),
            detail=f"{detail}: {root_cause(error)}",
            field="api_address",
        )
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return UnreachableError(
            text("{host} takes too long to answer.", host=host),
            remedy=text("Try again in a few minutes."),
            detail=detail,
        )
    return UnreachableError(
        text("{host} cannot be reached.", host=host),
        remedy=text("Check your internet connection and the address."),
        detail=f"{detail}: {root_cause(error)}",
    )
