"""What a person enters for a Mailchimp account, and what an integration with it can choose."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.texts import text
from app.sdk.settings import Secret, Setting, Settings, invalid

_WITH_DATA_CENTRE = re.compile(r"\S+-([a-z]{2,4}\d{1,4})")
_LIST_ID = re.compile(r"[0-9a-z]{6,20}")


class Newsletter(StrEnum):
    NOBODY = "nobody"
    SUBSCRIBE = "subscribe"
    CONFIRM = "confirm"


class DeletedInStore(StrEnum):
    KEEP = "keep"
    DELETE = "delete"


def data_centre(api_key: str) -> str:
    """The part behind the last hyphen, which is the first part of the API's host name; empty where the key has none
    (https://mailchimp.com/developer/marketing/docs/fundamentals/)."""
    found = _WITH_DATA_CENTRE.fullmatch(api_key.strip())
    return found.group(1) if found else ""


def checked_key(key: Secret) -> Secret:
    """Raises ValueError for a key without its data centre: its host would not even exist."""
    if not data_centre(key.get_secret_value()):
        raise invalid(text('This key lacks its ending, such as "-us19". Copy the whole key, up to the last character.'))
    return key


def checked_audience(raw: str) -> str:
    if raw and not _LIST_ID.fullmatch(raw):
        raise invalid(text("An audience id has letters and digits only, such as a1b2c3d4e5."))
    return raw


class MailchimpSettings(Settings):
    api_key: Annotated[
        Secret,
        AfterValidator(checked_key),
        Field(min_length=1),
        Setting(
            label=text("API key"),
            help=text('Ends with the data centre of your account, such as "-us19".'),
            where=text(
                'In Mailchimp: your profile icon, then "Account & billing", "Extras", "API keys". A key is shown only '
                "once."
            ),
        ),
    ]
    audience: Annotated[
        str,
        AfterValidator(checked_audience),
        Setting(
            label=text("Audience"),
            help=text("The list of people to work with. May stay empty where the account has only one."),
            where=text('In Mailchimp: "Audience", then "Settings", "Audience name and defaults".'),
            placeholder="a1b2c3d4e5",
            suggests="audiences",
        ),
    ] = ""


class TargetOptions(Settings):
    newsletter: Annotated[
        Newsletter,
        Setting(
            label=text("People who agreed in the shop"),
            help=text(
                "Whoever is not subscribed becomes a known customer who gets no newsletter. Whoever unsubscribed, "
                "bounced or was removed in Mailchimp stays so, whatever is chosen here. The e-mail for confirmation "
                "goes out for a historical import as well: to everybody who agreed and is not subscribed yet."
            ),
            choices={
                "nobody": text("Subscribe nobody"),
                "subscribe": text("Subscribe at once"),
                "confirm": text("Subscribe after a confirmation by e-mail"),
            },
        ),
    ] = Newsletter.NOBODY
    member_tag: Annotated[
        str,
        Field(max_length=100),
        Setting(
            label=text("Tag for everyone"),
            help=text(
                'Every contact gets this tag. "{source}" stands for the system they come from. It costs one more '
                "request for each person. Empty sets no tag."
            ),
            placeholder="{source}-customer",
        ),
    ] = ""
    write_to_store: Annotated[
        str,
        Field(max_length=50),
        Setting(
            label=text("Store to write to"),
            help=text(
                "Empty makes a store of its own for this shop. Only stores that this program has made can be chosen: "
                "those of other integrations are never written to."
            ),
            suggests="own_stores",
            is_advanced=True,
        ),
    ] = ""
    store_currency: Annotated[
        str,
        Field(pattern=r"[A-Z]{3}"),
        Setting(
            label=text("Currency of the store"),
            help=text(
                "Mailchimp adds up the revenue of a store in this currency. Every order keeps the currency in which "
                "it was paid."
            ),
            placeholder="EUR",
        ),
    ] = "EUR"
    deleted_in_shop: Annotated[
        DeletedInStore,
        Setting(
            label=text("Orders and products deleted in the shop"),
            help=text("People are never deleted or archived by a sync."),
            choices={"keep": text("Leave as they are"), "delete": text("Delete in the store at Mailchimp")},
            is_advanced=True,
        ),
    ] = DeletedInStore.KEEP


class SourceOptions(Settings):
    read_from_store: Annotated[
        str,
        Field(max_length=100),
        Setting(
            label=text("Store to read from"),
            help=text(
                "Products, stock and orders belong to a store of the audience. May stay empty where there is only one. "
                "Another store needs an integration of its own, because its orders may have the same numbers."
            ),
            suggests="stores",
        ),
    ] = ""
