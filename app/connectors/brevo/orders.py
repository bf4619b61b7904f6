"""Orders: up to 1,000 or 5 MB in one request, with ``historical`` always said.

https://developers.brevo.com/docs/import-your-orders and https://developers.brevo.com/reference/create-batch-order:
``historical: true`` starts no automations and is the default; the request for a single order has no such switch.
Amounts are in major units, including shipping and tax. Sending an order again under its id replaces it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.brevo.naming import scoped
from app.connectors.brevo.people import People
from app.connectors.brevo.sameness import holds
from app.connectors.brevo.settings import UnknownBuyers
from app.connectors.brevo.shop import HeldOrders, Patience, Shop, arrived
from app.connectors.brevo.wire import second_stamp, words
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Address, Kind, Order, OrderLine, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import ntext, text
from app.sdk.answers import Answer, encoded
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Mappings, Timing

BATCH_SIZE = 1000
_LARGEST_BODY = 4_900_000
_ENVELOPE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    mappings: Mappings
    shop: Shop
    held: HeldOrders
    people: People
    timing: Timing
    unknown_buyers: UnknownBuyers
    patience: Patience

    @property
    def batch_size(self) -> int:
        return BATCH_SIZE

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Order):
            return skip("order_kept")
        if not record.email:
            return hold("no_email")
        net = net_amount(record)
        content = _content(record, net, self.mappings)
        return Draft(
            key=record.id,
            kind=Kind.ORDERS,
            record=record,
            content=content,
            fields=_lines(record, net, content),
            natural_keys=(record.number, record.email),
            amount=net,
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        wanted = [each for each in drafts if not self._other_currency(each)]
        skips = self.unknown_buyers is UnknownBuyers.SKIP
        buyers = await self.people.existing(_email(each) for each in wanted) if skips else set[str]()
        rows = await self.held.find([each.content["id"] for each in wanted]) if self.shop.is_active else {}
        return {each.key: _known(each, rows, is_buyer_known=not skips or _email(each) in buyers) for each in wanted}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(self._record_plan(draft, known) for draft, known in drafts)
        going = [each for each in records if each.outcome in {Outcome.CREATED, Outcome.UPDATED}]
        steps: list[Step] = []
        for is_historical in (True, False):
            items = [(each.key, _item(each.draft)) for each in going if self._is_past(each.draft) is is_historical]
            steps += [
                _step(items_of, len(steps) + place, is_historical) for place, items_of in enumerate(_chunks(items), 1)
            ]
        return Plan(records, tuple(steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        """Accepted is not yet worked off: it is looked for. An account that does not show new orders at all cannot be
        asked; then the acceptance counts."""
        sent = {
            each.key: each.draft.content["id"] for each in plan.records if any(each.key in s.keys for s in plan.steps)
        }
        found = await arrived(self.held, sent.values(), self.patience) if sent else {}
        settled = {}
        for record in plan.records:
            is_missing = record.key in sent and found and sent[record.key] not in found
            settled[record.key] = (
                Settled(outcome=Outcome.IN_DOUBT, reason="batch_unfinished", target_id=record.target_id)
                if is_missing
                else Settled(
                    outcome=record.outcome, target_id=sent.get(record.key, record.target_id), reason=record.reason
                )
            )
        return settled

    def _other_currency(self, draft: Draft) -> bool:
        return bool(self.shop.currency) and draft.content["metaInfo"]["currency"] != self.shop.currency

    def _is_past(self, draft: Draft) -> bool:
        return draft.is_past or self.timing is Timing.HISTORICAL

    def _record_plan(self, draft: Draft, known: Known) -> RecordPlan:
        if self._other_currency(draft):
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="other_currency")
        if known.facts.get("is_buyer_unknown"):
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="buyer_not_in_brevo")
        if known.is_same:
            return RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, reason="already_so", target_id=known.target_id)
        outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        return RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id)


def net_amount(order: Order) -> Money:
    """What the shopper has paid in the end: a refund lowers it by exactly its sum."""
    return order.total - order.refunded if order.refunded else order.total


def order_id(order: Order, mappings: Mappings) -> str:
    return scoped(mappings, order.id)


def _content(order: Order, net: Money, mappings: Mappings) -> dict[str, Json]:
    meta: dict[str, Json] = {
        "number": order.number,
        "currency": order.total.currency,
        "shop_status": order.source_status,
        "shipping": _amount(order.shipping),
        "tax": _amount(order.tax),
        "discount": _amount(order.discount),
        "refunded": _amount(order.refunded),
        "shipping_method": order.shipping_method,
    }
    content: dict[str, Json] = {
        "id": order_id(order, mappings),
        "createdAt": second_stamp(order.created_at),
        "status": order.status.value,
        "amount": net.rounded().amount,
        "identifiers": {"email_id": order.email},
        "products": [_product(line, mappings) for line in order.lines if line.quantity > 0 <= line.unit_price.amount],
        "metaInfo": {name: value for name, value in meta.items() if value not in {"", None}},
    }
    if mappings.source_name:
        content["storeId"] = mappings.source_name
    if coupons := [each.name for each in order.discounts if each.name]:
        content["coupons"] = coupons
    if billing := _billing(order.billing or order.delivery, order):
        content["billing"] = billing
    return content


def _product(line: OrderLine, mappings: Mappings) -> Json:
    """Fractions have a field of their own (``quantityFloat``); goods that came back or lower the total have none."""
    own = line.product_id or line.sku or line.variant_id or line.id
    is_whole = line.quantity == line.quantity.to_integral_value()
    quantity = {"quantity": int(line.quantity)} if is_whole else {"quantityFloat": line.quantity}
    product = {"productId": scoped(mappings, own), **quantity, "price": line.unit_price.rounded().amount}
    if line.variant_id and line.product_id:
        product["variantId"] = variant_id(mappings, line.product_id, line.variant_id)
    return product


def variant_id(mappings: Mappings, product: str, variant: str) -> str:
    """With the product's: some shops count products and variants apart, from one each."""
    return scoped(mappings, f"{product}.{variant}")


