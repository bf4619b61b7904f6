"""Brevo as a target: opens the account, then hands every kind to the part that writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.connectors.brevo.attributes import AttributePlan, create_attribute, read_attributes, remote_fields
from app.connectors.brevo.contacts import Confirmation, Contacts
from app.connectors.brevo.lists import refuse_unknown_list, suggestions
from app.connectors.brevo.orders import Orders
from app.connectors.brevo.people import People
from app.connectors.brevo.products import Products
from app.connectors.brevo.settings import BrevoSettings, DoubleOptIn, TargetOptions, UnknownBuyers
from app.connectors.brevo.shop import HeldOrders, HeldProducts, Patience, Shop, open_shop
from app.connectors.brevo.wire import Wire
from app.core.errors import ConfigError
from app.core.records import Contact, Deletion, Kind, Order, Product, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, Settled, Step
from app.sdk.target import Judgement, Mappings, RemoteField, Suggestion, Timing

_KIND_OF: Mapping[type, Kind] = {Contact: Kind.CONTACTS, Order: Kind.ORDERS, Product: Kind.PRODUCTS}
_OF_SHOP = {Kind.ORDERS, Kind.PRODUCTS}


class Writer(Protocol):
    """One kind of record; the methods are those of :class:`app.sdk.target.Target`."""

    @property
    def batch_size(self) -> int: ...

    def draft(self, record: Record) -> Draft | Refusal: ...

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]: ...

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan: ...

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]: ...


class BrevoTarget:
    """``patience`` says how long accepted batches of orders are waited for."""

    def __init__(
        self,
        access: Access[BrevoSettings],
        options: TargetOptions,
        mappings: Mappings,
        patience: Patience | None = None,
    ) -> None:
        self._wire = Wire(access)
        self._clock = access.clock
        self._options = options
        self._mappings = mappings
        self._patience = patience or Patience()
        self._people = People(self._wire, int(options.subscribe_to_list or 0), access.clock)
        self._writers: dict[Kind, Writer] = {}
        self._setup: tuple[Step, ...] = ()

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        setup: list[Step] = []
        if Kind.CONTACTS in kinds:
            contacts = await self._contacts(timing)
            self._writers[Kind.CONTACTS] = contacts
            setup += contacts.attributes.creations()
        if _OF_SHOP & set(kinds):
            shop = await open_shop(self._wire, self._options.account_currency)
            self._writers |= self._shop_writers(kinds, timing, shop)
            setup += shop.setup()
        self._setup = tuple(setup)

    def setup(self) -> Sequence[Step]:
        return self._setup

    def batch_size(self, kind: Kind) -> int:
        return self._writers[kind].batch_size if kind in self._writers else 1

    def draft(self, record: Record) -> Draft | Refusal:
        kind = record.kind if isinstance(record, Deletion) else _KIND_OF.get(type(record))
        writer = self._writers.get(kind) if kind else None
        return writer.draft(record) if writer else skip("not_a_kind")

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        writer = self._writers.get(Kind.CONTACTS)
        return writer.withdrawal(contact) if isinstance(writer, Contacts) else skip("not_a_kind")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self._writers[drafts[0].kind].look_up(drafts) if drafts else {}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        return self._writers[drafts[0][0].kind].plan(drafts) if drafts else Plan(())

    def judge(self, step: Step, answer: Answer) -> Judgement:
        writer = self._writers.get(Kind.CONTACTS)
        is_of_contact = (
            isinstance(writer, Contacts) and step.path.startswith("contacts") if isinstance(step.path, str) else False
        )
        return writer.judge(step, answer) if is_of_contact and isinstance(writer, Contacts) else Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return await self._writers[plan.records[0].draft.kind].confirm(plan, answers) if plan.records else {}

    async def remote_fields(self) -> Sequence[RemoteField]:
        return remote_fields(await read_attributes(self._wire))

    async def create_field(self, label: str) -> RemoteField:
        return await create_attribute(self._wire, label)

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await suggestions(self._wire, name)

    async def _contacts(self, timing: Timing) -> Contacts:
        options = self._options
        list_id = int(options.subscribe_to_list or 0)
        if list_id:
            await refuse_unknown_list(self._wire, list_id, "subscribe_to_list")
        confirmation = await self._confirmation() if list_id and options.double_opt_in is DoubleOptIn.ASK else None
        held = await read_attributes(self._wire)
        return Contacts(
            people=self._people,
            attributes=AttributePlan.bind(
                self._mappings.fields, held, tags=options.tags_attribute, asks=confirmation is not None
            ),
            mappings=self._mappings,
            list_id=list_id,
            timing=timing,
            confirmation=confirmation,
            deleted_people=options.deleted_people,
        )

    async def _confirmation(self) -> Confirmation:
        """Checked before anybody is asked: a refusal afterwards would leave people marked as asked."""
        for value, field in (
            (self._options.doi_template, "doi_template"),
            (self._options.doi_redirect, "doi_redirect"),
        ):
            if not value:
                raise ConfigError(
                    text("Double opt-in needs a template and a page of your shop."),
                    remedy=text("Fill in both fields, or let the shop ask."),
                    field=field,
                )
        template = await self._wire.find(f"smtp/templates/{self._options.doi_template}")
        if template is None or template.get("isActive") is False:
            raise ConfigError(
                text("Brevo has no active template {number}.", number=self._options.doi_template),
                remedy=text("Choose an active template for the double opt-in."),
                field="doi_template",
            )
        return Confirmation(int(self._options.doi_template), self._options.doi_redirect)

    def _shop_writers(self, kinds: Sequence[Kind], timing: Timing, shop: Shop) -> Mapping[Kind, Writer]:
        writers: dict[Kind, Writer] = {}
        # A preview has not written the contacts that a run writes before the orders.
        has_yet_to_write_buyers = self._wire.http.read_only and Kind.CONTACTS in kinds
        if Kind.ORDERS in kinds:
            writers[Kind.ORDERS] = Orders(
                mappings=self._mappings,
                shop=shop,
                held=HeldOrders(self._wire, self._clock(), shop.order_count),
                people=self._people,
                timing=timing,
                unknown_buyers=UnknownBuyers.SEND if has_yet_to_write_buyers else self._options.unknown_buyers,
                patience=self._patience,
            )
        if Kind.PRODUCTS in kinds:
            writers[Kind.PRODUCTS] = Products(mappings=self._mappings, shop=shop, held=HeldProducts(self._wire))
        return writers
