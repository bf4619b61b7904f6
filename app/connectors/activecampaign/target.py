"""ActiveCampaign as a target: opens the account, then hands every kind to the part that writes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from app.connectors.activecampaign.answers import GRAPHQL_PATH, is_duplicate
from app.connectors.activecampaign.connection import find_connection, wanted_connection
from app.connectors.activecampaign.contact_import import ContactImport, Patience
from app.connectors.activecampaign.contact_sync import ContactSync
from app.connectors.activecampaign.contacts import ContactTerms
from app.connectors.activecampaign.deep_data import DeepData
from app.connectors.activecampaign.fields import FieldPlan, create_field, read_fields, remote_field, standard_fields
from app.connectors.activecampaign.graphql_orders import GraphqlOrders
from app.connectors.activecampaign.lists import list_suggestions, refuse_unknown_list
from app.connectors.activecampaign.orders import rest_cart, rest_order
from app.connectors.activecampaign.people import People
from app.connectors.activecampaign.products import GraphqlProducts, products_in_account
from app.connectors.activecampaign.schema import DOCUMENTED, INTROSPECTION, Schema, schema_from
from app.connectors.activecampaign.settings import ActiveCampaignSettings, OrderPath, TargetOptions
from app.connectors.activecampaign.tags import Tags
from app.connectors.activecampaign.undoing import Remover, removers
from app.connectors.activecampaign.wire import Wire
from app.connectors.activecampaign.writer import Writer
from app.core.errors import ConfigError, ProtocolError
from app.core.records import Cart, Contact, Deletion, Kind, Order, Product, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer, RejectedError
from app.sdk.plan import Draft, Known, Plan, Settled, Step
from app.sdk.target import Judgement, Mappings, RemoteField, Removal, Suggestion, Timing

_KIND_OF: Mapping[type, Kind] = {
    Contact: Kind.CONTACTS,
    Order: Kind.ORDERS,
    Cart: Kind.CARTS,
    Product: Kind.PRODUCTS,
}
_OF_SHOP = {Kind.ORDERS, Kind.CARTS, Kind.PRODUCTS}


class ActiveCampaignTarget:
    """``patience`` says how long queued imports are waited for."""

    def __init__(
        self,
        access: Access[ActiveCampaignSettings],
        options: TargetOptions,
        mappings: Mappings,
        patience: Patience | None = None,
    ) -> None:
        self._wire = Wire(access)
        self._options = options
        self._mappings = mappings
        self._patience = patience or Patience()
        self._tag = options.tag.replace("{source}", mappings.source_system or "shop")
        self._account_url = access.settings.api_url
        self._tags = Tags(self._wire)
        self._writers: Mapping[Kind, Writer] = {}
        self._removers: Mapping[Kind, Remover] = {}
        self._setup: tuple[Step, ...] = ()
        self._described: Schema | None = None

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        writers: dict[Kind, Writer] = {}
        setup: list[Step] = []
        if Kind.CONTACTS in kinds:
            writers[Kind.CONTACTS] = await self._contact_writer(timing)
            if self._tag and not self._tags.id_of(self._tag):
                setup.append(self._tags.creation(self._tag))
        if _OF_SHOP & set(kinds):
            connection = wanted_connection(self._mappings, self._options.order_path, self._account_url)
            connection_id = await find_connection(self._wire, connection)
            writers |= await self._shop_writers(kinds, timing, connection_id)
            if not connection_id:
                setup.append(connection.creation())
        self._writers = {**self._writers, **writers}
        self._removers = removers(self._wire, self._tags, self._writers)
        self._setup = tuple(setup)

    def setup(self) -> Sequence[Step]:
        return self._setup

    def batch_size(self, kind: Kind) -> int:
        return self._writers[kind].batch_size if kind in self._writers else 1

    def draft(self, record: Record) -> Draft | Refusal:
        kind = record.kind if isinstance(record, Deletion) else _KIND_OF.get(type(record))
        writer = self._writers.get(kind) if kind else None
        if writer is None:
            return skip("products_need_graphql" if kind is Kind.PRODUCTS else "not_a_kind")
        return writer.draft(record)

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        writer = self._writers.get(Kind.CONTACTS)
        return (
            writer.terms.withdrawal(contact) if isinstance(writer, ContactImport | ContactSync) else skip("not_a_kind")
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self._writer(drafts[0].kind).look_up(drafts) if drafts else {}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        return self._writer(drafts[0][0].kind).plan(drafts) if drafts else Plan(())

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """A PUT to something that vanished is planned again too: then it is created."""
        has_vanished = answer.status == 404 and step.method == "PUT"
        return Judgement.EXISTS if is_duplicate(answer) or has_vanished else Judgement.REFUSED

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        for writer in self._writers.values():
            if named := writer.culprits(step, answer):
                return named
        return {}

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return await self._writer(plan.records[0].draft.kind).confirm(plan, answers) if plan.records else {}

    def undo_order(self) -> Sequence[Kind]:
        return tuple(self._removers)

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self._removers[drafts[0].kind].look_back(drafts) if drafts else {}

    def removal(self, draft: Draft, known: Known, leaving: Mapping[Kind, Collection[str]]) -> Removal:
        return self._removers[draft.kind].removal(draft, known, leaving)

    async def remote_fields(self) -> Sequence[RemoteField]:
        return (*standard_fields(), *(remote_field(each) for each in await read_fields(self._wire)))

    async def create_field(self, label: str) -> RemoteField:
        return await create_field(self._wire, label)

    async def remote_products(self) -> Sequence[Product]:
        schema = await self._schema() if self._options.order_path is OrderPath.GRAPHQL else Schema({}, {}, {})
        return [product async for product in products_in_account(self._wire, schema)]

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await list_suggestions(self._wire) if name == "lists" else ()

    async def _contact_writer(self, timing: Timing) -> Writer:
        await self._tags.find([self._tag])
        fields = FieldPlan.bind(self._mappings.fields, await read_fields(self._wire))
        list_id = self._options.subscribe_to_list
        if list_id:
            await refuse_unknown_list(self._wire, list_id)
        terms = ContactTerms(fields=fields, people=People(self._wire, list_id), tag=self._tag, list_id=list_id)
        if timing is Timing.HISTORICAL:
            return ContactImport(wire=self._wire, terms=terms, patience=self._patience)
        return ContactSync(terms=terms, tags=self._tags)

    async def _shop_writers(self, kinds: Sequence[Kind], timing: Timing, connection_id: str) -> Mapping[Kind, Writer]:
        writers: dict[Kind, Writer] = {}
        is_graphql = self._options.order_path is OrderPath.GRAPHQL
        schema = await self._schema() if is_graphql and {Kind.ORDERS, Kind.PRODUCTS} & set(kinds) else DOCUMENTED
        if Kind.ORDERS in kinds and is_graphql:
            writers[Kind.ORDERS] = GraphqlOrders(
                wire=self._wire,
                schema=schema,
                mappings=self._mappings,
                connection_id=connection_id,
                timing=timing,
                deleted_orders=self._options.deleted_orders,
            )
        elif Kind.ORDERS in kinds:
            writers[Kind.ORDERS] = DeepData(
                wire=self._wire,
                mappings=self._mappings,
                connection_id=connection_id,
                timing=timing,
                id_field="externalid",
                of_order=rest_order,
                deleted_orders=self._options.deleted_orders,
            )
        if Kind.CARTS in kinds:
            writers[Kind.CARTS] = DeepData(
                wire=self._wire,
                mappings=self._mappings,
                connection_id=connection_id,
                timing=timing,
                id_field="externalcheckoutid",
                of_cart=rest_cart,
            )
        if Kind.PRODUCTS in kinds and is_graphql:
            writers[Kind.PRODUCTS] = GraphqlProducts(
                wire=self._wire, schema=schema, mappings=self._mappings, connection_id=connection_id
            )
        return writers

    async def _schema(self) -> Schema:
        """Asked once; ``open`` is called twice when something had to be set up."""
        if self._described is None:
            self._described = await self._describe()
        return self._described

    async def _describe(self) -> Schema:
        """What the account knows, or the documented set where it does not tell."""
        try:
            found = schema_from(await self._wire.ask(INTROSPECTION))
        except RejectedError as error:
            if error.answer.status == 404:
                raise ConfigError(
                    text("This account has no GraphQL interface for orders."),
                    remedy=text('Choose "REST" under "How orders are written".'),
                    field="order_path",
                    detail=f"no {GRAPHQL_PATH}: {error.detail}",
                ) from error
            return DOCUMENTED
        except ProtocolError:
            return DOCUMENTED
        return found if found.inputs else DOCUMENTED

    def _writer(self, kind: Kind) -> Writer:
        return self._writers[kind]
