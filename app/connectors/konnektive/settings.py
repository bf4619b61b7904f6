"""What a person enters for a Konnektive account, and what an integration into one campaign can choose.

There is no public reference in machine form. Facts come from the vendor's help pages and from client libraries whose
authors held them against the reference (https://github.com/fitboxmedia/konnektive-api,
https://github.com/astermd/checkoutchamp-client).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from app.connectors.konnektive import values
from app.core.texts import Text, text
from app.sdk.settings import Secret, Setting, Settings, invalid


class Host(StrEnum):
    """One product under two names; the old address still answers."""

    CHECKOUTCHAMP = "checkoutchamp"
    KONNEKTIVE = "konnektive"


HOSTS: Mapping[Host, str] = {
    Host.CHECKOUTCHAMP: "https://api.checkoutchamp.com",
    Host.KONNEKTIVE: "https://api.konnektive.com",
}


class Review(StrEnum):
    SKIP = "skip"
    APPROVE = "approve"
    HOLD = "hold"
    CAMPAIGN = "campaign"


class PriceMeaning(StrEnum):
    UNIT = "unit"
    LINE = "line"


class TaxShown(StrEnum):
    INCLUDED = "included"
    SEPARATE = "separate"


class WithoutAddress(StrEnum):
    PLACEHOLDER = "placeholder"
    HOLD = "hold"


CampaignId = Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]


class KonnektiveSettings(Settings):
    login_id: Annotated[
        str,
        Field(min_length=1, max_length=32),
        Setting(
            label=text("API user name"),
            help=text(
                "The login of a user with the access level API user, not the one you sign in to the website with."
            ),
            where=text(
                'In Konnektive: "Admin", then "Users", then "Add User" with the access level "Api User". Allow the'
                " internet address of this computer there as well."
            ),
        ),
    ]
    password: Annotated[
        Secret,
        Field(min_length=1, max_length=32),
        Setting(
            label=text("API password"),
            help=text("Konnektive takes no & in it, and at most 32 characters."),
            where=text("You choose it when you create the API user."),
        ),
    ]
    host: Annotated[
        Host,
        Setting(
            label=text("Address of the API"),
            help=text("Both names lead to the same system; choose the one that your account was opened under."),
            choices={"checkoutchamp": text("Checkout Champ"), "konnektive": text("Konnektive (old address)")},
        ),
    ] = Host.CHECKOUTCHAMP
    campaign_id: Annotated[
        CampaignId,
        Setting(
            label=text("Campaign"),
            help=text(
                "The campaign that the connection test looks at, and the one that integrations use which name none."
            ),
            where=text("In Konnektive in the list of campaigns, the column ID."),
        ),
    ] = ""

    @field_validator("password")
    @classmethod
    def _without_ampersand(cls, entered: Secret) -> Secret:
        if "&" in entered.get_secret_value():
            raise invalid(text("Konnektive does not take a password with &. Choose another one there."))
        return entered


def _table(label: Text, keys: Mapping[str, Text], help_text: Text) -> Setting:
    """One form for the five groups of free fields."""
    return Setting(
        label=label,
        help=help_text,
        group=_FIELDS,
        table_keys=keys,
        table_headings=(text("Value from the source"), text("Field in Konnektive")),
        suggests="order_fields",
    )


_FIELDS = text("Names of fields in the target")
_FIELD_HELP = text(
    "Konnektive has the fields custom1 to custom5, sourceValue1 to sourceValue5 (30 characters each) and affId (10"
    " characters). Longer values are cut. An order that is already there keeps what it was imported with."
)
_ONCE = text("Each field of Konnektive can take one value only.")
_NO_TABLE: Mapping[str, str] = {}
_GROUPS = ("fields_additional", "fields_affiliates", "fields_product", "fields_address", "fields_amounts")


class TargetOptions(Settings):
    campaign: Annotated[
        CampaignId,
        Setting(
            label=text("Campaign (id)"),
            help=text("Orders go into this campaign. For several campaigns make several integrations."),
            where=text("In Konnektive in the list of campaigns, the column ID. Empty takes the one of the account."),
            suggests="campaigns",
        ),
    ] = ""
    actions: Annotated[
        Mapping[str, str],
        Setting(
            label=text("Action"),
            help=text(
                'What each event does: "Enter" brings the order into the campaign, "Take out" books the refund or'
                ' chargeback and cancels what was stopped, "Nothing" leaves the order as it is.'
            ),
            table_keys=values.EVENTS,
            table_headings=(text("Event"), text("Action")),
            table_values=values.ACTION_NAMES,
        ),
    ] = values.DEFAULT_ACTIONS
    campaign_currency: Annotated[
        str,
        Field(pattern=r"^([A-Za-z]{3})?$"),
        Setting(
            label=text("Currency of the campaign"),
            help=text(
                "Konnektive books in the campaign's currency. Orders in another one are held. Empty takes what the"
                " campaign itself says."
            ),
            placeholder="EUR",
        ),
    ] = ""
    review: Annotated[
        Review,
        Setting(
            label=text("Review of imported orders (QA)"),
            help=text("Whether an order that was paid elsewhere waits in Konnektive until somebody looks at it."),
            choices={
                "skip": text("Skip the review"),
                "approve": text("Approve it after the import"),
                "hold": text("Hold every order for review"),
                "campaign": text("As the campaign says"),
            },
            is_advanced=True,
        ),
    ] = Review.SKIP
    pay_source: Annotated[
        str,
        Setting(
            label=text("Pay source"),
            help=text("How Konnektive names the payment. PREPAID charges no card and must be allowed in the account."),
            suggests="pay_sources",
            is_advanced=True,
        ),
    ] = "PREPAID"
    order_id_field: Annotated[
        str,
        Setting(
            label=text("Field for the order id"),
            help=text(
                "The source's order id goes into this field. Orders are found again by it, so do not change it later."
            ),
            suggests="id_fields",
            is_advanced=True,
        ),
    ] = "custom1"
    without_address: Annotated[
        WithoutAddress,
        Setting(
            label=text("Orders without an address"),
            help=text("Digital goods often come without a street. Konnektive refuses orders without an address."),
            choices={"placeholder": text("Send the placeholder"), "hold": text("Hold the order")},
            group=text("Placeholder address"),
        ),
    ] = WithoutAddress.PLACEHOLDER
    placeholder_street: Annotated[
        str,
        Field(min_length=1, max_length=30),
        Setting(label=text("Street"), help=text("Sent where the order names none."), group=text("Placeholder address")),
    ] = "Digital delivery"
    placeholder_postcode: Annotated[
        str,
        Field(min_length=1, max_length=20),
        Setting(
            label=text("Postcode"), help=text("Sent where the order names none."), group=text("Placeholder address")
        ),
    ] = "00000"
    placeholder_city: Annotated[
        str,
        Field(min_length=1, max_length=30),
        Setting(label=text("City"), help=text("Sent where the order names none."), group=text("Placeholder address")),
    ] = "Online"
    placeholder_country: Annotated[
        str,
        Field(pattern=r"^[A-Za-z]{2}$"),
        Setting(
            label=text("Country"),
            help=text("Two letters, such as DE. Sent where the order names none."),
            group=text("Placeholder address"),
        ),
    ] = "DE"
    default_state: Annotated[
        str,
        Field(max_length=6),
        Setting(
            label=text("State where the address has none"),
            help=text("Only if Konnektive refuses addresses without a state. A code, such as BE."),
            group=text("Placeholder address"),
            is_advanced=True,
        ),
    ] = ""
    tax_shown: Annotated[
        TaxShown,
        Setting(
            label=text("Tax"),
            help=text("Prices always come to the total that was paid; this only says where the tax stands."),
            choices={
                "included": text("Contained in the prices"),
                "separate": text("Apart, as sales tax of the order"),
            },
            is_advanced=True,
        ),
    ] = TaxShown.INCLUDED
    price_meaning: Annotated[
        PriceMeaning,
        Setting(
            label=text("Price of several pieces"),
            help=text(
                "Konnektive's pages do not say whether the price of a line is for one piece or for all. If imported"
                " orders are reported with another total, choose the other one."
            ),
            choices={"unit": text("Price of one piece"), "line": text("Price of all pieces")},
            is_advanced=True,
        ),
    ] = PriceMeaning.UNIT
    adds_note: Annotated[
        bool,
        Setting(
            label=text("Note the order at the customer"),
            help=text("Adds a line with the source, number, day and total. It costs one more request for each order."),
            is_advanced=True,
        ),
    ] = False
    buyer_ip: Annotated[
        str,
        Field(max_length=45, pattern=r"^[0-9A-Fa-f.:]*$"),
        Setting(
            label=text("Internet address of the buyer"),
            help=text("Only if Konnektive asks for one: sources do not know it, so this one is sent for everybody."),
            is_advanced=True,
        ),
    ] = ""
    sends_confirmation: Annotated[
        bool,
        Setting(
            label=text("Let Konnektive send its confirmation e-mail"),
            help=text("For orders of an ordinary sync only, never for the history."),
            is_advanced=True,
        ),
    ] = False
    fields_additional: Annotated[
        Mapping[str, str], _table(text("Additional fields"), values.ADDITIONAL, _FIELD_HELP)
    ] = _NO_TABLE
    fields_affiliates: Annotated[
        Mapping[str, str], _table(text("Customers referred by affiliates"), values.AFFILIATES, _ONCE)
    ] = _NO_TABLE
    fields_product: Annotated[Mapping[str, str], _table(text("Product"), values.PRODUCT, _ONCE)] = _NO_TABLE
    fields_address: Annotated[Mapping[str, str], _table(text("Address"), values.ADDRESS, _ONCE)] = _NO_TABLE
    fields_amounts: Annotated[Mapping[str, str], _table(text("Amounts"), values.AMOUNTS, _ONCE)] = _NO_TABLE

    @field_validator("actions")
    @classmethod
    def _known_actions(cls, chosen: Mapping[str, str]) -> Mapping[str, str]:
        if set(chosen) - set(values.EVENTS) or set(chosen.values()) - set(values.ACTIONS):
            raise invalid(text('Choose "Enter", "Take out" or "Nothing" for each event.'))
        return chosen

    @field_validator("order_id_field")
    @classmethod
    def _known_id_field(cls, chosen: str) -> str:
        if chosen not in values.CUSTOM_FIELDS:
            raise invalid(text("Choose one of custom1 to custom5."))
        return chosen

    @field_validator("pay_source")
    @classmethod
    def _known_pay_source(cls, chosen: str) -> str:
        if chosen not in values.PAY_SOURCES:
            raise invalid(text("Choose PREPAID, CHECK or COD; any other would charge somebody."))
        return chosen

    @field_validator("fields_additional", "fields_affiliates", "fields_product", "fields_address", "fields_amounts")
    @classmethod
    def _known_fields(cls, chosen: Mapping[str, str]) -> Mapping[str, str]:
        if set(chosen.values()) - set(values.ORDER_FIELDS):
            raise invalid(text("Choose custom1 to custom5, sourceValue1 to sourceValue5 or affId."))
        return chosen

    @field_validator("fields_additional", "fields_affiliates", "fields_product", "fields_address", "fields_amounts")
    @classmethod
    def _each_field_once(cls, chosen: Mapping[str, str], others: ValidationInfo) -> Mapping[str, str]:
        before = [field for name in _GROUPS for field in others.data.get(name, {}).values()]
        used = [others.data.get("order_id_field", ""), *before, *chosen.values()]
        if len(used) != len(set(used)):
            raise invalid(text("A field of Konnektive can take one value only, and the order id has one for itself."))
        return chosen

    @property
    def fields(self) -> Mapping[str, str]:
        """Value of the source to field of the target, over all groups. A value named twice is counted once only."""
        groups = (
            self.fields_additional,
            self.fields_affiliates,
            self.fields_product,
            self.fields_address,
            self.fields_amounts,
        )
        return {key: field for group in groups for key, field in group.items()}

    def action(self, event: str) -> str:
        return self.actions.get(event, values.NOTHING)
