"""A product in the register's terms, field by field, and what an update makes of the article that is there. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mpluskassa.article_numbers import article_number
from app.connectors.mpluskassa.countries import row_for
from app.connectors.mpluskassa.groups import clean_path
from app.connectors.mpluskassa.people import custom_fields
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.target_options import Prices, ProductField, TargetOptions
from app.connectors.mpluskassa.values import filled, one_line, scaled, units
from app.core.money import Money
from app.core.records import Product, Variant
from app.core.rules import Refusal, hold
from app.sdk.plan import Json
from app.sdk.target import Mappings

_OF_THE_REGISTER = frozenset({"syncMarker", "changeTimestamp", "createTimestamp", "imageList"})
"""What only the register sets, and images, which are not supported; all else goes back as it was read."""
_OTHER_PRICE = {"priceIncl": "priceExcl", "priceExcl": "priceIncl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms:
    """``properties`` are the additional fields that articles have in the register; ``home`` is its country."""

    options: TargetOptions
    mappings: Mappings
    currency: str
    properties: frozenset[str]
    home: str

    def content(self, product: Product) -> Mapping[str, Json] | Refusal:
        """Only what is written on creation or on update, so that nothing else counts as a change."""
        articles: list[Json] = []
        for variant in product.variants or (self._only_variant(product),):
            article = self._article(product, variant)
            if isinstance(article, Refusal):
                return article
            articles.append(article)
        numbers = [each["number"] for each in articles]
        if len(set(numbers)) < len(numbers):
            return hold("product_number_doubled", sku=product.sku or product.name)
        paths = sorted({clean_path(path) for path in product.categories} - {()})
        wanted = self.written
        return {
            "name": product.name if ProductField.NAME in wanted else "",
            "articles": articles,
            "groups": [list(path) for path in paths] if ProductField.CATEGORIES in wanted else [],
        }

    @property
    def written(self) -> frozenset[ProductField]:
        return self.options.written_on_creation | self.options.written_on_update

    def _only_variant(self, product: Product) -> Variant:
        """A simple product may have a colour and a size as well."""
        single = {name: values[0] for name, values in product.attributes.items() if len(values) == 1}
        look = {name: value for name, value in single.items() if name.strip().casefold() in self._look_names}
        return Variant(id=product.id, sku=product.sku, ean=product.ean, quantity=product.quantity, attributes=look)

    def _article(self, product: Product, variant: Variant) -> Json | Refusal:
        sku = variant.sku or (product.sku if not product.variants else "")
        number = article_number(self.mappings, (sku, variant.id), sku)
        if isinstance(number, Refusal):
            return number
        fields = self._fields(product, variant)
        if isinstance(fields, Refusal):
            return fields
        stock: Json = {}
        if variant.quantity is not None and ProductField.QUANTITY in self.written:
            amount, places = scaled(variant.quantity)
            stock = {"amount": amount, "places": places}
        return {"number": number, "fields": fields, "stock": stock}

    def _fields(self, product: Product, variant: Variant) -> Json | Refusal:
        """What each switch stands for, in the elements of an article."""
        price = self._price(product, variant)
        if isinstance(price, Refusal):
            return price
        colour, size, others = self._look(variant)
        short = product.short_description[: self.options.short_text_length].strip()
        revenue = row_for(self.options.turnover_groups, self.home)
        tax = row_for(self.options.tax_codes, self.home)
        told: Mapping[ProductField, Row] = {
            ProductField.NAME: {"description": one_line(product.name, *others)},
            ProductField.LONG_TEXT: {"extraText": product.description},
            ProductField.SHORT_TEXT: {"receiptText": short, "displayText": short},
            ProductField.PRICE: price,
            ProductField.EAN: {"barcode": variant.ean or (product.ean if not product.variants else "")},
            ProductField.BRAND: {"brandName": product.brand},
            ProductField.VARIANTS: {"colour": colour, "size": size},
            ProductField.PROPERTIES: self._properties(product),
            ProductField.REVENUE_AND_TAX: {
                "turnoverGroup": int(revenue) if revenue else None,
                "vatCode": int(tax) if tax else None,
            },
            ProductField.ACTIVE: {"active": product.is_active},
        }
        kept = {field: filled(values) for field, values in told.items() if field in self.written}
        return {field.value: values for field, values in kept.items() if values}

    def _price(self, product: Product, variant: Variant) -> Row | Refusal:
        gross, net = variant.price or product.price, variant.net_price or product.net_price
        amounts: Sequence[tuple[str, Money | None]] = (("priceIncl", gross), ("priceExcl", net))
        if self.options.product_prices is Prices.NET:
            amounts = amounts[::-1]
        name, price = next(((name, amount) for name, amount in amounts if amount is not None), ("", None))
        if price is None or ProductField.PRICE not in self.written:
            return {}
        if price.currency != self.currency:
            return hold("currency_foreign", currency=price.currency, register=self.currency)
        return {name: units(price)}

    def _look(self, variant: Variant) -> tuple[str, str, Sequence[str]]:
        """Colour, size, and every other attribute: those stand in the name, as the register knows no third one."""
        colours, sizes = _names(self.options.colour_names), _names(self.options.size_names)
        colour = size = ""
        others: list[str] = []
        for name, value in variant.attributes.items():
            if name.strip().casefold() in colours and not colour:
                colour = value
            elif name.strip().casefold() in sizes and not size:
                size = value
            else:
                others.append(value)
        return colour, size, others

    @property
    def _look_names(self) -> frozenset[str]:
        return _names(self.options.colour_names) | _names(self.options.size_names)

    def _properties(self, product: Product) -> Row:
        return {
            f"custom:{name}": ", ".join(values)
            for name, values in sorted(product.attributes.items())
            if name in self.properties and name.strip().casefold() not in self._look_names
        }


def _names(raw: str) -> frozenset[str]:
    return frozenset(each.strip().casefold() for each in raw.split(",") if each.strip())


# What is written ------------------------------------------------------------------------------------------------------


def new_article(article: Row, fields: Collection[ProductField], *, manages_stock: bool) -> Row:
    return _with_fields({"articleNumber": int(article["number"]), "stockArticle": manages_stock}, article, fields)


def changed_article(found: Row, article: Row, fields: Collection[ProductField]) -> Row:
    """Everything as it was read, changed in the allowed fields only."""
    return _with_fields(written_back(found), article, fields)


def written_back(row: Row) -> dict[str, Json]:
    """A product or an article as it was read, without what only the register sets."""
    return {name: value for name, value in row.items() if name not in _OF_THE_REGISTER}


def _with_fields(base: Row, article: Row, fields: Collection[ProductField]) -> Row:
    row = dict(base)
    for field in fields:
        for name, value in article["fields"].get(field.value, {}).items():
            if name.startswith("custom:"):
                row["customFieldList"] = {"customField": _with_property(row, name.removeprefix("custom:"), value)}
            elif row.get(name) != value:
                row[name] = value
                # The register works the other price out; the old one would contradict it.
                row.pop(_OTHER_PRICE.get(name, ""), None)
    return row


def _with_property(row: Row, name: str, value: str) -> list[Row]:
    fields = custom_fields(row)
    if any(each.get("fieldName") == name and each.get("strValue") == value for each in fields):
        return fields
    others = [each for each in fields if each.get("fieldName") != name]
    return [*others, {"fieldName": name, "dataType": "DATA-TYPE-STRING", "strValue": value}]
