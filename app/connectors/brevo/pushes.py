"""Marketing webhooks: people who unsubscribe, complain or bounce are told at once.

https://developers.brevo.com/docs/marketing-webhooks: JSON with ``event``, ``email`` and ``ts_event``, one event or a
list of them (https://developers.brevo.com/docs/batched-webhooks). Brevo signs nothing; what it knows is a token of ours
in the address, or the same as a bearer token (https://developers.brevo.com/docs/secured-webhooks). The names of events
differ between Brevo's own pages (``hard_bounce``, ``hardBounce``): they are compared without case and underscores.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec

from app.connectors.brevo.settings import BrevoSettings
from app.core.addresses import is_email, normalised_email
from app.core.records import Bounce, Kind, OptOut
from app.core.texts import Text, ntext, text
from app.sdk.handouts import Handout
from app.sdk.pushes import Accepted, Declined, Push, Receives, Reply

_KINDS = {
    **dict.fromkeys(("unsubscribe", "unsubscribed", "spam", "complaint"), Kind.OPT_OUTS),
    **dict.fromkeys(("hardbounce", "hardbounced"), Kind.BOUNCES),
}
_TOKEN = "token"  # noqa: S105 - the name of a parameter


@dataclass(frozen=True, slots=True)
class PushedEvent:
    kind: Kind
    email: str
    at: datetime | None
    reason: str

    def record(self, arrived_at: datetime) -> OptOut | Bounce:
        """For somebody whom Brevo does not know any more; the id holds no address."""
        record_id = f"push-{hashlib.sha256(self.email.encode()).hexdigest()[:24]}"
        at = self.at or arrived_at
        if self.kind is Kind.BOUNCES:
            return Bounce(id=record_id, updated_at=at, email=self.email, at=at, reason=self.reason)
        return OptOut(id=record_id, updated_at=at, email=self.email, at=at, reason=self.reason)


def accept(settings: BrevoSettings, push: Push) -> Accepted | Declined:
    if not _is_genuine(push, push_token(settings)):
        return Declined(
            reply=Reply(status=403),
            words=text("A call without the right token was turned away. Copy the address for Brevo anew."),
        )
    if push.method != "POST" or _bodies(push) is None:
        return Declined(reply=Reply(status=400), words=text("A call that holds no events was turned away."))
    events = events_in(push)
    return Accepted(
        key=hashlib.sha256(push.body).hexdigest(),
        kinds=tuple(dict.fromkeys(each.kind for each in events)),
        people=tuple(dict.fromkeys(each.email for each in events)),
        words=ntext("{count} event from Brevo.", "{count} events from Brevo.", len(events)) if events else Text(""),
    )


def events_in(push: Push) -> Sequence[PushedEvent]:
    """Those that end a subscription; everything else of a push concerns nobody here."""
    found = []
    for body in _bodies(push) or ():
        kind = _KINDS.get(str(body.get("event", "")).casefold().replace("_", ""))
        email = normalised_email(str(body.get("email", "")))
        if kind and is_email(email):
            found.append(PushedEvent(kind, email, _at(body), str(body.get("reason") or "")))
    return found


def push_token(settings: BrevoSettings) -> str:
    """Follows from the key, and cannot be turned back into it."""
    key = settings.api_key.get_secret_value().encode()
    return hmac.new(key, b"webhook 1", hashlib.sha256).hexdigest()[:40]


def handouts(settings: BrevoSettings, public_address: str) -> Sequence[Handout]:
    joint = "&" if "?" in public_address else "?"
    content = f"{public_address}{joint}{_TOKEN}={push_token(settings)}" if public_address else ""
    return [
        Handout(
            name="webhook",
            title=text("Address for Brevo's webhook"),
            content=content,
            help=text(
                'In Brevo: "Contacts", "Settings", "Webhooks" (marketing), "Add a new webhook". Enter this address and '
                'tick "Unsubscribed", "Hard bounced" and "Marked as spam". It changes with the API key. Without a '
                "public "
                "address of this program there is none; then the next sync reads who has left."
            ),
        )
    ]


def _is_genuine(push: Push, token: str) -> bool:
    bearer = push.headers.get("authorization", "").removeprefix("Bearer ").strip()
    told = [bearer, *(value for name, value in parse_qsl(push.query) if name == _TOKEN)]
    return any(hmac.compare_digest(each.encode(), token.encode()) for each in told if each)


def _bodies(push: Push) -> Sequence[Mapping[str, object]] | None:
    try:
        found = msgspec.json.decode(push.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    rows = found if isinstance(found, list) else [found]
    return rows if rows and all(isinstance(each, Mapping) for each in rows) else None


def _at(body: Mapping[str, object]) -> datetime | None:
    """``ts_event`` is in seconds, UTC; the dates beside it are in several zones."""
    for name in ("ts_event", "ts"):
        stamp = body.get(name)
        if isinstance(stamp, int) and 0 < stamp < 32_503_680_000:
            return datetime.fromtimestamp(stamp, UTC)
    return None


RECEIVES = Receives(
    kinds=(Kind.OPT_OUTS, Kind.BOUNCES),
    accept=accept,
    help=text(
        'In Brevo: "Contacts", "Settings", "Webhooks" (marketing), "Add a new webhook". Copy the address with its '
        "token "
        "from this account."
    ),
)
