"""What the integration's own options leave out of what was read, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from app.connectors.digistore24.settings import NewsletterCondition, SourceOptions
from app.core.consent import Consent, ConsentState
from app.core.records import Contact, Order, OrderEvent, Record
from app.core.rules import Refusal, skip

TEST_PAYMENT = "test"


def screen(record: Record, options: SourceOptions) -> Refusal | None:
    """Pure."""
    match record:
        case Order():
            return _of_order(record, options)
        case Contact():
            return _of_choice(record.consent, record.custom, options.newsletter_condition)
        case _:
            return None


def _of_order(order: Order, options: SourceOptions) -> Refusal | None:
    if order.payment_method == TEST_PAYMENT and not options.test_orders:
        return skip("test_order")
    if order.custom.get("payment_no", "1") != "1" and not options.later_payments:
        return skip("later_payment")
    if (order.event or OrderEvent.PAYMENT) not in options.order_events:
        return skip("event_not_chosen")
    languages = {each.value for each in options.product_languages}
    if languages and order.language not in languages:
        return skip("language_not_chosen")
    return _of_products(order, options) or _of_choice(
        order.accepts_marketing, order.custom, options.newsletter_condition
    )


def _of_products(order: Order, options: SourceOptions) -> Refusal | None:
    addons = set(order.custom.get("addon_products", "").split(","))
    bought = [line.product_id for line in order.lines]
    chosen = [number for number in bought if not options.products or number in options.products]
    if not chosen:
        return skip("product_not_chosen")
    if not options.also_as_addon and all(number in addons for number in chosen):
        return skip("only_as_addon")
    return None


def _of_choice(consent: Consent, custom: Mapping[str, str], condition: NewsletterCondition) -> Refusal | None:
    if condition is NewsletterCondition.ALWAYS:
        return None
    if "newsletter_choice" not in custom:
        return skip("newsletter_choice_unknown")
    fits = {
        NewsletterCondition.OPTED_IN: consent.state is ConsentState.YES,
        NewsletterCondition.NOT_OPTED_OUT: consent.state is not ConsentState.WITHDRAWN,
        NewsletterCondition.OPTED_OUT: consent.state is ConsentState.WITHDRAWN,
    }
    return None if fits[condition] else skip("newsletter_choice_left_out")
