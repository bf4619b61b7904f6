"""What BigCommerce is to Koppler: its card, its form, its permissions and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.connectors.bigcommerce.client import PACE, http_options
from app.connectors.bigcommerce.settings import (
    BigCommerceSettings,
    BigCommerceSourceOptions,
    BigCommerceTargetOptions,
)
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, Reads, Writes
from app.sdk.source import Source
from app.sdk.target import Mappings, Target

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator

API_ADDRESS = "https://api.bigcommerce.com"
"""The same host for every shop; the store hash is part of the path."""


def _open_source(access: Access[BigCommerceSettings], options: BigCommerceSourceOptions) -> Source:
    from app.connectors.bigcommerce.source import open_source

    return open_source(access, options)


def _open_target(access: Access[BigCommerceSettings], options: BigCommerceTargetOptions, mappings: Mappings) -> Target:
    from app.connectors.bigcommerce.target import open_target

    return open_target(access, options, mappings)


def _probes(access: Access[BigCommerceSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.bigcommerce.checks import probes

    return probes(access, kinds)


def _simulator(records: int) -> Simulator:
    from app.connectors.bigcommerce.simulator import simulator

    return simulator(records)


MANIFEST = Manifest(
    system="bigcommerce",
    name="BigCommerce",
    category=Category.SHOP,
    colour="#2B2F8F",
    monogram="BC",
    summary=text("Customers, orders, products and abandoned checkouts of a BigCommerce shop."),
    settings=BigCommerceSettings,
    pace=PACE,
    base_url=lambda _: API_ADDRESS,
    http_options=http_options,
    probes=_probes,
    simulator=_simulator,
    reads=(
        Reads(kind=Kind.CATEGORIES, has_changes=False),
        Reads(kind=Kind.PRODUCTS, sweeps=True),
        Reads(kind=Kind.STOCK, has_changes=False, note=text("Stock of the main location.")),
        Reads(kind=Kind.CONTACTS, sweeps=True),
        Reads(kind=Kind.ORDERS),
        Reads(kind=Kind.CARTS, note=text("Only checkouts that reached payment, an hour after they were left.")),
    ),
    writes=(
        Writes(kind=Kind.OPT_OUTS, note=text("Ends the newsletter consent; other consents stay.")),
        Writes(kind=Kind.BOUNCES, note=text("Ends the newsletter consent of addresses that bounced for good.")),
    ),
    open_source=_open_source,
    open_target=_open_target,
    source_options=BigCommerceSourceOptions,
    target_options=BigCommerceTargetOptions,
    permissions=(
        text("Information & settings: read-only"),
        text("Customers: read-only; modify if opt-outs and bounces are written back"),
        text("Orders: read-only"),
        text("Order transactions: read-only"),
        text("Products: read-only"),
    ),
    limits=(
        text("Carts cannot be listed: only shoppers who reached the payment step are known, without a link to return."),
        text("The shop reports no deletions: deleted customers and products are found by comparing all ids."),
        text("Deleted orders stay in the shop as archived orders; they keep their status unless you choose otherwise."),
        text("Newsletter subscribers are matched with customers by e-mail address only."),
        text(
            "An empty consent is a box left empty or an opt-out; the shop does not tell which. It subscribes nobody and"
            " unsubscribes nobody."
        ),
        text("Customer groups come as numbers, without their names."),
        text("Stock is that of the main location; products without stock control have none."),
        text(
            "Not documented: whether a refund changes its order's date. Refunds are therefore read by their own date."
        ),
        text("Not documented: whether totals contain gift certificates. The order's own numbers decide, to the cent."),
        text("An access token's permissions cannot be changed: for more, create another API account."),
    ),
    reasons=(
        Reason(
            "soft_bounce",
            text("The address bounced for the moment only."),
            text("Nothing to do: the newsletter ends when it bounces for good."),
        ),
    ),
    documents=(
        "https://developer.bigcommerce.com/docs/start/authentication/api-accounts",
        "https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits",
        "https://developer.bigcommerce.com/docs/rest-management/customers",
        "https://developer.bigcommerce.com/docs/rest-management/subscribers",
        "https://developer.bigcommerce.com/docs/rest-management/orders",
        "https://developer.bigcommerce.com/docs/rest-catalog/products",
    ),
)
