"""Writes of the practice Konnektive. No write knows a double: the same import again makes another order."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.connectors.konnektive.simulated_rules import Fields, Refused, amount, check_lengths, check_place, day, need
from app.connectors.konnektive.world import CUSTOMER_FIELDS, FREE_FIELDS, Row, World

_SOURCES = {"CREDITCARD", "PREPAID", "CHECK", "ACCTONFILE", "COD", "DIRECTDEBIT", "PAYPAL", "AMAZON"}
_PLACE = ("address1", "city", "postalCode", "country")


def import_lead(world: World, fields: Fields) -> Any:
    check_lengths(fields)
    _campaign(world, fields)
    need(fields, ("firstName", "lastName"))
    if not fields.get("emailAddress") and not fields.get("phoneNumber"):
        raise Refused({"emailAddress": "an e-mail address or a phone number is required"})
    check_place(fields)
    if fields.get("orderId"):
        order = _order(world, fields)
        order |= {name: fields[name] for name in CUSTOMER_FIELDS if fields.get(name)}
        return _shown(order)
    return _shown(world.add_order(fields, world.customer_of(fields), "PARTIAL", Decimal(0), {}))


def import_order(world: World, fields: Fields) -> Any:
    check_lengths(fields)
    campaign = _campaign(world, fields)
    need(fields, ("paySource", "firstName", "lastName", "emailAddress", *_PLACE))
    if fields["paySource"] not in _SOURCES:
        raise Refused({"paySource": "is not a valid pay source"})
    check_place(fields)
    if fields.get("billShipSame") == "0":
        need(fields, ("shipFirstName", "shipLastName", "shipAddress1", "shipCity", "shipPostalCode", "shipCountry"))
        check_place(fields, "ship")
    items, total = _items(world, campaign, fields)
    total += amount(fields, "salesTax")
    waits = fields.get("forceQA") == "1" or (world.holds_for_review and fields.get("skipQA") != "1")
    status = "QA - Pending" if waits else "COMPLETE"
    return _shown(world.add_order(fields, world.customer_of(fields), status, total, items))


def _items(world: World, campaign: Row, fields: Fields) -> tuple[Row, Decimal]:
    offers = {each["campaignProductId"]: each for each in campaign["products"]}
    places = sorted(int(found.group(1)) for name in fields if (found := re.fullmatch(r"product(\d+)_id", name)))
    if not places or places != list(range(1, len(places) + 1)):
        raise Refused({"product1_id": "is required"})
    items: Row = {}
    total = Decimal(0)
    for place in places:
        number = fields[f"product{place}_id"]
        if number not in offers:
            raise Refused({f"product{place}_id": f"{number} is not a product of campaign {campaign['campaignId']}"})
        quantity = fields.get(f"product{place}_qty", "1")
        if not re.fullmatch(r"[1-9]\d*", quantity):
            raise Refused({f"product{place}_qty": "must be a whole number"})
        price = amount(fields, f"product{place}_price")
        total += price * (1 if world.counts_price_once else int(quantity)) + amount(fields, f"product{place}_shipPrice")
        line = str(world.next_number("transaction"))
        items[line] = {"productId": number, "name": offers[number]["productName"], "qty": quantity, "price": str(price)}
    return items, total


def review(world: World, fields: Fields) -> Any:
    order = _order(world, fields)
    if fields.get("action") not in {"APPROVE", "DECLINE"}:
        raise Refused({"action": "must be APPROVE or DECLINE"})
    if order["orderStatus"] != "QA - Pending":
        raise Refused("Order is not pending QA")
    order["orderStatus"] = "COMPLETE" if fields["action"] == "APPROVE" else "DECLINED"
    return {"orderId": order["orderId"], "orderStatus": order["orderStatus"]}


def cancel(world: World, fields: Fields) -> Any:
    check_lengths(fields)
    order = _order(world, fields)
    need(fields, ("cancelReason",))
    if fields.get("fullRefund") == "1" and order["paySource"] == "PREPAID":
        raise Refused("Refund was declined by the processor")
    order |= {"orderStatus": "CANCELLED", "cancelReason": fields["cancelReason"], "dateUpdated": world.stamp()}
    return {"orderId": order["orderId"]}


def confirm(world: World, fields: Fields) -> Any:
    world.state["confirmations"] += 1
    return {"orderId": _order(world, fields)["orderId"]}


def update_customer(world: World, fields: Fields) -> Any:
    check_lengths(fields)
    check_place(fields)
    customer = world.customers.get(fields.get("customerId", ""))
    if customer is None:
        raise Refused({"customerId": "does not exist"})
    customer |= {name: fields[name] for name in CUSTOMER_FIELDS if name in fields}
    return {"customerId": customer["customerId"]}


def add_note(world: World, fields: Fields) -> Any:
    check_lengths(fields)
    need(fields, ("customerId", "message"))
    if fields["customerId"] not in world.customers:
        raise Refused({"customerId": "does not exist"})
    world.state["notes"].append({"customerId": fields["customerId"], "message": fields["message"]})
    return "Note added"


def refund(world: World, fields: Fields) -> Any:
    check_lengths(fields)
    sale = _sale(world, fields)
    need(fields, ("refundAmount", "refundMerchantTxnId"))
    if fields.get("externalRefund") != "1" and sale["paySource"] == "PREPAID":
        raise Refused("Refund was declined by the processor")
    value = amount(fields, "refundAmount")
    gone = [each for each in world.transactions.values() if _is_refund_of(each, sale)]
    if value <= 0 or value + sum(Decimal(each["totalAmount"]) for each in gone) > Decimal(sale["totalAmount"]):
        raise Refused({"refundAmount": "is more than what is left of the payment"})
    row = world.add_transaction(sale["orderId"], "REFUND", value, sale["paySource"], fields["refundMerchantTxnId"])
    if value + sum(Decimal(each["totalAmount"]) for each in gone) == Decimal(sale["totalAmount"]):
        world.orders[sale["orderId"]]["orderStatus"] = "REFUNDED"
    return {"transactionId": row["transactionId"]}


def _is_refund_of(row: Row, sale: Row) -> bool:
    return bool(row["txnType"] == "REFUND" and row["orderId"] == sale["orderId"])


def update_transaction(world: World, fields: Fields) -> Any:
    check_lengths(fields)
    sale = _sale(world, fields)
    if fields.get("markChargeback") != "1":
        raise Refused("Nothing to update")
    need(fields, ("chargebackAmount", "chargebackDate", "chargebackReasonCode", "chargebackNote"))
    value = amount(fields, "chargebackAmount")
    day(fields, "chargebackDate")
    sale |= {"isChargedback": "1", "chargebackAmount": f"{value:.2f}", "chargebackDate": fields["chargebackDate"]}
    return {"transactionId": sale["transactionId"]}


def _sale(world: World, fields: Fields) -> Row:
    sale = world.transactions.get(fields.get("transactionId", ""))
    if sale is None or sale["txnType"] != "SALE":
        raise Refused({"transactionId": "does not exist"})
    return sale


def _campaign(world: World, fields: Fields) -> Row:
    campaign = world.campaigns.get(fields.get("campaignId", ""))
    if campaign is None:
        raise Refused({"campaignId": "does not exist"})
    return campaign


def _order(world: World, fields: Fields) -> Row:
    order = world.orders.get(fields.get("orderId", ""))
    if order is None:
        raise Refused({"orderId": "does not exist"})
    return order


def _shown(order: Row) -> Row:
    hidden = {"custom", "cancelReason", *FREE_FIELDS}
    return {name: value for name, value in order.items() if name not in hidden}
