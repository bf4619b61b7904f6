"""What comes back over HTTP, and how its status is read where a connector does not know better."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

import msgspec

from app.core.errors import (
    AddressError,
    AppError,
    DataError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from app.core.events import now
from app.core.texts import text
from app.sdk.base_url import without_query
from app.sdk.plan import Json

_LONGEST_EVIDENCE = 2_000
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]*)?")
_LONGEST_RETRY_AFTER_S = 7 * 24 * 3600.0
"""Nobody means more; it also keeps a nonsensical number within what a clock can count."""
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str = ""
    redact: Callable[[str], str] = field(default=str, compare=False, repr=False)
    """Takes secrets out of whatever is shown or logged of this answer."""
    decode: Callable[[Answer], Json] | None = field(default=None, compare=False, repr=False)
    """The connector's own, for vendors who do not speak JSON."""

    @property
    def is_empty(self) -> bool:
        return not self.content.strip()

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    @property
    def evidence(self) -> str:
        """The beginning of the body without secrets, for errors and the log."""
        return self.redact(self.text)[:_LONGEST_EVIDENCE]

    def json(self) -> Json:
        """Numbers with a point become Decimal, so that money never passes through a float.

        Raises ProtocolError where the body is no JSON, such as a web page from a proxy.
        """
        if self.decode is not None:
            return self.decode(self)
        try:
            return _DECODER.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            is_page = self.content.lstrip()[:1] == b"<"
            raise ProtocolError(
                text("The system answered with a web page instead of data.")
                if is_page
                else text("The system answered with something that is no data."),
                remedy=text(
                    "Check the address of the account; a maintenance page or a firewall may answer in its place."
                ),
                detail=f"no JSON from {self.url}: {self.evidence}",
            ) from error


def object_in(answer: Answer) -> Mapping[str, Json] | None:
    """The body where it is a JSON object, None for anything else: for errors, which may be a web page or nothing."""
    try:
        found = answer.json()
    except ProtocolError:
        return None
    return found if isinstance(found, Mapping) else None


class RejectedError(DataError):
    """The vendor refused this request (400, 404, 409, 413, 415, 422); ``answer`` says why."""

    def __init__(self, answer: Answer, words: str = "") -> None:
        super().__init__(
            "refused",
            text("The system refused the request: {words}", words=words or answer.evidence[:300] or str(answer.status)),
            detail=f"{answer.status} from {answer.url}: {answer.evidence}",
        )
        self.answer = answer
        self.words = words or answer.evidence[:300]


def encoded(body: Json) -> bytes:
    """JSON as UTF-8; a Decimal is written as the number it is, digit for digit."""
    return _ENCODER.encode(body)


def common_error(answer: Answer) -> AppError | None:
    """How an HTTP status is read where the connector does not know better; None for success."""
    status = answer.status
    if 200 <= status < 300:
        return None
    detail = f"{status} from {answer.url}: {answer.evidence}"
    if 300 <= status < 400:
        return redirect_error(answer)
    if status == 401:
        return SignInError(
            text("The system did not accept the sign-in."), remedy=text("Enter the key again."), detail=detail
        )
    if status in {402, 403}:
        return PermissionMissingError(
            text("The system does not permit this."),
            remedy=text("Give the key the permission that is missing, then test again."),
            detail=detail,
        )
    if status == 429:
        return RateLimitError(
            text("The system asks to slow down."),
            remedy=text("Try again in a few minutes."),
            retry_after_s=retry_after_s(answer.headers),
            detail=detail,
        )
    if status in {408, 423, 425} or status >= 500:
        return UnreachableError(
            text("The system has a fault at the moment."),
            remedy=text("Try again in a few minutes."),
            retry_after_s=retry_after_s(answer.headers),
            detail=detail,
        )
    return RejectedError(answer)


def redirect_error(answer: Answer) -> AddressError:
    target = without_query(answer.headers.get("location", ""))
    return AddressError(
        text("The address redirects to {address}.", address=target or "?"),
        remedy=text("Use the final address in the account; your key is never sent along a redirect."),
        suggestion=target or None,
        field="api_address",
        detail=f"{answer.status} from {answer.url} to {target}",
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """RFC 9110 Retry-After: seconds or a date; None where absent or unreadable.

    A date is held against the vendor's own clock, the Date header, so that a wrong clock of this computer neither
    hurries nor waits for hours.
    """
    raw = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(raw):
        return min(float(raw), _LONGEST_RETRY_AFTER_S)
    until = _moment(raw)
    if until is None:
        return None
    seconds = (until - (_moment(headers.get("date", "")) or now())).total_seconds()
    return min(max(0.0, seconds), _LONGEST_RETRY_AFTER_S)


def _moment(raw: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
