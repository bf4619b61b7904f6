"""Orders and invoices of the register as orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.mpluskassa.countries import alpha_2
from app.connectors.mpluskassa.people import names_of, words
from app.connectors.mpluskassa.settings import MplusSettings
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import day, moment, money, quantity
from app.connectors.mpluskassa.wire import listed
from app.core.addresses import normalised_email
from app.core.money import Money
from app.core.records import Address, Adjustment, Discount, Order, OrderLine, OrderStatus, Unreadable
from app.core.texts import text

INVOICE_PREFIX = "invoice:"
"""Before the id of an invoice, so that it is never taken for an order of the same number."""
CANCELLED = "ORDER-CANCEL-STATE-COMPLETE"
_DONE = "ORDER-COMPLETE-STATE-COMPLETE"


@dataclass(frozen=True, slots=True)
class Sale:
    """What orders and invoices have in common; ``relation`` is the customer, empty where there is none."""

    row: Row
    relation: Row
    settings: MplusSettings

    def order(self) -> Order | Unreadable:
        row = self.row
        return self._record(
            str(row["orderId"]),
            number=_year_number(row.get("orderNumber")) or str(row["orderId"]),
            status=_order_status(row),
            source_status=words(row, "completeState").removeprefix("ORDER-COMPLETE-STATE-"),
        )

    def invoice(self) -> Order | Unreadable:
        row = self.row
        is_paid = words(row, "state") in {"INVOICE-STATE-PAID", "INVOICE-STATE-HANDLED"}
        return self._record(
            f"{INVOICE_PREFIX}{row['invoiceId']}",
            number=_year_number(row.get("invoiceNumber")) or str(row["invoiceId"]),
            status=OrderStatus.COMPLETED if is_paid else OrderStatus.PROCESSING,
            source_status=words(row, "state").removeprefix("INVOICE-STATE-"),
        )

    def _record(self, key: str, *, number: str, status: OrderStatus, source_status: str) -> Order | Unreadable:
        row = self.row
        at = moment(row.get("entryTimestamp"), self.settings.zone)
        if at is None and (found := day(row.get("financialDate"))):
            at = moment({"year": found.year, "mon": found.month, "day": found.day}, self.settings.zone)
        if at is None:
            return Unreadable(id=key, reason="unreadable", message=str(text("It has no date.")))
        company, first_name, last_name = names_of(self.relation)
        total = self._money(row.get("totalInclAmount"))
        lines = list(self._lines())
        return Order(
            id=key,
            number=number,
            email=normalised_email(words(self.relation, "email")),
            status=status,
            source_status=source_status,
            created_at=at,
            total=total,
            tax=total - self._money(row["totalExclAmount"]) if "totalExclAmount" in row else None,
            customer_id=words(self.relation, "relationNumber"),
            is_guest=not self.relation,
            first_name=first_name,
            last_name=last_name,
            company=company,
            phone=words(self.relation, "telephone") or words(self.relation, "mobile"),
            lines=tuple(line for line, _ in lines),
            discounts=self._discounts(lines),
            adjustments=self._adjustments(lines),
            payment_method=words(row, "paymentMethod") or self._first_payment(),
            shipping_method=words(row, "deliveryMethod"),
            billing=_address(row.get("invoiceAddress")),
            delivery=_address(row.get("deliveryAddress")),
            custom={"reference": words(row, "reference")} if words(row, "reference") else {},
            raw=row,
        )

    def _money(self, cents: object) -> Money:
        return money(cents, self.settings.currency)

    def _lines(self) -> Iterator[tuple[OrderLine, Money]]:
        """Each line, with what the register counts for it."""
        for place, line in enumerate(_flat(self.row), 1):
            data = line.get("data") or {}
            number = quantity(data.get("quantity"), data.get("decimalPlaces"))
            told = self._money(data["totalInclAmount"]) if "totalInclAmount" in data else None
            price = self._price(data, number, told)
            article = str(line["articleNumber"])
            rate = data.get("vatPercentage")
            record = OrderLine(
                id=words(line, "lineId") or str(place),
                name=words(line, "text") or article,
                quantity=number,
                unit_price=price,
                product_id=article,
                sku=article,
                tax_percent=tax_rate(rate) if rate is not None else None,
            )
            yield record, told if told is not None else price * number

    def _price(self, data: Row, number: Decimal, told: Money | None) -> Money:
        """Including tax: as entered, else worked out of the line's total."""
        is_gross = words(self.row, "vatMethod") in {"", "VAT-METHOD-INCLUSIVE"}
        per = int(data.get("pricePerQuantity") or 1)
        if is_gross and "price" in data and per == 1:
            return self._money(data["price"])
        if told is not None and number:
            return Money(told.amount / number, told.currency)
        return self._money(data.get("price", data.get("priceExcl")))

    def _discounts(self, lines: list[tuple[OrderLine, Money]]) -> tuple[Discount, ...]:
        """What the register took off its lines: the difference between price and its own total of the line."""
        return tuple(
            Discount(name=line.name, amount=line.total - told)
            for line, told in lines
            if line.total.amount - told.amount >= Decimal("0.005")
        )

    def _adjustments(self, lines: list[tuple[OrderLine, Money]]) -> tuple[Adjustment, ...]:
        return tuple(
            Adjustment(name=line.name, amount=told - line.total)
            for line, told in lines
            if told.amount - line.total.amount >= Decimal("0.005")
        )

    def _first_payment(self) -> str:
        return next((words(each, "method") for each in listed(self.row, "paymentList", "payment")), "")


def tax_rate(told: object) -> Decimal:
    """Percent. Whether 21 % is written 21 or 2100 is not documented: no country has a rate above 100."""
    rate = Decimal(str(told))
    return rate / 100 if rate > 100 else rate


def _flat(row: Row) -> Iterator[Row]:
    """Lines, and what was ordered together with them at a price of its own, as a menu's parts are."""
    for line in listed(row, "lineList", "line"):
        yield line
        for part in listed(line, "preparationList", "line"):
            data = part.get("data") or {}
            if data.get("totalInclAmount") or data.get("price"):
                yield part


def _order_status(row: Row) -> OrderStatus:
    if row.get("cancelState") == CANCELLED:
        return OrderStatus.CANCELLED
    if row.get("completeState") == _DONE:
        return OrderStatus.COMPLETED
    is_paid = row.get("fullyPaid") or row.get("deliveryState") not in {None, "", "ORDER-DELIVERY-STATE-NOTHING"}
    return OrderStatus.PROCESSING if is_paid else OrderStatus.PENDING


def _year_number(parts: Mapping[str, object] | None) -> str:
    return f"{parts['year']}-{parts['number']}" if parts and parts.get("number") else ""


def _address(row: Row | None) -> Address | None:
    if not row or not any(words(row, name) for name in ("name", "address", "zipcode", "city", "country")):
        return None
    company = words(row, "companyName")
    person = (words(row, "contact") if company else words(row, "name")) or ""
    first_name, _, last_name = person.partition(" ")
    return Address(
        first_name=first_name if last_name else "",
        last_name=last_name or first_name,
        company=company,
        street=words(row, "address"),
        postcode=words(row, "zipcode"),
        city=words(row, "city"),
        country=alpha_2(words(row, "country")),
    )
