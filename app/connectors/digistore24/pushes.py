"""Pushes (IPN): proven by their signature, answered with OK, kept once, and read as facts about an order.

One push for each transaction and each item of an order; it names the order as ``order_id``, which the API calls
``purchase_id``. What a push adds to the API's answer: the newsletter choice, the affiliate, prices of items, a delivery
address, missed payments. Unknown events are answered like known ones, or Digistore24 would repeat them for ten days
(https://dev.digistore24.com, events 32480561422353 and quick guide 32480217565969).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.connectors.digistore24.settings import Digistore24Settings
from app.connectors.digistore24.signature import is_genuine
from app.core.addresses import normalised_email
from app.core.records import Kind, OrderEvent
from app.core.texts import Text, text
from app.sdk.pushes import Accepted, Declined, Push, Reply, SavedPush

EVENTS: Mapping[str, OrderEvent] = {
    "on_payment": OrderEvent.PAYMENT,
    "on_refund": OrderEvent.REFUND,
    "on_chargeback": OrderEvent.CHARGEBACK,
    "on_payment_missed": OrderEvent.PAYMENT_MISSED,
    "payment_denial": OrderEvent.PAYMENT_MISSED,
    "on_rebill_cancelled": OrderEvent.REBILL_STOPPED,
    "on_rebill_resumed": OrderEvent.REBILL_RESUMED,
    "last_paid_day": OrderEvent.LAST_PAID_DAY,
}
"""Matched exactly: the prefixes are inconsistent on purpose."""
_OK = Reply(body="OK")
_OF_A_TRANSACTION = {"on_payment", "on_refund", "on_chargeback"}


def fields_of(push: Push) -> dict[str, str]:
    return dict(push.fields)


def accept(settings: Digistore24Settings, push: Push) -> Accepted | Declined:
    """Pure. Decides whether a push is genuine, and whether there is anything in it to keep."""
    fields = fields_of(push)
    if push.method == "GET" and not fields:
        return Accepted(reply=_OK, words=text("Digistore24 has looked whether somebody answers here."))
    passphrase = settings.ipn_passphrase.get_secret_value() if settings.ipn_passphrase else ""
    if not passphrase:
        return _declined(text("A push came, but no passphrase is entered to prove it."))
    if not is_genuine(fields, passphrase):
        return _declined(text("A push was not signed with the passphrase of this account."))
    told = {name.lower(): value for name, value in fields.items()}
    event = told.get("event", "")
    if event == "connection_test":
        return Accepted(reply=_OK, words=text("Digistore24 has tested the connection."))
    if event not in EVENTS or not told.get("order_id"):
        return Accepted(reply=_OK, words=text("An event that concerns no order was answered and not kept."))
    people = (normalised_email(told.get("email") or told.get("buyer_email")), told["order_id"])
    return Accepted(
        reply=_OK,
        key=_key(event, told, fields),
        kinds=(Kind.ORDERS,),
        people=tuple(each for each in people if each),
        words=text("A push about an order has arrived: {event}.", event=event),
    )


def _key(event: str, told: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """Equal for repeats. Events without a transaction of their own are told apart by all that they say: a second missed
    payment must not pass for a repeat of the first."""
    item = told.get("order_item_id", "")
    if event in _OF_A_TRANSACTION and told.get("transaction_id"):
        return f"{event}:{told['transaction_id']}:{item}"
    words = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    return f"{event}:{told['order_id']}:{item}:{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def _declined(words: Text) -> Declined:
    return Declined(reply=Reply(status=403, body="ERROR: the signature is not valid"), words=words)


# Reading what was kept ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """One push, read. ``at`` is the moment of its arrival."""

    event: OrderEvent
    order_id: str
    at: datetime
    fields: Mapping[str, str]
    """Names in lower case, empty values left out."""

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def is_of_main_item(self) -> bool:
        return self.get("upsell_no") in {"", "0"}


@dataclass(frozen=True, slots=True)
class PushedFacts:
    """Pushes by order and by buyer, oldest first."""

    by_order: Mapping[str, Sequence[Told]]
    by_buyer: Mapping[str, Sequence[Told]]

    def of_order(self, number: str) -> Sequence[Told]:
        return self.by_order.get(number, ())

    def of_buyer(self, number: str) -> Sequence[Told]:
        return self.by_buyer.get(number, ())


def facts_of(saved: Sequence[SavedPush]) -> PushedFacts:
    by_order: dict[str, list[Told]] = {}
    by_buyer: dict[str, list[Told]] = {}
    for each in sorted(saved, key=lambda one: (one.at, one.id)):
        told = _told(each)
        if told is None:
            continue
        by_order.setdefault(told.order_id, []).append(told)
        if told.get("buyer_id"):
            by_buyer.setdefault(told.get("buyer_id"), []).append(told)
    return PushedFacts(by_order, by_buyer)


def _told(saved: SavedPush) -> Told | None:
    fields = {name.lower(): value for name, value in saved.push.fields if value}
    event = EVENTS.get(fields.get("event", ""))
    number = fields.get("order_id", "")
    return Told(event, number, saved.at, fields) if event is not None and number else None
