"""What the form leaves out is counted with its reason, never dropped without a word."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.digistore24.manifest import MANIFEST
from app.connectors.digistore24.screening import screen
from app.connectors.digistore24.settings import SourceOptions
from app.core.consent import Consent, ConsentState
from app.core.money import Money
from app.core.records import Contact, Order, OrderEvent, OrderLine, OrderStatus, Product
from app.sdk.settings import SettingsError, field_specs, parse
from app.sdk.source import Screens

AT = datetime(2026, 11, 2, tzinfo=UTC)


def order(*products: str, **changes: Any) -> Order:
    price = Money.of("49.00", "EUR")
    lines = [OrderLine(id=each, name=each, quantity=Decimal(1), unit_price=price, product_id=each) for each in products]
    values: dict[str, Any] = {
        "id": "A1B2C3D4",
        "number": "A1B2C3D4",
        "email": "eva@example.de",
        "status": OrderStatus.COMPLETED,
        "event": OrderEvent.PAYMENT,
        "created_at": AT,
        "total": price,
        "lines": tuple(lines),
        "language": "de",
        **changes,
    }
    return Order(**values)


def choice(words: str, state: ConsentState) -> dict[str, Any]:
    return {"custom": {"newsletter_choice": words}, "accepts_marketing": Consent(state)}


YES, WITHDRAWN, NONE = (
    choice("optin", ConsentState.YES),
    choice("optout", ConsentState.WITHDRAWN),
    choice("none", ConsentState.ABSENT),
)


@pytest.mark.parametrize(
    ("record", "options", "reason"),
    [
        (order("1"), {}, ""),
        (order("1", payment_method="test"), {}, "test_order"),
        (order("1", payment_method="test"), {"test_orders": True}, ""),
        (order("1", custom={"payment_no": "2"}), {}, "later_payment"),
        (order("1", custom={"payment_no": "2"}), {"later_payments": True}, ""),
        (order("1", event=OrderEvent.REFUND), {"order_events": ["payment"]}, "event_not_chosen"),
        (order("1", event=OrderEvent.LAST_PAID_DAY), {"order_events": ["last_paid_day"]}, ""),
        (order("1"), {"product_languages": ["en", "pl"]}, "language_not_chosen"),
        (order("1"), {"product_languages": ["de"]}, ""),
        (order("1"), {"only_products": "2, 3"}, "product_not_chosen"),
        (order("1", "3"), {"only_products": "2; 3"}, ""),
        (
            order("1", "3", custom={"addon_products": "3"}),
            {"only_products": "3", "also_as_addon": False},
            "only_as_addon",
        ),
        (order("1", "3", custom={"addon_products": "3"}), {"only_products": "3"}, ""),
        (order("1", "3", custom={"addon_products": "3"}), {"also_as_addon": False}, ""),
        (order("1"), {"newsletter_condition": "opted_in"}, "newsletter_choice_unknown"),
        (order("1"), {"newsletter_condition": "not_opted_out"}, "newsletter_choice_unknown"),
        (order("1", **YES), {"newsletter_condition": "opted_in"}, ""),
        (order("1", **NONE), {"newsletter_condition": "opted_in"}, "newsletter_choice_left_out"),
        (order("1", **WITHDRAWN), {"newsletter_condition": "opted_in"}, "newsletter_choice_left_out"),
        (order("1", **NONE), {"newsletter_condition": "not_opted_out"}, ""),
        (order("1", **WITHDRAWN), {"newsletter_condition": "not_opted_out"}, "newsletter_choice_left_out"),
        (order("1", **WITHDRAWN), {"newsletter_condition": "opted_out"}, ""),
        (order("1", **YES), {"newsletter_condition": "opted_out"}, "newsletter_choice_left_out"),
        (Contact(id="1", email="eva@example.de"), {"newsletter_condition": "opted_in"}, "newsletter_choice_unknown"),
        (Contact(id="1", email="eva@example.de"), {}, ""),
        (Product(id="1", name="Kurs"), {"newsletter_condition": "opted_in", "only_products": "9"}, ""),
    ],
)
def test_each_option_leaves_out_what_it_says(record, options, reason):
    refusal = screen(record, parse(SourceOptions, options))
    assert (refusal.reason if refusal else "") == reason


def test_every_reason_has_words_and_a_next_step():
    for reason in MANIFEST.reasons:
        assert str(reason.words)
        assert str(reason.next_step)


async def test_the_source_screens_by_itself(shop):
    assert isinstance(shop.source(), Screens)
    assert shop.source(only_products="9").screen(order("1")).reason == "product_not_chosen"


def test_product_numbers_are_digits():
    with pytest.raises(SettingsError):
        parse(SourceOptions, {"only_products": "Kurs Grundlagen"})
    assert parse(SourceOptions, {"only_products": "1, 2;3\n4"}).products == {"1", "2", "3", "4"}


def test_the_form_asks_in_the_order_of_the_original():
    names = [spec.name for spec in field_specs(SourceOptions)]
    assert names[:5] == ["only_products", "also_as_addon", "product_languages", "notify_on", "order_events"]
    assert names.index("order_timing") < names.index("newsletter_condition") < names.index("test_orders")
