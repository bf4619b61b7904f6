"""What a person enters for a Brevo account, and what an integration with it can choose."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from app.core.texts import text
from app.sdk.settings import Secret, Setting, Settings, invalid

_SMTP_KEY = "xsmtpsib-"


class DoubleOptIn(StrEnum):
    OFF = "off"
    ASK = "ask"


class DeletedPeople(StrEnum):
    DELETE = "delete"
    KEEP = "keep"


class UnknownBuyers(StrEnum):
    SKIP = "skip"
    SEND = "send"


def _no_smtp_key(key: SecretStr) -> SecretStr:
    if key.get_secret_value().startswith(_SMTP_KEY):
        raise invalid(text('This is an SMTP key. Open the tab "API keys" in Brevo and copy a key from there.'))
    return key


def _web_address(address: str) -> str:
    if address and not address.startswith("https://"):
        raise invalid(text('Enter a whole address that begins with "https://".'))
    return address


class BrevoSettings(Settings):
    api_key: Annotated[
        Secret,
        AfterValidator(_no_smtp_key),
        Field(min_length=1),
        Setting(
            label=text("API key"),
            help=text('Begins with "xkeysib-". SMTP keys do not work here.'),
            where=text('In Brevo: your name at the top right, "SMTP & API", "API keys", "Generate a new API key".'),
            placeholder="xkeysib-…",
        ),
    ]


class TargetOptions(Settings):
    subscribe_to_list: Annotated[
        str,
        Field(max_length=20, pattern=r"\d*"),
        Setting(
            label=text("Subscribe to this list"),
            help=text(
                "People flow one way, from the shop to the list: change names and addresses in the shop, as changes "
                "made in Brevo are overwritten by the next one from the shop. Those who agreed to marketing in the "
                "shop are added to this list; whoever unsubscribed, bounced or was deleted there stays so. Empty "
                "subscribes nobody."
            ),
            where=text('In Brevo: "Contacts", then "Lists"; the number behind the "#".'),
            suggests="lists",
        ),
    ] = ""
    double_opt_in: Annotated[
        DoubleOptIn,
        Setting(
            label=text("Double opt-in"),
            help=text(
                "Whether Brevo asks people by e-mail before it adds them to the list. An import of the history asks "
                "nobody and then adds nobody; those who agree from then on are asked."
            ),
            choices={
                "off": text("The shop has asked already: add them directly"),
                "ask": text("Brevo asks by e-mail first"),
            },
        ),
    ] = DoubleOptIn.OFF
    doi_template: Annotated[
        str,
        Field(max_length=20, pattern=r"\d*"),
        Setting(
            label=text("Template of the confirmation e-mail"),
            help=text("Only for double opt-in: an active template with Brevo's double opt-in link in it."),
            where=text('In Brevo: "Campaigns", then "Templates"; the number behind the "#".'),
            suggests="templates",
            is_advanced=True,
        ),
    ] = ""
    doi_redirect: Annotated[
        str,
        AfterValidator(_web_address),
        Field(max_length=500),
        Setting(
            label=text("Page after the confirmation"),
            help=text("Only for double opt-in: the page of your shop that people see after their click."),
            placeholder="https://shop.example/thanks",
            is_advanced=True,
        ),
    ] = ""
    deleted_people: Annotated[
        DeletedPeople,
        Setting(
            label=text("People deleted in the shop"),
            help=text(
                "Whoever unsubscribed or bounced in Brevo is never deleted there, so that this is not forgotten. "
                "Unusually many deletions at once wait for your word."
            ),
            choices={"delete": text("Delete in Brevo as well"), "keep": text("Keep in Brevo")},
        ),
    ] = DeletedPeople.DELETE
    tags_attribute: Annotated[
        str,
        Field(max_length=50, pattern=r"[A-Za-z0-9_]*"),
        Setting(
            label=text("Attribute for tags"),
            help=text("Brevo has no tags. Those of the shop can stand in a text attribute, separated by commas."),
            suggests="text_attributes",
            is_advanced=True,
        ),
    ] = ""
    unknown_buyers: Annotated[
        UnknownBuyers,
        Setting(
            label=text("Orders of people who are not in Brevo"),
            help=text(
                "An order can create its buyer in Brevo. Leave such orders out, so that nobody who was deleted there "
                "comes back by an order; or send them, if you send orders without contacts."
            ),
            choices={"skip": text("Leave out"), "send": text("Send")},
            is_advanced=True,
        ),
    ] = UnknownBuyers.SKIP
    account_currency: Annotated[
        str,
        Field(max_length=3, pattern=r"([A-Z]{3})?"),
        Setting(
            label=text("Currency of the account"),
            help=text(
                "Brevo counts one currency in each account; orders and products in others are left out. Needed only "
                "where Brevo does not tell it; then it is set there."
            ),
            placeholder="EUR",
            is_advanced=True,
        ),
    ] = ""


class SourceOptions(Settings):
    opt_out_list: Annotated[
        str,
        Field(max_length=20, pattern=r"\d*"),
        Setting(
            label=text("Opt-outs from this list"),
            help=text(
                "With a list, an opt-out is whoever left it or is blocked from all campaigns. Without one, it is "
                "whoever is blocked from all campaigns, or has left a list and is on none any more."
            ),
            suggests="lists",
            is_advanced=True,
        ),
    ] = ""
