"""What a person enters for a WooCommerce shop, and what an integration can choose."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from app.core.errors import AddressError
from app.core.texts import text
from app.sdk.base_url import checked_url
from app.sdk.settings import Secret, Setting, Settings, invalid

_BEHIND_THE_SHOP = re.compile(r"/(?:index\.php/)?(?:wp-json|wp-admin|wp-login\.php|wc-api)(?:/.*)?\Z")
_NEWSLETTER = text("Newsletter consent")


class SignIn(StrEnum):
    TRY_HEADER = "try_header"
    HEADER = "header"
    QUERY = "query"


class Permalinks(StrEnum):
    PRETTY = "pretty"
    REST_ROUTE = "rest_route"


class ConsentPreset(StrEnum):
    """Where consents are kept. The fields of the plug-ins are those that their own code writes."""

    NONE = "none"
    OWN = "own"
    MAILCHIMP = "mailchimp"
    ACTIVECAMPAIGN = "activecampaign"
    BREVO = "brevo"


class ConsentPlace(StrEnum):
    CUSTOMERS = "customers"
    ORDERS = "orders"


def shop_address_from(entered: str) -> str:
    """The address of the shop, also out of a pasted address of its administration or interface. Raises ValueError."""
    words = entered.strip()
    if "://" not in words:
        words = f"https://{words}"
    words = words.partition("?")[0].partition("#")[0].rstrip("/")
    address = _BEHIND_THE_SHOP.sub("", words)
    try:
        return checked_url(address)
    except AddressError as error:
        if urlsplit(address).scheme == "http":
            raise invalid(
                text(
                    "The address begins with http://, where your key could be read on its way, and where WooCommerce"
                    " does not accept it. Enter it with https://; if the shop has no certificate yet, its provider"
                    " can set one up."
                )
            ) from error
        raise invalid(text("This is no web address. It looks like https://my-shop.example.")) from error


def _clean_key(entered: Secret) -> Secret:
    """A key travels in a header or an address: no spaces, line breaks or letters beyond ASCII."""
    key = entered.get_secret_value().strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise invalid(
            text(
                "A key of WooCommerce has only letters, digits and underscores. Copy it again, without spaces. A"
                " WordPress password does not serve here."
            )
        )
    return Secret(key)


class WooCommerceSettings(Settings):
    shop_address: Annotated[
        str,
        Setting(
            label=text("Address of the shop"),
            help=text("As it stands in the browser, with the folder if WordPress lies in one."),
            where=text("In WordPress under Settings → General: Site address (URL)."),
            placeholder="https://my-shop.example",
        ),
    ]
    consumer_key: Annotated[
        Secret,
        Setting(
            label=text("Consumer key"),
            help=text("Begins with ck_."),
            where=text(
                "In WordPress under WooCommerce → Settings → Advanced → REST API → Add key, for a user who is shop"
                " manager or administrator. It is shown only once."
            ),
        ),
    ]
    consumer_secret: Annotated[
        Secret,
        Setting(
            label=text("Consumer secret"),
            help=text("Begins with cs_."),
            where=text("It is shown beside the consumer key, only once."),
        ),
    ]
    sign_in: Annotated[
        SignIn,
        Setting(
            label=text("Where the key travels"),
            help=text(
                "Some web servers take the key out of the header. In the address it arrives there too, but the"
                " provider of the server can then read it in his logs."
            ),
            choices={
                "try_header": text("In the header; the test says if the address is needed"),
                "header": text("In the header only"),
                "query": text("In the address"),
            },
            is_advanced=True,
        ),
    ] = SignIn.TRY_HEADER
    permalinks: Annotated[
        Permalinks,
        Setting(
            label=text("Permalinks of the shop"),
            help=text('With "Plain" permalinks the interface lies at another address. "Post name" is better.'),
            where=text("In WordPress under Settings → Permalinks."),
            choices={"pretty": text("Post name or any other but plain"), "rest_route": text("Plain")},
            is_advanced=True,
        ),
    ] = Permalinks.PRETTY
    consent_preset: Annotated[
        ConsentPreset,
        Setting(
            label=text("Who keeps newsletter consents"),
            help=text(
                "WooCommerce itself keeps none. Without a field nobody counts as having agreed, and opt-outs are kept"
                " as a list to work off by hand."
            ),
            choices={
                "none": text("Nobody: there is no field"),
                "own": text("A field of your own, or of another plug-in"),
                "mailchimp": text("Mailchimp for WooCommerce"),
                "activecampaign": text("ActiveCampaign for WooCommerce"),
                "brevo": text("Brevo for WooCommerce (at orders)"),
            },
            group=_NEWSLETTER,
        ),
    ] = ConsentPreset.NONE
    consent_place: Annotated[
        ConsentPlace,
        Setting(
            label=text("Where that field is"),
            help=text("People without an account have it at their orders in any case."),
            choices={"customers": text("At customer accounts"), "orders": text("At orders only")},
            is_advanced=True,
            group=_NEWSLETTER,
        ),
    ] = ConsentPlace.CUSTOMERS
    consent_key: Annotated[
        str,
        Field(max_length=255),
        Setting(
            label=text("Field with the consent"),
            help=text(
                "The meta key, for a field of your own. The list offers those seen at the first hundred customers and"
                " orders."
            ),
            suggests="meta_keys",
            placeholder="newsletter_optin",
            group=_NEWSLETTER,
        ),
    ] = ""
    consent_yes: Annotated[
        str,
        Setting(
            label=text("Values that mean yes"),
            help=text("Separated by commas. Every other value, and a missing field, subscribes nobody."),
            is_advanced=True,
            group=_NEWSLETTER,
        ),
    ] = "1, yes, true, on, subscribed"
    consent_withdrawn: Annotated[
        str,
        Setting(
            label=text("Values that mean unsubscribed"),
            help=text("Separated by commas: an opt-out, not just a box left empty."),
            is_advanced=True,
            group=_NEWSLETTER,
        ),
    ] = "unsubscribed"
    opt_out_value: Annotated[
        str,
        Field(min_length=1),
        Setting(
            label=text("Value written for an opt-out"),
            help=text("It must not be one that means yes."),
            is_advanced=True,
            group=_NEWSLETTER,
        ),
    ] = "0"
    bounce_key: Annotated[
        str,
        Field(max_length=255),
        Setting(
            label=text("Field for bounced addresses"),
            help=text("A meta key of your own that takes the day of the bounce. Empty notes none."),
            placeholder="email_bounced",
            is_advanced=True,
            group=_NEWSLETTER,
        ),
    ] = ""

    @field_validator("shop_address")
    @classmethod
    def _only_the_shop(cls, entered: str) -> str:
        return shop_address_from(entered)

    @field_validator("consumer_key")
    @classmethod
    def _is_a_key(cls, entered: Secret) -> Secret:
        key = _clean_key(entered)
        if key.get_secret_value().startswith("cs_"):
            raise invalid(text("This is the consumer secret. The key begins with ck_."))
        return key

    @field_validator("consumer_secret")
    @classmethod
    def _is_a_secret(cls, entered: Secret) -> Secret:
        secret = _clean_key(entered)
        if secret.get_secret_value().startswith("ck_"):
            raise invalid(text("This is the consumer key. The secret begins with cs_."))
        return secret

    @field_validator("consent_key", "bounce_key")
    @classmethod
    def _can_be_written(cls, entered: str, info: ValidationInfo) -> str:
        is_at_orders = info.field_name == "consent_key" and info.data.get("consent_place") is ConsentPlace.ORDERS
        if entered.startswith("_") and not is_at_orders:
            raise _dropped_silently()
        return entered

    @field_validator("opt_out_value")
    @classmethod
    def _means_no(cls, entered: str, info: ValidationInfo) -> str:
        if entered.casefold() in values_of(str(info.data.get("consent_yes", ""))):
            raise invalid(text("The value written for an opt-out is one that means yes."))
        return entered


def _dropped_silently() -> ValueError:
    """Seen on 10.0.2: customer meta with a leading underscore is not stored, and no error says so."""
    return invalid(
        text(
            "WooCommerce drops fields of customers whose name begins with an underscore without saying so. Choose"
            " another field, or one that is kept at orders."
        )
    )


def values_of(entered: str) -> frozenset[str]:
    return frozenset(each.strip().casefold() for each in entered.split(",") if each.strip())


class WooCommerceSourceOptions(Settings):
    contacts_from_orders: Annotated[
        bool,
        Setting(
            label=text("People without an account, from their orders"),
            help=text("Orders are searched for them. Whether they are sent at all says the setting for guest orders."),
        ),
    ] = True
    include_staff: Annotated[
        bool,
        Setting(
            label=text("People who work in the shop"),
            help=text("Administrators, shop managers, editors and authors."),
            is_advanced=True,
        ),
    ] = False
    ean_meta_key: Annotated[
        str,
        Setting(
            label=text("Field with the EAN"),
            help=text("The meta key of a plug-in, for shops that do not use WooCommerce's own field for it."),
            placeholder="_ean",
            is_advanced=True,
        ),
    ] = ""
