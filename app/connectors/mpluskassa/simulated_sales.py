"""Orders and invoices of the practice register. It works its totals out itself, and remembers every external id."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.connectors.mpluskassa.register import Operations, Register, page
from app.connectors.mpluskassa.simulated_goods import SimulatedGoods
from app.connectors.mpluskassa.soap import Row

_CREATE, _PAY = "CREATE-ORDER-RESULT-", "PAY-ORDER-RESULT-"
_CANCEL, _CREDIT = "CANCEL-ORDER-RESULT-", "CREDIT-INVOICE-RESULT-"
_OPEN = {
    "prepaidAmount": 0,
    "fullyPaid": False,
    "deliveryState": "ORDER-DELIVERY-STATE-NOTHING",
    "cancelState": "ORDER-CANCEL-STATE-NOTHING",
    "completeState": "ORDER-COMPLETE-STATE-NOTHING",
}
_DEFAULT_BRANCH = 1


class SimulatedSales:
    def __init__(self, register: Register, goods: SimulatedGoods) -> None:
        self._register = register
        self._goods = goods

    @property
    def operations(self) -> Operations:
        methods = self._register.state["payment_methods"]
        return {
            "findOrder": lambda asked: _found(self._by_external_id(asked["extOrderId"])),
            "getOrder": lambda asked: _found(self._register.row("orders", asked["orderId"])),
            "getOrders": self._orders,
            "createOrder": lambda asked: self._create(asked.get("order", {})),
            "createOrderV3": self._create_paid,
            "payOrder": self._pay,
            "cancelOrder": self._cancel,
            "creditInvoice": self._credit,
            "getInvoices": self._invoices,
            "getPaymentMethods": lambda _: {"paymentMethodList": {"paymentMethod": methods}},
        }

    # Orders -----------------------------------------------------------------------------------------------------------

    def _orders(self, asked: Row) -> Row:
        request = asked["request"]
        rows = list(self._register.table("orders").values())
        if kinds := request.get("orderTypeList", {}).get("orderType"):
            rows = [row for row in rows if row["orderType"] in kinds]
        if ids := request.get("orderIds"):
            rows = [row for row in rows if row["orderId"] in ids]
        shown = page(rows, request)
        return {"orderList": {"order": [_with_lines(row, request) for row in shown]}}

    def _by_external_id(self, external_id: str) -> dict[str, Any] | None:
        rows = self._register.table("orders").values()
        return next((row for row in rows if external_id and row.get("extOrderId") == external_id), None)

    def _create(self, order: Row) -> Row:
        nothing = {"orderId": "", "orderString": ""}
        if self._by_external_id(order.get("extOrderId", "")):
            words = "external order id exists"
            return {"result": f"{_CREATE}EXT-ORDER-ID-ALREADY-EXISTS", "errorMessage": words, "info": nothing}
        if words := self._problem(order):
            return {"result": f"{_CREATE}FAILED", "errorMessage": words, "info": nothing}
        number = self._register.following("orders")
        lines = [self._line(each, number, place) for place, each in enumerate(order["lineList"]["line"], 1)]
        year = order["financialDate"]["year"] if "financialDate" in order else 2026
        row = {
            **order,
            **_OPEN,
            "orderId": str(number),
            "invoiceIds": {},
            "orderNumber": {"year": year, "number": number},
            "entryTimestamp": order.get("entryTimestamp") or self._register.stamp(),
            "changeCounter": 1,
            "versionNumber": 1,
            "lineList": {"line": lines},
            "totalInclAmount": sum(each["data"]["totalInclAmount"] for each in lines),
            "totalExclAmount": sum(each["data"]["totalExclAmount"] for each in lines),
        }
        self._register.table("orders")[str(number)] = row
        self._register.marked(row)
        info = {"orderId": str(number), "orderString": f"{year}.{number}"}
        return {"result": f"{_CREATE}OK", "errorMessage": "", "info": info}

    def _problem(self, order: Row) -> str:
        branch = order.get("entryBranchNumber", _DEFAULT_BRANCH)
        if self._register.row("branches", branch) is None:
            return f"branch {branch} does not exist"
        if branch != _DEFAULT_BRANCH and "workplaceNumber" not in order:
            return "workplace number is required for this branch"
        if self._register.row("employees", order.get("employeeNumber")) is None:
            return "employee does not exist"
        if self._register.row("relations", order.get("relationNumber")) is None:
            return "relation does not exist"
        lines = order.get("lineList", {}).get("line", [])
        if not lines:
            return "order has no lines"
        unknown = [each["articleNumber"] for each in lines if self._goods.article(each["articleNumber"]) is None]
        if unknown:
            return f"article {unknown[0]} does not exist"
        return self._tax_problem(order, lines)

    def _tax_problem(self, order: Row, lines: list[Row]) -> str:
        country = order.get("vatCountryIso3", "NLD")
        known = {row["vatCode"] for row in self._register.state["tax_codes"] if row["countryIso3"] == country}
        codes = [each["data"]["vatCode"] for each in lines if "vatCode" in each.get("data", {})]
        wrong = [code for code in codes if code not in known]
        return f"rate for VAT code {wrong[0]} not configured" if wrong else ""

    def _line(self, line: Row, order: int, place: int) -> dict[str, Any]:
        data = dict(line.get("data") or {"quantity": 1})
        article = self._goods.article(line["articleNumber"]) or {}
        code = data.get("vatCode", article.get("vatCode", 1))
        factor = 1 + self._goods.rate(code) / 100
        price = Decimal(data.get("price", data.get("priceExcl", article.get("priceIncl", 0))))
        number = Decimal(data["quantity"]).scaleb(-int(data.get("decimalPlaces", 0)))
        gross = int((price * number).quantize(Decimal(1), ROUND_HALF_UP))
        net = gross if "price" not in data else int((gross / factor).quantize(Decimal(1), ROUND_HALF_UP))
        told = {"totalInclAmount": gross, "totalExclAmount": net, "vatCode": code}
        more = {"vatPercentage": int(self._goods.rate(code))}
        words = {"text": line.get("text") or article.get("description", "")}
        return {**line, **words, "lineId": f"{order}-{place}", "data": {**data, **told, **more}}

    # Payment ----------------------------------------------------------------------------------------------------------

    def _create_paid(self, asked: Row) -> Row:
        """The same key gets the same answer, whatever it was."""
        request = asked["request"]
        key = request["idempotencyKey"]
        if key in self._register.keys:
            return {**self._register.keys[key], "idempotencyResult": "IDEMPOTENCY-RESULT-REPLAY-RESPONSE"}
        answer = dict(self._create(request["order"]))
        if answer["result"] == f"{_CREATE}OK" and (payments := request.get("paymentList", {}).get("payment")):
            order = self._register.table("orders")[answer["info"]["orderId"]]
            answer["payResult"], words = self._paid(order, payments)
            if words:
                answer |= {"result": f"{_CREATE}PAYMENT-FAILED", "errorMessage": words}
        answer["idempotencyResult"] = "IDEMPOTENCY-RESULT-ORIGINAL-RESPONSE"
        self._register.keys[key] = answer
        return answer

    def _pay(self, asked: Row) -> Row:
        request = asked["request"]
        order = self._register.row("orders", request["orderId"])
        if order is None:
            return {"result": f"{_PAY}FAILED", "errorMessage": "order not found"}
        if order["invoiceIds"]:
            return {"result": f"{_PAY}ORDER-ALREADY-INVOICED", "errorMessage": "order is invoiced"}
        result, words = self._paid(order, request["paymentList"].get("payment", []))
        return {"result": result, "errorMessage": words}

    def _paid(self, order: dict[str, Any], payments: list[Row]) -> tuple[str, str]:
        known = {row["method"] for row in self._register.state["payment_methods"] if row["active"]}
        if unknown := [each["method"] for each in payments if each["method"] not in known]:
            return f"{_PAY}FAILED", f"payment method {unknown[0]} does not exist"
        if sum(each["amount"] for each in payments) < order["totalInclAmount"]:
            return f"{_PAY}PAYMENT-INSUFFICIENT", "payment is insufficient"
        order["prepaidAmount"] = order["totalInclAmount"]
        order["fullyPaid"] = True
        order["paymentList"] = {"payment": payments}
        self._changed(order)
        return f"{_PAY}OK", ""

    def _changed(self, order: dict[str, Any]) -> None:
        order["changeCounter"] += 1
        self._register.marked(order)

    # Cancelling and crediting -----------------------------------------------------------------------------------------

    def _cancel(self, asked: Row) -> Row:
        order = self._register.row("orders", asked["orderId"])
        if order is None:
            return {"result": f"{_CANCEL}NOT-FOUND", "message": "order not found"}
        if order["cancelState"] == "ORDER-CANCEL-STATE-COMPLETE":
            return {"result": f"{_CANCEL}ALREADY-CANCELLED", "message": "already cancelled"}
        if order["invoiceIds"]:
            return {"result": f"{_CANCEL}FAILED", "message": "order is invoiced"}
        order["cancelState"] = "ORDER-CANCEL-STATE-COMPLETE"
        self._changed(order)
        return {"result": f"{_CANCEL}OK", "message": ""}

    def invoice(self, order_id: str) -> str:
        """What happens at the counter when an order is handed over; gives the invoice's id."""
        order = self._register.table("orders")[order_id]
        number = self.add_invoice(order, order_ids=[order_id])
        order["invoiceIds"] = {"id": [str(number)]}
        order["deliveryState"] = "ORDER-DELIVERY-STATE-COMPLETE"
        order["completeState"] = "ORDER-COMPLETE-STATE-COMPLETE"
        self._changed(order)
        return str(number)

    def add_invoice(self, sale: Row, *, order_ids: list[str], credited: str = "") -> int:
        number = self._register.following("invoices")
        sign = -1 if credited else 1
        kept = ("relationNumber", "entryTimestamp", "financialDate", "vatMethod", "invoiceAddress", "reference")
        row = {
            **{name: sale[name] for name in kept if name in sale},
            "invoiceId": str(number),
            "orderIds": {"id": order_ids} if order_ids else {},
            "invoiceNumber": {"year": 2026, "number": number},
            "invoiceType": f"INVOICE-TYPE-{'CREDIT-INVOICE' if credited else 'INVOICE'}",
            "totalInclAmount": sign * sale["totalInclAmount"],
            "totalExclAmount": sign * sale["totalExclAmount"],
            "paidAmount": sign * sale["totalInclAmount"],
            "state": "INVOICE-STATE-PAID",
            "lineList": {"line": [_signed(each, sign) for each in sale["lineList"]["line"]]},
            **({"creditedInvoiceId": credited} if credited else {}),
        }
        self._register.table("invoices")[str(number)] = row
        self._register.marked(row)
        return number

    def _credit(self, asked: Row) -> Row:
        invoice = self._register.row("invoices", asked["invoiceId"])
        if invoice is None:
            return {"result": f"{_CREDIT}NOT-FOUND", "message": "invoice not found"}
        credited = {row.get("creditedInvoiceId") for row in self._register.table("invoices").values()}
        if invoice["invoiceId"] in credited or "creditedInvoiceId" in invoice:
            return {"result": f"{_CREDIT}FAILED", "message": "invoice is credited already"}
        self.add_invoice(invoice, order_ids=[], credited=invoice["invoiceId"])
        return {"result": f"{_CREDIT}OK", "message": ""}

    def _invoices(self, asked: Row) -> Row:
        request = asked["request"]
        rows = list(self._register.table("invoices").values())
        if numbers := request.get("relationNumbers"):
            rows = [row for row in rows if row.get("relationNumber") in numbers]
        if ids := request.get("invoiceIds"):
            rows = [row for row in rows if row["invoiceId"] in ids]
        shown = page(rows, request)
        return {"invoiceList": {"invoice": [_with_lines(row, request) for row in shown]}}


def _found(order: Row | None) -> Row:
    if order is None:
        return {"result": "GET-ORDER-RESULT-NOT-FOUND"}
    return {"result": "GET-ORDER-RESULT-OK", "order": order}


def _with_lines(row: Row, request: Row) -> Row:
    if request.get("includeLineList", True):
        return row
    return {name: value for name, value in row.items() if name != "lineList"}


def _signed(line: Row, sign: int) -> Row:
    data = dict(line["data"])
    for name in ("quantity", "totalInclAmount", "totalExclAmount"):
        data[name] = sign * data[name]
    return {**line, "data": data}
