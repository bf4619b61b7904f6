"""What the practice Konnektive refuses, in its own shape: a text, or an object of field and reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

Fields = dict[str, str]

_LENGTHS = {
    "firstName": 30,
    "lastName": 30,
    "companyName": 30,
    "address1": 30,
    "address2": 30,
    "city": 30,
    "state": 6,
    "postalCode": 20,
    "country": 2,
    "phoneNumber": 20,
    "emailAddress": 255,
    "affId": 10,
    "cancelReason": 100,
    "chargebackReasonCode": 10,
    "chargebackNote": 500,
    "refundMerchantTxnId": 500,
    "message": 500,
    **{f"custom{number}": 30 for number in range(1, 6)},
    **{f"sourceValue{number}": 30 for number in range(1, 6)},
}
_UNITED_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR"
    " PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
_GERMANY = "BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH"
_STATES = {"US": frozenset(_UNITED_STATES.split()), "DE": frozenset(_GERMANY.split())}
_AMERICAN = re.compile(r"\d{2}/\d{2}/\d{4}( \d{2}:\d{2}(:\d{2})?)?\Z")


class Refused(Exception):  # noqa: N818 - a refusal of the practice system, no fault
    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = message


def check_lengths(fields: Fields) -> None:
    wrong: dict[str, str] = {}
    for name, value in fields.items():
        plain = name.removeprefix("ship")
        limit = _LENGTHS.get(plain[:1].lower() + plain[1:]) or _LENGTHS.get(name)
        if limit is not None and len(value) > limit:
            wrong[name] = f"must be no longer than {limit} characters"
        if value in {"true", "false", "True", "False"}:
            wrong[name] = "must be 0 or 1"
    if wrong:
        raise Refused(wrong)


def need(fields: Fields, names: Iterable[str]) -> None:
    wrong = {name: "is required" for name in names if not fields.get(name)}
    if wrong:
        raise Refused(wrong)


def check_place(fields: Fields, prefix: str = "") -> None:
    """State by the country's list; a phone of digits and hyphens."""
    country = fields.get(f"{prefix}country" if not prefix else f"{prefix}Country", "")
    state = fields.get(f"{prefix}state" if not prefix else f"{prefix}State", "")
    if country and not re.fullmatch(r"[A-Z]{2}", country):
        raise Refused({"country": "is not a valid country code"})
    if state and country in _STATES and state not in _STATES[country]:
        raise Refused({"state": "is not valid for this country"})
    if not re.fullmatch(r"[0-9-]*", fields.get("phoneNumber", "")):
        raise Refused({"phoneNumber": "may hold digits and hyphens only"})


def amount(fields: Fields, name: str) -> Decimal:
    try:
        value = Decimal(fields.get(name) or "0")
    except InvalidOperation:
        raise Refused({name: "must be a number"}) from None
    if value < 0:
        raise Refused({name: "must not be negative"})
    return value


def day(fields: Fields, name: str) -> date:
    raw = fields.get(name, "")
    if not _AMERICAN.match(raw):
        raise Refused({name: "must be in the format MM/DD/YYYY"})
    month, number, year = (int(each) for each in raw[:10].split("/"))
    return date(year, month, number)
