"""Which records go on, and why the others stay."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.core.consent import Consent, ConsentState
from app.core.fields import contact_fields, field_label, field_value, is_field_path
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Address, Contact, Order, OrderStatus
from app.core.rules import ContactChoice, GuestOrders, Rules, refusal_of


def an_order(**more: object) -> Order:
    values: dict[str, object] = {
        "id": "1",
        "number": "1",
        "email": "a@example.com",
        "status": OrderStatus.COMPLETED,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "total": Money(Decimal(10), "EUR"),
        **more,
    }
    return Order(**values)  # type: ignore[arg-type]


def reason(record: Order | Contact, rules: Rules = Rules()) -> str | None:
    refusal = refusal_of(record, rules)
    return refusal.reason if refusal else None


def test_an_ordinary_order_goes_on() -> None:
    assert reason(an_order()) is None


def test_a_guest_order_stays_out_unless_the_person_wants_it() -> None:
    assert reason(an_order(is_guest=True)) == "guest_order"
    assert reason(an_order(is_guest=True), Rules(guest_orders=GuestOrders.SEND)) is None


def test_a_credit_note_of_a_guest_counts_as_credit_note() -> None:
    assert reason(an_order(is_guest=True, total=Money(Decimal(-1), "EUR"))) == "credit_note"


def test_an_order_before_the_start_date_stays_out() -> None:
    rules = Rules(created_from=datetime(2026, 2, 1, tzinfo=UTC))
    assert reason(an_order(), rules) == "before_start_date"


def test_an_order_without_a_usable_address_waits_for_one() -> None:
    missing = refusal_of(an_order(email=""), Rules())
    assert missing is not None
    assert (missing.outcome, missing.reason) == (Outcome.HELD, "no_email")
    assert reason(an_order(email="nobody")) == "invalid_email"


@pytest.mark.parametrize("state", ConsentState)
def test_only_people_with_consent_are_sent_where_the_person_chose_so(state: ConsentState) -> None:
    rules = Rules(contacts=ContactChoice.ONLY_WITH_CONSENT)
    contact = Contact(id="1", email="a@example.com", consent=Consent(state))
    assert (reason(contact, rules) is None) == (state is ConsentState.YES)


def test_every_reason_has_words() -> None:
    texts = ReasonTexts()
    assert all(str(texts.of(code).words) for code in texts.codes())
    assert "strange" in str(texts.of("strange").words)


def test_every_contact_field_can_be_read_from_an_empty_contact() -> None:
    empty = Contact(id="7", email="")
    values = {each.path: field_value(empty, each.path) for each in contact_fields()}
    assert values["contact.id"] == "7"
    assert values["contact.city"] == ""


def test_custom_fields_are_addressed_by_name() -> None:
    contact = Contact(id="7", email="", custom={"Shoe size": "42"}, address=Address(city="Köln"))
    assert field_value(contact, "contact.custom.Shoe size") == "42"
    assert field_value(contact, "contact.city") == "Köln"
    assert is_field_path("contact.custom.Shoe size")
    assert not is_field_path("contact.nonsense")


def test_a_field_is_called_by_its_label_and_an_additional_one_by_its_own_name() -> None:
    assert str(field_label("contact.first_name")) == "First name"
    assert str(field_label("contact.custom.Shoe size")) == "Shoe size"
