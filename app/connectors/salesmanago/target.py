"""SALESmanago as a target: hands every kind to the part that writes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from app.connectors.salesmanago.contacts import ContactWriter, Patience
from app.connectors.salesmanago.event_undo import EventRemover
from app.connectors.salesmanago.event_writer import EventWriter
from app.connectors.salesmanago.events import EventTerms
from app.connectors.salesmanago.feed import offers
from app.connectors.salesmanago.settings import SalesmanagoSettings, TargetOptions
from app.connectors.salesmanago.wire import Wire
from app.core.records import Cart, Contact, Deletion, Kind, Order, Product, Record
from app.core.rules import Refusal, skip
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, Settled, Step
from app.sdk.target import Judgement, Mappings, RemoteField, Removal, Timing

_KIND_OF: Mapping[type, Kind] = {Contact: Kind.CONTACTS, Order: Kind.ORDERS, Cart: Kind.CARTS}
_OF_EVENTS = (Kind.ORDERS, Kind.CARTS)


class SalesmanagoTarget:
    """``patience`` says how long contacts that are entered in the background are waited for."""

    def __init__(
        self,
        access: Access[SalesmanagoSettings],
        options: TargetOptions,
        mappings: Mappings,
        patience: Patience | None = None,
    ) -> None:
        self._access = access
        self._options = options
        self._mappings = mappings
        self._patience = patience or Patience()
        self._terms = EventTerms.of(
            mappings,
            location=access.settings.location,
            offer_ids=options.offer_ids,
            counts_unpaid=options.unpaid_purchases,
        )
        self._writers: Mapping[Kind, ContactWriter | EventWriter] = {}

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Nothing has to be known first: tags and details come into being by being used."""
        wire = Wire(self._access)
        writers: dict[Kind, ContactWriter | EventWriter] = {}
        if Kind.CONTACTS in kinds:
            writers[Kind.CONTACTS] = ContactWriter(
                wire=wire, options=self._options, rules=self._mappings.fields, timing=timing, patience=self._patience
            )
        for kind in (each for each in _OF_EVENTS if each in kinds):
            writers[kind] = EventWriter(
                wire=wire,
                options=self._options,
                terms=self._terms,
                currency=self._access.settings.currency,
                timing=timing,
                kind=kind,
            )
        self._writers = {**self._writers, **writers}

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        return self._writers[kind].batch_size if kind in self._writers else 1

    def draft(self, record: Record) -> Draft | Refusal:
        if isinstance(record, Deletion):
            return skip("kept_in_salesmanago")
        kind = _KIND_OF.get(type(record))
        writer = self._writers.get(kind) if kind else None
        return writer.draft(record) if writer else skip("no_such_kind")

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        writer = self._writers.get(Kind.CONTACTS)
        return writer.withdrawal(contact) if isinstance(writer, ContactWriter) else skip("no_such_kind")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self._writers[drafts[0].kind].look_up(drafts) if drafts else {}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        return self._writers[drafts[0][0].kind].plan(drafts) if drafts else Plan(())

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """An upsert knows no "exists already"."""
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return await self._writers[plan.records[0].draft.kind].confirm(plan, answers) if plan.records else {}

    def undo_order(self) -> Sequence[Kind]:
        return tuple(kind for kind in _OF_EVENTS if kind in self._writers)

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await EventRemover(Wire(self._access)).look_back(drafts)

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        return EventRemover(Wire(self._access)).removal(draft, known)

    def feed(self, products: Sequence[Product]) -> bytes:
        return offers(products, self._terms, self._mappings.source_name, self._mappings.source_url)

    async def remote_fields(self) -> Sequence[RemoteField]:
        """SALESmanago lists no details of its contacts: a detail comes into being when it is first written."""
        return ()

    async def create_field(self, label: str) -> RemoteField:
        return RemoteField(id=label.strip(), label=label.strip())
