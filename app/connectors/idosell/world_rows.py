"""Rows as IdoSell answers them: now and then texts for numbers, lists for empty objects, 0 for never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = dict[str, Any]
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Item:
    """``price`` None: the product's own, with tax."""

    product_id: str
    quantity: int = 1
    size: str = ""
    price: Decimal | None = None
    mode: str = "money"


def shop(number: int, name: str) -> Row:
    return {"shop_id": number, "shop_name": name, "currencies": ["PLN", "EUR"], "languages": ["pol", "eng"]}


def category(number: int, parent: int, name: str) -> Row:
    told = {"lang_id": "pol", "singular_name": name, "plural_name": name}
    return {"id": number, "parent_id": parent, "priority": 1, "lang_data": [told]}


def name_of(row: Mapping[str, Any]) -> str:
    return str(row["lang_data"][0]["singular_name"])


def product(number: int, name: str, price: str, vat: int, code: str, at: str) -> Row:
    return {
        "productId": number,
        "productDisplayedCode": code,
        "productIsDeleted": "n",
        "_place": "active",
        "productShops": [{"shopId": 1}],
        "producerName": "Lipowa Pracownia",
        "categoryId": 0,
        "categoryName": "",
        "currencyId": "PLN",
        "productRetailPrice": float(price),
        "productVat": vat,
        "productIsVisible": "y",
        "productIcon": {"productIconLargeUrl": f"//sklep.example/hpeciai/{number}.jpg"},
        "productImages": [{"productImageLargeUrl": f"//sklep.example/hpeciai/{number}-1.jpg"}],
        "productAddingTime": at,
        "productModificationTime": at,
        "productPriceChangedTime": at,
        "productQuantityChangedTime": at,
        "productVersion": [],
        "productDescriptionsLangData": [
            {"langId": "eng", "productName": f"{name} (EN)", "productDescription": "", "productLongDescription": ""},
            {
                "langId": "pol",
                "productName": name,
                "productDescription": f"{name}, ręcznie robione",
                "productLongDescription": f"<p>{name} z naszej pracowni.</p>",
            },
        ],
    }


def sizes(number: int, code: str, names: Sequence[str], stock: int | str) -> Row:
    """Numbers of stock are texts here and there; -1 is without limit."""
    each = [(f"{place}", name) for place, name in enumerate(names, 3)] or [("uniw", "uniwersalny")]
    attributes = [
        {
            "sizeId": size,
            "sizePanelName": name,
            "productSizeCodeExternal": f"{code}-{name}" if names else code,
            "productSizeCodeProducer": f"59012{number:05d}{place:03d}",
        }
        for place, (size, name) in enumerate(each)
    ]
    data = [{"sizeId": size, "sizePanelName": name, "productSizeQuantity": stock} for size, name in each]
    stocks = [{"stockId": 1, "productSizesData": data}]
    if names:
        stocks.append({"stockId": 2, "productSizesData": [{**data[0], "productSizeQuantity": "1"}]})
    return {"productSizesAttributes": attributes, "productStocksData": {"productStocksQuantities": stocks}}


def client(number: int, login: str, email: str, first_name: str, last_name: str, at: str) -> Row:
    return {
        "clientId": number,
        "clientsLastModificationDate": at,
        "clientLogin": login,
        "clientCodeExternal": "",
        "clientEmail": email,
        "clientType": "person_female" if first_name.endswith("a") else "person",
        "isUnregistered": "n",
        "clientBillingAddress": {
            "clientFirstName": first_name,
            "clientLastName": last_name,
            "clientFirm": "",
            "clientNip": "",
            "clientStreet": "ul. Lipowa 7/2",
            "clientZipCode": "30-702",
            "clientCity": "Kraków",
            "clientCountryId": "pl",
            "clientProvinceId": "",
            "clientPhone1": "+48 600 100 200",
            "clientPhone2": "",
        },
        "clientPersonalData": {"clientBirthDate": "0000-00-00"},
        "clientPreferences": {
            "langId": "pol",
            "currencyId": "PLN",
            "clientIsWholesaler": "no",
            "clientGroupDiscountName": "",
        },
        "clientRegistrationDate": at,
        "clientActiveInShops": [],
        "_words": {},
    }


def line(item: Item, product_row: Mapping[str, Any], place: int) -> Row:
    """Of a product that is gone, the order keeps the name."""
    vat = Decimal(product_row.get("productVat", 23))
    gross = Decimal(str(product_row.get("productRetailPrice", "10.00"))) if item.price is None else item.price
    attributes = product_row.get("productSizesAttributes", [])
    size = next((each for each in attributes if item.size in {each["sizePanelName"], each["sizeId"]}), None)
    size = size or (
        attributes[0] if attributes else {"sizeId": "uniw", "sizePanelName": "", "productSizeCodeExternal": ""}
    )
    names = product_row.get("productDescriptionsLangData", [{}])
    return {
        "productId": int(item.product_id),
        "productName": names[-1].get("productName", "Towar usunięty"),
        "productCode": product_row.get("productDisplayedCode", ""),
        "versionName": "",
        "sizeId": size["sizeId"],
        "sizePanelName": size["sizePanelName"],
        "productSizeCodeExternal": size["productSizeCodeExternal"],
        "stockId": 1,
        "productQuantity": item.quantity,
        "productVat": str(vat),
        "productVatFree": "n",
        "productOrderPrice": float(gross),
        "productOrderPriceNet": float(_net(gross, vat)),
        "orderSalesMode": item.mode,
        "bundleId": 0,
        "basketPosition": place,
    }


