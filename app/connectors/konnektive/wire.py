"""How Konnektive is spoken to: forms go in with the credentials beside the fields, JSON comes back with status 200.

``{"result": "SUCCESS" | "ERROR" | "MERC_REDIRECT", "message": object, list or text}``; the content type of an answer is
not reliable, so the body is read as it is. A query that finds nothing answers ERROR
(https://github.com/astermd/checkoutchamp-client and the vendor's help pages, see the documents of the manifest).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from app.connectors.konnektive.settings import KonnektiveSettings
from app.core.errors import AppError, PermissionMissingError, ProtocolError, SignInError
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.plan import Json

PACE = Pace(per_second=2, parallel=1)
"""No limit is published; wide queries are slow, and two clients beside each other made others fail."""
LARGEST_PAGE = 200
Row = Mapping[str, Any]

_AUTHENTICATION = re.compile(
    r"authenticat|invalid (login|password|credentials)|(login|password) (is )?(invalid|wrong)", re.IGNORECASE
)
_ADDRESS_REFUSED = re.compile(r"\bIPs?\b|white-?\s?list", re.IGNORECASE)
_PERMISSION = re.compile(r"permission|not authori[sz]ed|access (is )?denied|no access", re.IGNORECASE)
_NOTHING_FOUND = re.compile(r"\bno\b.*\b(matching|found)\b", re.IGNORECASE | re.DOTALL)
_NOT_WAITING = re.compile(r"not .*(pending|qa|review)|already", re.IGNORECASE)
_IP = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")


def http_options(settings: KonnektiveSettings) -> HttpOptions:
    def sign(_path: str, body: Json) -> Json:
        return {"loginId": settings.login_id, "password": settings.password.get_secret_value(), **(body or {})}

    return HttpOptions(
        sign_body=sign,
        encode=form,
        content_type="application/x-www-form-urlencoded",
        classify=classified,
        read_timeout_s=240,
        whole_timeout_s=300,
    )


def form(body: Json) -> bytes:
    """Values as Konnektive reads them: 1 and 0 for yes and no, amounts with a point."""
    pairs = [(name, _plain(value)) for name, value in (body or {}).items() if value is not None]
    return urlencode(pairs).encode()


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def classified(answer: Answer) -> AppError | None:
    """An error inside a 200. Credentials and addresses that were refused are never tried again."""
    if answer.status != 200:
        return None
    try:
        body = answer.json()
    except ProtocolError:
        return None
    if not isinstance(body, dict) or body.get("result") in {"SUCCESS", None}:
        return None
    words = words_of(body)
    if body["result"] == "MERC_REDIRECT":
        return RejectedError(answer, f"MERC_REDIRECT {words}".strip())
    if _is_nothing_found(answer.url, words) or (answer.url.endswith("order/qa/") and _NOT_WAITING.search(words)):
        return None
    return _refusal(answer, words, names_fields=isinstance(body.get("message"), Mapping))


def _refusal(answer: Answer, words: str, *, names_fields: bool) -> AppError:
    """What names fields is about one record, whatever words it uses."""
    if names_fields:
        return RejectedError(answer, words)
    detail = f"ERROR from {answer.url}: {answer.evidence}"
    if _ADDRESS_REFUSED.search(words) and not _AUTHENTICATION.search(words):
        found = _IP.search(words)
        return SignInError(
            text("Konnektive does not let this computer in: its internet address is not on the list."),
            remedy=text(
                "Allow this address in Konnektive under Admin, Users, at the API user: {address}. It may change when"
                " your internet connection is renewed.",
                address=found.group() if found else text("the public address of your internet connection"),
            ),
            detail=detail,
            field="login_id",
        )
    if _AUTHENTICATION.search(words):
        return SignInError(
            text("Konnektive did not accept the API user name and password."),
            remedy=text(
                "Enter both again. If they are right, allow this address (the public one of your internet connection)"
                " at the API user in Konnektive: both are refused in the same words."
            ),
            detail=detail,
            field="password",
        )
    if _PERMISSION.search(words):
        path = answer.url.split("//")[-1].partition("/")[2]
        return PermissionMissingError(
            text("The API user may not use {path}.", path=path),
            remedy=text("In Konnektive under Admin, Users, tick this for the API user, then test again."),
            detail=detail,
            permission=path,
        )
    return RejectedError(answer, words)


def _is_nothing_found(url: str, words: str) -> bool:
    return url.rstrip("/").endswith("/query") and _NOTHING_FOUND.search(words) is not None


def words_of(body: Mapping[str, Any]) -> str:
    """The vendor's words: a text, or one for each field."""
    message = body.get("message")
    if isinstance(message, Mapping):
        return "; ".join(f"{field}: {reason}" for field, reason in message.items())
    return str(message or "")


def told(answer: Answer) -> Row:
    """The object that a write answers with. Raises ProtocolError."""
    body = answer.json()
    message = body.get("message") if isinstance(body, dict) else None
    if isinstance(message, Mapping):
        return message
    if isinstance(body, dict) and body.get("result") == "SUCCESS":
        return {}
    raise unknown_answer(answer)


def unknown_answer(answer: Answer) -> ProtocolError:
    return ProtocolError(
        text("Konnektive answered in a form that is not known."),
        remedy=text("Check the address of the account; something else may have answered."),
        detail=f"unknown answer from {answer.url}: {answer.evidence}",
    )


def rows_of(answer: Answer) -> Sequence[Row]:
    """Rows of a query; ``data`` is a list, or an object keyed by id. Raises ProtocolError."""
    body = answer.json()
    if not isinstance(body, dict) or "result" not in body:
        raise unknown_answer(answer)
    if body["result"] == "ERROR":  # only "nothing found" comes this far
        return ()
    message = body.get("message")
    data = message.get("data") if isinstance(message, Mapping) else message
    rows = list(values_in(data))
    if data is not None and not all(isinstance(row, Mapping) for row in rows):
        raise unknown_answer(answer)
    return rows


def values_in(data: object) -> Iterator[Any]:
    """Items of a list, or of an object keyed by id; nothing for nothing."""
    if isinstance(data, Mapping):
        yield from data.values()
    elif isinstance(data, list):
        yield from data
    elif data not in {None, ""}:
        yield data


async def query(http: HttpClient, path: str, fields: Mapping[str, object]) -> Sequence[Row]:
    """All rows of a query, page by page. Raises what the client raises."""
    found: list[Row] = []
    page = 1
    while True:
        asked = {**fields, "page": page, "resultsPerPage": LARGEST_PAGE}
        rows = rows_of(await http.request("POST", path, body=asked, is_read=True))
        found += rows
        if len(rows) < LARGEST_PAGE:
            return found
        page += 1
