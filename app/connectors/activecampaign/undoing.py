"""Taking back what a run created: contacts, and the orders and carts of Deep Data.

Contacts and orders are deleted by id (https://developers.activecampaign.com/reference/delete-contact and
https://developers.activecampaign.com/reference/delete-order). Nothing is documented that deletes an order or a product
of the GraphQL interface: those stay, and so do the people who placed such orders. Tags, fields, lists, the connection
and its customers stay as well; the next import needs them again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from app.connectors.activecampaign.contact_import import ContactImport
from app.connectors.activecampaign.contact_sync import ContactSync
from app.connectors.activecampaign.contacts import ContactTerms
from app.connectors.activecampaign.deep_data import DeepData
from app.connectors.activecampaign.graphql_orders import GraphqlOrders
from app.connectors.activecampaign.people import has_bounced
from app.connectors.activecampaign.sameness import holds
from app.connectors.activecampaign.tags import Tags
from app.connectors.activecampaign.wire import Row, Wire, listed, number, rows_of, words
from app.connectors.activecampaign.writer import Writer
from app.core.addresses import normalised_email
from app.core.consent import ConsentState
from app.core.records import Contact, Kind
from app.core.texts import text
from app.sdk.answers import RejectedError
from app.sdk.plan import Draft, Known, Step
from app.sdk.target import Removal

_ATTRIBUTES = ("firstName", "lastName", "phone")
_SUBSCRIBED = "1"
_OBJECTING = {"2", "3"}
"""Unsubscribed and bounced, as the status on a list."""
_NOT_COMPARED = {"orderProducts", "orderDiscounts"}
"""An order shows their ids only."""
_AT_ONCE = 4
_OF_ANY_STORE = (
    "query Placed($email: String!) { searchOrder(filter: { email: { value: $email filterOperator: EQ } }) { id } }"
)
Look = Callable[[Draft], Awaitable[Known]]


class Remover(Protocol):
    """The methods are those of :class:`app.sdk.target.Undoes`, for one kind."""

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]: ...

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal: ...


def removers(wire: Wire, tags: Tags, writers: Mapping[Kind, Writer]) -> Mapping[Kind, Remover]:
    """For the kinds that can be removed: orders and carts before the contacts who placed them."""
    found: dict[Kind, Remover] = {}
    for kind in (Kind.ORDERS, Kind.CARTS):
        writer = writers.get(kind)
        if isinstance(writer, DeepData):
            found[kind] = OrderRemover(kind, writer)
    contacts = writers.get(Kind.CONTACTS)
    if isinstance(contacts, ContactImport | ContactSync):
        orders = writers.get(Kind.ORDERS)
        graphql = orders if isinstance(orders, GraphqlOrders) else None
        found[Kind.CONTACTS] = ContactRemover(wire, tags, contacts.terms, graphql)
    return found


@dataclass(frozen=True, slots=True)
class OrderRemover:
    kind: Kind
    orders: DeepData

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await _each(drafts, self._one)

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        return Removal(
            steps=(
                Step(
                    name=f"remove:{draft.key}",
                    method="DELETE",
                    path=f"api/3/ecomOrders/{known.target_id}",
                    keys=(draft.key,),
                    is_repeatable=True,
                    purpose=text("Remove the order") if self.kind is Kind.ORDERS else text("Remove the cart"),
                ),
            )
        )

    async def _one(self, draft: Draft) -> Known:
        rows = await self.orders.held(draft)
        if not rows:
            return Known()
        return Known(
            exists=True,
            target_id=words(rows[0].get("id")),
            matches=len(rows),
            is_same=len(rows) == 1 and self._is_as_sent(rows[0], draft),
        )

    def _is_as_sent(self, row: Row, draft: Draft) -> bool:
        sent = self.orders.body(draft)
        has_become_an_order = self.kind is Kind.CARTS and bool(words(row.get("externalid")))
        lines, shown = sent.get("orderProducts", []), row.get("orderProducts")
        has_its_lines = not isinstance(shown, list) or len(shown) == len(lines)
        compared = {name: value for name, value in sent.items() if name not in _NOT_COMPARED}
        return holds(row, compared) and has_its_lines and not has_become_an_order


@dataclass(frozen=True, slots=True)
class ContactRemover:
    """A contact goes while it is what was sent, and nobody has made anything of it: no other list, tag, field,
    automation, deal, company, note, mail or order."""

    wire: Wire
    tags: Tags
    terms: ContactTerms
    graphql: GraphqlOrders | None

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        await self.tags.find({tag for each in drafts for tag in each.content["tags"]})
        return await _each(drafts, self._one)

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        if reason := known.facts.get("kept"):
            return Removal(reason=reason)
        going = {*leaving.get(Kind.ORDERS, ()), *leaving.get(Kind.CARTS, ())}
        if not set(known.facts.get("orders", ())) <= going:
            return Removal(reason="kept_in_use")
        return Removal(
            steps=(
                Step(
                    name=f"remove:{draft.key}",
                    method="DELETE",
                    path=f"api/3/contacts/{known.target_id}",
                    keys=(draft.key,),
                    is_repeatable=True,
                    purpose=text("Remove the contact"),
                ),
            )
        )

    async def _one(self, draft: Draft) -> Known:
        email = draft.content["email"]
        page = await self.wire.get("contacts", {"email": email})
        rows = [row for row in listed(page, "contacts") if normalised_email(words(row.get("email"))) == email]
        if not rows:
            return Known()
        if len(rows) > 1:
            return Known(exists=True, matches=len(rows))
        contact_id = words(rows[0].get("id"))
        try:
            whole = await self.wire.get(f"contacts/{contact_id}")
        except RejectedError as error:
            if error.answer.status == 404:
                return Known()
            raise
        if not isinstance(whole.get("contactLists"), list):  # an opt-out must not be missed
            page = await self.wire.get(f"contacts/{contact_id}/contactLists")
            whole = {**whole, "contactLists": rows_of(page, "contactLists")}
        return await self._examined(draft, contact_id, whole)

    async def _examined(self, draft: Draft, contact_id: str, whole: Row) -> Known:
        """What the contact shows by itself is asked first; the rest costs a request each."""
        kept = _kept(draft, whole)
        if not kept and self._holds_what_was_sent(draft, whole) and await self._is_tagged_as_sent(draft, contact_id):
            has_notes = bool(rows_of(await self.wire.get(f"contacts/{contact_id}/notes"), "notes"))
            facts = {"kept": "kept_in_use"} if has_notes else {"orders": await self._orders(draft.content["email"])}
            return Known(exists=True, target_id=contact_id, is_same=True, facts=facts)
        return Known(exists=True, target_id=contact_id, facts={"kept": kept} if kept else {})

    def _holds_what_was_sent(self, draft: Draft, whole: Row) -> bool:
        """A field that was not sent has to be empty still."""
        contact = whole.get("contact") or {}
        values = self.terms.fields.values(cast(Contact, draft.record))
        attributes = {each.name: each.value for each in values if not each.field_id}
        custom = {each.field_id: each.value for each in values if each.field_id and each.value}
        held = {words(row.get("field")): words(row.get("value")) for row in listed(whole, "fieldValues")}
        return (
            all(words(contact.get(name)) == attributes.get(name, "") for name in _ATTRIBUTES)
            and {field: value for field, value in held.items() if value} == custom
        )

    async def _is_tagged_as_sent(self, draft: Draft, contact_id: str) -> bool:
        page = await self.wire.get(f"contacts/{contact_id}/contactTags")
        held = {words(row.get("tag")) for row in rows_of(page, "contactTags")}
        return held == {self.tags.id_of(tag) for tag in draft.content["tags"]}

    async def _orders(self, email: str) -> Sequence[str]:
        """Of every shop, and carts too; an order of the GraphQL interface may not have its copy yet."""
        rows = [row async for row in self.wire.rows("ecomOrders", {"filters[email]": email})]
        found = [words(row.get("id")) for row in rows if normalised_email(words(row.get("email"))) == email]
        if self.graphql is not None and self.graphql.schema.has_query("searchOrder"):
            placed = await self.wire.ask(_OF_ANY_STORE, {"email": email})
            found += [words(row.get("id")) for row in listed(placed, "searchOrder")]
        return found


def _kept(draft: Draft, whole: Row) -> str:
    """The code of what speaks against removing; empty where nothing does."""
    contact = whole.get("contact") or {}
    lists = listed(whole, "contactLists")
    if has_bounced(contact) or any(words(row.get("status")) in _OBJECTING for row in lists):
        return "kept_objection"
    is_subscriber = draft.content["consent"] == ConsentState.YES.value
    ours = draft.content["list"] if is_subscriber else ""
    is_on_others = any(words(row.get("list")) != ours or words(row.get("status")) != _SUBSCRIBED for row in lists)
    is_used = (
        any(whole.get(name) or contact.get(name) for name in ("contactAutomations", "deals", "accountContacts"))
        or number(contact.get("orgid")) > 0
        or number(contact.get("sentcnt")) > 0
    )
    return "kept_in_use" if is_on_others or is_used else ""


async def _each(drafts: Sequence[Draft], look: Look) -> Mapping[str, Known]:
    """A few at a time: every record costs several requests."""
    known: dict[str, Known] = {}
    for start in range(0, len(drafts), _AT_ONCE):
        few = drafts[start : start + _AT_ONCE]
        found = await asyncio.gather(*(look(draft) for draft in few))
        known |= {draft.key: each for draft, each in zip(few, found, strict=True)}
    return known
