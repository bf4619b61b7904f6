"""The options that every integration has, whatever its systems; connectors add their own beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from app.core.records import OrderStatus
from app.core.rules import ContactChoice, GuestOrders, Rules
from app.core.texts import text
from app.sdk.settings import Setting, Settings

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

    def rules(self) -> Rules:
        start = datetime.combine(self.start_date, time(), UTC) if self.start_date else None
        return Rules(self.guest_orders, self.contacts, self.order_statuses, start)
