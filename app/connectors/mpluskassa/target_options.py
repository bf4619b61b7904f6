"""What an integration can choose where orders, products and customers go into the register."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from app.connectors.mpluskassa.countries import TABLE_KEYS, alpha_2
from app.core.texts import text
from app.sdk.settings import Setting, Settings, invalid

_CUSTOMERS = text("Customers")
_ORDERS = text("Orders")
_PAYMENT = text("Payment")
_TAXES = text("Revenue and taxes")
_PRODUCTS = text("Products")
_STOCK = text("Stock")
_DIGITS = r"^([1-9][0-9]{0,17})?$"
SUPER_USER = 999_999
"""The employee number that every register knows."""


class OrderType(StrEnum):
    EXTERNAL = "external"
    SALES = "sales"


class TaxFree(StrEnum):
    INCLUSIVE = "inclusive"
    SHIFTED = "shifted"
    NONE = "none"


class CountryWords(StrEnum):
    ALPHA_2 = "alpha_2"
    ALPHA_3 = "alpha_3"
    NAME = "name"


class Prices(StrEnum):
    GROSS = "gross"
    NET = "net"


class ProductField(StrEnum):
    NAME = "name"
    LONG_TEXT = "long_text"
    SHORT_TEXT = "short_text"
    PRICE = "price"
    EAN = "ean"
    BRAND = "brand"
    VARIANTS = "variants"
    PROPERTIES = "properties"
    CATEGORIES = "categories"
    REVENUE_AND_TAX = "revenue_and_tax"
    ACTIVE = "active"
    QUANTITY = "quantity"


_FIELDS = {
    "name": text("Name"),
    "long_text": text("Long text"),
    "short_text": text("Short text"),
    "price": text("Price"),
    "ean": text("EAN/GTIN"),
    "brand": text("Brand"),
    "variants": text("Colour and size"),
    "properties": text("Properties as additional fields"),
    "categories": text("Categories"),
    "revenue_and_tax": text("Revenue account and tax code"),
    "active": text("Active or not"),
    "quantity": text("Quantity in stock"),
}
_OF_THE_REGISTER = {
    ProductField.LONG_TEXT,
    ProductField.SHORT_TEXT,
    ProductField.REVENUE_AND_TAX,
    ProductField.QUANTITY,
}
"""What is likely to be enriched in the register, or has a flow of its own."""


def _numbers(table: Mapping[str, str]) -> Mapping[str, str]:
    if any(not value.strip().isdecimal() for value in table.values()):
        raise invalid(text("The second column takes the numbers of the register only."))
    return {key.strip() if key.strip() == "*" else alpha_2(key): value.strip() for key, value in table.items()}


def _days(table: Mapping[str, str]) -> Mapping[str, str]:
    if any(not value.strip().isdecimal() or int(value) > 3_650 for value in table.values()):
        raise invalid(text("The second column takes a number of days."))
    return {key.strip(): value.strip() for key, value in table.items()}


class TargetOptions(Settings):
    employee_number: Annotated[
        int,
        Field(ge=1, le=2**63 - 1),
        Setting(
            label=text("Employee number"),
            help=text("Orders and stock are entered in this employee's name. 999999 is the register's own super user."),
            where=text('In MplusKASSA: "Employees".'),
            group=_ORDERS,
        ),
    ] = SUPER_USER
    order_type: Annotated[
        OrderType,
        Setting(
            label=text("Kind of order"),
            help=text("External sales orders are what the register calls orders from elsewhere."),
            choices={"external": text("External sales order"), "sales": text("Sales order")},
            group=_ORDERS,
            is_advanced=True,
        ),
    ] = OrderType.EXTERNAL
    shipping_article: Annotated[
        str,
        Field(pattern=_DIGITS),
        Setting(
            label=text("Article for shipping"),
            help=text(
                'The article number under which shipping costs are entered. Empty takes the number of "All products" '
                "in the product table; without either, orders with shipping costs are held."
            ),
            group=_ORDERS,
        ),
    ] = ""
    discount_article: Annotated[
        str,
        Field(pattern=_DIGITS),
        Setting(
            label=text("Article for discounts"),
            help=text(
                "The article number under which discounts are entered, as a negative price. Empty takes the number of "
                '"All products" in the product table; without either, orders with a discount are held.'
            ),
            group=_ORDERS,
        ),
    ] = ""
    other_article: Annotated[
        str,
        Field(pattern=_DIGITS),
        Setting(
            label=text("Article for fees and rounding"),
            help=text("The article number for every other amount of an order. Empty takes the article for shipping."),
            group=_ORDERS,
            is_advanced=True,
        ),
    ] = ""
    default_debtor: Annotated[
        str,
        Field(pattern=_DIGITS),
        Setting(
            label=text("One customer for all orders"),
            help=text(
                "A relation number: every order goes to this customer, and none is created. Empty gives each order its "
                "own customer, found by e-mail, created or updated."
            ),
            group=_CUSTOMERS,
        ),
    ] = ""
    country_words: Annotated[
        CountryWords,
        Setting(
            label=text("How countries are written"),
            help=text("The register prints the country of an address as it is sent."),
            choices={
                "alpha_2": text("Two letters, such as NL"),
                "alpha_3": text("Three letters, such as NLD"),
                "name": text("Name, such as Netherlands"),
            },
            group=_CUSTOMERS,
            is_advanced=True,
        ),
    ] = CountryWords.ALPHA_2
    subscribe_in_register: Annotated[
        bool,
        Setting(
            label=text("Switch the consent field on for those who agreed"),
            help=text(
                "The field is named in the account. Where it is off already it stays off, and whoever withdrew is "
                "switched off in any case."
            ),
            group=_CUSTOMERS,
        ),
    ] = False
    payment_methods: Annotated[
        Mapping[str, str],
        Setting(
            label=text("Payment methods"),
            help=text(
                "Which payment method of the register stands for those of the shop. Several names of the shop are "
                "separated by commas; an order with a name that stands nowhere is entered without a payment."
            ),
            table_headings=(text("Payment method in the register"), text("Names in the shop")),
            suggests="payment_methods",
            group=_PAYMENT,
        ),
    ] = {}
    default_payment_method: Annotated[
        str,
        Field(max_length=100),
        Setting(
            label=text("Payment method for all others"),
            help=text("Empty enters orders with other payment methods without any."),
            suggests="payment_methods",
            group=_PAYMENT,
        ),
    ] = ""
    book_payments: Annotated[
        bool,
        Setting(
            label=text("Enter paid orders as paid"),
            help=text("Only with a payment method from the table. Otherwise the order stays open in the register."),
            group=_PAYMENT,
        ),
    ] = True
    payment_terms: Annotated[
        Mapping[str, str],
        AfterValidator(_days),
        Setting(
            label=text("Payment terms"),
            help=text("Days to pay that a new customer gets, by the payment method of the first order."),
            table_headings=(text("Payment method in the shop"), text("Days to pay")),
            group=_PAYMENT,
            is_advanced=True,
        ),
    ] = {}
    turnover_groups: Annotated[
        Mapping[str, str],
        AfterValidator(_numbers),
        Setting(
            label=text("Revenue account by country"),
            help=text(
                "The turnover group under which sales to a country are booked. Without a row the article's own counts; "
                'new articles get that of the register\'s own country, else of "All other countries".'
            ),
            table_headings=(text("Country"), text("Turnover group")),
            table_keys=TABLE_KEYS,
            suggests="turnover_groups",
            group=_TAXES,
        ),
    ] = {}
    tax_codes: Annotated[
        Mapping[str, str],
        AfterValidator(_numbers),
        Setting(
            label=text("Default tax code by country"),
            help=text(
                "The tax code of sales to a country. Where an order names a rate that the register knows for that "
                "country, the code of that rate is taken instead. Without a row the article's own counts."
            ),
            table_headings=(text("Country"), text("Tax code")),
            table_keys=TABLE_KEYS,
            suggests="tax_codes",
            group=_TAXES,
        ),
    ] = {}
    tax_free: Annotated[
        TaxFree,
        Setting(
            label=text("Orders without tax"),
            help=text("How an order to another country that the shop sold without any tax is entered."),
            choices={
                "inclusive": text("Like all others"),
                "shifted": text("Tax shifted to the customer"),
                "none": text("Without tax"),
            },
            group=_TAXES,
            is_advanced=True,
        ),
    ] = TaxFree.INCLUSIVE
    written_on_creation: Annotated[
        frozenset[ProductField],
        Setting(
            label=text("Written when a product is created"),
            help=text("The article number is always written."),
            choices=_FIELDS,
            group=_PRODUCTS,
        ),
    ] = frozenset(ProductField)
    written_on_update: Annotated[
        frozenset[ProductField],
        Setting(
            label=text("Written when a product is updated"),
            help=text("What is left out stays as it is in the register, such as a description you enriched there."),
            choices=_FIELDS,
            group=_PRODUCTS,
        ),
    ] = frozenset(ProductField) - _OF_THE_REGISTER
    product_prices: Annotated[
        Prices,
        Setting(
            label=text("Prices of products"),
            help=text("The register works out the other one. A product that has but one kind is sent with that."),
            choices={"gross": text("Including tax"), "net": text("Without tax")},
            group=_PRODUCTS,
        ),
    ] = Prices.GROSS
    colour_names: Annotated[
        str,
        Field(max_length=300),
        Setting(
            label=text("Names of the colour"),
            help=text("What the attribute is called in the shop; several names are separated by commas."),
            group=_PRODUCTS,
            is_advanced=True,
        ),
    ] = "colour, color, Farbe, kleur, kolor"
    size_names: Annotated[
        str,
        Field(max_length=300),
        Setting(
            label=text("Names of the size"),
            help=text("What the attribute is called in the shop; several names are separated by commas."),
            group=_PRODUCTS,
            is_advanced=True,
        ),
    ] = "size, Größe, maat, rozmiar"
    short_text_length: Annotated[
        int,
        Field(ge=10, le=1_000),
        Setting(
            label=text("Longest short text"),
            help=text("The short text stands on receipts and displays, and is cut at this length."),
            group=_PRODUCTS,
            is_advanced=True,
        ),
    ] = 40
    manages_stock: Annotated[
        bool,
        Setting(
            label=text("The register manages stock"),
            help=text(
                "Switches on stock management for articles whose stock arrives. Otherwise the stock of articles "
                "without it is left out."
            ),
            group=_STOCK,
        ),
    ] = True
