"""Call-backs of SALESmanago and the texts that a person carries there and into the shop.

https://pomoc.salesmanago.pl/opt-inopt-out-callback/: SALESmanago calls an address of the person's when somebody leaves
or joins, by the link in an e-mail or by hand on the contact's card. It puts the e-mail address for ``$email$`` and the
SHA-1 of address and parameter for ``sha1(...)``. There is no time in it, so a call says only "look at this one".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, unquote_plus, urlsplit

from app.connectors.salesmanago.settings import SalesmanagoSettings
from app.core.addresses import is_email, normalised_email
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.handouts import Handout
from app.sdk.pushes import Accepted, Declined, Push, Receives, Reply

OPT_OUT, OPT_IN = "optout", "optin"
_WHERE = text('In SALESmanago: "Integration Center", then "Callbacks".')
_NO_RECEIVER = text(
    "SALESmanago can only call a public address, and no receiver is set up for this account. Nothing has to be entered "
    "there: the program asks SALESmanago for opt-outs by itself."
)
_NO_PARAMETER = text(
    "First enter a security parameter in this account. Until then the program asks SALESmanago for opt-outs by itself."
)
_THANKS = Reply(status=200, body="OK")


def key_of(email: str, parameter: str) -> str:
    return hashlib.sha1(f"{email}{parameter}".encode(), usedforsecurity=False).hexdigest()  # the vendor's choice


def accept(settings: SalesmanagoSettings, push: Push) -> Accepted | Declined:
    parameter = settings.callback_parameter.get_secret_value()
    if not parameter:
        return _declined(403, "no parameter", text("A call-back came, but there is no security parameter."))
    told = dict(_raw_fields(push))
    event, key = told.get("event", ""), told.get("key", "").strip().casefold()
    if push.method not in {"GET", "POST"} or event not in {OPT_OUT, OPT_IN} or "email" not in told:
        return _declined(400, "not understood", text("A call came that is no call-back of SALESmanago."))
    email = next((each for each in _spellings(told["email"]) if _is_genuine(each, parameter, key)), None)
    if email is None:
        return _declined(403, "wrong key", text("A call-back with a wrong key was turned away."))
    address = normalised_email(email)
    if not is_email(address):
        return _declined(400, "no address", text("A call-back came without an e-mail address."))
    if event == OPT_IN:
        # Nothing is subscribed by it: the address alone would bring back somebody who left after it was first sent.
        return Accepted(reply=_THANKS, words=text("Somebody joined in SALESmanago; the shop's own consent stays."))
    return Accepted(
        reply=_THANKS,
        key=hashlib.sha256(f"{event} {address}".encode()).hexdigest(),
        kinds=(Kind.OPT_OUTS,),
        people=(address,),
        words=text("Somebody unsubscribed in SALESmanago."),
    )


def _declined(status: int, body: str, words: Text) -> Declined:
    return Declined(reply=Reply(status=status, body=body), words=words)


def address_in(push: Push) -> str:
    """Of a call that was accepted: SALESmanago's capitals do not matter, a plus sign is no blank."""
    return normalised_email(next(_spellings(dict(_raw_fields(push)).get("email", ""))))


RECEIVES = Receives(
    kinds=(Kind.OPT_OUTS,),
    accept=accept,
    secrets=("callback_parameter",),
    help=text('In SALESmanago: "Integration Center", then "Callbacks": enter the two call-back addresses there.'),
)


def handouts(settings: SalesmanagoSettings, address: str) -> Sequence[Handout]:
    parameter = settings.callback_parameter.get_secret_value()
    missing = _NO_RECEIVER if not address else (_NO_PARAMETER if not parameter else None)
    return (
        Handout(
            name="opt_out_call_back",
            title=text("Opt-out call-back URL"),
            content="" if missing else _template(address, OPT_OUT, parameter),
            help=missing or _WHERE,
        ),
        Handout(
            name="opt_in_call_back",
            title=text("Opt-in call-back URL"),
            content="" if missing else _template(address, OPT_IN, parameter),
            help=missing or _WHERE,
        ),
        Handout(
            name="monitoring_code",
            title=text("Monitoring code"),
            content=_monitoring_code(settings),
            help=text(
                "Paste it into the template of the shop, on every page just before </body>. It tells SALESmanago which "
                "pages a contact looks at. Tell your visitors of it, and let it start only where they agree."
            ),
        ),
    )


def _template(address: str, event: str, parameter: str) -> str:
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}event={event}&email=$email$&key=sha1($email${parameter})"


def _monitoring_code(settings: SalesmanagoSettings) -> str:
    host = urlsplit(settings.endpoint).netloc
    client_id = json.dumps(settings.client_id)
    return (
        "<script>\n"
        f"  var _smid = {client_id};\n"
        "  (function (page) {\n"
        '    var script = page.createElement("script");\n'
        "    script.async = true;\n"
        f'    script.src = "https://{host}/static/sm.js";\n'
        "    page.head.appendChild(script);\n"
        "  })(document);\n"
        "</script>\n"
    )


def _raw_fields(push: Push) -> Iterator[tuple[str, str]]:
    """Not decoded: whether a plus sign stands for itself or for a blank is not documented."""
    is_form = "urlencoded" in push.headers.get("content-type", "")
    form = push.body.decode("utf-8", errors="replace") if is_form else ""
    for part in (push.query, form):
        for pair in part.split("&"):
            name, separator, value = pair.partition("=")
            if separator:
                yield name, value if name == "email" else unquote_plus(value)


def _spellings(raw: str) -> Iterator[str]:
    """The address as it may have been meant when the key was made of it. Decoded once."""
    for decoded in dict.fromkeys((unquote(raw), unquote_plus(raw))):
        yield from dict.fromkeys((decoded.strip(), decoded.strip().lower()))


def _is_genuine(email: str, parameter: str, key: str) -> bool:
    return hmac.compare_digest(key_of(email, parameter).encode(), key.encode())
