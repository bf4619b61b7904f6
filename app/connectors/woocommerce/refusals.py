"""What a refusal of WooCommerce, of WordPress, or of what stands before them means.

The codes and texts are those of 10.0.2. One answer alone cannot tell an unknown key from one that did not arrive: the
connection test finds that out.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import msgspec

from app.core.errors import (
    AddressError,
    AppError,
    ConfigError,
    PermissionMissingError,
    ProtocolError,
    SignInError,
    UnreachableError,
)
from app.core.texts import Text, text
from app.sdk.answers import Answer, RejectedError, retry_after_s

ANONYMOUS = frozenset({"woocommerce_rest_cannot_view", "woocommerce_rest_cannot_edit", "woocommerce_rest_cannot_batch"})
"""With 401: no key arrived, or none that the shop knows. With 403: the key's user may not."""
MAINTENANCE_WAIT_S = 600.0
_NOT_THIS_ONE = "woocommerce_rest_cannot_edit"
"""With 403: a shop manager may change customers, but no account of another role."""
_INTERFACE = ("/index.php/wp-json", "/wp-json", "/index.php?rest_route", "/?rest_route")
_FAULTS = frozenset({500, 502, 504, 508, 520, 521, 522, 523, 524})
_BLOCKS = frozenset({406, 501})
_REJECTIONS = frozenset({400, 405, 409, 410, 413, 415, 422})


class ServerFaultError(UnreachableError):
    """The shop answered with a fault of its own: smaller pages may help."""


class NoKeyArrivedError(SignInError):
    """The shop does not know the key, or never saw it."""


def code_of(answer: Answer) -> str:
    """The vendor's code of an error, empty where the answer has none."""
    return _field(_body(answer), "code")


def refusal(answer: Answer) -> AppError | None:
    """Asked for every answer; None leaves it to the common reading."""
    status, detail = answer.status, f"{answer.status} from {answer.url}: {answer.evidence[:500]}"
    if 200 <= status < 300:
        return _hidden_fault(answer, detail)
    if 300 <= status < 400:
        return redirect(answer)
    if status == 503:
        return maintenance(answer)
    body = _body(answer)
    if status in {401, 403, 404}:
        return _turned_away(answer, _field(body, "code"), _field(body, "message"), detail)
    if status in _FAULTS:
        return _fault(answer, detail)
    if status in _BLOCKS:
        return blocked(detail)
    return RejectedError(answer, _named(body)) if status in _REJECTIONS else None


def _turned_away(answer: Answer, code: str, message: str, detail: str) -> AppError:
    """401: who asks; 403: what he may; 404: nothing there."""
    if answer.status == 401:
        return _unsigned(answer, code, message, detail)
    if answer.status == 403 and code == _NOT_THIS_ONE:
        return RejectedError(answer, message)
    if answer.status == 403:
        return _forbidden(code, message, detail)
    if code and code != "rest_no_route":
        return RejectedError(answer, message)
    return _no_interface(code, detail)


def _fault(answer: Answer, detail: str) -> ServerFaultError:
    """A fatal error comes with paths of the server and a trace: nobody's business but the provider's."""
    is_fatal = "internal_server_error" in detail
    return ServerFaultError(
        text("The shop has a fault at the moment."),
        remedy=text("Try again in a few minutes. If it stays, its provider finds the cause in the error log."),
        retry_after_s=retry_after_s(answer.headers),
        detail=detail.partition('"data"')[0] if is_fatal else detail,
    )


