"""Names and addresses within Konnektive's lengths, which were measured for the United States.

Lengths: https://github.com/fitboxmedia/konnektive-api, whose author held them against the reference in 2018. A street
of more than 30 characters goes on in the second line, at a word's boundary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.connectors.konnektive.states import state_code
from app.core.records import Address

LENGTHS: Mapping[str, int] = {
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
    **{f"{name}{number}": 30 for name in ("custom", "sourceValue") for number in range(1, 6)},
}
"""Where two libraries differ, the shorter one."""
_PARTS = ("firstName", "lastName", "companyName", "address1", "address2", "city", "state", "postalCode", "country")
_NOT_IN_A_PHONE = re.compile(r"[^0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """What stands in an address that names nothing: digital goods."""

    street: str
    postcode: str
    city: str
    country: str
    state: str = ""
    """For addresses without a state, also whole ones; empty sends none."""


def is_whole(address: Address | None) -> bool:
    return address is not None and all((address.street, address.postcode, address.city, address.country))


def address_fields(address: Address, spare: Placeholder) -> dict[str, str]:
    first, second = two_lines(" ".join(part for part in (address.street, address.street_2) if part) or spare.street)
    country = address.country.upper() if len(address.country) == 2 else spare.country.upper()
    state = state_code(country, address.region) or spare.state
    return {
        "address1": first,
        "address2": second,
        "city": cut("city", address.city or spare.city),
        "postalCode": cut("postalCode", address.postcode or spare.postcode),
        "country": country,
        **({"state": state} if state else {}),
    }


def shipping_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """The same fields under the names of the delivery address."""
    return {f"ship{name[0].upper()}{name[1:]}": fields[name] for name in _PARTS if name in fields}


def two_lines(street: str) -> tuple[str, str]:
    """At most 30 characters each; what is longer than both is cut."""
    words = " ".join(street.split())
    limit = LENGTHS["address1"]
    if len(words) <= limit:
        return words, ""
    break_at = words.rfind(" ", 0, limit + 1)
    if break_at <= 0:
        break_at = limit
    return words[:break_at].strip(), words[break_at:].strip()[: LENGTHS["address2"]].strip()


def cut(field: str, value: str) -> str:
    """The value without line breaks, as long as the field takes it."""
    return " ".join(value.split())[: LENGTHS.get(field, 30)].strip()


def phone_number(raw: str) -> str:
    """Digits and hyphens only; international numbers keep their digits."""
    return _NOT_IN_A_PHONE.sub("-", raw).strip("-")[: LENGTHS["phoneNumber"]].strip("-")