def _net(gross: Decimal, vat: Decimal) -> Decimal:
    return (gross / (1 + vat / 100)).quantize(_CENT, ROUND_HALF_UP)


def order(number: int, buyer: Mapping[str, Any], lines: list[Row], at: str, more: Mapping[str, Any]) -> Row:
    """``more``: status, shipping, payment, payment_fee, currency, rebate, code, marketplace, pickup, email, is_net."""
    is_net = bool(more.get("is_net"))
    name = "productOrderPriceNet" if is_net else "productOrderPrice"
    goods = sum((Decimal(str(each[name])) * each["productQuantity"] for each in lines), Decimal(0))
    goods = (goods * (1 - Decimal(str(more.get("rebate", 0))) / 100)).quantize(_CENT, ROUND_HALF_UP)
    costs = {
        "currencyId": more.get("currency", "PLN"),
        "orderCurrencyValue": 1,
        "orderProductsCost": str(goods),
        "orderDeliveryCost": float(more.get("shipping", "14.90")),
        "orderPayformCost": float(more.get("payment_fee", "0")),
        "orderInsuranceCost": 0,
    }
    total = sum((Decimal(str(costs[key])) for key in costs if key.endswith("Cost")), Decimal(0))
    account = {each: buyer[each] for each in ("clientId", "clientLogin", "clientCodeExternal")}
    account |= {"clientEmail": more.get("email", buyer["clientEmail"]), "clientPhone1": "", "clientPhone2": ""}
    billing = {**buyer["clientBillingAddress"], "clientCountryName": "Polska", "clientProvince": ""}
    details = {
        "orderStatus": more.get("status", "finished"),
        "orderStatusId": 1,
        "orderAddDate": at,
        "orderChangeDate": at,
        "orderDispatchDate": 0,
        "clientNoteToOrder": more.get("note", ""),
        "payments": {
            "orderPaymentType": more.get("payment", "prepaid"),
            "orderRebatePercent": float(more.get("rebate", 0)),
            "orderCurrency": costs,
            "orderBaseCurrency": {"billingCurrency": "PLN", "orderDeliveryVat": 23, "orderPayformVat": 23},
            "orderWorthCalculateType": "net" if is_net else "gross",
            "orderVatExists": "y",
        },
        "prepaids": [_first_payment(number, str(total), costs["currencyId"], at, more)],
        "orderSourceResults": _source(more.get("marketplace", ""), int(more.get("shop", 1))),
        "dispatch": {"courierId": 1, "courierName": more.get("courier", "InPost Paczkomaty")},
        "productsResults": lines,
        "discountCode": more.get("code", []),
    }
    result = {
        "clientBillingAddress": billing,
        "clientDeliveryAddress": _delivery(billing, more),
        "clientAccount": account,
    }
    if more.get("pickup"):
        result["clientPickupPointAddress"] = {"pickupPointId": more["pickup"], "name": more["pickup"], "city": "Kraków"}
    return {
        "orderId": f"{buyer['clientLogin']}-{number}",
        "orderSerialNumber": number,
        "orderType": "n",
        "clientResult": result,
        "orderDetails": details,
        "errors": [],
    }


def payment(order_number: int, place: int, kind: str, amount: str, currency: str, at: str) -> Row:
    return {
        "prepaidId": order_number * 10 + place,
        "paymentNumber": f"{order_number}-{place}",
        "paymentAddDate": at,
        "paymentStatus": "y",
        "paymentType": kind,
        "payformName": "Przelewy24",
        "paymentValue": amount,
        "currencyId": currency,
    }


def _first_payment(order_number: int, amount: str, currency: str, at: str, more: Mapping[str, Any]) -> Row:
    """Announced, and not there yet, where the order waits for it or is paid on delivery."""
    is_paid = more.get("payment", "prepaid") == "prepaid" and more.get("status") != "payment_waiting"
    made = payment(order_number, 1, "payment", amount, currency, at)
    return {**made, "paymentStatus": "y" if is_paid else "n"}


def _source(marketplace: str, shop_number: int) -> Row:
    kind = "auction" if marketplace else "shop"
    return {
        "shopId": shop_number,
        "orderSourceType": kind,
        "auctionsServiceName": marketplace,
        "orderSourceDetails": {"orderSourceType": kind, "orderSourceName": marketplace or "sklep.example"},
    }


def _delivery(billing: Mapping[str, Any], more: Mapping[str, Any]) -> Row | list[Any]:
    """An empty list where the goods go to the billing address."""
    if not more.get("pickup"):
        return []
    return {
        "clientDeliveryAddressFirstName": billing["clientFirstName"],
        "clientDeliveryAddressLastName": billing["clientLastName"],
        "clientDeliveryAddressStreet": "ul. Mostowa 1",
        "clientDeliveryAddressZipCode": "31-061",
        "clientDeliveryAddressCity": "Kraków",
        "clientDeliveryAddressCountryId": "pl",
        "clientDeliveryAddressType": "pickupPoint",
        "clientDeliveryAddressPickupPointInternalId": 0,
    }
