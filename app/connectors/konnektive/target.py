"""Konnektive as a target: orders that were paid elsewhere, and people as leads of a campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.connectors.konnektive import values
from app.connectors.konnektive.campaigns import Campaign, all_campaigns, the_campaign
from app.connectors.konnektive.leads import draft_contact, look_up_contacts, plan_contact, settle_contact
from app.connectors.konnektive.order_plans import plan_order, settle_order
from app.connectors.konnektive.order_search import OrderSearch
from app.connectors.konnektive.orders import Terms, draft_order
from app.connectors.konnektive.settings import KonnektiveSettings, TargetOptions
from app.core.addresses import normalised_email
from app.core.errors import ConfigError
from app.core.records import Contact, Kind, Order, Product, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Draft, Known, Plan, Settled, Step
from app.sdk.target import Judgement, Mappings, Suggestion, Timing


class KonnektiveTarget:
    def __init__(self, access: Access[KonnektiveSettings], options: TargetOptions, mappings: Mappings) -> None:
        self._access = access
        self._options = options
        self._mappings = mappings
        self._terms: Terms | None = None
        self._timing = Timing.HISTORICAL

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Reads the campaign with its offers and its currency. Raises ConfigError for a campaign that is not there."""
        del kinds
        self._timing = timing
        self._terms = Terms(self._options, await self._campaign(), self._mappings)

    async def _campaign(self) -> Campaign:
        own, accounts = self._options.campaign, self._access.settings.campaign_id
        return await the_campaign(
            self._access.http, own or accounts, "campaign" if own or not accounts else "campaign_id"
        )

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        """Konnektive has no call for several."""
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case Order():
                return draft_order(record, self._opened)
            case Contact():
                return draft_contact(record, self._opened)
            case _:
                return skip("never_deleted")

    @property
    def _opened(self) -> Terms:
        if self._terms is None:
            raise ConfigError(text("No campaign is chosen."), field="campaign")
        return self._terms

    def parties(self, record: Record) -> Sequence[str]:
        """The customer, whom an order or a lead creates by its e-mail address."""
        email = normalised_email(record.email) if isinstance(record, Order | Contact) else ""
        return (f"customer {email}",) if email else ()

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        today = self._access.clock()
        people = [draft for draft in drafts if draft.kind is Kind.CONTACTS]
        orders = [draft for draft in drafts if draft.kind is Kind.ORDERS]
        found = await look_up_contacts(self._access.http, people, today)
        return {**found, **await OrderSearch(self._access.http, self._opened, today).look_up(orders)}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts  # batch_size is 1
        if draft.kind is Kind.CONTACTS:
            return plan_contact(draft, known)
        return plan_order(draft, known, may_confirm=self._timing is Timing.LIVE and not draft.is_past)

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """Konnektive knows no doubles, so a refusal never means that it is there already."""
        del step, answer
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        if plan.records[0].draft.kind is Kind.CONTACTS:
            return settle_contact(plan, answers)
        return settle_order(plan, answers)

    async def remote_products(self) -> Sequence[Product]:
        """The offers of the campaign, to match the source's products with."""
        return (await self._campaign()).products()

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await suggestions(self._access, name)


async def suggestions(access: Access[KonnektiveSettings], name: str) -> Sequence[Suggestion]:
    match name:
        case "campaigns":
            found = await all_campaigns(access.http)
            return [Suggestion(each.id, f"{each.id} - {each.name}") for each in found]
        case "order_fields":
            return [Suggestion(field, field) for field in values.ORDER_FIELDS]
        case "id_fields":
            return [Suggestion(field, field) for field in values.CUSTOM_FIELDS]
        case "pay_sources":
            return [Suggestion(source, source) for source in values.PAY_SOURCES]
        case _:
            return ()
