"""A contact in the shape of SALESmanago's upsert, without what decides about consent.

https://docs.salesmanago.com/#adding-a-new-contact-or-modifying-the-existing-contact: birthday, province and language
stand beside the contact, not in it. What the shop does not know is left out: an empty text may clear a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.connectors.salesmanago.people import CUSTOMER
from app.core.consent import ConsentAction
from app.core.records import Address, Cart, Contact, Order

Element = dict[str, Any]
_UNCHANGED = {"forceOptIn": False, "forceOptOut": False, "forcePhoneOptIn": False, "forcePhoneOptOut": False}
_LONGEST_LOCAL_PART = 64
_PROSPECT = "PROSPECT"


def is_addressable(email: str) -> bool:
    """Documented: up to 64 characters before the at sign, 254 in all."""
    return len(email.partition("@")[0]) <= _LONGEST_LOCAL_PART and len(email) <= 254


def consent_flags(action: ConsentAction) -> Mapping[str, bool]:
    """All four, said outright; both of a pair false leave a status as it is."""
    match action:
        case ConsentAction.SUBSCRIBE:
            return {**_UNCHANGED, "forceOptIn": True}
        case ConsentAction.UNSUBSCRIBE:
            return {**_UNCHANGED, "forceOptOut": True}
        case _:
            return _UNCHANGED


def element_of_contact(contact: Contact, tags: tuple[str, ...]) -> Element:
    address = contact.address or Address()
    return _element(
        contact={
            "email": contact.email,
            "name": _name(contact.first_name, contact.last_name),
            "phone": contact.phone or address.phone,
            "company": contact.company or address.company,
            "state": _PROSPECT if contact.is_subscriber_only else CUSTOMER,
            "externalId": "" if contact.is_guest or contact.is_subscriber_only else contact.id,
            "address": _address(address),
        },
        tags=list(tags),
        birthday=contact.birthday.strftime("%Y%m%d") if contact.birthday else "",
        province=address.region,
        lang=contact.language[:2].upper(),
    )


def element_of_buyer(order: Order, tags: tuple[str, ...]) -> Element:
    address = order.billing or order.delivery or Address()
    return _element(
        contact={
            "email": order.email,
            "name": _name(order.first_name or address.first_name, order.last_name or address.last_name),
            "phone": order.phone or address.phone,
            "company": order.company or address.company,
            "state": CUSTOMER,
            "externalId": "" if order.is_guest else order.customer_id,
            "address": _address(address),
        },
        tags=list(tags),
        province=address.region,
        lang=order.language[:2].upper(),
    )


def element_of_visitor(cart: Cart) -> Element:
    return _element(
        contact={
            "email": cart.email,
            "name": _name(cart.first_name, cart.last_name),
            "externalId": "" if cart.is_guest else cart.customer_id,
        }
    )


def element_of_known(email: str, tags: tuple[str, ...], state: str) -> Element:
    """For somebody who is known already: an order changes no name or address."""
    return _element(contact={"email": email, "state": state}, tags=list(tags))


def _element(**values: Any) -> Element:
    return _without_empty(values)


def _without_empty(values: Mapping[str, Any]) -> Element:
    tidied = {name: _without_empty(each) if isinstance(each, dict) else each for name, each in values.items()}
    return {name: each for name, each in tidied.items() if each}


def _name(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def _address(address: Address) -> Mapping[str, str]:
    return {
        "streetAddress": f"{address.street} {address.street_2}".strip(),
        "zipCode": address.postcode,
        "city": address.city,
        "country": address.country,
    }
