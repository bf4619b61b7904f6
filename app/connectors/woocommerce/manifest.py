"""What WooCommerce is to Koppler: its card, its form, its permissions and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.connectors.woocommerce.settings import WooCommerceSettings, WooCommerceSourceOptions
from app.connectors.woocommerce.wire import PACE, http_options
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


def _base_url(settings: WooCommerceSettings) -> str:
    return settings.shop_address


def _open_source(access: Access[WooCommerceSettings], options: WooCommerceSourceOptions) -> Source:
    from app.connectors.woocommerce.source import open_source

    return open_source(access, options)


def _open_target(access: Access[WooCommerceSettings], options: NoSettings, mappings: Mappings) -> Target:
    from app.connectors.woocommerce.target import open_target

    return open_target(access, options, mappings)


def _probes(access: Access[WooCommerceSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.woocommerce.checks import probes

    return probes(access, kinds)


def _simulator(records: int) -> Simulator:
    from app.connectors.woocommerce.simulator import simulator

    return simulator(records)


MANIFEST = Manifest(
    system="woocommerce",
    name="WooCommerce",
    category=Category.SHOP,
    colour="#7F54B3",
    monogram="Wo",
    summary=text("Customers, orders, products and stock of a shop on WordPress; opt-outs go back there."),
    settings=WooCommerceSettings,
    pace=PACE,
    base_url=_base_url,
    http_options=http_options,
    probes=_probes,
    simulator=_simulator,
    reads=(
        Reads(kind=Kind.CATEGORIES, has_changes=False),
        Reads(kind=Kind.PRODUCTS, sweeps=True),
        Reads(kind=Kind.STOCK, note=text("Of products and variations whose stock the shop controls.")),
        Reads(
            kind=Kind.CONTACTS,
            sweeps=True,
            note=text("Accounts, and people without one from their orders. All accounts are read each time."),
        ),
        Reads(kind=Kind.ORDERS, note=text("With refunds. Orders in the trash count as deleted.")),
    ),
    writes=(
        Writes(kind=Kind.OPT_OUTS, note=text("Into the field that you name; without one a list is kept.")),
        Writes(kind=Kind.BOUNCES, note=text("As an opt-out, and with its day in a field that you name.")),
    ),
    open_source=_open_source,
    open_target=_open_target,
    source_options=WooCommerceSourceOptions,
    permissions=(
        text("Read; Read/Write if opt-outs and bounces are written back"),
        text("The key's user has to be shop manager or administrator; better the latter if opt-outs are written back."),
    ),
    limits=(
        text(
            "WooCommerce keeps no newsletter consent. Plug-ins do, each in a field of its own, some in tables that"
            " cannot be read from outside, such as MailPoet. Without a field nobody counts as having agreed."
        ),
        text(
            "An opt-out that is written back changes the field alone. A plug-in with a list of its own does not notice."
        ),
        text(
            "With the key of a shop manager opt-outs go one by one, and not to accounts of other roles than customer;"
            " with that of an administrator a hundred go at once."
        ),
        text("Customers cannot be asked for by date: all of them are read in every sync, and compared."),
        text(
            "People without an account are found by going through all orders. The orders of a customer who was deleted"
            " look the same as theirs."
        ),
        text("Orders that were deleted for good, past the trash, are not noticed."),
        text(
            "On shops that keep orders in the older way, a consent that changed at an old order is noticed only when"
            " that order changes too."
        ),
        text("Deleting a customer does not change the date of his orders: they keep their customer until they change."),
        text("Carts cannot be read: WooCommerce keeps none that anybody could ask for."),
        text("The SKU of an order's line is empty once its product is deleted."),
        text("Stock that a plug-in writes past WooCommerce is noticed at the next full import."),
        text(
            "Seen on WooCommerce 10.0. Older shops that cannot filter by date of change send everything, which is then"
            " filtered here; before 3.5 there is no such interface."
        ),
        text("The fields of the plug-ins are those of their published code; a newer version may use another."),
        text("Which languages and currencies a plug-in adds is not known here: each order counts in its own currency."),
    ),
    reasons=(
        Reason(
            "not_stored",
            text("The shop answered that all is well, but did not store it."),
            text("A plug-in or a firewall removes the field. Ask the provider of the shop, then retry."),
        ),
        Reason(
            "soft_bounce",
            text("The address bounced for the moment only."),
            text("Nothing to do: the newsletter ends when it bounces for good."),
        ),
        Reason(
            "unfinished_checkout",
            text("The checkout was not finished: this is no order yet."),
            text("It is sent as soon as it becomes one."),
        ),
        Reason(
            "staff_account",
            text("This account belongs to somebody who works in the shop."),
            text('To send it, switch on "People who work in the shop" and run again.'),
        ),
    ),
    documents=(
        "https://woocommerce.github.io/woocommerce-rest-api-docs/",
        "https://github.com/woocommerce/woocommerce/tree/trunk/plugins/woocommerce/includes/rest-api",
        "https://developer.wordpress.org/rest-api/using-the-rest-api/pagination/",
    ),
)
