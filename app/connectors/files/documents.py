"""Rows of one document number become one order, to the cent: lines, shipping, discounts and total always add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from msgspec.structs import replace

from app.connectors.files.amounts import Position, amounts_of
from app.connectors.files.cells import (
    CellError,
    Columns,
    Line,
    address_of,
    currency_of,
    email_of,
    first_number,
    first_text,
    names_of_person,
    person_id,
    unreadable,
)
from app.connectors.files.options import CodeRole, CreditNotes, FileOptions
from app.connectors.files.settings import Layout
from app.connectors.files.survey import Consents
from app.connectors.files.table import Row
from app.connectors.files.values import STATUS_OF_WORD
from app.core.consent import Consent
from app.core.money import Money
from app.core.records import Order, OrderLine, OrderStatus, Unreadable
from app.core.texts import text

_ZERO = Decimal(0)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReader:
    columns: Columns
    options: FileOptions
    layout: Layout
    names: Mapping[str, str]
    consents: Consents
    statuses: Mapping[str, OrderStatus]
    refunds: Mapping[str, Money] = field(default_factory=dict)
    """Sum of the credit notes that name an order, by its number; positive."""

    def number_of(self, rows: Sequence[Row]) -> str:
        return first_text([Line(row, self.columns) for row in rows], "document")

    def read(self, rows: Sequence[Row]) -> Order | Unreadable:
        """A document of which one row cannot be read is unreadable as a whole: half an order must not be sent."""
        lines = [Line(row, self.columns) for row in rows]
        number = first_text(lines, "document")
        errors: list[CellError] = []
        positions = self._positions(lines, errors)
        try:
            order = self._order(number, lines, positions) if not errors else None
        except CellError as error:
            errors.append(error)
            order = None
        return order or unreadable(number, errors, lines)

    def _positions(self, lines: Sequence[Line], errors: list[CellError]) -> list[Position]:
        positions = []
        for line in lines:
            try:
                line.refuse_broken()
                if position := self._position(line):
                    positions.append(position)
            except CellError as error:
                errors.append(error)
        return positions

    def _position(self, line: Line) -> Position | None:
        """None for the row of an order without products."""
        code = line.text("sku") or line.text("name")
        if self.layout is Layout.ORDERS and not code:
            return None
        quantity, price, amount = line.number("quantity"), line.number("unit_price"), line.number("line_total")
        quantity = _ONE if quantity is None and not line.text("quantity") and self._has_no("quantity") else quantity
        if quantity is None:
            raise line.missing("quantity")
        if price is None and amount is None:
            if self.layout is Layout.ORDERS:
                return None
            raise line.missing("unit_price" if not self._has_no("unit_price") else "line_total")
        if price is None or amount is None:
            price, amount = _priced(quantity, price, amount)
        else:
            amount = quantity * price
        role = self.options.role_of(code) or CodeRole.PRODUCT
        return Position(line, role, quantity, amount, price)

    def _has_no(self, name: str) -> bool:
        return name not in self.columns.places

    def _order(self, number: str, lines: Sequence[Line], positions: Sequence[Position]) -> Order:
        self._refuse_mixture(number, lines)
        created_at = lines[0].moment("date") or next((at for line in lines if (at := line.moment("date"))), None)
        if created_at is None:
            raise lines[0].missing("date")
        currency = currency_of(lines)
        customer_id = first_text(lines, "customer_id")
        email = email_of(lines, customer_id)
        is_guest = not customer_id and "customer_id" in self.columns.places
        first_name, last_name = names_of_person(lines)
        status = self._status(lines)
        amounts = amounts_of(lines, positions, currency)
        order = Order(
            id=number,
            number=number,
            email=email,
            status=status,
            source_status=first_text(lines, "status"),
            created_at=created_at,
            customer_id="" if is_guest else person_id(customer_id, email),
            is_guest=is_guest,
            first_name=first_name,
            last_name=last_name,
            company=first_text(lines, "company"),
            phone=first_text(lines, "phone"),
            total=amounts.total,
            shipping=amounts.shipping,
            tax=_money(first_number(lines, "tax"), currency),
            refunded=_money(first_number(lines, "refunded"), currency),
            discounts=amounts.discounts,
            adjustments=amounts.adjustments,
            lines=self._lines(amounts.positions, currency),
            shipping_method=first_text(lines, "shipping_method"),
            payment_method=first_text(lines, "payment_method"),
            billing=address_of(lines),
            accepts_marketing=Consent(self.consents.of(customer_id, email)),
            note=first_text(lines, "note"),
            raw={"rows": [line.raw() for line in lines]},
        )
        return self._with_refunds(order, lines, positions)

    def _with_refunds(self, order: Order, lines: Sequence[Line], positions: Sequence[Position]) -> Order:
        if self.options.credit_notes is CreditNotes.SKIP:
            return order
        if order.is_credit_note:
            return self._as_refunded_order(order, lines, positions)
        if (refund := self.refunds.get(order.number)) is None:
            return order
        if refund.currency != order.total.currency or refund.amount > order.total.amount:
            raise CellError(
                lines[0].number_in_file,
                text("The credit notes that name this order exceed its total."),
                "money_mismatch",
            )
        is_whole = refund.amount == order.total.amount
        status = OrderStatus.REFUNDED if is_whole else OrderStatus.PARTIALLY_REFUNDED
        return replace(order, refunded=refund, status=status)

    def _as_refunded_order(self, order: Order, lines: Sequence[Line], positions: Sequence[Position]) -> Order:
        """Positive total, refunded in full: net 0."""
        currency = order.total.currency
        turned = [position.negated() for position in positions]
        amounts = amounts_of(lines, turned, currency, sign=-1)
        return replace(
            order,
            status=OrderStatus.REFUNDED,
            total=amounts.total,
            refunded=amounts.total,
            shipping=amounts.shipping,
            tax=-order.tax if order.tax else order.tax,
            discounts=amounts.discounts,
            adjustments=amounts.adjustments,
            lines=self._lines(amounts.positions, currency),
        )

    def _lines(self, positions: Sequence[Position], currency: str) -> tuple[OrderLine, ...]:
        kept = [each for each in positions if each.is_line]
        return tuple(self._line(index, position, currency) for index, position in enumerate(kept, 1))

    def _line(self, index: int, position: Position, currency: str) -> OrderLine:
        line = position.line
        sku = line.text("sku")
        return OrderLine(
            id=str(index),
            name=line.text("name") or self.names.get(sku) or sku,
            quantity=position.quantity,
            unit_price=Money(position.price, currency),
            sku=sku,
            product_id=line.text("product_id"),
            ean=line.text("ean"),
            category=line.text("category"),
            url=line.text("url"),
            image_url=line.text("image_url"),
        )

    def _status(self, lines: Sequence[Line]) -> OrderStatus:
        """A document without a status is an invoice: completed."""
        words = first_text(lines, "status")
        if not words:
            return OrderStatus.COMPLETED
        status = self.statuses.get(words.casefold()) or STATUS_OF_WORD.get(words.casefold())
        if status is None:
            raise CellError(
                lines[0].number_in_file,
                text('The status "{status}" is unknown. Explain it under "Words for the order status".', status=words),
            )
        return status

    def _refuse_mixture(self, number: str, lines: Sequence[Line]) -> None:
        """Raises CellError where several orders share one number."""
        if not number:
            raise lines[0].missing("document")
        customers = {line.text("customer_id") for line in lines} - {""}
        if len(customers) > 1:
            raise CellError(
                lines[0].number_in_file,
                text("Several customers share this order number."),
            )
        if self.layout is Layout.ORDERS and len(lines) > 1:
            raise CellError(
                lines[1].number_in_file,
                text('The order number occurs in several rows. Set "What a row is" to one row for each line.'),
            )


def _priced(quantity: Decimal, price: Decimal | None, amount: Decimal | None) -> tuple[Decimal, Decimal]:
    """Price and amount from the one that is there."""
    if price is not None:
        return price, quantity * price
    amount = amount if amount is not None else _ZERO
    return (amount / quantity if quantity else amount), amount


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)
