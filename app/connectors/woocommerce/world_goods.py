"""Products, variations and categories of a practice shop in the shape in which WooCommerce 10.0.2 answers them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from app.connectors.woocommerce.world_rows import Row

_GOODS: Mapping[str, Any] = {
    "date_on_sale_from": None,
    "date_on_sale_from_gmt": None,
    "date_on_sale_to": None,
    "date_on_sale_to_gmt": None,
    "downloads": [],
    "download_limit": -1,
    "download_expiry": -1,
    "virtual": False,
    "downloadable": False,
    "backorders": "no",
    "backorders_allowed": False,
    "backordered": False,
    "low_stock_amount": None,
    "weight": "",
    "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_class": "",
    "shipping_class_id": 0,
    "menu_order": 0,
}
"""What products and variations have alike, and nobody here uses."""
_PRODUCT_ONLY: Mapping[str, Any] = {
    "external_url": "",
    "button_text": "",
    "sold_individually": False,
    "shipping_required": True,
    "shipping_taxable": True,
    "reviews_allowed": True,
    "average_rating": "0.00",
    "rating_count": 0,
    "upsell_ids": [],
    "cross_sell_ids": [],
    "purchase_note": "",
    "price_html": "",
    "related_ids": [],
    "post_password": "",
}


def product(product_id: int, name: str, kind: str, price: str, categories: Sequence[Row]) -> Row:
    slug = f"artikel-{product_id}"
    return {
        **copy.deepcopy({**_GOODS, **_PRODUCT_ONLY}),
        "id": product_id,
        "name": name,
        "slug": slug,
        "permalink": f"https://shop.example/product/{slug}/",
        "date_created": "",
        "date_created_gmt": "",
        "date_modified": "",
        "date_modified_gmt": "",
        "type": kind,
        "status": "publish",
        "featured": False,
        "catalog_visibility": "visible",
        "description": "<p>Beschreibung</p>\n",
        "short_description": "",
        "sku": "",
        "price": price,
        "regular_price": price if kind == "simple" else "",
        "sale_price": "",
        "on_sale": False,
        "purchasable": True,
        "total_sales": 0,
        "tax_status": "taxable",
        "tax_class": "",
        "manage_stock": False,
        "stock_quantity": None,
        "parent_id": 0,
        "categories": [{"id": each["id"], "name": each["name"], "slug": each["slug"]} for each in categories],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": [],
        "default_attributes": [],
        "variations": [],
        "grouped_products": [],
        "meta_data": [],
        "stock_status": "instock",
        "has_options": kind == "variable",
        "global_unique_id": "",
    }


def variation(variation_id: int, parent: Row, options: Mapping[str, str], price: str) -> Row:
    return {
        **copy.deepcopy(dict(_GOODS)),
        "id": variation_id,
        "type": "variation",
        "date_created": "",
        "date_created_gmt": "",
        "date_modified": "",
        "date_modified_gmt": "",
        "description": "",
        "permalink": f"{parent['permalink']}?v={variation_id}",
        "sku": "",
        "global_unique_id": "",
        "price": price,
        "regular_price": price,
        "sale_price": "",
        "on_sale": False,
        "status": "publish",
        "purchasable": True,
        "tax_status": "taxable",
        "tax_class": parent["tax_class"],
        "manage_stock": False,
        "stock_quantity": None,
        "stock_status": "instock",
        "image": None,
        "attributes": [{"id": 0, "name": name, "slug": name.lower(), "option": each} for name, each in options.items()],
        "meta_data": [],
        "name": ", ".join(options.values()),
        "parent_id": parent["id"],
    }


def category(category_id: int, name: str, parent: int) -> Row:
    return {
        "id": category_id,
        "name": name,
        "slug": f"kategorie-{category_id}",
        "parent": parent,
        "description": "",
        "display": "default",
        "image": None,
        "menu_order": 0,
        "count": 0,
    }
