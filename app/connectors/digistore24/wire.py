"""How Digistore24 is called: POST forms with brackets, JSON in an envelope whose ``result`` decides.

``https://www.digistore24.com/api/call/<function>/format/json``, key in the header ``X-DS-API-KEY``. The vendor's own
client posts everything (https://github.com/digistore24/ds24-appkit), whatever the OpenAPI file declares. Numbers of
errors: the vendor's PHP class, connector 1.2; whether the server uses the same is not documented, so the status of HTTP
counts first and the message is always shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from app.connectors.digistore24.settings import Digistore24Settings
from app.core.errors import (
    AppError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError, object_in, retry_after_s
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.plan import Json

Row = Mapping[str, Any]
BASE_URL = "https://www.digistore24.com/api/call"
PACE = Pace(per_second=2, parallel=2)
"""No limit is published."""
_BAD_KEY, _NOT_FOUND, _DENIED, _INTERNAL, _NO_KEY, _TOO_MANY = 2, 4, 5, 11, 10, 12


def http_options(settings: Digistore24Settings) -> HttpOptions:
    return HttpOptions(
        headers={"X-DS-API-KEY": settings.api_key.get_secret_value()},
        encode=form,
        content_type="application/x-www-form-urlencoded",
        classify=classified,
    )


def form(body: Json) -> bytes:
    """``{"search": {"role": "vendor"}}`` becomes ``search[role]=vendor``; yes and no are Y and N."""
    return urlencode(list(_pairs(body or {}))).encode()


def _pairs(fields: Mapping[str, Any], outer: str = "") -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        inner = f"{outer}[{name}]" if outer else str(name)
        if isinstance(value, Mapping):
            yield from _pairs(value, inner)
        elif isinstance(value, bool):
            yield inner, "Y" if value else "N"
        else:
            yield inner, str(value)


def classified(answer: Answer) -> AppError | None:
    """An error in the envelope, with whatever status; None leaves everything else to the common reading."""
    body = object_in(answer)
    words = str(body.get("message") or "") if body else ""
    code = _number(body.get("code")) if body and body.get("result") == "error" else None
    if answer.status == 401 or (answer.status < 500 and code in {_BAD_KEY, _NO_KEY}):
        return _wrong_key(answer)
    if answer.status == 403 or code == _DENIED:
        return _denied(answer, words)
    if answer.status == 429 or code == _TOO_MANY:
        return RateLimitError(
            text("Digistore24 asks to slow down."),
            remedy=text("Try again in a few minutes."),
            retry_after_s=retry_after_s(answer.headers),
            detail=_detail(answer),
        )
    if code == _INTERNAL:
        return UnreachableError(
            text("Digistore24 has a fault at the moment."),
            remedy=text("Try again in a few minutes."),
            detail=_detail(answer),
        )
    if code is not None:
        return RejectedError(answer, words)
    return None


def _wrong_key(answer: Answer) -> SignInError:
    return SignInError(
        text("Digistore24 does not accept this API key."),
        remedy=text('Copy it again from "Settings", "Account access", "API keys", or create a new one.'),
        detail=_detail(answer),
        field="api_key",
    )


def _denied(answer: Answer, words: str) -> PermissionMissingError:
    return PermissionMissingError(
        text("This API key may not do this: {words}", words=words or text("no further words")),
        remedy=text("Create a key of a user with access to orders and buyers, and enter it here."),
        detail=_detail(answer),
        field="api_key",
    )


def _detail(answer: Answer) -> str:
    return f"{answer.status} from {answer.url}: {answer.evidence}"


def _number(raw: object) -> int:
    return int(str(raw)) if str(raw).lstrip("-").isdigit() else 0


def is_not_found(error: RejectedError) -> bool:
    body = object_in(error.answer)
    return error.answer.status == 404 or (body is not None and _number(body.get("code")) == _NOT_FOUND)


async def call(http: HttpClient, function: str, fields: Mapping[str, Any] | None = None) -> Any:
    """``data`` of a function that reads. Raises ProtocolError for anything but the envelope."""
    answer = await http.request("POST", f"{function}/format/json", body=dict(fields or {}), is_read=True)
    body = answer.json()
    if not isinstance(body, dict) or body.get("result") != "success":
        raise unknown_answer(answer)
    return body.get("data")


def unknown_answer(answer: Answer) -> ProtocolError:
    return ProtocolError(
        text("Digistore24 answered in a form that is not known."),
        remedy=text("Check the address of the account; something else may have answered."),
        detail=_detail(answer),
    )


def unknown_data(function: str, data: object) -> ProtocolError:
    return ProtocolError(
        text("Digistore24 answered in a form that is not known."),
        remedy=text("Try again later; if it happens again, please report it with the log."),
        detail=f"{function}: data is a {type(data).__name__}",
    )


def rows_of(function: str, data: object, *names: str) -> list[Row]:
    """Rows under one of the names, or the data itself where it is the list. Raises ProtocolError."""
    found = data
    if isinstance(data, Mapping):
        found = next((data[name] for name in names if name in data), None)
        if isinstance(found, Mapping):
            found = list(found.values())
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise unknown_data(function, data)
    return found


def page_count(data: object) -> int | None:
    raw = data.get("page_count") if isinstance(data, Mapping) else None
    return int(str(raw)) if str(raw).isdigit() else None
