"""What a person enters for a SALESmanago account, and what an integration with it can choose."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from app.core.money import currency_code
from app.core.texts import text
from app.sdk.base_url import is_loopback
from app.sdk.settings import Secret, Setting, Settings, invalid

_CALL_BACKS = text("Call-backs")
_EVENTS = text("Purchases and carts")
_TAGS = text("Tags")


class TagStyle(StrEnum):
    SALESMANAGO = "salesmanago"
    AS_WRITTEN = "as_written"


class OfferIds(StrEnum):
    PRODUCT = "product"
    SKU = "sku"


def normalised_endpoint(raw: str) -> str:
    """``https://app2.salesmanago.com`` from whatever people paste: with and without scheme, ``/api`` and slashes.
    Raises ValueError for what cannot be a server."""
    address = raw.strip().rstrip("/")
    if "://" not in address:
        address = f"https://{address}"
    address = address.removesuffix("/api").rstrip("/")
    parts = urlsplit(address)
    host = parts.hostname or ""
    if "@" in parts.netloc:
        raise invalid(text("The address contains a password."))
    if is_loopback(host):
        return address
    if "." not in host or " " in address:
        raise invalid(text('Enter the server as SALESmanago shows it, such as "app2.salesmanago.com".'))
    return f"https://{parts.netloc}"


def _known_currency(raw: str) -> str:
    try:
        return currency_code(raw)
    except ValueError:
        raise invalid(text('Three letters are needed, such as "EUR" or "PLN".')) from None


class SalesmanagoSettings(Settings):
    client_id: Annotated[
        str,
        Field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$"),
        Setting(
            label=text("Client ID"),
            help=text("Also called SALESmanago ID. It names your account and stands in the monitoring code."),
            where=text('In SALESmanago: "Integration Center", then "API", tab "API v2".'),
        ),
    ]
    api_secret: Annotated[
        Secret,
        Field(min_length=4),
        Setting(
            label=text("API secret"),
            help=text("It signs every request and is never sent itself. An API key is not needed: it is made anew."),
            where=text('In SALESmanago: "Integration Center", then "API", tab "API v2".'),
        ),
    ]
    owner: Annotated[
        str,
        Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        Setting(
            label=text("E-mail of the owner"),
            help=text("The e-mail address with which the owner of the contacts signs in to SALESmanago."),
            where=text("The address that you enter when you sign in to SALESmanago."),
            placeholder="shop@example.com",
        ),
    ]
    endpoint: Annotated[
        str,
        AfterValidator(normalised_endpoint),
        Field(min_length=1, max_length=300),
        Setting(
            label=text("Endpoint"),
            help=text(
                "The server of your account, such as app2.salesmanago.com, app3.salesmanago.com or www.salesmanago.com."
            ),
            where=text('In SALESmanago: "Integration Center", then "API", tab "API v2".'),
            placeholder="app2.salesmanago.com",
        ),
    ]
    currency: Annotated[
        str,
        AfterValidator(_known_currency),
        Field(min_length=3, max_length=3),
        Setting(
            label=text("Currency of the account"),
            help=text(
                "SALESmanago counts values without a currency. Orders in another currency are held, never converted."
            ),
            placeholder="EUR",
        ),
    ]
    location: Annotated[
        str,
        Field(max_length=36, pattern=r"^[A-Za-z0-9_.;-]*$"),
        Setting(
            label=text("Location of the shop"),
            help=text(
                "The same word as in the product catalogue of SALESmanago, else recommendations stay empty: letters, "
                'digits and "_ . ; -". Empty takes the name of the shop\'s system.'
            ),
            is_advanced=True,
        ),
    ] = ""
    callback_parameter: Annotated[
        Secret,
        Field(max_length=16),
        Setting(
            label=text("Security parameter for call-backs"),
            help=text(
                "A word of up to 16 characters that you make up. It proves that a call-back comes from SALESmanago. "
                "Without it the program asks SALESmanago for opt-outs by itself."
            ),
            where=text("Make it up; it becomes part of the two call-back addresses."),
            has_counter=True,
            group=_CALL_BACKS,
        ),
    ] = SecretStr("")


class TargetOptions(Settings):
    include_subscribers: Annotated[
        bool,
        Setting(
            label=text("Also newsletter subscribers without an account"),
            help=text('Beside "Contacts to send": off sends people with an account in the shop only.'),
        ),
    ] = True
    subscribe_who_agreed: Annotated[
        bool,
        Setting(
            label=text("Subscribe people who agreed in the shop"),
            help=text(
                "Only people who are new in SALESmanago: whoever is not subscribed there may have left, and stays so."
            ),
        ),
    ] = False
    account_tags: Annotated[
        str,
        Field(max_length=200),
        Setting(
            label=text("Tags for people with an account"),
            help=text("Several are separated by commas. Empty sets none."),
            group=_TAGS,
        ),
    ] = "rejestracja"
    subscriber_tags: Annotated[
        str,
        Field(max_length=200),
        Setting(
            label=text("Tags for subscribers without an account"),
            help=text("Several are separated by commas. Empty sets none."),
            group=_TAGS,
        ),
    ] = "newsletter"
    category_tags: Annotated[
        bool,
        Setting(
            label=text("Tags for the categories of what was bought"),
            help=text("One tag for each level: A / B / C gives three."),
            group=_TAGS,
        ),
    ] = True
    purchase_tags: Annotated[
        str,
        Field(max_length=200),
        Setting(
            label=text("Tags for everybody who buys"),
            help=text("Several are separated by commas. Empty sets none."),
            group=_TAGS,
        ),
    ] = ""
    tag_style: Annotated[
        TagStyle,
        Setting(
            label=text("How tags are written"),
            help=text("SALESmanago writes tags in capital letters, with low lines instead of blanks."),
            choices={
                "salesmanago": text("As SALESmanago does: LAMPS_AND_SHADES"),
                "as_written": text("As they are written"),
            },
            group=_TAGS,
            is_advanced=True,
        ),
    ] = TagStyle.SALESMANAGO
    offer_ids: Annotated[
        OfferIds,
        Setting(
            label=text("Products are known by"),
            help=text("Events and the offer file name products alike. The product table goes before this choice."),
            choices={"product": text("The shop's product id"), "sku": text("SKU")},
            group=_EVENTS,
            is_advanced=True,
        ),
    ] = OfferIds.PRODUCT
    unpaid_purchases: Annotated[
        bool,
        Setting(
            label=text("Orders count before they are paid"),
            help=text("For shops that deliver on account. Else an order is sent once it is paid."),
            group=_EVENTS,
            is_advanced=True,
        ),
    ] = False
