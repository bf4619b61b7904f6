"""Reading ActiveCampaign's answers: its seven shapes of error, and what they mean for a person.

The shapes are those of the v3 reference (https://developers.activecampaign.com/reference/errors) and of the e-commerce
GraphQL interface, which reports refusals with status 200.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from app.core.errors import AddressError, AppError, PermissionMissingError, RateLimitError, SignInError
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError, retry_after_s
from app.sdk.plan import Json

GRAPHQL_PATH = "api/3/ecom/graphql"
_SIGN_IN_PATH = "/users/me"
_IMPORT_WINDOW_S = 60.0
"""The bulk importer counts per minute (https://developers.activecampaign.com/reference/bulk-import-contacts)."""
_OVERLOAD_WAIT_S = 2.0
_LONGEST_WORDS = 300


def classify(answer: Answer) -> AppError | None:
    """What ActiveCampaign means by an answer, where the status alone does not tell."""
    if _is_web_page(answer) and answer.status < 500:
        return _wrong_address(answer)
    match answer.status:
        case 401 | 402 | 403:
            return _refused_access(answer)
        case 400 if "rate limit exceeded" in answer.text.casefold():
            return _slow_down(answer, _IMPORT_WINDOW_S)
        case 429:
            return _slow_down(answer, 1.0)
        case 503:  # older parts of the interface say so instead of 429
            return _slow_down(answer, _OVERLOAD_WAIT_S)
        case 200 if answer.url.endswith(GRAPHQL_PATH) and is_graphql_refusal(answer):
            return RejectedError(answer, words_of(answer))
        case 400 | 404 | 409 | 413 | 415 | 422:
            return RejectedError(answer, words_of(answer))
        case _:
            return None


def is_graphql_refusal(answer: Answer) -> bool:
    """Errors, and nothing was done: the vendor answers 200 to a mutation that it refused."""
    body = _json_or_none(answer)
    if not isinstance(body, Mapping) or not body.get("errors"):
        return False
    data = body.get("data")
    return not (isinstance(data, Mapping) and any(value is not None for value in data.values()))


def is_duplicate(answer: Answer) -> bool:
    """The record exists already. The exact title is not documented; the vendor's own client looks for this word."""
    return answer.status in {409, 422} and "duplicate" in answer.text.casefold()


def words_of(answer: Answer) -> str:
    """The vendor's own words out of any of its shapes, shortened."""
    body = _json_or_none(answer)
    words = "; ".join(dict.fromkeys(each for each in _messages(body) if each))
    return (words or answer.text.strip() or str(answer.status))[:_LONGEST_WORDS]


def refused_orders(answer: Answer) -> Mapping[str, str]:
    """Store order ids that a GraphQL refusal names, with the words for each.

    The extensions of "Validation errors" are keyed ``<n>-storeOrderId-<id>``, as the vendor's WooCommerce plugin reads.
    """
    body = _json_or_none(answer)
    found: dict[str, str] = {}
    for error in _listed(body, "errors"):
        extensions = error.get("extensions") if isinstance(error, Mapping) else None
        for key, value in extensions.items() if isinstance(extensions, Mapping) else ():
            _, marker, order_id = str(key).partition("-storeOrderId-")
            if marker:
                found[order_id] = "; ".join(_messages(value)) or str(value)[:_LONGEST_WORDS]
    return found


def _messages(body: Json) -> Iterator[str]:
    match body:
        case str():
            yield body
        case Mapping():
            named = (body.get(name) for name in ("message", "title", "detail", "failureReason"))
            yield " ".join(str(each) for each in named if each)
            for name in ("errors", "failureReasons"):
                yield from _messages(body.get(name))
        case list():
            for each in body:
                yield from _messages(each)
        case _:
            return


def _listed(body: Json, name: str) -> Sequence[Json]:
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, list) else ()


def _json_or_none(answer: Answer) -> Json:
    try:
        return msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_web_page(answer: Answer) -> bool:
    return answer.content.lstrip()[:1] == b"<" and not 300 <= answer.status < 400


def _wrong_address(answer: Answer) -> AppError:
    return AddressError(
        text("A web page answered instead of ActiveCampaign."),
        remedy=text('Copy the address again from "Settings", then "Developer"; the account may also not be active.'),
        detail=f"{answer.status} and a web page from {answer.url}: {answer.text[:_LONGEST_WORDS]}",
        field="api_url",
    )


def _refused_access(answer: Answer) -> AppError:
    """Status 403 stands for a wrong key and for a missing permission alike; only the resource tells which."""
    detail = f"{answer.status} from {answer.url}: {answer.text[:_LONGEST_WORDS]}"
    if urlsplit(answer.url).path.endswith(_SIGN_IN_PATH):
        return SignInError(
            text("ActiveCampaign did not accept the key."),
            remedy=text('Copy URL and key again from "Settings", then "Developer": both must be of the same account.'),
            detail=detail,
            field="api_key",
        )
    resource = _resource(answer.url)
    return PermissionMissingError(
        text('The user of this key may not use "{resource}" in ActiveCampaign.', resource=resource),
        permission=resource,
        remedy=text("Give the user's group this permission in ActiveCampaign, or use the key of another user."),
        detail=detail,
        field="api_key",
    )


def _resource(url: str) -> str:
    path = urlsplit(url).path
    return path.partition("/api/3/")[2].strip("/") or path


def _slow_down(answer: Answer, wait_s: float) -> AppError:
    return RateLimitError(
        text("ActiveCampaign asks to slow down."),
        retry_after_s=retry_after_s(answer.headers) or wait_s,
        detail=f"{answer.status} from {answer.url}: {answer.text[:_LONGEST_WORDS]}",
    )
