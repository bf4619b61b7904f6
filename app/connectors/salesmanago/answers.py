"""What SALESmanago says in its envelope, put into words for a shop owner.

Every answer is ``{"success": bool, "message": [...]}``, errors included, with HTTP status 200
(https://docs.salesmanago.com/#general-information). Only the two texts about authentication are known for certain; the
others are recognised by what they speak of, and quoted where that is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.core.addresses import masked_words
from app.core.errors import AddressError, AppError, ConfigError, ProtocolError, RateLimitError, SignInError
from app.core.texts import Text, text
from app.sdk.answers import Answer, RejectedError, object_in

Row = Mapping[str, Any]
_FALSE = (False, "false")
_LONGEST_WORDS = 300

_OF_RECORDS: Sequence[tuple[re.Pattern[str], Text]] = (
    (
        re.compile(r"birthday"),
        text("SALESmanago does not take this birthday. Correct it in the shop and run again."),
    ),
    (
        re.compile(r"product"),
        text("SALESmanago does not take the list of products. Shorten the product numbers and run again."),
    ),
    (
        re.compile(r"event.*(not found|not exist|unknown)|no such event"),
        text("SALESmanago does not know this event any more. Retry: it is looked up and sent anew."),
    ),
    (
        re.compile(r"contact.*(not found|not exist|unknown)|no such contact"),
        text("SALESmanago does not know this contact. Retry: the contact is entered first."),
    ),
    (
        re.compile(r"\btags?\b"),
        text("SALESmanago does not take a tag. Check the tags of the integration and the shop's category names."),
    ),
    (
        re.compile(r"\bstate\b"),
        text("SALESmanago does not take the state of this contact. Please report it with the log."),
    ),
    (
        re.compile(r"\bdate\b"),
        text("SALESmanago does not take this date. Check the record in the shop, then retry."),
    ),
    (
        re.compile(r"e-?mail"),
        text("SALESmanago does not take this e-mail address for a valid one. Correct it in the shop and run again."),
    ),
)


def classify(answer: Answer) -> AppError | None:
    """The errors inside HTTP 200, and the page of a server that is no SALESmanago."""
    if answer.status == 404:
        return AddressError(
            text("This server does not know SALESmanago's interface."),
            remedy=text('Copy the endpoint again from "Integration Center", then "API".'),
            field="endpoint",
            detail=f"404 from {answer.url}: {answer.evidence}",
        )
    if not 200 <= answer.status < 300:
        return None
    body = object_in(answer)
    if body is None or body.get("success") not in _FALSE:
        return None
    return _refusal(answer, message_of(body))


def envelope(answer: Answer) -> Row:
    """The answer's body. Raises ProtocolError for anything but a success in the vendor's envelope."""
    body = answer.json()
    if not isinstance(body, dict) or body.get("success") not in (True, "true"):
        raise ProtocolError(
            text("SALESmanago answered something unknown."),
            remedy=text("Check the endpoint of the account; another program may answer in its place."),
            detail=f"no envelope from {answer.url}: {answer.evidence}",
        )
    return body


def message_of(body: Row) -> str:
    """``message`` is a list, sometimes a text, sometimes null."""
    told = body.get("message")
    parts = told if isinstance(told, list) else [told]
    return "; ".join(str(part).strip() for part in parts if part)


def rows_of(body: Row, *names: str) -> list[Row]:
    """The first of these lists that is there. A single object stands for a list of one."""
    for name in names:
        found = body.get(name)
        if isinstance(found, dict):
            return [found]
        if isinstance(found, list):
            return [each for each in found if isinstance(each, dict)]
    return []


def _refusal(answer: Answer, message: str) -> AppError:
    said = message.casefold()
    detail = f"success:false from {answer.url}: {masked_words(answer.evidence)}"
    if "user not authenticated" in said:
        return SignInError(
            text("SALESmanago does not accept this client ID together with this API secret."),
            remedy=text('Copy both again from "Integration Center", then "API".'),
            field="api_secret",
            detail=detail,
        )
    if "not authenticated" in said:
        return SignInError(
            text("SALESmanago takes this account for inactive."),
            remedy=text("Check in SALESmanago whether the account is active and paid for, then test again."),
            field="client_id",
            detail=detail,
        )
    if re.search(r"\bowner\b", said):
        return ConfigError(
            text("SALESmanago does not know the owner."),
            remedy=text("Enter the e-mail address of a user of this SALESmanago account."),
            field="owner",
            detail=detail,
        )
    if re.search(r"too many|rate limit|limit exceeded", said):
        return RateLimitError(
            text("SALESmanago asks to slow down."), remedy=text("Try again in a few minutes."), detail=detail
        )
    without_people = replace(answer, content=masked_words(answer.text).encode())  # it is kept as evidence
    return RejectedError(without_people, str(_in_words(message)))


def _in_words(message: str) -> Text:
    for pattern, words in _OF_RECORDS:
        if pattern.search(message.casefold()):
            return words
    if not message:
        return text("SALESmanago refused it without a reason. Retry later; if it stays so, ask SALESmanago's support.")
    return text(
        'SALESmanago says "{words}". Correct what it names, then retry; SALESmanago\'s support can explain it.',
        words=masked_words(message)[:_LONGEST_WORDS],
    )
