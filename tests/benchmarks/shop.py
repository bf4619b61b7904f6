"""A source and a target over the sdk's HTTP client, as a connector would write them, for one kind: orders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from app.core.consent import Consent
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Address, Discount, Kind, Order, OrderLine, OrderStatus, Record
from app.core.rules import Refusal
from app.sdk.answers import Answer
from app.sdk.http import HttpClient
from app.sdk.plan import Batched, Draft, Known, Plan, RecordPlan, Settled, Step
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Judgement, Timing
from tests.benchmarks.sample_orders import PAGE_SIZE

_STATUSES = {"Completed": OrderStatus.COMPLETED, "Pending": OrderStatus.PENDING}
_NO_CONSENT = Consent()


class _WireAddress(msgspec.Struct):
    first_name: str
    last_name: str
    company: str
    street_1: str
    street_2: str
    city: str
    state: str
    zip: str
    country_iso2: str
    phone: str
    email: str = ""


class _WireLine(msgspec.Struct):
    id: int
    product_id: int
    variant_id: int
    sku: str
    name: str
    quantity: Decimal
    price: Decimal
    category: str
    url: str
    image: str


class _WireOrder(msgspec.Struct):
    id: int
    number: str
    customer_id: int
    date_created: datetime
    date_modified: datetime
    status: str
    currency: str
    total: Decimal
    tax: Decimal
    shipping: Decimal
    discount: Decimal
    discount_name: str
    refunded: Decimal
    payment_method: str
    shipping_method: str
    customer_message: str
    url: str
    billing_address: _WireAddress
    shipping_address: _WireAddress
    lines: list[_WireLine]


class _WirePage(msgspec.Struct):
    orders: list[_WireOrder]


_PAGE_DECODER = msgspec.json.Decoder(_WirePage)


def orders_of(content: bytes) -> list[Order]:
    """The records of one page."""
    return [_order(each) for each in _PAGE_DECODER.decode(content).orders]


def _order(wire: _WireOrder) -> Order:
    currency = wire.currency
    billing = wire.billing_address
    return Order(
        id=str(wire.id),
        updated_at=wire.date_modified,
        number=wire.number,
        email=billing.email.lower(),
        status=_STATUSES[wire.status],
        created_at=wire.date_created,
        total=Money(wire.total, currency),
        customer_id=str(wire.customer_id),
        first_name=billing.first_name,
        last_name=billing.last_name,
        company=billing.company,
        phone=billing.phone,
        source_status=wire.status,
        shipping=Money(wire.shipping, currency),
        tax=Money(wire.tax, currency),
        refunded=Money(wire.refunded, currency),
        discounts=(Discount(name=wire.discount_name, amount=Money(wire.discount, currency)),),
        lines=tuple(_line(each, currency) for each in wire.lines),
        shipping_method=wire.shipping_method,
        payment_method=wire.payment_method,
        billing=_address(billing),
        delivery=_address(wire.shipping_address),
        accepts_marketing=_NO_CONSENT,
        url=wire.url,
        note=wire.customer_message,
    )


def _line(wire: _WireLine, currency: str) -> OrderLine:
    return OrderLine(
        id=str(wire.id),
        name=wire.name,
        quantity=wire.quantity,
        unit_price=Money(wire.price, currency),
        product_id=str(wire.product_id),
        variant_id=str(wire.variant_id),
        sku=wire.sku,
        category=wire.category,
        url=wire.url,
        image_url=wire.image,
    )


def _address(wire: _WireAddress) -> Address:
    return Address(
        first_name=wire.first_name,
        last_name=wire.last_name,
        company=wire.company,
        street=wire.street_1,
        street_2=wire.street_2,
        postcode=wire.zip,
        city=wire.city,
        region=wire.state,
        country=wire.country_iso2,
        phone=wire.phone,
    )


class BenchSource:
    """Pages of 250 orders, one request each, in order."""

    def __init__(self, http: HttpClient, total: int) -> None:
        self._http = http
        self._total = total

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        first = int(request.cursor or 0)
        for page in range(first, -(-self._total // PAGE_SIZE)):
            answer = await self._http.get("orders", {"page": str(page)})
            yield Page(orders_of(answer.content), str(page + 1))

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        return
        yield Page((), "")

    async def count(self, request: ReadRequest) -> int | None:
        return self._total

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        return
        yield ()


class BenchTarget:
    """``size`` 1 sends one request per record, else batches. ``looks_up`` asks once per group of drafts."""

    def __init__(self, http: HttpClient, *, size: int = 1, looks_up: bool = False) -> None:
        self._http = http
        self._size = size
        self._looks_up = looks_up

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Nothing must be known before the first record."""

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        return self._size

    def draft(self, record: Record) -> Draft | Refusal:
        assert isinstance(record, Order)
        return Draft(
            key=record.id,
            kind=Kind.ORDERS,
            record=record,
            content=_content(record),
            natural_keys=(record.number, record.email),
            amount=record.total,
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        if self._looks_up:
            await self._http.request("POST", "lookup", body={"ids": [draft.key for draft in drafts]}, is_read=True)
        return {}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(RecordPlan(draft=draft, outcome=Outcome.CREATED) for draft, _ in drafts)
        keys = tuple(draft.key for draft, _ in drafts)
        if self._size == 1:
            body: object = drafts[0][0].content
            return Plan(records, (Step(name="send", method="POST", path="orders", keys=keys, body=body),))
        body = Batched({"orders": []}, ("orders",), tuple((draft.key, draft.content) for draft, _ in drafts))
        return Plan(records, (Step(name="send", method="POST", path="batch", keys=keys, body=body),))

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        body = answers["send"].json()
        ids = [body["id"]] if "id" in body else body["ids"]
        pairs = zip(plan.records, ids, strict=True)
        return {record.key: Settled(outcome=Outcome.CREATED, target_id=target_id) for record, target_id in pairs}


def _content(order: Order) -> dict[str, object]:
    return {
        "key": order.id,
        "number": order.number,
        "email": order.email,
        "currency": order.total.currency,
        "total": order.total.minor_units(),
        "shipping": order.shipping.minor_units() if order.shipping else 0,
        "tax": order.tax.minor_units() if order.tax else 0,
        "discount": order.discount.minor_units(),
        "ordered_at": order.created_at.isoformat(),
        "customer_id": order.customer_id,
        "url": order.url,
        "shipping_method": order.shipping_method,
        "status": order.status.value,
        "lines": [
            {
                "id": line.id,
                "name": line.name,
                "price": line.unit_price.minor_units(),
                "quantity": int(line.quantity),
                "sku": line.sku,
                "category": line.category,
                "url": line.url,
                "image": line.image_url,
            }
            for line in order.lines
        ],
    }
