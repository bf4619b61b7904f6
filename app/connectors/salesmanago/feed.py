"""The offer file: RSS 2.0 with the elements of Google's merchant feeds, which SALESmanago reads by schedule.

https://support.google.com/merchants/answer/14987622. Which elements SALESmanago needs is not published; these are the
ones that such feeds must have, and the location that ties offers to events.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from html import unescape

from app.connectors.salesmanago.events import EventTerms
from app.core.money import Money
from app.core.records import Product

_GOOGLE = "http://base.google.com/ns/1.0"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_TITLE = 150
_LONGEST_DESCRIPTION = 5000
_TAG = re.compile(r"<[^>]*>")


def offers(products: Sequence[Product], terms: EventTerms, shop_name: str, shop_url: str) -> bytes:
    """Products that are not for sale, and those without an id or a name, stay out."""
    ET.register_namespace("g", _GOOGLE)
    rss = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(rss, "channel")
    for name, value in (("title", shop_name), ("link", shop_url), ("description", shop_name)):
        ET.SubElement(channel, name).text = _clean(value)
    for product in products:
        number = terms.product_id(product)
        if product.is_active and number and product.name:
            _add(channel, number, product, terms.location)
    ET.indent(rss)
    whole: bytes = ET.tostring(rss, encoding="utf-8", xml_declaration=True)
    return whole + b"\n"


def _add(channel: ET.Element, number: str, product: Product, location: str) -> None:
    item = ET.SubElement(channel, "item")
    for name, value in _elements(number, product, location):
        if value:
            ET.SubElement(item, name).text = _clean(value)


def _elements(number: str, product: Product, location: str) -> Iterable[tuple[str, str]]:
    description = product.description or product.short_description or product.name
    return (
        (_g("id"), number),
        ("title", product.name[:_LONGEST_TITLE]),
        ("description", _plain(description)),
        ("link", product.url),
        (_g("image_link"), product.image_url or next((each.image_url for each in product.variants), "")),
        (_g("price"), _price(product)),
        (_g("availability"), "in stock" if _is_there(product) else "out of stock"),
        (_g("product_type"), " > ".join(product.categories[0]) if product.categories else product.product_type),
        (_g("brand"), product.brand),
        (_g("gtin"), product.ean),
        (_g("mpn"), product.sku),
        ("location", location),
    )


def _plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", html)).split())[:_LONGEST_DESCRIPTION]


def _price(product: Product) -> str:
    prices = [each.price for each in product.variants if each.price is not None]
    price: Money | None = product.price or min(prices, key=lambda each: each.amount, default=None)
    return str(price) if price is not None else ""


def _is_there(product: Product) -> bool:
    """A shop that keeps no stock sells what is active."""
    counted = [each.quantity for each in product.variants if each.quantity is not None]
    if product.quantity is not None:
        return product.quantity > 0 or any(each > 0 for each in counted)
    return not counted or any(each > 0 for each in counted)


def _g(name: str) -> str:
    return f"{{{_GOOGLE}}}{name}"


def _clean(words: str) -> str:
    return _NOT_IN_XML.sub("", words)
