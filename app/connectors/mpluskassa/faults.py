"""What the register's refusals mean.

A fault comes with HTTP 500 whoever is to blame: ``Client`` means that the request will be refused again, ``Server``
that it may pass later (github.com/MplusKASSA/mplusqapi-php). What the register understood and did not do comes with
HTTP 200 and a ``result`` that is not OK.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.connectors.mpluskassa.soap import SoapError, body_of, local_name
from app.core.errors import (
    AddressError,
    AppError,
    ConfigError,
    DataError,
    SignInError,
    UnreachableError,
)
from app.core.texts import Text, text
from app.sdk.answers import Answer, RejectedError

_LARGEST_RESULT_BYTES = 1_000_000
_SIGN_IN = re.compile(r"authenti|authori|credential|\bident\b|\bsecret\b|access denied|logon|login", re.IGNORECASE)
_UNKNOWN_OPERATION = re.compile(
    r"not implemented|no such (method|operation)|(method|operation)\b.*\b(not found|unknown|missing)|"
    r"unknown (method|operation)",
    re.IGNORECASE,
)
_FINE = re.compile(r"-RESULT-(OK|PENDING|NO-CHANGES)$")
_IS_LOOK_UP = re.compile(r"^(get|find)", re.IGNORECASE)
EXISTS = frozenset(
    {
        "CREATE-ORDER-RESULT-EXT-ORDER-ID-ALREADY-EXISTS",
        "CREATE-ORDER-RESULT-PAYMENT-FAILED",
        "PAY-ORDER-RESULT-ORDER-HAS-CHANGED",
        "PAY-ORDER-RESULT-ORDER-ALREADY-INVOICED",
        "CANCEL-ORDER-RESULT-ALREADY-CANCELLED",
        "UPDATE-RELATION-RESULT-NOT-FOUND",
        "UPDATE-PRODUCT-RESULT-NOT-FOUND",
        "CREATE-PRODUCT-RESULT-FAILED-ARTICLE-NUMBER-ALREADY-TAKEN",
        "UPDATE-PRODUCT-RESULT-FAILED-ARTICLE-NUMBER-ALREADY-TAKEN",
    }
)
"""The register holds something else than the look-up saw: look again, plan again."""
_REASONS: Mapping[str, tuple[str, Text]] = {
    "CANCEL-ORDER-RESULT-UNDO-CANCEL-OK": (
        "cancel_undone",
        text("The register took a cancellation back instead of cancelling the order."),
    ),
    "SET-STOCK-RESULT-NO-STOCK-ARTICLE": ("no_stock_article", text("The register manages no stock for this article.")),
    "SET-STOCK-RESULT-ARTICLE-NOT-FOUND": ("article_missing", text("The register does not know this article.")),
    "SET-STOCK-RESULT-BRANCH-NOT-FOUND": ("branch_missing", text("The register does not know this branch.")),
    "PAY-ORDER-RESULT-PAYMENT-INSUFFICIENT": (
        "payment_insufficient",
        text("The register wants more money for this order than was paid in the shop."),
    ),
    "NEW-ARTICLE-GROUP-RESULT-PARENT-NOTFOUND": (
        "parent_missing",
        text("The article group above this one is gone from the register."),
    ),
    "UPDATE-PRODUCT-RESULT-NOT-ALLOWED": (
        "product_locked",
        text("The register does not allow this product to be changed from outside."),
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    """Without the prefix that some servers set before it: ``Client.Authentication``."""
    words: str

    @property
    def is_client(self) -> bool:
        return self.code.casefold().startswith("client")

    @property
    def is_of_sign_in(self) -> bool:
        return self.is_client and bool(_SIGN_IN.search(f"{self.code} {self.words}"))

    @property
    def is_of_unknown_operation(self) -> bool:
        return self.is_client and bool(_UNKNOWN_OPERATION.search(self.words))


def classify(answer: Answer) -> AppError | None:
    if answer.status in {401, 403}:
        return _sign_in(answer)
    if answer.status in {404, 405}:
        return _wrong_place(answer)
    if answer.status == 200:
        return _result_error(answer)
    fault = fault_in(answer) if answer.status >= 400 else None
    return _fault_error(fault, answer) if fault else None


def fault_in(answer: Answer) -> Fault | None:
    """The fault in a body, whatever the status; None where there is none."""
    try:
        element = body_of(answer.content)
    except SoapError:
        return None
    if local_name(element) != "Fault":
        return None
    parts = {local_name(each).casefold(): (each.text or "").strip() for each in element}
    return Fault(parts.get("faultcode", "").rpartition(":")[2], parts.get("faultstring", ""))


def _fault_error(fault: Fault, answer: Answer) -> AppError:
    detail = f"{answer.status}, fault {fault.code}: {answer.redact(fault.words)[:500]}"
    if fault.is_of_sign_in:
        return _sign_in(answer)
    if fault.is_of_unknown_operation:
        return UnknownOperationError(
            text("This register is too old for something that is needed here."),
            remedy=text("Ask your MplusKASSA dealer for an update of the register and its API."),
            detail=detail,
        )
    if fault.is_client:
        return RejectedError(answer, answer.redact(fault.words)[:300])
    return UnreachableError(
        text("The register has a fault at the moment."), remedy=text("Try again in a few minutes."), detail=detail
    )


class UnknownOperationError(ConfigError):
    """The installation is older than the operation."""


def _sign_in(answer: Answer) -> SignInError:
    return SignInError(
        text("The register does not accept this ident with this secret."),
        remedy=text("Enter both again, exactly as your MplusKASSA dealer gave them to you; check the port as well."),
        detail=f"{answer.status} from {answer.url}: {answer.evidence}",
        field="secret",
    )


def _wrong_place(answer: Answer) -> AddressError:
    return AddressError(
        text("Something answers there, but it is no MplusKASSA register."),
        remedy=text("Check server and port of the account."),
        field="port",
        detail=f"{answer.status} from {answer.url}: {answer.evidence}",
    )


def _result_error(answer: Answer) -> AppError | None:
    """Only answers to writing operations: that nothing was found is an answer to a question."""
    if len(answer.content) > _LARGEST_RESULT_BYTES or (
        b"-RESULT-" not in answer.content and b"Fault" not in answer.content
    ):
        return None
    try:
        element = body_of(answer.content)
    except SoapError:
        return None
    if local_name(element) == "Fault":
        fault = fault_in(answer)
        return _fault_error(fault, answer) if fault else None
    parts = {local_name(each): (each.text or "").strip() for each in element}
    result = parts.get("result", "")
    if _IS_LOOK_UP.match(local_name(element)) or not result or _FINE.search(result):
        return None
    said = answer.redact(parts.get("errorMessage") or parts.get("message") or "")
    return _refusal(result, said, answer)


def _refusal(result: str, said: str, answer: Answer) -> AppError:
    if result in EXISTS or result not in _REASONS:
        return RejectedError(answer, said or result)
    reason, words = _REASONS[result]
    return DataError(reason, words, detail=f"{words} {said}".strip())


def result_of(answer: Answer) -> str:
    """The vendor's word for what became of a writing request; empty where the answer has none."""
    try:
        element = body_of(answer.content)
    except SoapError:
        return ""
    return next(((each.text or "").strip() for each in element if local_name(each) == "result"), "")
