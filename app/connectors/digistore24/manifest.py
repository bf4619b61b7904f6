"""Digistore24's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from app.connectors.digistore24.settings import LONGEST_DELAY_DAYS, Digistore24Settings, SourceOptions
from app.connectors.digistore24.wire import BASE_URL, PACE, http_options
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.handouts import Handout
from app.sdk.manifest import Category, Manifest, Reads
from app.sdk.pushes import Accepted, Declined, Push, Receives
from app.sdk.source import Source

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator

_THE_AUTUMN_HOUR = timedelta(hours=1)
"""Times are local and name no offset."""
_KEPT_FOR = timedelta(days=LONGEST_DELAY_DAYS + 10)
"""Digistore24 repeats for ten days; what waits for the refund period must still find its pushes."""
_HOW_TO_ENTER = text(
    'In Digistore24, vendor view: "Settings", then "Integrations (IPN)", "Add new connection", the card "Generic".'
    " Enter this address as IPN address and the same passphrase as in this account, choose the events, save, and press"
    ' "Test connection". Digistore24 reaches public https addresses only.'
)


def _base_url(_: Digistore24Settings) -> str:
    return BASE_URL


def _probes(access: Access[Digistore24Settings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.digistore24.probes import probes

    return probes(access, kinds)


def _open_source(access: Access[Digistore24Settings], options: SourceOptions) -> Source:
    from app.connectors.digistore24.source import Digistore24Source

    return Digistore24Source(access, options)


def _accept(settings: Digistore24Settings, push: Push) -> Accepted | Declined:
    from app.connectors.digistore24.pushes import accept

    return accept(settings, push)


def _handouts(settings: Digistore24Settings, push_address: str) -> Sequence[Handout]:
    missing = Text("")
    if settings.ipn_passphrase is None:
        missing = text("Enter a passphrase in the account first; it proves that a push really comes from Digistore24.")
    elif not push_address:
        missing = text(
            "Digistore24 reaches public https addresses only, and the receiver has none yet. Without one, orders come "
            "with the next sync."
        )
    return [
        Handout(
            name="push_address",
            title=text("Address for pushes (IPN)"),
            content="" if missing else push_address,
            help=missing or _HOW_TO_ENTER,
        )
    ]


def _simulator(records: int) -> Simulator:
    from app.connectors.digistore24.simulator import build_simulator

    return build_simulator(records)


MANIFEST = Manifest(
    system="digistore24",
    name="Digistore24",
    category=Category.SHOP,
    colour="#003B6F",
    monogram="DS",
    summary=text("Marketplace for courses, books and memberships: products, buyers and orders with refunds come out."),
    settings=Digistore24Settings,
    source_options=SourceOptions,
    pace=PACE,
    base_url=_base_url,
    http_options=http_options,
    probes=_probes,
    simulator=_simulator,
    reads=(
        Reads(kind=Kind.PRODUCTS, has_changes=False, sweeps=True),
        Reads(kind=Kind.CONTACTS, has_changes=False, sweeps=True, note=text("Everybody who has ever bought.")),
        Reads(
            kind=Kind.ORDERS,
            granularity=_THE_AUTUMN_HOUR,
            note=text("The history by purchases, what follows by payments, refunds, chargebacks and pushes."),
        ),
    ),
    open_source=_open_source,
    receives=Receives(
        kinds=(Kind.ORDERS,),
        accept=_accept,
        help=_HOW_TO_ENTER,
        kept_for=_KEPT_FOR,
        secrets=("ipn_passphrase",),
    ),
    handouts=_handouts,
    permissions=(text("Read-only access is enough: nothing is ever written to Digistore24."),),
    limits=(
        text("Newsletter choice, affiliate, tracking values and delivery address are told by pushes only."),
        text("A missed payment is noticed at once by a push, else when the order is read for another reason."),
        text("What a push told is known for 100 days, as long as pushes are kept."),
        text("Prices of single items are told by pushes only; without one, an order of several items has one sum."),
        text("A refund names no payment of its own; it is counted to the latest one that holds as much."),
        text("Later payments of a subscription stay out unless you choose them; each is then an order of its own."),
        text("Times name no zone and are taken as those of Berlin."),
        text("Buyers are read whole each time, as the API cannot tell who changed; so a push sends orders only."),
        text("Stock is told as units left only, and many products have no limit."),
        text("Each product is in one language: a German and an English edition are two products."),
        text("About two requests a second, as no limit is published."),
        text("There is no test order by API; the test button of the connection in Digistore24 proves the pushes."),
    ),
    reasons=(
        Reason(
            "test_order",
            text("A test order."),
            text('To send test orders, switch "Also test orders" on.'),
        ),
        Reason(
            "later_payment",
            text("A later payment of a subscription or instalment plan."),
            text('To send it, switch "Also later payments" on.'),
        ),
        Reason(
            "event_not_chosen",
            text("What happened last to this order is not among the events you chose."),
            text("It is looked at again with its next event."),
        ),
        Reason(
            "language_not_chosen",
            text("The product's language is not among those you chose."),
            text('To send it, add the language at "For orders in these languages".'),
        ),
        Reason(
            "product_not_chosen",
            text("None of its products is among those you chose."),
            text('To send it, add the product at "For these products".'),
        ),
        Reason(
            "only_as_addon",
            text("The product was bought as an add-on only."),
            text('To send it, switch "Also when bought as an add-on" on.'),
        ),
        Reason(
            "newsletter_choice_unknown",
            text("No push has told the newsletter choice."),
            text('Set up pushes, or choose "Always" at the newsletter choice.'),
        ),
        Reason(
            "newsletter_choice_left_out",
            text("Your setting leaves out people with this newsletter choice."),
            text("Change the newsletter choice in the integration only if you are allowed to."),
        ),
    ),
    documents=(
        "https://www.digistore24.com/api/docs/openapi.yaml",
        "https://dev.digistore24.com/hc/en-us/articles/32480217565969",
        "https://dev.digistore24.com/hc/en-us/articles/32480561422353",
        "https://github.com/digistore24/ds24-appkit",
        "https://github.com/GoSuccess-GmbH/digistore24-ipn",
        "https://help.digistore24.com/hc/en-us/articles/23704756592785",
    ),
)
