"""What a person enters for a Digistore24 account, and which of its orders an integration sends."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from app.core.records import OrderEvent
from app.core.texts import text
from app.sdk.settings import Secret, Setting, Settings, invalid

LONGEST_DELAY_DAYS = 90
"""Pushes are kept a little longer than this, so that they are still there when their order is due."""


_OF_SUBSCRIPTIONS = frozenset(OrderEvent) - {OrderEvent.PAYMENT, OrderEvent.REFUND, OrderEvent.CHARGEBACK}


class Language(StrEnum):
    DE = "de"
    EN = "en"
    ES = "es"
    FR = "fr"
    IT = "it"
    NL = "nl"
    PL = "pl"
    PT = "pt"


class OrderTiming(StrEnum):
    AT_ONCE = "at_once"
    AFTER_DELAY = "after_delay"
    AFTER_REFUND_PERIOD = "after_refund_period"


class NewsletterCondition(StrEnum):
    ALWAYS = "always"
    OPTED_IN = "opted_in"
    NOT_OPTED_OUT = "not_opted_out"
    OPTED_OUT = "opted_out"


class Notifications(StrEnum):
    """What an event may be about. Buyers' orders are all that a target takes here, as in Digistore24's own form."""

    ORDERS = "orders"


class Digistore24Settings(Settings):
    api_key: Annotated[
        Secret,
        Field(min_length=8, max_length=200),
        Setting(
            label=text("API key"),
            help=text("A read-only key is enough. It looks like 1234-AbCd..."),
            where=text('In Digistore24, vendor view: "Settings", then "Account access", then "API keys".'),
        ),
    ]
    ipn_passphrase: Annotated[
        Secret | None,
        Setting(
            label=text("Passphrase of the IPN connection"),
            help=text(
                "Only if Digistore24 is to push orders at once: the same passphrase as in the connection there. Empty"
                " takes no pushes; orders then come with the next sync."
            ),
            where=text('In Digistore24, vendor view: "Settings", "Integrations (IPN)", at the generic connection.'),
        ),
    ] = None

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, entered: Secret) -> Secret:
        key = entered.get_secret_value().strip()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise invalid(text("An API key has digits, a hyphen and letters. Copy it again, without spaces."))
        return Secret(key)

    @field_validator("ipn_passphrase")
    @classmethod
    def _not_too_long(cls, entered: Secret | None) -> Secret | None:
        if entered is None or not entered.get_secret_value():
            return None
        if len(entered.get_secret_value()) > 63:
            raise invalid(text("Digistore24 takes at most 63 characters."))
        return entered


class SourceOptions(Settings):
    only_products: Annotated[
        str,
        Field(max_length=4000, pattern=r"^[0-9, ;\n]*$"),
        Setting(
            label=text("For these products"),
            help=text("Product numbers with commas between them. Empty: for all products."),
            where=text("In Digistore24 in the list of products, the column ID."),
            suggests="products",
        ),
    ] = ""
    also_as_addon: Annotated[
        bool,
        Setting(
            label=text("Also when bought as an add-on"),
            help=text("Off: an order in which these products are only an add-on or upsell stays out."),
        ),
    ] = True
    product_languages: Annotated[
        frozenset[Language],
        Setting(
            label=text("For orders in these languages"),
            help=text("The language of the product, not of the buyer. None chosen: in all languages."),
            choices={
                "de": text("German"),
                "en": text("English"),
                "es": text("Spanish"),
                "fr": text("French"),
                "it": text("Italian"),
                "nl": text("Dutch"),
                "pl": text("Polish"),
                "pt": text("Portuguese"),
            },
        ),
    ] = frozenset()
    notify_on: Annotated[
        Notifications,
        Setting(
            label=text("Send on events of"),
            help=text("Only orders of buyers can be sent; affiliations, tickets and forms concern no order."),
            choices={"orders": text("Orders of buyers")},
        ),
    ] = Notifications.ORDERS
    order_events: Annotated[
        frozenset[OrderEvent],
        Setting(
            label=text("On these order events"),
            help=text(
                "An order whose money went back stays out where that is not chosen. What becomes of a subscription and"
                " is not chosen leaves the order as its payment left it."
            ),
            choices={
                "payment": text("Payment"),
                "refund": text("Refund"),
                "chargeback": text("Chargeback"),
                "payment_missed": text("Missed payment"),
                "rebill_stopped": text("Subscription stopped"),
                "rebill_resumed": text("Subscription resumed"),
                "last_paid_day": text("Last paid day"),
            },
        ),
    ] = frozenset(OrderEvent)
    later_payments: Annotated[
        bool,
        Setting(
            label=text("Also later payments of subscriptions and instalments"),
            help=text("Each later payment is then an order of its own, such as A1B2C3D4-2: for a box every month."),
        ),
    ] = False
    order_timing: Annotated[
        OrderTiming,
        Setting(
            label=text("Timing"),
            help=text(
                "Whether orders are sent at once or later. Who shortens the time should import the last weeks once"
                " more, because what was still waiting is not looked at again otherwise."
            ),
            choices={
                "at_once": text("At once"),
                "after_delay": text("After a delay"),
                "after_refund_period": text("When the refund period has passed"),
            },
        ),
    ] = OrderTiming.AT_ONCE
    delay_minutes: Annotated[
        int,
        Field(ge=0, le=7 * 24 * 60),
        Setting(label=text("Delay in minutes"), help=text("Counts for the timing after a delay.")),
    ] = 10
    refund_period_days: Annotated[
        int,
        Field(ge=0, le=LONGEST_DELAY_DAYS),
        Setting(
            label=text("Refund period in days"),
            help=text("As at your products: 14, 30 or 60. Counts for the timing after the refund period."),
        ),
    ] = 14
    newsletter_condition: Annotated[
        NewsletterCondition,
        Setting(
            label=text("Sent under which newsletter choice"),
            help=text("Digistore24 tells the choice in its pushes only. Without a push nothing is known of it."),
            choices={
                "always": text("Always"),
                "opted_in": text("Only who agreed to the newsletter"),
                "not_opted_out": text("All but those who declined"),
                "opted_out": text("Only who declined the newsletter"),
            },
        ),
    ] = NewsletterCondition.ALWAYS
    test_orders: Annotated[
        bool,
        Setting(label=text("Also test orders"), help=text("Orders paid with the test payment of Digistore24.")),
    ] = False

    @property
    def delay(self) -> timedelta:
        match self.order_timing:
            case OrderTiming.AFTER_DELAY:
                return timedelta(minutes=self.delay_minutes)
            case OrderTiming.AFTER_REFUND_PERIOD:
                return timedelta(days=self.refund_period_days)
            case _:
                return timedelta(0)

    @property
    def ignored_events(self) -> frozenset[OrderEvent]:
        """What nobody chose and what takes no money back does not hide the payment before it."""
        return _OF_SUBSCRIPTIONS - self.order_events

    @property
    def products(self) -> frozenset[str]:
        """Empty for all."""
        return frozenset(self.only_products.replace(";", " ").replace(",", " ").split())
