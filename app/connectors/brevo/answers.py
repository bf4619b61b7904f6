"""Reading Brevo's answers: its error codes, and what they mean for a person.

https://developers.brevo.com/docs/how-it-works (errors: ``code`` and ``message``, sometimes ``metadata``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from app.core.errors import AppError, ConfigError, PermissionMissingError, RateLimitError, SignInError
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError, object_in, retry_after_s

_LONGEST_WORDS = 300
_BUSY_WAIT_S = 20.0
_SHOP_PATHS = ("/orders", "/products", "/categories", "/ecommerce/")
_ADDRESS_WORDS = ("unrecognised ip", "unrecognized ip", "authorised_ips", "authorized_ips", "ip address")
"""The answer to a blocked address names it and links to /security/authorised_ips; the exact words are not documented
(https://help.brevo.com/hc/en-us/articles/5740111683858)."""


class ShopInactiveError(ConfigError):
    """The e-commerce app of the account is not switched on yet."""


def classify(answer: Answer) -> AppError | None:
    """What Brevo means by an answer, where the status alone does not tell."""
    match answer.status:
        case 401:
            return _blocked_address(answer) if is_blocked_address(answer) else _wrong_key(answer)
        case 429:
            return _slow_down(answer, _reset_s(answer))
        case 403 | 424 if _is_of_shop(answer):
            return ShopInactiveError(
                text("The e-commerce app of this Brevo account is not active."),
                remedy=text('Activate it in Brevo under "Apps", or let the next run do it.'),
                detail=_detail(answer),
            )
        case 402 | 403:
            return _not_permitted(answer)
        case 400 | 404 | 405 | 406 | 409 | 413 | 415 | 422 if code_of(answer) == "duplicate_request":
            return _slow_down(answer, _BUSY_WAIT_S)
        case 400 | 404 | 405 | 406 | 409 | 413 | 415 | 422:
            return RejectedError(answer, words_of(answer))
        case _:
            return None


def is_blocked_address(answer: Answer) -> bool:
    words = words_of(answer).casefold()
    return any(each in words for each in _ADDRESS_WORDS)


def code_of(answer: Answer) -> str:
    return str((object_in(answer) or {}).get("code") or "")


def words_of(answer: Answer) -> str:
    """The vendor's own words, shortened."""
    return str((object_in(answer) or {}).get("message") or answer.text.strip() or answer.status)[:_LONGEST_WORDS]


def duplicates_of(answer: Answer) -> Sequence[str]:
    """Which identifiers belong to another contact already: ``email``, ``SMS``, ``ext_id``; upper case.

    Newer answers list them in ``metadata.duplicate_identifiers``; older ones only say it in words.
    """
    body = object_in(answer) or {}
    metadata = body.get("metadata")
    named = metadata.get("duplicate_identifiers") if isinstance(metadata, Mapping) else None
    if isinstance(named, list) and named:
        return [str(each).upper() for each in named]
    words = words_of(answer).casefold()
    if code_of(answer) != "duplicate_parameter" and "already" not in words:
        return ()
    if "sms" in words or "phone" in words:
        return ("SMS",)
    return ("EXT_ID",) if "ext_id" in words else ("EMAIL",)


def is_invalid_phone(answer: Answer) -> bool:
    words = words_of(answer).casefold()
    return "phone" in words and "invalid" in words


def _wrong_key(answer: Answer) -> AppError:
    return SignInError(
        text("Brevo did not accept the key."),
        remedy=text('Copy it again from "SMTP & API", "API keys", or generate a new one.'),
        detail=_detail(answer),
        field="api_key",
    )


def _blocked_address(answer: Answer) -> AppError:
    return ConfigError(
        text("The key is known, but Brevo does not accept requests from the address of this internet connection."),
        remedy=text(
            'In Brevo: your name at the top right, "Security", "Authorized IPs". Confirm the new address there, or '
            "deactivate the blocking for API keys: the address of a home or office line changes often."
        ),
        detail=_detail(answer),
    )


def _not_permitted(answer: Answer) -> AppError:
    detail = _detail(answer)
    if code_of(answer) == "account_under_validation":
        return PermissionMissingError(
            text("Brevo is still validating this account."),
            remedy=text("Finish the validation in Brevo, then test again."),
            detail=detail,
        )
    if code_of(answer) == "not_enough_credits" or answer.status == 402:
        return PermissionMissingError(
            text("The Brevo account has not enough credits for this."),
            remedy=text("Look at your plan in Brevo."),
            detail=detail,
        )
    return PermissionMissingError(
        text("Your Brevo plan does not permit this."),
        permission=urlsplit(answer.url).path.strip("/"),
        remedy=text("Look at your plan in Brevo, or leave this kind of data out."),
        detail=detail,
    )


def _slow_down(answer: Answer, wait_s: float) -> AppError:
    return RateLimitError(
        text("Brevo asks to slow down."),
        remedy=text("Nothing to do: it goes on as soon as Brevo permits it."),
        retry_after_s=wait_s,
        detail=_detail(answer),
    )


def _reset_s(answer: Answer) -> float:
    """https://developers.brevo.com/docs/limit-headers: seconds until the limit is whole again."""
    raw = answer.headers.get("x-sib-ratelimit-reset", "")
    seconds = float(raw) if raw.replace(".", "", 1).isdecimal() else None
    return retry_after_s(answer.headers) or seconds or 1.0


def _is_of_shop(answer: Answer) -> bool:
    path = urlsplit(answer.url).path
    return any(each in path for each in _SHOP_PATHS)


def _detail(answer: Answer) -> str:
    return f"{answer.status} from {answer.url}: {answer.text[:_LONGEST_WORDS]}"
