"""Reading Mailchimp's refusals: problem documents, told apart by status and title.

https://mailchimp.com/developer/marketing/docs/errors/ ; under heavy load an answer may come without any body
(https://mailchimp.com/developer/marketing/docs/fundamentals/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from app.core.addresses import masked_words
from app.core.errors import AppError, ConfigError, DataError, PermissionMissingError, RateLimitError, SignInError
from app.core.texts import Text, text
from app.sdk.answers import Answer, RejectedError, retry_after_s
from app.sdk.plan import Json

_LONGEST_WORDS = 300
_TITLES = {"member in compliance state": "compliance_state", "forgotten email not subscribed": "forgotten_email"}
_DETAILS = {
    "compliance state": "compliance_state",
    "permanently deleted": "forgotten_email",
    "looks fake or invalid": "fake_address",
    "too many recent signup": "signup_flood",
}
"""Words of a refusal that concern one person; the bulk call has no titles."""
REFUSED_PEOPLE: Mapping[str, Text] = {
    "compliance_state": text("This person unsubscribed or bounced at Mailchimp and cannot be subscribed from outside."),
    "forgotten_email": text("This person was deleted at Mailchimp for good."),
    "fake_address": text("Mailchimp takes this address for an invented one."),
    "signup_flood": text("This address was signed up too often lately."),
}


def classify(answer: Answer) -> AppError | None:
    """What Mailchimp means by an answer, where the status alone does not tell."""
    match answer.status:
        case 401:
            return _unknown_key(answer)
        case 403 if problem_of(answer) is None:
            return _slow_down(answer)
        case 403:
            return _forbidden(answer)
        case 429:
            return _slow_down(answer)
        case 400 | 404 | 405 | 409 | 413 | 414 | 415 | 422:
            return _refused(answer)
        case 426:
            return ConfigError(
                text("Mailchimp asks for a newer kind of secure connection."),
                remedy=text("Update the operating system, then try again."),
                detail=_detail(answer),
            )
        case _:
            return None


def problem_of(answer: Answer) -> Mapping[str, Json] | None:
    """The problem document; None where the answer holds none."""
    try:
        body = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def title_of(answer: Answer) -> str:
    return str((problem_of(answer) or {}).get("title", "")).casefold()


def words_of(answer: Answer) -> str:
    """The vendor's own words, with the fields that it names; addresses are masked."""
    problem = problem_of(answer)
    if problem is None:
        return str(answer.status) if answer.content.lstrip()[:1] == b"<" else masked_words(answer.text)[:_LONGEST_WORDS]
    named = [f"{each.get('field', '')}: {each.get('message', '')}".strip(": ") for each in _errors(problem)]
    words = " ".join(str(part) for part in (problem.get("detail") or problem.get("title"), "; ".join(named)) if part)
    return masked_words(words or str(answer.status))[:_LONGEST_WORDS]


def reason_of(words: str) -> str:
    """The reason code of words that concern one person; ``refused`` for all others."""
    lower = words.casefold()
    return next((code for part, code in _DETAILS.items() if part in lower), "refused")


def says(answer: Answer, *parts: str) -> bool:
    """Whether the refusal holds any of these words, in whatever case."""
    words = words_of(answer).casefold()
    return any(part in words for part in parts)


def is_duplicate(answer: Answer) -> bool:
    """Somebody created it meanwhile, or address and hash disagree: the only sign is the words."""
    return answer.status == 400 and (title_of(answer) == "member exists" or says(answer, "already exists"))


def _errors(problem: Mapping[str, Json]) -> Sequence[Mapping[str, Json]]:
    errors = problem.get("errors")
    return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def _refused(answer: Answer) -> AppError:
    code = _TITLES.get(title_of(answer)) or reason_of(words_of(answer))
    if answer.status != 400 or code == "refused":
        return RejectedError(answer, words_of(answer))
    return DataError(code, REFUSED_PEOPLE[code], detail=words_of(answer))


def _unknown_key(answer: Answer) -> AppError:
    return SignInError(
        text("Mailchimp does not know this key, or its ending names another data centre."),
        remedy=text('Make a new key under "Account & billing", "Extras", "API keys" and enter all of it.'),
        detail=_detail(answer),
        field="api_key",
    )


def _forbidden(answer: Answer) -> AppError:
    return PermissionMissingError(
        text("Mailchimp does not permit this: {words}", words=words_of(answer)),
        remedy=text(
            "Use a key of a user with the role Manager or higher, and look whether the account is active and its plan "
            "holds what is needed."
        ),
        permission=title_of(answer) or "role",
        detail=_detail(answer),
        field="api_key",
    )


def _slow_down(answer: Answer) -> AppError:
    return RateLimitError(
        text("Mailchimp asks to slow down."),
        remedy=text("Other programs may use the same account; try again in a few minutes."),
        retry_after_s=retry_after_s(answer.headers),
        detail=_detail(answer),
    )


def _detail(answer: Answer) -> str:
    return f"{answer.status} from {answer.url}: {answer.evidence[:_LONGEST_WORDS]}"
