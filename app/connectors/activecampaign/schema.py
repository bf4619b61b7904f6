"""The e-commerce GraphQL interface as an account really has it: which fields its input types know.

The reference (https://developers.activecampaign.com/reference/orders-1) contradicts itself about some fields, and none
is known for the tax of an order. So the account is asked once, and only what it knows is sent. Where it does not
answer, the fields that the vendor's own examples use are taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.connectors.activecampaign.wire import Row, listed, words
from app.sdk.plan import Json

INTROSPECTION = """query Schema {
  __schema {
    queryType { name }
    mutationType { name }
    types {
      name
      kind
      enumValues(includeDeprecated: true) { name }
      fields(includeDeprecated: true) {
        name
        type { ...Wrapped }
        args { name type { ...Wrapped } }
      }
      inputFields { name type { ...Wrapped } }
    }
  }
}
fragment Wrapped on __Type {
  name kind ofType { name kind ofType { name kind ofType { name kind } } }
}"""


@dataclass(frozen=True, slots=True)
class Schema:
    """``inputs`` and ``outputs`` map a type to its fields and their types; ``enums`` a type to its values."""

    inputs: Mapping[str, Mapping[str, str]]
    outputs: Mapping[str, Mapping[str, str]]
    enums: Mapping[str, frozenset[str]]
    arguments: Mapping[str, str] = field(default_factory=dict)
    """The type of the named argument, such as ``bulkUpsertOrders.orders``."""

    def known(self, value: Json, type_name: str) -> Json:
        """The value without fields and enum values that the account does not know."""
        fields = self.inputs.get(type_name)
        match value:
            case Mapping() if fields is not None:
                kept = {name: self.known(each, fields[name]) for name, each in value.items() if name in fields}
                return {name: each for name, each in kept.items() if each is not None}
            case list():
                return [self.known(each, type_name) for each in value]
            case str() if type_name in self.enums and value not in self.enums[type_name]:
                return None
            case _:
                return value

    def input_of(self, argument: str, otherwise: str) -> str:
        return self.arguments.get(argument, otherwise)

    def has_query(self, name: str) -> bool:
        return name in self.outputs.get("Query", {})

    def selection(self, input_name: str, output_name: str) -> str:
        """Every field that both the documented input type and the account's output type know, as a selection set."""
        known = self.outputs.get(output_name, {})
        parts = []
        for name, type_name in DOCUMENTED.inputs[input_name].items():
            if name not in known:
                continue
            if type_name not in DOCUMENTED.inputs:
                parts.append(name)
            elif inner := self.selection(type_name, known[name]):
                parts.append(f"{name} {{ {inner} }}")
        return " ".join(parts)


def schema_from(data: Row) -> Schema:
    """The answer to :data:`INTROSPECTION`; the account's root types appear as ``Query`` and ``Mutation``."""
    described = data.get("__schema") or {}
    roots = {words((described.get(f"{each}Type") or {}).get("name")): each.title() for each in ("query", "mutation")}
    inputs: dict[str, Mapping[str, str]] = {}
    outputs: dict[str, Mapping[str, str]] = {}
    enums: dict[str, frozenset[str]] = {}
    arguments: dict[str, str] = {}
    for each in listed(described, "types"):
        name = roots.get(words(each.get("name")), words(each.get("name")))
        if each.get("kind") == "INPUT_OBJECT":
            inputs[name] = {words(each["name"]): _named(each["type"]) for each in listed(each, "inputFields")}
        elif each.get("kind") == "ENUM":
            enums[name] = frozenset(words(value.get("name")) for value in listed(each, "enumValues"))
        elif each.get("kind") == "OBJECT":
            outputs[name] = {words(each["name"]): _named(each["type"]) for each in listed(each, "fields")}
        if name in {"Query", "Mutation"}:
            for action in listed(each, "fields"):
                for argument in listed(action, "args"):
                    arguments[f"{action['name']}.{argument['name']}"] = _named(argument["type"])
    return Schema(inputs, outputs, enums, arguments)


