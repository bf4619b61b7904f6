"""The messages that enter, pay, cancel and credit an order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.connectors.mpluskassa.countries import alpha_3, row_for
from app.connectors.mpluskassa.lists import TaxCodes
from app.connectors.mpluskassa.settings import MplusSettings
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.target_options import OrderType, TargetOptions, TaxFree
from app.connectors.mpluskassa.values import day_parts, filled, moment_parts
from app.connectors.mpluskassa.wire import step
from app.core.texts import text
from app.sdk.plan import Json, Ref, Step

_TYPES = {OrderType.EXTERNAL: "ORDER-TYPE-EXTERNAL-SALES-ORDER", OrderType.SALES: "ORDER-TYPE-SALES-ORDER"}
_TAX_FREE = {TaxFree.SHIFTED: "VAT-METHOD-SHIFTED", TaxFree.NONE: "VAT-METHOD-NONE"}
_NEVER = {"applySalesAndActions": False, "applySalesPrices": False, "applyPriceGroups": False}
"""The shop's prices stay: the register must not give its own discounts once more."""

Content = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBody:
    """``attempt`` differs from run to run: the register answers the same key with the same answer, a refusal
    included."""

    settings: MplusSettings
    options: TargetOptions
    taxes: TaxCodes
    attempt: str

    def creation(self, key: str, content: Content, relation: str | Ref) -> Step:
        order = self.order(content, relation)
        purpose = text("Enter the order")
        if not content["paid"]:
            return step("order", "createOrder", {"order": order}, key=key, purpose=purpose)
        request = {
            "idempotencyKey": f"{content['extOrderId']}-{self.attempt}",
            "order": order,
            **_NEVER,
            "prepay": True,
            # A history must not be counted among the payments of today.
            "paymentList": _payment(content, {"financialDate": order["financialDate"]}),
        }
        return step("order", "createOrderV3", {"request": request}, key=key, purpose=purpose)

    def order(self, content: Content, relation: str | Ref) -> Json:
        at = datetime.fromisoformat(content["at"])
        local_day = at.astimezone(self.settings.zone).date()
        country = str(content["country"])
        tax_method = self._tax_method(content)
        return {
            "orderId": "",
            "extOrderId": content["extOrderId"],
            "orderType": _TYPES[self.options.order_type],
            "entryBranchNumber": self.settings.branch_number,
            "employeeNumber": self.options.employee_number,
            "entryTimestamp": moment_parts(at, self.settings.zone),
            "relationNumber": relation,
            **_filled_address("deliveryAddress", content),
            **_filled_address("invoiceAddress", content),
            "financialDate": day_parts(local_day),
            **({"workplaceNumber": self.settings.workplace} if self.settings.workplace else {}),
            "reference": content["reference"],
            "vatMethod": tax_method,
            **({"paymentMethod": content["method"]} if content["method"] else {}),
            "lineList": {"line": [self._line(each, country, tax_method) for each in content["lines"]]},
            **({"vatCountryIso3": alpha_3(country)} if self.taxes.knows(country) else {}),
        }

    def payment(self, key: str, order_id: str, content: Content) -> Step:
        request = {"orderId": order_id, "prepay": True, "paymentList": _payment(content, {})}
        return step("pay", "payOrder", {"request": request}, key=key, purpose=text("Enter the payment"))

    def cancellation(self, key: str, order_id: str) -> Step:
        """Not repeatable: the register's newer way of cancelling takes a second call for "take it back"."""
        content = {"orderId": order_id, "request": {"branchNumber": self.settings.branch_number}}
        return step("cancel", "cancelOrder", content, key=key, purpose=text("Cancel the order"))

    def credit(self, key: str, invoice_id: str) -> Step:
        name = f"credit:{invoice_id}"
        return step(name, "creditInvoice", {"invoiceId": invoice_id}, key=key, purpose=text("Credit the invoice"))

    def _tax_method(self, content: Content) -> str:
        is_abroad = content["country"] and not self._is_home(str(content["country"]))
        if content["untaxed"] and is_abroad:
            return _TAX_FREE.get(self.options.tax_free, "VAT-METHOD-INCLUSIVE")
        return "VAT-METHOD-INCLUSIVE"

    def _is_home(self, country: str) -> bool:
        return bool(self.taxes.home) and alpha_3(country) == self.taxes.home

    def _line(self, line: Row, country: str, tax_method: str) -> Json:
        price = "price" if tax_method == "VAT-METHOD-INCLUSIVE" else "priceExcl"
        percent = Decimal(line["tax"]) if "tax" in line else None
        code = self.taxes.code(country, percent) or row_for(self.options.tax_codes, country)
        group = row_for(self.options.turnover_groups, country)
        data = {"quantity": line["quantity"], "decimalPlaces": line["places"], price: line["price"]}
        more = filled({"turnoverGroup": group, "vatCode": code})
        words = filled({"text": line["text"]})
        return {"articleNumber": line["article"], **words, "data": {**data, **more}}


def _payment(content: Content, dated: Row) -> Json:
    return {"payment": [{**dated, "method": content["method"], "amount": content["total"]}]}


def _filled_address(name: str, content: Content) -> Row:
    return {name: content[name]} if content[name] else {}
