"""What a person enters for an IdoSell panel, and what an integration can choose."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator

from app.core.texts import text
from app.sdk.settings import Secret, Setting, Settings, invalid

_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z")


def host_from(entered: str) -> str:
    """The bare host, also out of a pasted address of the panel or the API. Raises ValueError."""
    words = entered.strip().lower()
    try:
        host = urlsplit(words if "://" in words else f"//{words}").hostname or ""
    except ValueError:
        host = ""
    if not _HOST.match(host):
        raise invalid(text("This is no address of a shop. It looks like client12345.idosell.com."))
    return host


class ApiVersion(StrEnum):
    """Newest first after ``AUTO``, which begins with the newest and goes back where the shop does not know one."""

    AUTO = "auto"
    V8 = "v8"
    V7 = "v7"
    V6 = "v6"
    V5 = "v5"


class IdoSellSettings(Settings):
    panel_address: Annotated[
        str,
        Setting(
            label=text("Address of the panel"),
            help=text(
                "Best the address of the panel, such as client12345.idosell.com: it also answers when the shop is"
                " closed or redirects to another domain."
            ),
            where=text("It stands in the browser's address line when you are signed in to the panel."),
            placeholder="client12345.idosell.com",
        ),
    ]
    api_key: Annotated[
        Secret,
        Setting(
            label=text("API key"),
            help=text("Make one key for Koppler alone; its permissions are chosen when it is made."),
            where=text("In the panel under Administration → API → Access keys for Admin API."),
        ),
    ]
    shop_id: Annotated[
        str,
        Setting(
            label=text("Shop"),
            help=text(
                "The number of the shop if your panel has several. Orders, newsletter consents and opt-outs concern"
                " this shop alone. Empty takes the only one."
            ),
            suggests="shops",
        ),
    ] = ""
    api_version: Annotated[
        ApiVersion,
        Setting(
            label=text("Version of the API"),
            help=text("Automatic begins with the newest and goes back where your shop does not know it."),
            choices={"auto": text("Automatic")},
            is_advanced=True,
        ),
    ] = ApiVersion.AUTO
    time_zone: Annotated[
        str,
        Setting(
            label=text("Time zone of the shop"),
            help=text("IdoSell tells times without a zone. Shops in Poland are in Europe/Warsaw."),
            is_advanced=True,
        ),
    ] = "Europe/Warsaw"
    storefront: Annotated[
        str,
        Setting(
            label=text("Address of the shop for customers"),
            help=text("For links to products. Empty takes the address by which the panel calls the shop."),
            placeholder="shop.example.com",
            is_advanced=True,
        ),
    ] = ""

    @field_validator("panel_address")
    @classmethod
    def _only_the_host(cls, entered: str) -> str:
        return host_from(entered)

    @field_validator("storefront")
    @classmethod
    def _host_or_nothing(cls, entered: str) -> str:
        return host_from(entered) if entered else ""

    @field_validator("shop_id")
    @classmethod
    def _is_a_number(cls, entered: str) -> str:
        if entered and not (entered.isascii() and entered.isdecimal()):
            raise invalid(text("The shop is named by its number, such as 1."))
        return entered.lstrip("0") or entered

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, entered: str) -> str:
        try:
            ZoneInfo(entered)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise invalid(text("This time zone is not known. It looks like Europe/Warsaw.")) from None
        return entered

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, entered: Secret) -> Secret:
        """The key travels in a header, which takes no spaces, line breaks or letters beyond ASCII."""
        key = entered.get_secret_value().strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise invalid(text("An API key has no spaces and no special letters. Copy it again from the panel."))
        return Secret(key)


class MarketplaceOrders(StrEnum):
    LEAVE_OUT = "leave_out"
    SEND = "send"


class IdoSellSourceOptions(Settings):
    include_subscribers_without_account: Annotated[
        bool,
        Setting(
            label=text("Newsletter subscribers without a customer account"),
            help=text("Also reads people who are known to the shop only by their newsletter registration."),
            is_advanced=True,
        ),
    ] = True
    marketplace_orders: Annotated[
        MarketplaceOrders,
        Setting(
            label=text("Orders from marketplaces"),
            help=text(
                "Allegro, Amazon and others hide the buyer's address behind one of their own. Nobody behind such an"
                " address is ever subscribed, whatever is chosen here."
            ),
            choices={"leave_out": text("Leave out"), "send": text("Send")},
        ),
    ] = MarketplaceOrders.LEAVE_OUT
    catalogue_language: Annotated[
        str,
        Setting(
            label=text("Language of products and categories"),
            help=text(
                "Three letters as in the panel, such as pol or eng. Where it is missing, the first one is taken."
            ),
            is_advanced=True,
        ),
    ] = "pol"