def _billing(address: Address | None, order: Order) -> Mapping[str, str]:
    found = address or Address()
    billing = {
        "address": ", ".join(part for part in (found.street, found.street_2) if part),
        "city": found.city,
        "countryCode": found.country if len(found.country) == 2 else "",
        "country": found.country if len(found.country) != 2 else "",
        "phone": found.phone or order.phone,
        "postCode": found.postcode,
        "paymentMethod": order.payment_method,
        "region": found.region,
    }
    return {name: value for name, value in billing.items() if value}


def _amount(money: Money | None) -> Decimal | None:
    return money.rounded().amount if money else None


def _item(draft: Draft) -> Json:
    """The time of the last change is no content: a shop that touches an order has not changed it."""
    order = draft.record
    assert isinstance(order, Order)  # noqa: S101 - draft lets nothing else through
    return {**draft.content, "updatedAt": second_stamp(max(order.updated_at or order.created_at, order.created_at))}


def _email(draft: Draft) -> str:
    return words(draft.content["identifiers"]["email_id"])


def _known(draft: Draft, rows: Mapping[str, Mapping[str, Json]], *, is_buyer_known: bool) -> Known:
    facts: dict[str, Json] = {} if is_buyer_known else {"is_buyer_unknown": True}
    row = rows.get(draft.content["id"])
    if row is None:
        return Known(facts=facts)
    return Known(exists=True, target_id=draft.content["id"], is_same=holds(row, draft.content), facts=facts)


def _chunks(items: Sequence[tuple[str, Json]]) -> Sequence[tuple[tuple[str, Json], ...]]:
    """As few requests as the limit on bytes allows."""
    chunks: list[list[tuple[str, Json]]] = []
    size = _LARGEST_BODY
    for item in items:
        weight = len(encoded(item[1])) + 1
        if size + weight > _LARGEST_BODY - _ENVELOPE or len(chunks[-1]) >= BATCH_SIZE:
            chunks.append([])
            size = 0
        chunks[-1].append(item)
        size += weight
    return [tuple(chunk) for chunk in chunks]


def _step(items: tuple[tuple[str, Json], ...], place: int, is_historical: bool) -> Step:  # noqa: FBT001 - one of two
    return Step(
        name=f"orders-{place}",
        method="POST",
        path="orders/status/batch",
        keys=tuple(key for key, _ in items),
        body=Batched({"historical": is_historical}, ("orders",), items),
        # A live order sent twice could start automations twice: it is looked up first.
        is_repeatable=is_historical,
        purpose=ntext("Write {count} order", "Write {count} orders", len(items)),
    )


def _lines(order: Order, net: Money, content: Mapping[str, Json]) -> tuple[FieldLine, ...]:
    return (
        FieldLine(text("Order number"), order.number, f"id: {content['id']}"),
        FieldLine(text("E-mail"), order.email, f"email_id: {order.email}"),
        FieldLine(text("Status"), order.source_status or order.status.value, f"status: {content['status']}"),
        FieldLine(
            text("Amount"), str(order.total), f"amount: {content['amount']}", text("Less refunds: {net}", net=str(net))
        ),
        FieldLine(text("Products"), str(len(order.lines)), str(len(content["products"]))),
    )
