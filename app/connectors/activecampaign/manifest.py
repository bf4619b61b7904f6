"""ActiveCampaign's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from app.connectors.activecampaign.settings import ActiveCampaignSettings, SourceOptions, TargetOptions
from app.connectors.activecampaign.wire import PACE, http_options
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, ProductNumbers, Reads, Writes
from app.sdk.source import Source
from app.sdk.target import Mappings, Target

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator

_WHOLE_DAYS = timedelta(days=2)
"""The filter of changes takes dates in the account's own time zone, and names none of them included."""


def _base_url(settings: ActiveCampaignSettings) -> str:
    return settings.api_url


def _probes(access: Access[ActiveCampaignSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.activecampaign.probes import probes

    return probes(access, kinds)


def _open_source(access: Access[ActiveCampaignSettings], options: SourceOptions) -> Source:
    from app.connectors.activecampaign.source import ActiveCampaignSource

    return ActiveCampaignSource(access, options)


def _open_target(access: Access[ActiveCampaignSettings], options: TargetOptions, mappings: Mappings) -> Target:
    from app.connectors.activecampaign.target import ActiveCampaignTarget

    return ActiveCampaignTarget(access, options, mappings)


def _simulator(records: int) -> Simulator:
    from app.connectors.activecampaign.simulator import build_simulator

    return build_simulator(records)


MANIFEST = Manifest(
    system="activecampaign",
    name="ActiveCampaign",
    category=Category.MARKETING,
    colour="#1B4FD8",
    monogram="AC",
    summary=text("E-mail marketing: contacts, orders, carts and products go in, opt-outs and bounces come back."),
    settings=ActiveCampaignSettings,
    pace=PACE,
    base_url=_base_url,
    probes=_probes,
    simulator=_simulator,
    http_options=http_options,
    reads=(
        Reads(kind=Kind.OPT_OUTS, granularity=_WHOLE_DAYS, note=text("People who unsubscribed in ActiveCampaign.")),
        Reads(
            kind=Kind.BOUNCES, granularity=_WHOLE_DAYS, note=text("Addresses that ActiveCampaign cannot deliver to.")
        ),
    ),
    writes=(
        Writes(kind=Kind.PRODUCTS, note=text("By GraphQL only; otherwise products travel inside orders.")),
        Writes(kind=Kind.CONTACTS),
        Writes(kind=Kind.ORDERS),
        Writes(kind=Kind.CARTS, note=text("Always by REST, as ActiveCampaign knows no other way for carts.")),
    ),
    open_source=_open_source,
    open_target=_open_target,
    source_options=SourceOptions,
    target_options=TargetOptions,
    product_numbers=ProductNumbers(label=text("Product id in ActiveCampaign")),
    permissions=(
        text("The key may do what its user may do: contacts, lists, tags, custom fields and integrations are needed."),
    ),
    limits=(
        text("Five requests a second for the whole account, whoever sends them."),
        text("A shop's orders are written either by GraphQL or by REST, never both; carts always go by REST."),
        text("REST knows no order status: a cancelled or failed order is sent with a total of zero."),
        text(
            "Contacts, orders and carts are deleted only when you undo an import; what was written by GraphQL stays "
            "even then, and so do the people who ordered."
        ),
        text("Currencies without cents, such as yen, are sent as the documentation says; try one order first."),
        text("By REST, an amount above 21,474,836.47 is held: ActiveCampaign cannot store it."),
        text("Writing cannot be tested without changing something; a trial with one record proves it."),
    ),
    reasons=(
        Reason(
            "amount_too_large",
            text("The amount is larger than ActiveCampaign can store."),
            text("Send it by GraphQL, or leave it out."),
        ),
        Reason(
            "import_unfinished",
            text("ActiveCampaign had not finished the import when we stopped waiting."),
            text("Retry later: the contact is looked up before anything is sent again."),
        ),
        Reason(
            "products_need_graphql",
            text("Products of their own can be sent by GraphQL only."),
            text("They still travel inside every order."),
        ),
        Reason("not_a_kind", text("ActiveCampaign does not take this kind of record."), text("")),
    ),
    documents=(
        "https://developers.activecampaign.com/reference/overview",
        "https://developers.activecampaign.com/reference/orders-1",
        "https://developers.activecampaign.com/reference/products",
        "https://developers.activecampaign.com/reference/searches",
        "https://developers.activecampaign.com/reference/bulk-import-contacts",
        "https://developers.activecampaign.com/reference/create-order",
        "https://developers.activecampaign.com/reference/e-commerce-abandoned-carts",
    ),
)
