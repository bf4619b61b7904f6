"""The options that every integration has, whatever its systems; connectors add their own beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from app.core.addresses import is_email
from app.core.records import OrderStatus
from app.core.rules import ContactChoice, GuestOrders, Rules
from app.core.texts import text
from app.sdk.leisure import Hours, Leisure
from app.sdk.settings import Setting, Settings, invalid

STATUS_NAMES = {
    OrderStatus.PENDING: text("Pending"),
    OrderStatus.PROCESSING: text("Processing"),
    OrderStatus.COMPLETED: text("Completed"),
    OrderStatus.CANCELLED: text("Cancelled"),
    OrderStatus.FAILED: text("Failed"),
    OrderStatus.REFUNDED: text("Refunded"),
    OrderStatus.PARTIALLY_REFUNDED: text("Partially refunded"),
    OrderStatus.ON_HOLD: text("On hold"),
}


WITHOUT_EFFECT_ON_DRAFTS = frozenset({"history_per_minute", "history_from_hour", "history_to_hour", "error_mails"})
"""Options that decide when, how fast and who is told, never what is sent of a record."""


class CommonOptions(Settings):
    guest_orders: Annotated[
        GuestOrders,
        Setting(
            label=text("Guest orders"),
            help=text("Orders of people without a customer account."),
            choices={"skip": text("Leave out"), "send": text("Send")},
        ),
    ] = GuestOrders.SKIP
    contacts: Annotated[
        ContactChoice,
        Setting(
            label=text("Contacts to send"),
            help=text("Nobody is subscribed by this choice; it only decides who is sent at all."),
            choices={"everyone": text("Everyone"), "only_with_consent": text("Only with consent")},
        ),
    ] = ContactChoice.EVERYONE
    order_statuses: Annotated[
        frozenset[OrderStatus],
        Setting(
            label=text("Orders with these statuses"),
            help=text("An order that is left out is looked at again when its status changes."),
            choices={status.value: name for status, name in STATUS_NAMES.items()},
            is_advanced=True,
        ),
    ] = frozenset(OrderStatus)
    start_date: Annotated[
        date | None,
        Setting(
            label=text("Nothing older than"),
            help=text("Orders and carts from before this day stay out. Empty sends the whole history."),
            is_advanced=True,
        ),
    ] = None

    history_per_minute: Annotated[
        int | None,
        Field(ge=1, le=6000),
        Setting(
            label=text("Historical import: requests a minute"),
            help=text("So as not to burden the shop. Empty goes as fast as the shop permits."),
            is_advanced=True,
        ),
    ] = None
    history_from_hour: Annotated[
        int | None,
        Field(ge=0, le=23),
        Setting(
            label=text("Historical import: only from this hour"),
            help=text("Such as 22; the program must be open then. Outside these hours the import waits."),
            is_advanced=True,
        ),
    ] = None
    history_to_hour: Annotated[
        int | None,
        Field(ge=0, le=23),
        Setting(label=text("Historical import: up to this hour"), help=text("Such as 6."), is_advanced=True),
    ] = None
    error_mails: Annotated[
        tuple[str, ...],
        Setting(
            label=text("E-mail addresses told about errors"),
            help=text(
                "One per line. At most one mail in 15 minutes, without customer data, over the mail account under "
                "Settings."
            ),
            is_advanced=True,
        ),
    ] = ()

    @field_validator("error_mails")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(is_email(each) for each in value):
            raise invalid(text("One of these is not an e-mail address."))
        return value

    @field_validator("history_to_hour")
    @classmethod
    def _has_both_hours(cls, value: int | None, others: ValidationInfo) -> int | None:
        if (others.data.get("history_from_hour") is None) is not (value is None):
            raise invalid(text("Enter both hours, or none."))
        return value

    def leisure(self) -> Leisure | None:
        """How a historical import goes easy on the shop; None at full speed."""
        begin, end = self.history_from_hour, self.history_to_hour
        hours = Hours(begin=begin, end=end) if begin is not None and end is not None else None
        return Leisure(self.history_per_minute, hours) if self.history_per_minute or hours else None

    def rules(self) -> Rules:
        start = datetime.combine(self.start_date, time(), UTC) if self.start_date else None
        return Rules(self.guest_orders, self.contacts, self.order_statuses, start)
