"""Rows as BigCommerce answers them: names, types and units of the vendor's specification."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]


def number_of(amount: Decimal) -> float:
    """Money in V3: a JSON number."""
    return float(amount)


def store() -> Row:
    return {
        "id": "k7praxis",
        "account_uuid": "5f0a41f6-6d0e-4a3e-9b53-2c7f1d6a9e10",
        "domain": "blattgruen.example",
        "secure_url": "https://blattgruen.example",
        "control_panel_base_url": "https://store-k7praxis.mybigcommerce.com",
        "status": "live",
        "name": "Blattgrün Tee",
        "first_name": "Marta",
        "last_name": "Blatt",
        "address": "Markt 1, 04109 Leipzig",
        "country": "Germany",
        "country_code": "DE",
        "phone": "+49 341 0000000",
        "admin_email": "inhaberin@example.com",
        "order_email": "bestellung@example.com",
        "timezone": {
            "name": "Europe/Berlin",
            "raw_offset": 3600,
            "dst_offset": 7200,
            "dst_correction": True,
            "date_format": {"display": "d.m.Y", "export": "d.m.Y", "extended_display": "d.m.Y H:i"},
        },
        "language": "de",
        "currency": "EUR",
        "currency_symbol": "€",
        "decimal_separator": ",",
        "thousands_separator": ".",
        "decimal_places": 2,
        "currency_symbol_location": "right",
        "plan_name": "Plus",
        "plan_level": "Plus",
        "plan_is_trial": False,
        "is_price_entered_with_tax": True,
        "store_id": 1001234567,
        "default_channel_id": 1,
        "features": {"multi_storefront_enabled": False, "checkout_type": "optimized"},
    }


# Catalogue -----------------------------------------------------------------------------------------------------------


def category(name: str, parent_id: int) -> Row:
    path = name.lower().replace(" & ", "-").replace(" ", "-")
    return {
        "category_uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"category {name}")),
        "parent_id": parent_id,
        "tree_id": 1,
        "name": name,
        "description": "",
        "views": 0,
        "sort_order": 0,
        "is_visible": True,
        "url": {"path": f"/{path}/", "is_customized": False},
    }


def brand(name: str) -> Row:
    return {"name": name, "page_title": name, "custom_url": {"url": "/brands/blattgruen/", "is_customized": False}}


def product(product_id: int, name: str, sku: str, price: Decimal, at: str) -> Row:
    image = f"https://cdn.blattgruen.example/{product_id}"
    return {
        "id": product_id,
        "name": name,
        "type": "physical",
        "sku": sku,
        "description": f"<p>{name} aus unserem Laden.</p>",
        "weight": 0.25,
        "price": number_of(price),
        "cost_price": 0,
        "retail_price": 0,
        "sale_price": 0,
        "calculated_price": number_of(price),
        "upc": "",
        "mpn": "",
        "gtin": f"40{product_id:011d}",
        "is_visible": True,
        "is_featured": False,
        "availability": "available",
        "condition": "New",
        "inventory_warning_level": 2,
        "custom_url": {"url": f"/{sku.lower()}/", "is_customized": False},
        "total_sold": 0,
        "date_created": at,
        "date_modified": at,
        "custom_fields": [{"id": product_id, "name": "Herkunft", "value": "Direktimport"}],
        "images": [
            {
                "id": product_id,
                "product_id": product_id,
                "is_thumbnail": True,
                "sort_order": 0,
                "description": name,
                "url_zoom": f"{image}/zoom.jpg",
                "url_standard": f"{image}/standard.jpg",
                "url_thumbnail": f"{image}/thumbnail.jpg",
                "url_tiny": f"{image}/tiny.jpg",
                "date_modified": at,
            }
        ],
    }


def variants(parent: Row, colours: Sequence[str], stock: int) -> list[Row]:
    """One for each colour; a product without options has one base variant all the same."""
    base = parent["id"] * 100
    if not colours:
        return [_variant(base, parent, parent["sku"], [], stock)]
    return [
        _variant(
            base + number,
            parent,
            f"{parent['sku']}-{number + 1}",
            [{"id": base + number, "option_id": parent["id"], "option_display_name": "Farbe", "label": colour}],
            stock,
        )
        for number, colour in enumerate(colours)
    ]


def _variant(variant_id: int, parent: Row, sku: str, options: list[Row], stock: int) -> Row:
    return {
        "id": variant_id,
        "product_id": parent["id"],
        "sku": sku,
        "sku_id": variant_id,
        "upc": f"41{variant_id:011d}" if options else "",
        "price": parent["price"],
        "calculated_price": parent["calculated_price"],
        "cost_price": 0,
        "weight": 0.25,
        "purchasing_disabled": False,
        "purchasing_disabled_message": "",
        "inventory_level": stock,
        "inventory_warning_level": 2,
        "option_values": options,
    }


# People --------------------------------------------------------------------------------------------------------------


def customer(customer_id: int, email: str, first_name: str, last_name: str, company: str, group: int, at: str) -> Row:
    return {
        "id": customer_id,
        "email": email,
        "first_name": first_name,
        "last_name": last_name,
        "company": company,
        "phone": f"+49 341 {customer_id:06d}",
        "registration_ip_address": "",
        "notes": "",
        "tax_exempt_category": "",
        "customer_group_id": group,
        "date_created": at,
        "date_modified": at,
        "address_count": 1,
        "attribute_count": 0,
        "authentication": {"force_password_reset": False},
        "attributes": [],
        "accepts_product_review_abandoned_cart_emails": True,
        "origin_channel_id": 1,
        "channel_ids": [1],
    }


def customer_address(
    customer_id: int, first_name: str, last_name: str, company: str, place: tuple[str, str, str], country: str
) -> Row:
    city, postcode, region = place
    return {
        "id": customer_id,
        "customer_id": customer_id,
        "first_name": first_name,
        "last_name": last_name,
        "company": company,
        "address1": f"Lindenstraße {customer_id}",
        "address2": "",
        "city": city,
        "state_or_province": region,
        "postal_code": postcode,
        "country": {"DE": "Germany", "GB": "United Kingdom"}.get(country, country),
        "country_code": country,
        "phone": f"+49 341 {customer_id:06d}",
        "address_type": "residential",
    }


def attribute(name: str, at: str) -> Row:
    return {"name": name, "type": "string", "date_created": at, "date_modified": at}


def attribute_value(attribute_id: int, customer_id: int, value: str, at: str) -> Row:
    return {
        "id": attribute_id * 1000 + customer_id,
        "attribute_id": attribute_id,
        "attribute_value": value,
        "customer_id": customer_id,
        "date_created": at,
        "date_modified": at,
    }


def subscriber(email: str, first_name: str, last_name: str, source: str, at: str) -> Row:
    return {
        "email": email,
        "first_name": first_name,
        "last_name": last_name,
        "source": source,
        "order_id": None,
        "channel_id": 1,
        "date_created": at,
        "date_modified": at,
    }
