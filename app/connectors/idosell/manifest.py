"""What IdoSell is to Koppler: its card, its form, its permissions and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from app.connectors.idosell.client import PACE, http_options
from app.connectors.idosell.settings import IdoSellSettings, IdoSellSourceOptions
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, Reads, Writes
from app.sdk.settings import NoSettings
from app.sdk.source import Source
from app.sdk.target import Mappings, Target

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator

_HOUR_THAT_COMES_TWICE = timedelta(hours=1)
_DAYS_ONLY = timedelta(days=2)


def _base_url(settings: IdoSellSettings) -> str:
    return f"https://{settings.panel_address}"


def _open_source(access: Access[IdoSellSettings], options: IdoSellSourceOptions) -> Source:
    from app.connectors.idosell.source import open_source

    return open_source(access, options)


def _open_target(access: Access[IdoSellSettings], options: NoSettings, mappings: Mappings) -> Target:
    from app.connectors.idosell.target import open_target

    return open_target(access, options, mappings)


def _probes(access: Access[IdoSellSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.idosell.checks import probes

    return probes(access, kinds)


def _simulator(records: int) -> Simulator:
    from app.connectors.idosell.simulator import simulator

    return simulator(records)


MANIFEST = Manifest(
    system="idosell",
    name="IdoSell",
    category=Category.SHOP,
    colour="#9A3324",
    monogram="Id",
    summary=text("Customers, newsletter consents, orders and products of an IdoSell (IAI Shop) panel."),
    settings=IdoSellSettings,
    pace=PACE,
    base_url=_base_url,
    http_options=http_options,
    probes=_probes,
    simulator=_simulator,
    reads=(
        Reads(kind=Kind.CATEGORIES, has_changes=False),
        Reads(
            kind=Kind.PRODUCTS,
            granularity=_DAYS_ONLY,
            note=text("Changes are found by the day; deleted products come with them."),
        ),
        Reads(
            kind=Kind.STOCK,
            granularity=_DAYS_ONLY,
            note=text("All warehouses together; sizes whose stock is unlimited have no number."),
        ),
        Reads(kind=Kind.CONTACTS, granularity=_HOUR_THAT_COMES_TWICE),
        Reads(kind=Kind.ORDERS, granularity=_HOUR_THAT_COMES_TWICE),
        Reads(
            kind=Kind.CARTS,
            granularity=_HOUR_THAT_COMES_TWICE,
            note=text("Unfinished orders that are no order, an hour after they were left."),
        ),
    ),
    writes=(
        Writes(kind=Kind.OPT_OUTS, note=text("Ends the newsletter approval in the chosen shop.")),
        Writes(kind=Kind.BOUNCES, note=text("Ends the newsletter approval of addresses that bounced for good.")),
    ),
    open_source=_open_source,
    open_target=_open_target,
    source_options=IdoSellSourceOptions,
    permissions=(
        text("CRM: read; read and write if opt-outs and bounces are written back"),
        text("OMS: read"),
        text("PIM: read"),
        text("WMS: read"),
        text("SYSTEM: read"),
    ),
    limits=(
        text(
            "Cloud plans include a number of API calls a month, and more cost money. Koppler reads a hundred records"
            " with a call; orders take up to three calls more for their products and customers. The panel shows what"
            " a key has used."
        ),
        text(
            "A sync that finds changed customers or orders also reads the list of subscribers without an account: a"
            " call per hundred. A sync in which nothing changed takes about ten calls."
        ),
        text(
            "Deleted customers are not noticed, because finding them would read all customers in every sync. Erase"
            " them in the target when you delete them here."
        ),
        text(
            "Buyers from Allegro, Amazon and other marketplaces hide behind addresses of the marketplace. They are"
            " left out unless you choose otherwise, and never subscribed."
        ),
        text(
            "IdoSell tells times without a zone. They are read as Polish time unless you choose another zone; in the"
            " autumn night whose hour comes twice, a time may be an hour off."
        ),
        text("Changes of products and stock can be asked for by the day only; what did not change is not sent again."),
        text(
            "Not documented: whether deleting a product counts as changing it. If your shop says no, deleted products"
            " are noticed only when they are looked up again."
        ),
        text(
            "The vendor calls orders that are still being worked on unfinished. Only those that are no order are taken"
            " for a basket that was left; whether your shop lists any is not documented. There is no link back to it."
        ),
        text(
            "Whoever only filled in the newsletter form has no login, by which alone the API can end a consent: such"
            " opt-outs stand on a list to work off. End them in the panel; the next run checks whether they are ended."
        ),
        text(
            "An opt-out of somebody whom the search of the CRM does not find makes the run read the addresses of all"
            " customers once: a call per hundred."
        ),
        text("A box left empty at registration is no withdrawal: it subscribes nobody and unsubscribes nobody."),
        text(
            "Sizes are variants; colours are products of their own. Menu entries of the shop's page are no categories."
        ),
        text("Orders that were merged into another one are sent as cancelled, those that were lost as well."),
        text("Money that went back is known from repayments booked at the order; returns without one are not."),
        text("Links to products lead to their number unless the shop states an address."),
        text(
            "Not documented: how the shop answers when the monthly calls are used up. Reading then waits for an hour."
        ),
        text("A shop can switch old versions of the API off; the newest one that answers is taken."),
    ),
    reasons=(
        Reason(
            "marketplace_order",
            text("An order from a marketplace, whose buyer hides behind an address of the marketplace."),
            text('To send it, change "Orders from marketplaces".'),
        ),
        Reason(
            "masked_address",
            text("The address belongs to a marketplace and hides the buyer."),
            text('To send such people, change "Orders from marketplaces"; they are never subscribed.'),
        ),
        Reason(
            "other_shop",
            text("It belongs to another shop of the same panel."),
            text("Add an account for that shop if you want to send it."),
        ),
        Reason(
            "soft_bounce",
            text("The address bounced for the moment only."),
            text("Nothing to do: the newsletter ends when it bounces for good."),
        ),
    ),
    documents=(
        "https://www.idosell.com/en/shop/developers/api/administration-panel-api/",
        "https://idosell.readme.io/reference/clientsnewsletteremailsearchpost",
        "https://idosell.readme.io/reference/ordersunfinishedsearchpost-1",
        "https://idosell.readme.io/reference/systemshopsdataget",
    ),
)
