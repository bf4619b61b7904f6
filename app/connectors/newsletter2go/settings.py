"""What a person enters for a Newsletter2Go account, and what an integration with it can choose."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from app.core.texts import text
from app.sdk.settings import Secret, Setting, Settings, invalid


class NewPeople(StrEnum):
    LEAVE = "leave"
    ADD = "add"
    ASK = "ask"


class DeletedRecipients(StrEnum):
    DELETE = "delete"
    KEEP = "keep"


def _with_colon(key: SecretStr) -> SecretStr:
    if ":" not in key.get_secret_value():
        raise invalid(text("The auth key has two parts with a colon between them. Copy it whole."))
    return key


_WHERE = text('In Newsletter2Go: "Account", then "API" (ui.newsletter2go.com/api-client).')
_ID = r"[a-z0-9]*"


class Newsletter2GoSettings(Settings):
    username: Annotated[
        str,
        Field(min_length=1, max_length=200),
        Setting(
            label=text("User name"),
            help=text(
                "The e-mail address of the sign-in. Newsletter2Go recommends a user of its own for this. Accounts that "
                "moved to Brevo have no access here any more: use Brevo for them."
            ),
            where=_WHERE,
        ),
    ]
    password: Annotated[
        Secret,
        Field(min_length=1),
        Setting(label=text("Password"), help=text("Of this user."), where=_WHERE),
    ]
    auth_key: Annotated[
        Secret,
        AfterValidator(_with_colon),
        Field(min_length=3),
        Setting(label=text("Auth key"), help=text("Two parts with a colon between them."), where=_WHERE),
    ]


class TargetOptions(Settings):
    address_book: Annotated[
        str,
        Field(max_length=20, pattern=_ID),
        Setting(
            label=text("Address book"),
            help=text(
                "People flow one way, from the shop to this list: change names and addresses in the shop, as changes "
                "made in Newsletter2Go are overwritten by the next one from the shop. Empty takes the account's "
                "default."
            ),
            where=text('In Newsletter2Go: "Contacts"; the id stands in the address of the page.'),
            suggests="lists",
        ),
    ] = ""
    new_people: Annotated[
        NewPeople,
        Setting(
            label=text("People who agreed and are not in the address book"),
            help=text(
                "Whoever stands in an address book gets newsletters, so only people who agreed in the shop are ever "
                "added, and whoever unsubscribed, bounced or was deleted there stays so. A confirmation e-mail is sent "
                "by the form below, never in an import of the history."
            ),
            choices={
                "leave": text("Add nobody; only keep those up to date who are there"),
                "add": text("The shop has asked already: add them directly"),
                "ask": text("Newsletter2Go asks by e-mail first"),
            },
        ),
    ] = NewPeople.LEAVE
    doi_form: Annotated[
        str,
        Field(max_length=60, pattern=r"[A-Za-z0-9-]*"),
        Setting(
            label=text("Form for the confirmation e-mail"),
            help=text(
                "Only where Newsletter2Go asks first: the id of a form with double opt-in for this address book."
            ),
            where=text('In Newsletter2Go: "Forms"; the id stands in the code of the form.'),
            is_advanced=True,
        ),
    ] = ""
    deleted_recipients: Annotated[
        DeletedRecipients,
        Setting(
            label=text("People deleted in the shop"),
            help=text(
                "Whoever unsubscribed, bounced or was blocked in Newsletter2Go is never deleted there, so that this is "
                "not forgotten. Unusually many deletions at once wait for your word."
            ),
            choices={"delete": text("Delete from the address book"), "keep": text("Keep in the address book")},
        ),
    ] = DeletedRecipients.DELETE
    group: Annotated[
        str,
        Field(max_length=100),
        Setting(
            label=text("Group for everyone"),
            help=text(
                "Everybody from the shop is put into this group; it is made where it is missing. Empty uses none."
            ),
            suggests="groups",
            is_advanced=True,
        ),
    ] = ""
    tags_as_groups: Annotated[
        bool,
        Setting(
            label=text("Tags become groups"),
            help=text("Newsletter2Go has no tags. Nobody is ever taken out of a group."),
            is_advanced=True,
        ),
    ] = False


class SourceOptions(Settings):
    opt_out_address_book: Annotated[
        str,
        Field(max_length=20, pattern=_ID),
        Setting(
            label=text("Opt-outs from this address book"),
            help=text("Consent belongs to an address book. Empty takes the account's default."),
            suggests="lists",
            is_advanced=True,
        ),
    ] = ""