def _named(wrapped: Any) -> str:
    while isinstance(wrapped, Mapping) and wrapped.get("ofType"):
        wrapped = wrapped["ofType"]
    return words(wrapped.get("name")) if isinstance(wrapped, Mapping) else ""


_ADDRESS = dict.fromkeys(
    (
        *("firstName", "lastName", "company", "address1", "address2"),
        *("city", "province", "country", "postal", "phone", "email"),
    ),
    "String",
)
_DISCOUNT = {"name": "String", "type": "DiscountType", "discountAmount": "BigDecimal"}
_LINE = {
    **dict.fromkeys(("storeLineItemId", "productStorePrimaryId", "name", "sku", "category"), "String"),
    **dict.fromkeys(("imageUrl", "productUrl"), "String"),
    "quantity": "Int",
    "priceAmount": "BigDecimal",
}
_ORDER = {
    "legacyConnectionId": "Int",
    **dict.fromkeys(("storeOrderId", "orderNumber", "email", "storeCustomerId", "currency", "cartId"), "String"),
    **dict.fromkeys(("storeCreatedDate", "storeModifiedDate", "storeStatus", "orderUrl"), "String"),
    **dict.fromkeys(("shippingMethod", "paymentMethod", "notes"), "String"),
    **dict.fromkeys(("finalAmount", "shippingAmount", "discountsAmount"), "BigDecimal"),
    "acceptsMarketing": "Boolean",
    "creationSource": "CreationSource",
    "normalizedStatus": "ActiveCampaignOrderState",
}
_PRODUCT = {
    "legacyConnectionId": "Int",
    **dict.fromkeys(("storePrimaryId", "storeBaseProductId", "baseProductName", "baseProductDescription"), "String"),
    **dict.fromkeys(("baseProductUrl", "variantSku", "variantName", "variantPriceCurrency", "variantUrl"), "String"),
    **dict.fromkeys(("type", "status", "brand", "categories"), "String"),
    "variantPriceAmount": "BigDecimal",
    "stockStatus": "StockStatus",
    "isVisible": "Boolean",
}
_CUSTOMER = dict.fromkeys(("firstName", "lastName", "company", "phone"), "String")
_IMAGE = {"url": "String"}

DOCUMENTED = Schema(
    inputs={
        "OrderInput": {
            **_ORDER,
            "billingAddress": "AddressInput",
            "shippingAddress": "AddressInput",
            "discounts": "DiscountInput",
            "lineItems": "LineItemInput",
            "customerData": "CustomerDataInput",
        },
        "LineItemInput": _LINE,
        "AddressInput": _ADDRESS,
        "DiscountInput": _DISCOUNT,
        "CustomerDataInput": _CUSTOMER,
        "ProductInput": {**_PRODUCT, "baseProductImages": "ImageDataInput", "variantImages": "ImageDataInput"},
        "ImageDataInput": _IMAGE,
    },
    outputs={
        "Query": {"getOrder": "Order", "searchOrder": "Order", "searchProduct": "Product"},
        "Order": {
            "id": "String",
            **_ORDER,
            "billingAddress": "Address",
            "shippingAddress": "Address",
            "discounts": "Discount",
            "lineItems": "LineItem",
        },
        "LineItem": _LINE,
        "Address": _ADDRESS,
        "Discount": _DISCOUNT,
        "Product": {"id": "String", **_PRODUCT},
    },
    enums={
        "ActiveCampaignOrderState": frozenset(
            {
                *("PENDING", "COMPLETED", "ABANDONED", "RECOVERED", "WAITING", "CANCELLED"),
                *("REFUNDED", "FAILED", "RETURNED", "PENDING_PAYMENT"),
            }
        ),
        "CreationSource": frozenset({"HISTORICAL", "REAL_TIME"}),
        "DiscountType": frozenset({"ORDER", "SHIPPING"}),
        "StockStatus": frozenset({"IN_STOCK", "OUT_OF_STOCK", "BACKORDER"}),
    },
)
