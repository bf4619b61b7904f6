"""The register as a target: opens what must be known, then hands every kind to the part that writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Protocol

from app.connectors.mpluskassa.articles import Articles
from app.connectors.mpluskassa.chosen import Chosen
from app.connectors.mpluskassa.contacts import ContactWriter, party
from app.connectors.mpluskassa.debtors import Debtors, DebtorTerms
from app.connectors.mpluskassa.faults import EXISTS, result_of
from app.connectors.mpluskassa.goods import articles_of, product_of
from app.connectors.mpluskassa.groups import CategoryWriter
from app.connectors.mpluskassa.lists import TaxCodes, read_article_fields, read_tax_codes, suggestions
from app.connectors.mpluskassa.opt_outs import OptOutWriter
from app.connectors.mpluskassa.order_body import OrderBody
from app.connectors.mpluskassa.order_terms import OrderTerms
from app.connectors.mpluskassa.orders import OrderWriter
from app.connectors.mpluskassa.product_terms import ProductTerms
from app.connectors.mpluskassa.products import ProductWriter
from app.connectors.mpluskassa.readers import WHOLE_PRODUCTS
from app.connectors.mpluskassa.settings import MplusSettings
from app.connectors.mpluskassa.stock import StockWriter
from app.connectors.mpluskassa.target_options import TargetOptions
from app.connectors.mpluskassa.wire import NO_TEXTS, PAGE_SIZE, Wire
from app.core.errors import ConfigError
from app.core.records import (
    Category,
    Contact,
    Deletion,
    Kind,
    OptOut,
    Order,
    Product,
    Record,
    StockLevel,
)
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, Settled, Step
from app.sdk.target import Judgement, Mappings, Suggestion, Timing

_KIND_OF: Mapping[type, Kind] = {
    Contact: Kind.CONTACTS,
    Order: Kind.ORDERS,
    Product: Kind.PRODUCTS,
    Category: Kind.CATEGORIES,
    StockLevel: Kind.STOCK,
    OptOut: Kind.OPT_OUTS,
}


class Writer(Protocol):
    """One kind of record; the methods are those of :class:`app.sdk.target.Target`."""

    def draft(self, record: Record) -> Draft | Refusal: ...

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]: ...

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan: ...

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]: ...


class MplusTarget:
    """The register fires no automations: history and sync are written alike, but that an old order changes nobody who
    is sent with what counts today."""

    def __init__(self, access: Access[MplusSettings], options: TargetOptions, mappings: Mappings) -> None:
        self._wire = Wire(access)
        self._options = options
        self._mappings = mappings
        self._debtors = Debtors(self._wire)
        self._articles = Articles(self._wire)
        self._terms = DebtorTerms(country_words=options.country_words, source=mappings.source_system or "shop")
        self._attempt = token_hex(4)
        self._categories = CategoryWriter(wire=self._wire)
        self._writers: dict[Kind, Writer] = {}
        self._has_contacts = self._is_history = False

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        await Chosen(self._wire, self._options).check(kinds)
        self._has_contacts, self._is_history = Kind.CONTACTS in kinds, timing is Timing.HISTORICAL
        for kind in kinds:
            if kind not in self._writers:
                self._writers[kind] = await self._writer(kind)

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        """Every operation of the register takes one record."""
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        kind = record.kind if isinstance(record, Deletion) else _KIND_OF.get(type(record))
        writer = self._writers.get(kind) if kind else None
        return writer.draft(record) if writer else skip("not_in_target")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self._writers[drafts[0].kind].look_up(drafts) if drafts else {}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        return self._writers[drafts[0][0].kind].plan(drafts) if drafts else Plan(())

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.EXISTS if result_of(answer) in EXISTS else Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return await self._writers[plan.records[0].draft.kind].confirm(plan, answers) if plan.records else {}

    def parties(self, record: Record) -> Sequence[str]:
        """A customer is created by an order or by themselves, a group by a category or by a product."""
        match record:
            case Contact() if record.email:
                return (party(record.email),)
            case Order() | Product():
                writer = self._writers.get(_KIND_OF[type(record)])
                return writer.parties(record) if isinstance(writer, OrderWriter | ProductWriter) else ()
            case _:
                return self._categories.parties(record)

    async def remote_products(self) -> Sequence[Product]:
        """Every article as a product of its own, as a line of an order names articles."""
        found: list[Product] = []
        more = {"pluNumbers": NO_TEXTS, **WHOLE_PRODUCTS}
        async for rows, _ in self._wire.marked("getProducts", ("productList", "product"), 0, PAGE_SIZE, **more):
            for row in rows:
                singles = ({**row, "articleList": {"article": [each]}} for each in articles_of(row))
                found += [product_of(single, self._wire.settings, {}) for single in singles]
        return found

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await suggestions(self._wire, name)

    async def _writer(self, kind: Kind) -> Writer:
        wire, options = self._wire, self._options
        settings = wire.settings
        match kind:
            case Kind.CONTACTS:
                return ContactWriter(
                    terms=self._terms,
                    debtors=self._debtors,
                    field=settings.consent_field,
                    may_subscribe=options.subscribe_in_register,
                )
            case Kind.ORDERS:
                body = OrderBody(
                    settings=settings, options=options, taxes=await read_tax_codes(wire), attempt=self._attempt
                )
                terms = OrderTerms(
                    options=options, mappings=self._mappings, debtors=self._terms, currency=settings.currency
                )
                return OrderWriter(
                    wire=wire,
                    terms=terms,
                    body=body,
                    debtors=self._debtors,
                    articles=self._articles,
                    has_contacts=self._has_contacts,
                    is_history=self._is_history,
                )
            case Kind.PRODUCTS:
                return ProductWriter(wire=wire, terms=await self._product_terms(), articles=self._articles)
            case Kind.CATEGORIES:
                return self._categories
            case Kind.STOCK:
                return StockWriter(wire=wire, options=options, mappings=self._mappings, articles=self._articles)
            case Kind.OPT_OUTS:
                return OptOutWriter(debtors=self._debtors, field=settings.consent_field)
            case _:
                raise ConfigError(text('MplusKASSA does not take "{kind}".', kind=kind.value), field="flows")

    async def _product_terms(self) -> ProductTerms:
        taxes: TaxCodes = await read_tax_codes(self._wire)
        return ProductTerms(
            options=self._options,
            mappings=self._mappings,
            currency=self._wire.settings.currency,
            properties=frozenset(await read_article_fields(self._wire)),
            home=taxes.home,
        )
