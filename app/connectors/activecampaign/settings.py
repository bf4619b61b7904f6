"""What a person enters for an ActiveCampaign account, and what an integration with it can choose."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from app.core.texts import text
from app.sdk.base_url import is_loopback
from app.sdk.settings import Secret, Setting, Settings, invalid


class OrderPath(StrEnum):
    """Which of the vendor's two interfaces for e-commerce data writes the orders of a shop.

    ``GRAPHQL`` is the default for four reasons: it is an upsert keyed on connection and store order id, so that a lost
    answer cannot double an order; 25 orders travel in one call, which matters at five requests a second; it knows an
    order's status, where the other path can only lower the amount of a cancelled one; and the vendor advises it
    (https://developers.activecampaign.com/reference/orders-1). ``REST`` is for accounts where GraphQL is not available.
    """

    GRAPHQL = "graphql"
    REST = "rest"


class DeletedOrders(StrEnum):
    KEEP = "keep"
    CANCEL = "cancel"


def normalised_api_url(raw: str) -> str:
    """The address without ``/api/3`` and slashes, with https. Raises ValueError for what cannot be an account's host.

    People paste it with and without either; the vendor warns against building it from the account's name
    (https://developers.activecampaign.com/reference/url).
    """
    address = raw.strip().rstrip("/")
    if "://" not in address:
        address = f"https://{address}"
    address = address.removesuffix("/api/3").rstrip("/")
    parts = urlsplit(address)
    host = parts.hostname or ""
    if "@" in parts.netloc:
        raise invalid(text("The address contains a password."))
    if is_loopback(host):
        return address
    if "." not in host or " " in address:
        raise invalid(text('Enter the whole address, such as "https://youraccount.api-us1.com".'))
    return f"https://{parts.netloc}{parts.path}"


class ActiveCampaignSettings(Settings):
    api_url: Annotated[
        str,
        AfterValidator(normalised_api_url),
        Field(min_length=1, max_length=300),
        Setting(
            label=text("API URL"),
            help=text("The address of your account, exactly as ActiveCampaign shows it."),
            where=text('In ActiveCampaign: "Settings", then "Developer", the field "URL".'),
            placeholder="https://youraccount.api-us1.com",
        ),
    ]
    api_key: Annotated[
        Secret,
        Field(min_length=1),
        Setting(
            label=text("API key"),
            help=text("Belongs to one user of the account and may do what that user may do."),
            where=text('In ActiveCampaign: "Settings", then "Developer", the field "Key".'),
        ),
    ]


class TargetOptions(Settings):
    tag: Annotated[
        str,
        Field(max_length=200),
        Setting(
            label=text("Tag for everyone"),
            help=text(
                'Every contact gets this tag. "{source}" stands for the shop system, such as "bigcommerce". Empty sets '
                "no tag."
            ),
            placeholder="{source}-customer",
        ),
    ] = "{source}-customer"
    subscribe_to_list: Annotated[
        str,
        Field(max_length=20, pattern=r"^[0-9]*$"),
        Setting(
            label=text("Subscribe to this list"),
            help=text(
                "Adds those who agreed to marketing in the shop to this list. Whoever unsubscribed or bounced there "
                "stays so. Empty subscribes nobody."
            ),
            suggests="lists",
        ),
    ] = ""
    order_path: Annotated[
        OrderPath,
        Setting(
            label=text("How orders are written"),
            help=text(
                "GraphQL is ActiveCampaign's own advice: an order can never be doubled, 25 travel at once, and the "
                "order's status is kept. Choose REST (Deep Data) only where your account has no GraphQL. A shop stays "
                "with the way it began with."
            ),
            choices={"graphql": text("GraphQL (recommended)"), "rest": text("REST (Deep Data)")},
            is_advanced=True,
        ),
    ] = OrderPath.GRAPHQL
    deleted_orders: Annotated[
        DeletedOrders,
        Setting(
            label=text("Orders deleted in the shop"),
            help=text("Nothing is ever deleted in ActiveCampaign; a deleted order can be marked as cancelled there."),
            choices={"keep": text("Leave as they are"), "cancel": text("Mark as cancelled")},
            is_advanced=True,
        ),
    ] = DeletedOrders.KEEP


class SourceOptions(Settings):
    opt_out_list: Annotated[
        str,
        Field(max_length=20, pattern=r"^[0-9]*$"),
        Setting(
            label=text("Opt-outs from this list"),
            help=text(
                "Consent belongs to a list in ActiveCampaign. With a list, an opt-out is whoever unsubscribed from it. "
                "Without one, it is whoever unsubscribed somewhere and is active on no list any more, so that leaving "
                "one of several newsletters does not end them all."
            ),
            suggests="lists",
            is_advanced=True,
        ),
    ] = ""