def _body(answer: Answer) -> Mapping[str, object]:
    try:
        found = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _field(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _named(body: Mapping[str, object]) -> str:
    """The message with what it says of each parameter; ``data`` may be a bare number."""
    message, data = _field(body, "message"), body.get("data")
    params = data.get("params") if isinstance(data, dict) else None
    if not isinstance(params, dict):
        return message
    return "; ".join([message, *(f"{name}: {words}" for name, words in params.items())])


def _hidden_fault(answer: Answer, detail: str) -> AppError | None:
    begins = answer.content.lstrip()[:200]
    if begins[:1] != b"<":
        return None
    if begins.startswith(b"<br") and b"<b>" in begins:
        return ProtocolError(
            text("The shop prints warnings of its programs in front of its data."),
            remedy=text("Ask the provider to switch off display_errors in PHP; the warnings belong into the log."),
            detail=detail,
        )
    return ProtocolError(
        text("The shop answered with a web page instead of data."),
        remedy=text(
            "Open the address of the shop in a browser: a maintenance page, a sign-in page of a security plug-in or"
            " plain permalinks may stand in the way. The connection test says more."
        ),
        detail=detail,
    )


# Signing in ----------------------------------------------------------------------------------------------------------


def _unsigned(answer: Answer, code: str, message: str, detail: str) -> AppError:
    if code == "woocommerce_rest_authentication_error":
        return _known_key(message, detail)
    if code in ANONYMOUS:
        return NoKeyArrivedError(
            text("The shop does not know this consumer key, or the key did not arrive there."),
            remedy=text(
                "Copy key and secret anew from WooCommerce → Settings → Advanced → REST API. The connection test finds"
                " out whether the web server took the key out of the request."
            ),
            field="consumer_key",
            detail=detail,
        )
    if not code and "basic" in answer.headers.get("www-authenticate", "").lower():
        return PermissionMissingError(
            text("A password protects the whole web site, as on test copies."),
            remedy=text(
                'Let your provider take /wp-json/ out of the protection. Or set "Where the key travels" to "In the'
                ' address" and ask for an exception for your own internet address.'
            ),
            field="sign_in",
            detail=detail,
        )
    if code.startswith("rest_"):
        return blocked(detail)
    return SignInError(
        text("The shop did not accept the sign-in."),
        remedy=text("Copy key and secret anew from WooCommerce → Settings → Advanced → REST API."),
        field="consumer_key",
        detail=detail,
    )


def _known_key(message: str, detail: str) -> AppError:
    """401 with the same code for a wrong secret and for a key without the right to read or to write."""
    for right, words in _RIGHTS.items():
        if f"does not have {right} permissions" in message:
            return PermissionMissingError(
                words,
                remedy=text(
                    'Set the permissions of the key to "Read/Write" in WooCommerce → Settings → Advanced → REST API.'
                ),
                permission=right,
                field="consumer_key",
                detail=detail,
            )
    if "secret" in message.lower():
        return SignInError(
            text("The shop knows the consumer key, but the consumer secret is wrong."),
            remedy=text("Enter the secret that belongs to this key, or make a new key and enter both."),
            field="consumer_secret",
            detail=detail,
        )
    return SignInError(
        text("The shop did not accept the sign-in: {words}", words=message),
        remedy=text("Make a new key in WooCommerce → Settings → Advanced → REST API and enter it with its secret."),
        field="consumer_key",
        detail=detail,
    )


_RIGHTS: Mapping[str, Text] = {
    "read": text("This key may not read."),
    "write": text("This key may not write."),
}


def _forbidden(code: str, message: str, detail: str) -> AppError:
    if not code.startswith("woocommerce_") or code == "woocommerce_rest_unauthorized":
        return blocked(detail)
    return PermissionMissingError(
        text("The user to whom the key belongs may not do this: {words}", words=message),
        remedy=text("Make a key for a user who is shop manager or administrator."),
        permission=code,
        field="consumer_key",
        detail=detail,
    )


def blocked(detail: str) -> PermissionMissingError:
    return PermissionMissingError(
        text("Something before the shop blocks its interface: a security plug-in or a firewall of the web server."),
        remedy=text("Allow the REST API in the security plug-in, or ask the provider to let /wp-json/wc/ through."),
        permission="REST API",
        detail=detail,
    )


# The address ---------------------------------------------------------------------------------------------------------


def redirect(answer: Answer) -> AddressError:
    """The key never travels along; what the person may enter is the address of the shop, not that of the interface."""
    target = urljoin(answer.url, answer.headers.get("location", ""))
    detail = f"{answer.status} from {answer.url} to {target}"
    shop, is_of_interface = shop_in(target), any(mark in target for mark in _INTERFACE)
    is_other_host = urlsplit(target).netloc != urlsplit(answer.url).netloc
    if target.startswith("http://") and answer.url.startswith("https://"):
        return AddressError(
            text("The shop redirects to an address without encryption: {address}.", address=shop),
            remedy=text("Set both addresses to https:// under Settings → General in WordPress, or ask the provider."),
            field="shop_address",
            detail=detail,
        )
    if shop != shop_in(answer.url) and (is_other_host or is_of_interface):
        return AddressError(
            text("The shop redirects to {address}.", address=shop),
            remedy=text("Use that address in the account; your key is never sent along a redirect."),
            suggestion=shop or None,
            field="shop_address",
            detail=detail,
        )
    return AddressError(
        text("The shop redirects its interface to one of its own pages: {address}.", address=target.partition("?")[0]),
        remedy=text(
            'Set the permalinks of the shop to "Post name" under Settings → Permalinks, or choose plain permalinks in'
            " the account. A plug-in that asks visitors to sign in, or adds slashes or languages to addresses, may be"
            " the reason too."
        ),
        field="permalinks",
        detail=detail,
    )


def shop_in(address: str) -> str:
    """The part before the interface, without query and slash at the end."""
    for mark in _INTERFACE:
        address = address.partition(mark)[0]
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}" if parts.netloc else ""


def _no_interface(code: str, detail: str) -> AppError:
    if code:
        return ConfigError(
            text("WordPress answers, but WooCommerce does not offer its interface there."),
            remedy=text("Activate WooCommerce, or update it: version 3.5 or later is needed."),
            field="shop_address",
            detail=detail,
        )
    return AddressError(
        text("There is no interface of WooCommerce at this address."),
        remedy=text(
            "Check the address; the folder of WordPress belongs to it. With plain permalinks choose so in the account."
        ),
        field="shop_address",
        detail=detail,
    )


def maintenance(answer: Answer) -> UnreachableError:
    """503 as JSON ``wp_die`` with Retry-After 600, or as a web page."""
    return UnreachableError(
        text("The shop is in maintenance, or its server is overloaded."),
        remedy=text("Try again in ten minutes. If it stays, an update of WordPress may have broken off there."),
        retry_after_s=retry_after_s(answer.headers) or MAINTENANCE_WAIT_S,
        detail=f"503 from {answer.url}: {answer.evidence[:500]}",
    )
