"""Entering orders: known already, customer, articles, order; then what becomes of it in the shop."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.connectors.mpluskassa.debtors import DebtorTerms
from app.connectors.mpluskassa.lists import read_tax_codes
from app.connectors.mpluskassa.order_terms import OrderTerms
from app.connectors.mpluskassa.target_options import CountryWords, TargetOptions
from app.connectors.mpluskassa.wire import Wire
from app.core.errors import ConfigError, UnknownOutcomeError
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Address, Adjustment, Deletion, Discount, Kind, OrderStatus, Reversal
from app.core.rules import Refusal
from app.sdk.settings import parse
from app.sdk.simulator import FaultKind
from app.sdk.target import Mappings, Timing
from tests.connectors.mpluskassa.conftest import ARTICLES, AT, SHOP, Stage, change, line, order, person, refused, staged
from tests.connectors.standard import send

ONE_EURO = Money.of(1, "EUR")
PAYPAL = {"payment_methods": {"WEB": "PayPal, Klarna", "PIN": "Stripe"}}


async def entered(stage: Stage, record: Any, **options: object) -> dict[str, Any]:
    target = await stage.target(**{**ARTICLES, **options})
    settled = await stage.sent(target, record)
    assert settled.outcome is Outcome.CREATED, settled
    row: dict[str, Any] = stage.world.register.table("orders")[settled.target_id]
    return row


# The order itself -----------------------------------------------------------------------------------------------------


async def test_an_order_is_entered_with_its_customer_in_this_order(stage: Stage) -> None:
    row = await entered(stage, order())
    assert stage.writes == ["createRelation", "createOrder"]
    operations = [each.headers["soapaction"] for each in stage.account.simulator.journal]
    looked_up = [
        each for each in operations if each in {"findOrder", "findRelationV2", "createRelation", "createOrder"}
    ]
    assert looked_up == ["findOrder", *["findRelationV2"] * 3, "createRelation", "createOrder"]
    assert row["totalInclAmount"] == 2480
    assert row["reference"] == "R-1"
    assert row["employeeNumber"] == 999_999
    assert row["orderType"] == "ORDER-TYPE-EXTERNAL-SALES-ORDER"
    assert row["financialDate"] == {"day": 4, "mon": 3, "year": 2026}
    customer = stage.world.register.table("relations")[str(row["relationNumber"])]
    assert (customer["name"], customer["email"]) == ("Łucja Öhm", "käufer1@example.com")


async def test_lines_carry_article_text_quantity_and_cents(stage: Stage) -> None:
    row = await entered(stage, order(lines=[line("TASSE-ROT", "1.5", "3.00")]))
    goods, shipping = row["lineList"]["line"]
    assert goods["articleNumber"] == 1010
    assert {name: goods["data"][name] for name in ("quantity", "decimalPlaces", "price")} == {
        "quantity": 15,
        "decimalPlaces": 1,
        "price": 300,
    }
    assert (shipping["articleNumber"], shipping["text"], shipping["data"]["price"]) == (8001, "Paket", 490)


async def test_billing_and_delivery_address_are_kept_apart(stage: Stage) -> None:
    delivery = Address(company="Lager", first_name="Zoë", last_name="Bos", street="Kade 1", city="Gent", country="BE")
    row = await entered(stage, order(delivery=delivery))
    assert row["invoiceAddress"] == {
        "name": "Łucja Öhm",
        "address": "Am Ring 5",
        "zipcode": "04109",
        "city": "Leipzig",
        "country": "DE",
    }
    assert row["deliveryAddress"]["companyName"] == "Lager"
    assert row["deliveryAddress"]["contact"] == "Zoë Bos"
    assert row["vatCountryIso3"] == "BEL"


async def test_discounts_fees_and_rounding_have_articles_of_their_own(stage: Stage) -> None:
    rebate = Discount(name="Rabatt", amount=Money.of("2.00", "EUR"))
    fee = Adjustment(name="Nachnahme", amount=Money.of("1.50", "EUR"))
    record = order(lines=[line(price="3.333", quantity="3")], discounts=(rebate,), adjustments=(fee,))
    record = change(record, total=Money.of("14.40", "EUR"))
    row = await entered(stage, record, other_article="4999")
    lines = [(each["articleNumber"], each["data"]["price"]) for each in row["lineList"]["line"]]
    assert lines == [(1010, 333), (8001, 490), (8002, -200), (4999, 150), (4999, 1)]
    assert row["totalInclAmount"] == 1440


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "shipping_article_missing"),
        ({"shipping": None, "discounts": (Discount(name="R", amount=Money.of(1, "EUR")),)}, "discount_article_missing"),
        (
            {"shipping": None, "adjustments": (Adjustment(name="F", amount=Money.of(1, "EUR")),)},
            "other_article_missing",
        ),
        ({"total": Money.of("24.80", "USD")}, "currency_foreign"),
    ],
)
async def test_what_has_no_place_in_the_register_is_held(stage: Stage, changes: dict[str, Any], reason: str) -> None:
    target = await stage.target()
    assert refused(target, order(**changes)).reason == reason


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line("TASSE-BLAU"), "product_number_invalid"),
        (line("0815"), "product_number_invalid"),
        (line("١٢٣"), "product_number_invalid"),
        (line(""), "product_unmapped"),
        (line("1010", "0.1234567"), "quantity_too_fine"),
    ],
)
async def test_article_numbers_and_quantities_are_checked_before_anything_is_sent(
    stage: Stage, bad: Any, reason: str
) -> None:
    target = await stage.target(**ARTICLES)
    refusal = refused(target, order(lines=[bad]))
    assert refusal.reason == reason
    assert refusal.outcome is Outcome.HELD
    if bad.sku:
        assert refusal.details["sku"] == bad.sku


async def test_an_order_without_lines_is_held(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    assert refused(target, change(order(), lines=())).reason == "order_without_lines"


async def test_a_missing_article_holds_the_order_and_is_named(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    settled = await stage.sent(target, order(lines=[line(), line("UNKNOWN"), line("5555")]))
    assert (settled.outcome, settled.reason, settled.message) == (Outcome.HELD, "article_missing", "UNKNOWN, 5555")
    assert stage.writes == [], "not even the customer"


async def test_one_customer_may_stand_for_all(stage: Stage) -> None:
    row = await entered(stage, order(), default_debtor="100002")
    assert row["relationNumber"] == 100_002
    assert stage.writes == ["createOrder"]
    assert stage.asked("findRelationV2") == []


async def test_a_known_customer_is_updated_and_one_that_is_the_same_is_left_alone(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    known = order(email="klant001@example.com", customer_id="")
    await stage.sent(target, known)
    assert stage.writes == ["updateRelation", "createOrder"]
    await stage.sent(target, change(known, id="2", number="R-2"))
    assert stage.writes == ["updateRelation", "createOrder", "createOrder"]


async def test_a_customer_who_is_switched_off_holds_the_order(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    settled = await stage.sent(target, order(email="klant006@example.com"))
    assert (settled.outcome, settled.reason) == (Outcome.HELD, "customer_switched_off")


async def test_a_guest_becomes_a_customer_without_an_id_of_the_shop(stage: Stage) -> None:
    row = await entered(stage, order(customer_id="", is_guest=True))
    assert "extRelationId" not in stage.world.register.table("relations")[str(row["relationNumber"])]


async def test_two_orders_of_one_new_customer_name_the_same_party(stage: Stage) -> None:
    target = await stage.target(Kind.ORDERS, Kind.CONTACTS, **ARTICLES)
    first, second = order(1, email="a@example.com"), order(2, email="a@example.com")
    assert target.parties(first) == target.parties(second) == target.parties(person(email="a@example.com"))  # type: ignore[attr-defined]
    shared = await stage.target(**ARTICLES, default_debtor="100002")
    assert shared.parties(first) == ()  # type: ignore[attr-defined]


async def test_two_shops_with_the_same_order_number_do_not_meet(stage: Stage) -> None:
    for shop in ("shop-1", "shop-2"):
        mappings = Mappings(source_system="woocommerce", source_id=shop)
        target = await stage.target(mappings=mappings, **ARTICLES)
        assert (await stage.sent(target, order())).outcome is Outcome.CREATED


_SHARES = st.decimals(min_value="0.01", max_value="400", places=3)


@settings(max_examples=40)
@given(
    goods=st.lists(st.tuples(_SHARES, _SHARES), min_size=1, max_size=6),
    rebate=st.decimals(min_value="0.01", max_value="9", places=2),
)
def test_whatever_was_ordered_the_lines_come_to_what_was_paid(goods: Any, rebate: Decimal) -> None:
    """As the register works it out: the price of a line times its quantity, to the cent."""
    lines = [line("1010", str(quantity), str(price)) for quantity, price in goods]
    record = order(lines=lines, discounts=(Discount(name="R", amount=Money.of(rebate, "EUR")),))
    record = change(record, total=record.total.rounded())
    terms = OrderTerms(
        options=parse(TargetOptions, ARTICLES),
        mappings=SHOP,
        debtors=DebtorTerms(country_words=CountryWords.ALPHA_2, source="x"),
        currency="EUR",
    )
    content = terms.content(record)
    assert not isinstance(content, Refusal)
    cents = [Decimal(each["quantity"]).scaleb(-each["places"]) * each["price"] for each in content["lines"]]
    assert sum(int(each.quantize(Decimal(1), ROUND_HALF_UP)) for each in cents) == content["total"]


# Taxes ----------------------------------------------------------------------------------------------------------------


def codes(row: dict[str, Any]) -> list[int]:
    return [each["data"]["vatCode"] for each in row["lineList"]["line"]]


async def test_a_named_rate_finds_the_code_of_its_country(stage: Stage) -> None:
    books = line(tax_percent=Decimal("7.00"))
    row = await entered(stage, order(lines=[books, line(tax_percent=Decimal(19))]), tax_codes={"DE": "1"})
    assert codes(row) == [2, 1, 1]
    assert row["vatCountryIso3"] == "DEU"


async def test_revenue_account_and_tax_code_follow_the_tables_by_country(stage: Stage) -> None:
    tables = {"tax_codes": {"DE": "2", "*": "1"}, "turnover_groups": {"Germany": "80", "*": "1"}}
    row = await entered(stage, order(), **tables)
    assert [each["data"]["turnoverGroup"] for each in row["lineList"]["line"]] == [80, 80]
    assert codes(row) == [2, 2]
    dutch = order(2, billing=Address(street="A 1", city="Utrecht", country="NL"))
    row = await entered(stage, dutch, **tables)
    assert [each["data"]["turnoverGroup"] for each in row["lineList"]["line"]] == [1, 1]


async def test_without_a_row_the_articles_own_code_counts(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    await stage.sent(target, order(billing=Address(country="PL")))
    (asked,) = stage.asked("createOrder")
    assert "vatCode" not in str(asked)
    assert "vatCountryIso3" not in str(asked)


@pytest.mark.parametrize(("choice", "method"), [("inclusive", "INCLUSIVE"), ("shifted", "SHIFTED"), ("none", "NONE")])
async def test_orders_without_tax_to_another_country_are_entered_as_chosen(
    stage: Stage, choice: str, method: str
) -> None:
    row = await entered(stage, order(tax=Money.zero("EUR")), tax_free=choice)
    assert row["vatMethod"] == f"VAT-METHOD-{method}"
    assert row["totalInclAmount"] == 2480


async def test_tax_codes_without_a_country_are_those_of_the_registers_own(stage: Stage) -> None:
    stage.state["tax_codes"][:] = [{"vatCode": 1, "vatPercentage": 2100}, {"vatCode": 2, "vatPercentage": 900}]
    codes_ = await read_tax_codes(Wire(stage.account.access))
    assert (codes_.code("NL", Decimal(9)), codes_.code("DE", Decimal(9)), codes_.code("", Decimal(9))) == ("2", "", "")


# Payment --------------------------------------------------------------------------------------------------------------


async def test_a_paid_order_is_entered_as_paid_with_the_registers_method(stage: Stage) -> None:
    row = await entered(stage, order(status=OrderStatus.PROCESSING, payment_method="klarna"), **PAYPAL)
    assert (row["paymentMethod"], row["fullyPaid"], row["prepaidAmount"]) == ("WEB", True, 2480)
    assert row["paymentList"]["payment"][0]["financialDate"] == row["financialDate"], "a history is not paid today"
    (asked,) = stage.asked("createOrderV3")
    for name in ("applySalesAndActions", "applySalesPrices", "applyPriceGroups"):
        assert asked["request"][name] == "false", "the shop's prices stay"


@pytest.mark.parametrize(
    ("changes", "options"),
    [
        ({"status": OrderStatus.PENDING, "payment_method": "PayPal"}, PAYPAL),
        ({"status": OrderStatus.PROCESSING, "payment_method": "PayPal"}, {**PAYPAL, "book_payments": False}),
        ({"status": OrderStatus.PROCESSING, "payment_method": "Vorkasse"}, PAYPAL),
    ],
)
async def test_an_order_stays_open_where_nothing_was_paid_or_nothing_is_mapped(
    stage: Stage, changes: dict[str, Any], options: dict[str, Any]
) -> None:
    row = await entered(stage, order(**changes), **options)
    assert not row["fullyPaid"]


async def test_payment_terms_go_to_new_customers(stage: Stage) -> None:
    row = await entered(stage, order(payment_method="Rechnung"), payment_terms={"Rechnung": "30"})
    assert stage.world.register.table("relations")[str(row["relationNumber"])]["paymentWithinDays"] == 30


async def test_an_order_paid_later_is_paid_in_the_register(stage: Stage) -> None:
    target = await stage.target(**ARTICLES, **PAYPAL)
    await stage.sent(target, order(payment_method="PayPal"))
    paid = order(payment_method="PayPal", status=OrderStatus.COMPLETED)
    settled = await stage.sent(target, paid)
    assert settled.outcome is Outcome.UPDATED
    assert stage.writes[-1] == "payOrder"
    assert (await stage.sent(target, paid)).reason == "order_exists"


# Known already --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("mpluskassa", "duplicates_answered")
async def test_an_order_that_is_there_already_is_left_out(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    await stage.sent(target, order())
    writes = len(stage.writes)
    settled = await stage.sent(target, order())
    assert (settled.outcome, settled.reason) == (Outcome.UNCHANGED, "order_exists")
    other = await stage.sent(target, order(lines=[line(quantity="3")]))
    assert (other.outcome, other.reason) == (Outcome.SKIPPED, "order_differs")
    assert len(stage.writes) == writes


@pytest.mark.proves("mpluskassa", "duplicates_answered")
@pytest.mark.parametrize("changes", [{}, {"status": OrderStatus.PROCESSING, "payment_method": "PayPal"}])
async def test_a_lost_answer_enters_nothing_twice(stage: Stage, changes: dict[str, Any]) -> None:
    target = await stage.target(**ARTICLES, **PAYPAL)
    stage.account.simulator.fail(kind=FaultKind.DROP_AFTER, holding="createOrder")
    orders = len(stage.world.register.table("orders"))
    with pytest.raises(UnknownOutcomeError):
        await stage.sent(target, order(**changes))
    settled = await stage.sent(target, order(**changes))
    assert settled.outcome is Outcome.UNCHANGED
    assert len(stage.world.register.table("orders")) == orders + 1


async def test_an_order_that_was_cancelled_in_the_register_cannot_come_back(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    settled = await stage.sent(target, order())
    stage.world.sales.operations["cancelOrder"]({"orderId": settled.target_id})
    again = await stage.sent(target, order())
    assert (again.outcome, again.reason) == (Outcome.SKIPPED, "cancelled_in_register")


async def test_a_total_that_the_register_sees_differently_is_told(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    plan = await stage.planned(target, order())
    answers = await send(target, stage.account.access.http, plan)
    (row,) = [row for row in stage.world.register.table("orders").values() if row.get("reference") == "R-1"]
    row["totalInclAmount"] += 1
    settled = (await target.confirm(plan, answers))["1"]
    assert (settled.outcome, settled.reason, settled.message) == (
        Outcome.CREATED,
        "total_differs",
        "24.81 EUR / 24.80 EUR",
    )


# Ended ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.REFUNDED])
async def test_what_ended_before_it_was_sent_stays_out(stage: Stage, status: OrderStatus) -> None:
    target = await stage.target(**ARTICLES)
    settled = await stage.sent(target, order(status=status))
    assert (settled.outcome, settled.reason) == (Outcome.SKIPPED, "ended_before_sending")
    assert stage.writes == []


@pytest.mark.proves("mpluskassa", "deletions")
async def test_a_cancelled_order_without_an_invoice_is_cancelled(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    first = await stage.sent(target, order())
    cancelled = order(status=OrderStatus.CANCELLED)
    settled = await stage.sent(target, cancelled)
    assert (settled.outcome, stage.writes[-1]) == (Outcome.UPDATED, "cancelOrder")
    row = stage.world.register.table("orders")[first.target_id]
    assert row["cancelState"] == "ORDER-CANCEL-STATE-COMPLETE"
    again = await stage.sent(target, cancelled)
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_so"), "a second call might take it back"
    assert stage.writes.count("cancelOrder") == 1


def refund(record: Any, amount: str) -> Any:
    money = Money.of(amount, "EUR")
    return change(record, refunded=money, reversals=(Reversal(id="r", amount=money, at=AT),))


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_refunded_order_with_an_invoice_is_credited_once(stage: Stage, is_lost: bool) -> None:
    target = await stage.target(**ARTICLES)
    first = await stage.sent(target, order())
    invoice = stage.world.sales.invoice(first.target_id)
    if is_lost:
        stage.account.simulator.fail(kind=FaultKind.DROP_AFTER, holding="creditInvoice")
        with pytest.raises(UnknownOutcomeError):
            await stage.sent(target, refund(order(), "24.80"))
    else:
        assert (await stage.sent(target, refund(order(), "24.80"))).outcome is Outcome.UPDATED
    again = await stage.sent(target, refund(order(), "24.80"))
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_so")
    credited = [each.get("creditedInvoiceId") for each in stage.world.register.table("invoices").values()]
    assert credited.count(invoice) == 1


async def test_a_partial_refund_is_held_with_its_reason(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    new = await stage.sent(target, refund(order(7), "5.00"))
    assert (new.outcome, new.reason) == (Outcome.HELD, "partial_refund")
    await stage.sent(target, order())
    settled = await stage.sent(target, refund(order(), "5.00"))
    assert (settled.outcome, settled.reason) == (Outcome.HELD, "partial_refund")


async def test_an_order_that_is_partly_cancelled_already_is_left_to_a_person(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    first = await stage.sent(target, order())
    stage.world.register.table("orders")[first.target_id]["cancelState"] = "ORDER-CANCEL-STATE-PARTIAL"
    settled = await stage.sent(target, order(status=OrderStatus.CANCELLED))
    assert (settled.outcome, settled.reason) == (Outcome.HELD, "partly_cancelled")


async def test_a_deleted_order_changes_nothing(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    assert refused(target, Deletion(id="1", kind=Kind.ORDERS)).reason == "deleted_in_source"


# Before the first order -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"employee_number": 4711}, "employee_number"),
        ({"default_debtor": "5"}, "default_debtor"),
        ({"payment_methods": {"BTC": "Bitcoin"}}, "payment_methods"),
        ({"default_payment_method": "BTC"}, "default_payment_method"),
        ({"tax_codes": {"DE": "8"}}, "tax_codes"),
        ({"turnover_groups": {"DE": "1", "*": "800"}}, "turnover_groups"),
    ],
)
async def test_unknown_numbers_are_named_before_anything_is_sent(
    stage: Stage, options: dict[str, Any], field: str
) -> None:
    target = stage.account.target(SHOP, **options)
    with pytest.raises(ConfigError) as raised:
        await target.open([Kind.ORDERS], Timing.HISTORICAL)
    assert raised.value.field == field
    assert str(raised.value.remedy)


async def test_an_unknown_branch_is_named() -> None:
    async with staged(settings={"branch": "9"}) as stage:
        with pytest.raises(ConfigError) as raised:
            await stage.target()
    assert raised.value.field == "branch"


async def test_an_unknown_consent_field_is_named_before_the_first_customer() -> None:
    async with staged(settings={"consent_field": "Newsletter?"}) as stage:
        with pytest.raises(ConfigError) as raised:
            await stage.target(Kind.CONTACTS)
    assert raised.value.field == "consent_field"


async def test_another_branch_needs_its_workplace() -> None:
    async with staged(settings={"branch": "2", "workplace": 3}) as stage:
        row = await entered(stage, order())
        assert (row["entryBranchNumber"], row["workplaceNumber"]) == (2, 3)
