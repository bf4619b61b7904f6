"""Mailchimp as a target: opens audience and store, then hands every kind to the part that writes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from app.connectors.mailchimp.account import Audience, Stores, StoreState, own_store_id, resuming
from app.connectors.mailchimp.answers import is_duplicate, says, words_of
from app.connectors.mailchimp.batches import Patience
from app.connectors.mailchimp.cart_writer import CartWriter
from app.connectors.mailchimp.catalogue import Catalogue
from app.connectors.mailchimp.commerce import STORE, Desk
from app.connectors.mailchimp.contact_writer import ContactWriter
from app.connectors.mailchimp.contacts import ContactTerms
from app.connectors.mailchimp.merge_fields import FieldPlan, create_field, read_fields, remote_field
from app.connectors.mailchimp.opt_outs import OptOutWriter
from app.connectors.mailchimp.order_writer import OrderWriter
from app.connectors.mailchimp.people import People
from app.connectors.mailchimp.products import ProductWriter
from app.connectors.mailchimp.settings import MailchimpSettings, TargetOptions
from app.connectors.mailchimp.stock import StockWriter
from app.connectors.mailchimp.undoing import Remover, removers
from app.connectors.mailchimp.wire import Wire
from app.core.records import Bounce, Cart, Contact, Deletion, Kind, OptOut, Order, Product, Record, StockLevel
from app.core.rules import Refusal, skip
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, Settled, Step
from app.sdk.target import Judgement, Mappings, RemoteField, Removal, Suggestion, Timing

_KIND_OF: Mapping[type, Kind] = {
    Contact: Kind.CONTACTS,
    Order: Kind.ORDERS,
    Cart: Kind.CARTS,
    Product: Kind.PRODUCTS,
    StockLevel: Kind.STOCK,
    OptOut: Kind.OPT_OUTS,
    Bounce: Kind.BOUNCES,
}
_OF_STORE = frozenset({Kind.ORDERS, Kind.CARTS, Kind.PRODUCTS, Kind.STOCK})


class Writer(Protocol):
    """One kind of record; the methods are those of :class:`app.sdk.target.Target`."""

    @property
    def batch_size(self) -> int: ...

    def draft(self, record: Record) -> Draft | Refusal: ...

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]: ...

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan: ...

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]: ...


class MailchimpTarget:
    """``patience`` says how long batches are waited for."""

    def __init__(
        self,
        access: Access[MailchimpSettings],
        options: TargetOptions,
        mappings: Mappings,
        patience: Patience | None = None,
    ) -> None:
        self._wire = Wire(access)
        self._options = options
        self._mappings = mappings
        self._patience = patience or Patience()
        self._tag = options.member_tag.replace("{source}", mappings.source_system or "shop")
        self._audience = Audience(self._wire, access)
        self._stores = Stores(self._wire, self._audience)
        self._writers: Mapping[Kind, Writer] = {}
        self._removers: Mapping[Kind, Remover] = {}
        self._setup: Sequence[Step] = ()
        self._desk: Desk | None = None
        self._is_paused = False

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        list_id = await self._audience.find()
        writers = dict(self._writers)
        people = People(self._wire, list_id)
        if Kind.CONTACTS in kinds:
            writers[Kind.CONTACTS] = await self._contact_writer(list_id, people, timing)
        for kind in {Kind.OPT_OUTS, Kind.BOUNCES} & set(kinds):
            writers[kind] = OptOutWriter(people=people, list_id=list_id)
        self._setup = ()
        if any(not kind.runs_back for kind in kinds):
            writers |= await self._open_store(kinds, timing, list_id)
        self._writers = writers
        self._removers = removers(self._wire, self._desk, writers)

    def setup(self) -> Sequence[Step]:
        return self._setup

    def wind_up(self) -> Sequence[Step]:
        """The automations of the store go on. A run that was cut off leaves this to the next one."""
        was_paused = self._is_paused or (self._desk is not None and self._desk.has_paused)
        return [resuming(self._desk.id)] if self._desk is not None and was_paused else []

    def batch_size(self, kind: Kind) -> int:
        return self._writers[kind].batch_size if kind in self._writers else 1

    def draft(self, record: Record) -> Draft | Refusal:
        kind = record.kind if isinstance(record, Deletion) else _KIND_OF.get(type(record))
        writer = self._writers.get(kind) if kind else None
        drafted = skip("not_a_kind") if writer is None else writer.draft(record)
        if isinstance(drafted, Refusal) or drafted.kind not in _OF_STORE or self._desk is None:
            return drafted
        # Another audience has another store, to which everything is sent again.
        return replace(drafted, content={**drafted.content, STORE: self._desk.id})

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        writer = self._writers.get(Kind.CONTACTS)
        return writer.terms.withdrawal(contact) if isinstance(writer, ContactWriter) else skip("not_a_kind")

    def parties(self, record: Record) -> Sequence[str]:
        writer = self._writers.get(_KIND_OF.get(type(record), Kind.CONTACTS))
        return writer.parties(record) if isinstance(writer, OrderWriter | CartWriter) else ()

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        if not drafts or (drafts[0].kind in _OF_STORE and not self._has_store):
            return {}
        return await self._writers[drafts[0].kind].look_up(drafts)

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        return self._writers[drafts[0][0].kind].plan(drafts) if drafts else Plan(())

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """Somebody made it meanwhile, or took it away; or an order names a product that has just gone."""
        is_gone = answer.status == 404 and step.method in {"PATCH", "DELETE", "PUT"}
        lacks_product = step.method in {"POST", "PATCH"} and says(answer, "does not exist")
        is_customer_known = says(answer, "not be changed")
        lacks_member = says(answer, "not found in audience")
        if lacks_member and self._desk is not None:
            self._desk.heard(step)
        is_new_look = is_duplicate(answer) or is_gone or lacks_product or is_customer_known or lacks_member
        return Judgement.EXISTS if is_new_look else Judgement.REFUSED

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        """Of many people in one plan, whom this step was about."""
        return {step.keys[0]: words_of(answer)} if len(step.keys) == 1 else {}

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return await self._writers[plan.records[0].draft.kind].confirm(plan, answers) if plan.records else {}

    def undo_order(self) -> Sequence[Kind]:
        return tuple(self._removers)

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        if not drafts or (drafts[0].kind in _OF_STORE and not self._has_store):
            return {}
        return await self._removers[drafts[0].kind].look_back(drafts)

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        return self._removers[draft.kind].removal(draft, known, leaving)

    async def remote_fields(self) -> Sequence[RemoteField]:
        fields = await read_fields(self._wire, await self._audience.find())
        return [remote_field(each) for each in fields if each.type != "address"]

    async def create_field(self, label: str) -> RemoteField:
        return await create_field(self._wire, await self._audience.find(), label)

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        match name:
            case "audiences":
                return await self._audience.suggestions()
            case "own_stores":
                return await self._stores.suggestions(only_ours=True)
            case _:
                return ()

    @property
    def _has_store(self) -> bool:
        return self._desk is not None and self._desk.exists

    async def _contact_writer(self, list_id: str, people: People, timing: Timing) -> Writer:
        fields = FieldPlan.bind(self._mappings.fields, await read_fields(self._wire, list_id))
        terms = ContactTerms(
            fields=fields, people=people, tag=self._tag, newsletter=self._options.newsletter, list_id=list_id
        )
        return ContactWriter(wire=self._wire, terms=terms, timing=timing, patience=self._patience)

    async def _open_store(self, kinds: Sequence[Kind], timing: Timing, list_id: str) -> Mapping[Kind, Writer]:
        """Also a sync of contacts alone looks whether an import that was cut off has left the automations paused."""
        store = await self._stores.to_write(self._options, self._mappings)
        wants_store = bool(_OF_STORE & set(kinds))
        if not wants_store and (store is None or not store.is_syncing or timing is Timing.HISTORICAL):
            return {}
        store_id = store.id if store else own_store_id(self._mappings, list_id)
        state = StoreState(
            id=store_id,
            store=store,
            timing=timing,
            list_id=list_id,
            name=self._mappings.source_name or self._mappings.source_system or "Shop",
            currency=self._options.store_currency,
        )
        self._setup = state.setup()
        self._is_paused = timing is Timing.HISTORICAL
        desk = await self._open_desk(store_id, timing, exists=store is not None)
        writers: dict[Kind, Writer] = {
            Kind.PRODUCTS: ProductWriter(desk=desk),
            Kind.STOCK: StockWriter(desk=desk),
            Kind.ORDERS: OrderWriter(desk=desk),
            Kind.CARTS: CartWriter(desk=desk),
        }
        return {kind: writer for kind, writer in writers.items() if kind in kinds}

    async def _open_desk(self, store_id: str, timing: Timing, *, exists: bool) -> Desk:
        """What was learnt of the store's products stays when the target is opened again."""
        before = self._desk
        is_known = before is not None and before.exists and before.id == store_id
        catalogue = (
            before.catalogue if before is not None and is_known else Catalogue(self._wire, store_id if exists else "")
        )
        await catalogue.load()
        self._desk = Desk(
            wire=self._wire,
            id=store_id,
            exists=exists,
            catalogue=catalogue,
            timing=timing,
            deleted=self._options.deleted_in_shop,
            list_id=await self._audience.find(),
            has_paused=before.has_paused if before is not None else False,
        )
        return self._desk
