"""Taking back what a run created: members are archived, orders, carts and products of our own store deleted.

https://mailchimp.com/developer/marketing/api/list-members/archive-list-member/ . An archived member keeps their history
and can be brought back: a mark tells the next import whom it may. Customers, placeholders of products and the store
stay; the next import needs them again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.connectors.mailchimp.cart_writer import CART_FIELDS, CartWriter
from app.connectors.mailchimp.commerce import KIND_NAMES, Desk
from app.connectors.mailchimp.contact_writer import ContactWriter
from app.connectors.mailchimp.contacts import UNDONE_TAG, email_of
from app.connectors.mailchimp.goods import places_of
from app.connectors.mailchimp.order_writer import ORDER_FIELDS, OrderWriter
from app.connectors.mailchimp.products import PRODUCT_FIELDS, ProductWriter, differences
from app.connectors.mailchimp.wire import Row, Wire, at, store_key, subscriber_hash, words
from app.core.consent import Standing
from app.core.records import Kind
from app.core.texts import text
from app.sdk.plan import Draft, Json, Known, Step
from app.sdk.target import Removal

_OBJECTING = frozenset({Standing.UNSUBSCRIBED, Standing.BOUNCED})


class Remover(Protocol):
    """The methods are those of :class:`app.sdk.target.Undoes`, for one kind."""

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]: ...

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal: ...


def removers(wire: Wire, desk: Desk | None, writers: Mapping[Kind, object]) -> Mapping[Kind, Remover]:
    """Orders and carts before the products that they name and the people who placed them."""
    found: dict[Kind, Remover] = {}
    for kind in (Kind.ORDERS, Kind.CARTS):
        writer = writers.get(kind)
        if desk is not None and isinstance(writer, OrderWriter | CartWriter):
            found[kind] = SaleRemover(kind, desk, writer)
    products = writers.get(Kind.PRODUCTS)
    if desk is not None and isinstance(products, ProductWriter):
        found[Kind.PRODUCTS] = ProductRemover(desk)
    contacts = writers.get(Kind.CONTACTS)
    if isinstance(contacts, ContactWriter):
        found[Kind.CONTACTS] = MemberRemover(wire, contacts, desk if desk is not None and desk.exists else None)
    return found


@dataclass(frozen=True, slots=True)
class SaleRemover:
    kind: Kind
    desk: Desk
    writer: OrderWriter | CartWriter

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        fields = ",".join(ORDER_FIELDS if self.kind is Kind.ORDERS else CART_FIELDS)
        known = {}
        await self.desk.catalogue.load()
        for draft in drafts:
            row_id = store_key(draft.key)
            path = f"{self.desk.path}/{KIND_NAMES[self.kind]}/{row_id}"
            row = await self.desk.wire.get_or_none(path, {"fields": fields})
            known[draft.key] = self._known(draft, row_id, row)
        return known

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        return Removal(steps=(self.desk.removal_step(draft.key, KIND_NAMES[self.kind], known.target_id),))

    def _known(self, draft: Draft, row_id: str, row: Row | None) -> Known:
        if row is None:
            return Known()
        facts = places_of(self.desk.catalogue, draft, set())
        is_same = self.writer.is_as_sent(row, draft, Known(facts=facts))
        return Known(exists=True, target_id=row_id, is_same=is_same, facts=facts)


@dataclass(slots=True)
class ProductRemover:
    """A product stays while an order names it that does not go as well."""

    desk: Desk
    named: dict[str, set[str]] | None = None
    """Orders by the product that they name; read once."""

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        self.named = await self._orders_by_product()
        known = {}
        for draft in drafts:
            row_id = store_key(draft.key)
            path = f"{self.desk.path}/products/{row_id}"
            row = await self.desk.wire.get_or_none(path, {"fields": ",".join(PRODUCT_FIELDS)})
            known[draft.key] = self._known(draft, row_id, row)
        return known

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        if not set(known.facts.get("orders", ())) <= set(leaving.get(Kind.ORDERS, ())):
            return Removal(reason="kept_in_use")
        return Removal(steps=(self.desk.removal_step(draft.key, "products", known.target_id),))

    def _known(self, draft: Draft, row_id: str, row: Row | None) -> Known:
        if row is None:
            return Known()
        has_more = len(row.get("variants") or ()) > len(draft.content["variants"])
        return Known(
            exists=True,
            target_id=row_id,
            is_same=not has_more and not differences(row, draft),
            facts={"orders": sorted((self.named or {}).get(row_id, ()))},
        )

    async def _orders_by_product(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        async for row in self.desk.wire.rows(f"{self.desk.path}/orders", "orders", ("id", "lines.product_id")):
            for line in row.get("lines") or ():
                found.setdefault(words(line.get("product_id")), set()).add(words(row.get("id")))
        return found


@dataclass(frozen=True, slots=True)
class MemberRemover:
    """A member is archived while they are what was sent, and nobody has made anything of them: no other tag or field,
    no order."""

    wire: Wire
    writer: ContactWriter
    desk: Desk | None

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        held = await self.writer.terms.people.ask([email_of(each) for each in drafts])
        return {draft.key: await self._known(draft, held[email_of(draft)]) for draft in drafts}

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        if known.standing in _OBJECTING:
            return Removal(reason="kept_objection")
        if not set(known.facts.get("orders", ())) <= set(leaving.get(Kind.ORDERS, ())):
            return Removal(reason="kept_in_use")
        member = at(f"lists/{self.writer.terms.list_id}/members/{known.facts['member']}")
        mark = {"tags": [{"name": UNDONE_TAG, "status": "active"}], "is_syncing": True}
        return Removal(
            steps=(
                _step(f"mark {draft.key}", "POST", f"{member}/tags", draft.key, mark),
                _step(f"remove {draft.key}", "DELETE", member, draft.key),
            )
        )

    async def _known(self, draft: Draft, held: Known) -> Known:
        if not held.exists or held.standing is Standing.DELETED:
            return Known()
        orders = await self._orders(email_of(draft)) if self.desk is not None else []
        # An objection is told by the standing, whatever else has changed.
        is_same = held.standing in _OBJECTING or self._is_as_sent(draft, held)
        return Known(
            exists=True,
            target_id=self.writer.terms.held_as(held.target_id),
            standing=held.standing,
            is_same=is_same,
            facts={"orders": orders, "member": held.target_id},
        )

    def _is_as_sent(self, draft: Draft, held: Known) -> bool:
        terms = self.writer.terms
        sent = terms.data(draft, Known()).get("merge_fields", {})
        others = {tag: value for tag, value in held.facts["merge_fields"].items() if tag not in sent}
        return (
            not terms.changes(draft, held)
            and not any(_is_filled(value) for value in others.values())
            and len(held.facts["tags"]) == len(draft.content["tags"])
        )

    async def _orders(self, email: str) -> list[str]:
        query = {"customer_id": subscriber_hash(email)}
        path = f"{self.desk.path}/orders" if self.desk is not None else ""
        return [words(row.get("id")) async for row in self.wire.rows(path, "orders", ("id",), query)]


def _step(name: str, method: str, path: str, key: str, body: Json = None) -> Step:
    return Step(
        name=name,
        method=method,
        path=path,
        keys=(key,),
        body=body,
        is_repeatable=True,
        purpose=text("Archive the member"),
    )


def _is_filled(value: object) -> bool:
    return any(value.values()) if isinstance(value, Mapping) else value not in ("", None)
