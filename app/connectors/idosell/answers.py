"""What an answer of IdoSell means. HTTP 200 and 207 carry faults of their own, and a gateway answers with web pages.

Facts: https://idosell.readme.io/reference and https://www.idosell.com/en/shop/developers/api/administration-panel-api/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from app.connectors.idosell.values import Row, words
from app.core.errors import (
    AddressError,
    AppError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from app.core.texts import text
from app.sdk.answers import Answer, RejectedError, retry_after_s
from app.sdk.base_url import without_query

NO_RESULT = 2
"""``faultCode`` of a search that found nothing."""

_SCOPE = re.compile(r"scope:\s*([\w-]+)\s*,\s*level:\s*(rw|r)\b", re.IGNORECASE)
_SIGN_IN = re.compile(r"api[ -]?key|klucz|authenti|autoryz|uwierzyteln", re.IGNORECASE)
_QUOTA = re.compile(
    r"limit\w*.{0,40}(exceed|reach|przekrocz|wyczerp)|(exceed|przekrocz|wyczerp).{0,40}limit", re.IGNORECASE
)
_MOJIBAKE = re.compile("[Â-Å][\u0080-\u00bf]")
_QUOTA_WAIT_S = 3600.0


class _Faults(msgspec.Struct, gc=False):
    """Of a page of orders, which has megabytes, only what concerns the answer as a whole."""

    errors: Any = None


_FAULTS = msgspec.json.Decoder(_Faults)


def repaired(told: str) -> str:
    """``x-error`` may arrive encoded twice: UTF-8 that was read as Latin-1 and encoded again, once or more often."""
    for _ in range(3):
        if not _MOJIBAKE.search(told):
            return told
        try:
            told = told.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return told
    return told


def fault_of(answer: Answer) -> tuple[int, str]:
    """Code and words of the fault that an answer as a whole carries; 0 for none."""
    if b"fault" not in answer.content:
        return 0, ""
    try:
        return fault_in(_FAULTS.decode(answer.content).errors)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # no object, or no JSON at all
        return 0, ""


def fault_in(errors: object) -> tuple[int, str]:
    """The first fault of ``errors``, which is an object, a list of them, or an empty list."""
    for each in errors if isinstance(errors, list) else [errors]:
        if not isinstance(each, dict):
            continue
        told = words(each.get("faultString"))
        code = words(each.get("faultCode")) or "0"
        if code.lstrip("-").isdecimal() and (int(code) or told):
            return int(code) or -1, told
    return 0, ""


def classify(answer: Answer) -> AppError | None:
    """What only IdoSell knows; None leaves the answer to the common reading of its status."""
    status = answer.status
    detail = f"{status} from {answer.url}: {vendor_words(answer)[:500]}"
    if 300 <= status < 400:
        return _redirected(answer, detail)
    if status in {401, 403}:
        return _refused(vendor_words(answer), detail)
    if status == 429:
        return _slow_down(answer, detail)
    if status in {404, 405}:
        return RejectedError(answer, vendor_words(answer)[:300] or str(status))
    if status >= 500 or (status < 300 and not _is_data(answer)):
        return _gateway(answer, detail)
    if status == 207 and b'"results"' in answer.content:
        return None  # each element of a write has its own result
    code, told = fault_of(answer)
    if code in {0, NO_RESULT} and status < 300:
        return None
    return _fault(answer, told or vendor_words(answer), detail) if code or status >= 400 else None


def _is_data(answer: Answer) -> bool:
    return answer.content.lstrip()[:1] in {b"{", b"["}


def vendor_words(answer: Answer) -> str:
    """What IdoSell says: the header ``x-error``, else the fault in the body, else the beginning of the body."""
    if told := repaired(answer.headers.get("x-error", "")):
        return told
    code, told = fault_of(answer)
    if code and told:
        return repaired(told)
    return _plain(answer.evidence)


def _plain(evidence: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", evidence).split())[:300]


def _redirected(answer: Answer, detail: str) -> AddressError:
    target = without_query(answer.headers.get("location", ""))
    return AddressError(
        text("The address redirects to {address}.", address=target or "?"),
        remedy=text(
            "Enter the address of the panel, such as client12345.idosell.com. Your key is never sent along a redirect."
        ),
        suggestion=target or None,
        field="panel_address",
        detail=detail,
    )


def _refused(told: str, detail: str) -> AppError:
    if found := _SCOPE.search(told):
        return _missing_scope(found.group(1).upper(), writes=found.group(2).lower() == "rw", detail=detail)
    return SignInError(
        text("IdoSell does not accept this API key."),
        remedy=text(
            "Copy the key again from Administration → API in the panel. Check that it is active and that this"
            " computer's address is not excluded there."
        ),
        field="api_key",
        detail=detail,
    )


def _missing_scope(module: str, *, writes: bool, detail: str) -> PermissionMissingError:
    level = text("read and write") if writes else text("read")
    return PermissionMissingError(
        text('The API key lacks the permission "{module}: {level}".', module=module, level=level),
        remedy=text("Open the key in the panel under Administration → API, tick this permission, and test again."),
        permission=f"{module}:{'rw' if writes else 'r'}",
        field="api_key",
        detail=detail,
    )


def _slow_down(answer: Answer, detail: str) -> RateLimitError:
    return RateLimitError(
        text("IdoSell asks to slow down."),
        remedy=text("Try again in a few minutes."),
        retry_after_s=retry_after_s(answer.headers),
        detail=detail,
    )


def _gateway(answer: Answer, detail: str) -> UnreachableError:
    return UnreachableError(
        text("The shop's server has a fault at the moment."),
        remedy=text("Try again in a few minutes."),
        retry_after_s=retry_after_s(answer.headers),
        detail=detail,
    )


def _fault(answer: Answer, told: str, detail: str) -> AppError:
    """Codes are not documented as a list: the words decide."""
    told = repaired(told)
    if _SCOPE.search(told) or _SIGN_IN.search(told):
        return _refused(told, detail)
    if _QUOTA.search(told):
        return RateLimitError(
            text("The API calls included in your IdoSell plan are used up."),
            remedy=text("Wait until they are renewed, or order more in the panel under Administration → API."),
            retry_after_s=retry_after_s(answer.headers) or _QUOTA_WAIT_S,
            detail=detail,
        )
    return RejectedError(answer, told[:300])


def unexpected(answer: Answer) -> ProtocolError:
    return misunderstood(f"unexpected shape from {answer.url}: {answer.evidence[:300]}")


def misunderstood(detail: str) -> ProtocolError:
    return ProtocolError(
        text("The shop answered in a form that its documentation does not know."),
        remedy=text("Try again later; if it stays, report it with the log."),
        detail=detail,
    )


def body_of(answer: Answer) -> Mapping[str, Any]:
    """Raises ProtocolError for anything but an object; an empty list is PHP's empty object."""
    found = answer.json()
    if found == []:
        return {}
    if not isinstance(found, dict):
        raise unexpected(answer)
    return found


def list_in(answer: Answer, *names: str) -> list[Row]:
    """The list of rows under one of these names, whatever their case (orders come as ``Results``).

    Nothing found is a list as well: faultCode 2 comes without one. Raises ProtocolError where it is missing otherwise.
    """
    return list_within(body_of(answer), answer, *names)


def list_within(body: Mapping[str, Any], answer: Answer, *names: str) -> list[Row]:
    """The same for an answer that was read already."""
    wanted = {name.lower() for name in names}
    for name, found in body.items():
        if name.lower() in wanted:
            if found is None or found == {}:
                return []
            if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
                raise unexpected(answer)
            return found
    if fault_in(body.get("errors"))[0] == NO_RESULT:
        return []
    raise unexpected(answer)
