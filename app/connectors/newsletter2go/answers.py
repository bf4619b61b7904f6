"""Reading Newsletter2Go's answers: the envelope, its errors, and those of the token endpoint.

Errors as in the collection at https://docs.newsletter2go.com ("HTTP Status Codes") and in the generated client's model
(``status``, ``code``, ``error_message``); the exact bodies are not proven, so several forms are understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.core.errors import AddressError, AppError, PermissionMissingError, ProtocolError, SignInError
from app.core.texts import Text, text
from app.sdk.answers import Answer, RejectedError, object_in

Row = Mapping[str, Any]
TOKEN_PATH = "oauth/v2/token"  # noqa: S105 - an address
NAME_TAKEN = 1062
_LONGEST_WORDS = 300


def moved_to_brevo() -> Text:
    return text(
        "Many accounts have moved to Brevo and are gone here: then make a Brevo account in this program with an API "
        "key from Brevo."
    )


def classify(answer: Answer) -> AppError | None:
    """What Newsletter2Go means by an answer, where the status alone does not tell."""
    is_page = answer.content.lstrip()[:1] == b"<"
    if (is_page or (answer.status == 404 and _is_sign_in(answer))) and not 300 <= answer.status < 400:
        return AddressError(
            text("Something else answered instead of Newsletter2Go."), remedy=moved_to_brevo(), detail=_detail(answer)
        )
    if _is_sign_in(answer) and answer.status in {400, 401, 403, 422}:
        return _refused_sign_in(answer)
    match answer.status:
        case 401:
            return SignInError(
                text("Newsletter2Go does not accept the sign-in any more."),
                remedy=moved_to_brevo(),
                detail=_detail(answer),
                field="password",
            )
        case 403:
            resource = urlsplit(answer.url).path.strip("/")
            return PermissionMissingError(
                text("This user may not do that in Newsletter2Go."),
                permission=resource,
                remedy=text("Give the user the permission in Newsletter2Go, or use another user."),
                detail=_detail(answer),
            )
        case 400 | 404 | 409 | 413 | 415 | 422:
            return RejectedError(answer, words_of(answer))
        case _:
            return None


def rows_of(answer: Answer) -> list[Row]:
    """The rows of the envelope: an answer without them is no empty list. Raises ProtocolError."""
    body = answer.json()
    rows = body.get("value") if isinstance(body, Mapping) else None
    if isinstance(rows, list):
        return [row for row in rows if isinstance(row, Mapping)]
    raise ProtocolError(
        text("Newsletter2Go answered in an unknown form."), detail=f"no value from {answer.url}: {answer.text[:500]}"
    )


def total_of(answer: Answer) -> int:
    count = words((answer.json().get("info") or {}).get("count"))
    return int(count) if count.isdecimal() else 0


def invalid_recipients(answer: Answer) -> set[str]:
    """Addresses that were not taken although the status says success; lower case."""
    info = answer.json().get("info") or {}
    listed = (info.get("additional") or {}).get("invalid_recipients") if isinstance(info, Mapping) else None
    found = listed if isinstance(listed, list) else []
    return {str(each.get("email", "") if isinstance(each, Mapping) else each).casefold() for each in found}


def is_taken(answer: Answer) -> bool:
    """A group or attribute of this name exists already."""
    return str((object_in(answer) or {}).get("code")) == str(NAME_TAKEN)


def words_of(answer: Answer) -> str:
    body = object_in(answer) or {}
    named = (body.get(name) for name in ("error_message", "message", "error_description", "error"))
    return str(next((each for each in named if each), "") or answer.text.strip() or answer.status)[:_LONGEST_WORDS]


def is_true(value: object) -> bool:
    """Booleans come as such, as numbers or as texts."""
    return value is True or str(value) in {"1", "true", "True"}


def words(value: object) -> str:
    return "" if value is None else str(value)


def _refused_sign_in(answer: Answer) -> AppError:
    is_client = "client" in str((object_in(answer) or {}).get("error") or "")
    return SignInError(
        text("Newsletter2Go does not know this auth key.")
        if is_client
        else text("Newsletter2Go does not accept user name, password or auth key."),
        remedy=text(
            "Enter them again as Newsletter2Go shows them. If the account has moved to Brevo, use Brevo in this "
            "program."
        ),
        detail=_detail(answer),
        field="auth_key" if is_client else "password",
    )


def _is_sign_in(answer: Answer) -> bool:
    return urlsplit(answer.url).path.endswith(TOKEN_PATH)


def _detail(answer: Answer) -> str:
    return f"{answer.status} from {answer.url}: {answer.text[:_LONGEST_WORDS]}"
