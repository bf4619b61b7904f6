"""SALESmanago's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.connectors.salesmanago.callbacks import RECEIVES, handouts
from app.connectors.salesmanago.settings import SalesmanagoSettings, TargetOptions
from app.connectors.salesmanago.wire import PACE, http_options
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, ProductNumbers, Reads, Writes
from app.sdk.settings import NoSettings
from app.sdk.source import Source
from app.sdk.target import Mappings, Target

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator


def _base_url(settings: SalesmanagoSettings) -> str:
    return settings.endpoint


def _probes(access: Access[SalesmanagoSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.salesmanago.probes import probes

    return probes(access, kinds)


def _open_source(access: Access[SalesmanagoSettings], options: NoSettings) -> Source:
    from app.connectors.salesmanago.source import SalesmanagoSource

    return SalesmanagoSource(access, options)


def _open_target(access: Access[SalesmanagoSettings], options: TargetOptions, mappings: Mappings) -> Target:
    from app.connectors.salesmanago.target import SalesmanagoTarget

    return SalesmanagoTarget(access, options, mappings)


def _simulator(records: int) -> Simulator:
    from app.connectors.salesmanago.simulator import build_simulator

    return build_simulator(records)


_IN_DOUBT = text(
    "A lost answer leaves it in doubt, because SALESmanago takes the same event twice. Retry it: then it is looked up "
    "first, and sent only if it is missing."
)

MANIFEST = Manifest(
    system="salesmanago",
    name="SALESmanago",
    category=Category.MARKETING,
    colour="#0E7C66",
    monogram="SM",
    summary=text("Marketing automation: contacts, purchases and carts go in, opt-outs and dead addresses come back."),
    settings=SalesmanagoSettings,
    pace=PACE,
    base_url=_base_url,
    probes=_probes,
    simulator=_simulator,
    http_options=http_options,
    reads=(
        Reads(
            kind=Kind.OPT_OUTS,
            note=text("Everybody who is not subscribed in SALESmanago, but for those who were entered so from here."),
        ),
        Reads(kind=Kind.BOUNCES, note=text("Addresses that SALESmanago marks as invalid.")),
    ),
    writes=(
        Writes(kind=Kind.CONTACTS),
        Writes(kind=Kind.ORDERS, looks_up=False, note=_IN_DOUBT),
        Writes(kind=Kind.CARTS, looks_up=False, note=_IN_DOUBT),
    ),
    open_source=_open_source,
    open_target=_open_target,
    target_options=TargetOptions,
    product_numbers=ProductNumbers(label=text("Product id in the offer file")),
    offers_feed=True,
    receives=RECEIVES,
    handouts=handouts,
    permissions=(
        text("The client ID and the API secret of the account are enough: SALESmanago knows no finer permissions."),
        text("The owner has to be a user of the account."),
    ),
    limits=(
        text(
            "SALESmanago has one newsletter status for each contact, without a date or a reason. Somebody who never "
            "subscribed looks like somebody who left: who is not subscribed there is never subscribed from here."
        ),
        text(
            "People whom this program enters without subscribing them carry a property that says so, and do not count "
            "as opted out. If one of them subscribes in SALESmanago and leaves again, only a call-back tells the shop."
        ),
        text(
            "Somebody who left, agreed again in the shop and in SALESmanago, and leaves SALESmanago once more is not "
            "told to the shop a second time."
        ),
        text(
            "Contacts of the history are entered without starting rules or workflows. For events SALESmanago offers no "
            "such switch: pause rules that react to purchases while the history is imported."
        ),
        text(
            "Events are recognised by the shop's order id. Purchases that another integration entered before under "
            "other numbers are not recognised: begin your history where that integration ended."
        ),
        text("The account counts in one currency; orders in another are held."),
        text("All refunds of an order together are one event RETURN, whose value grows with every refund."),
        text("An order that is cancelled before it was sent as a purchase is not sent at all."),
        text("An event holds 512 characters of product numbers; of a longer order the last ones are left out."),
        text(
            "Nothing is deleted in SALESmanago. Undoing an import removes its purchases and carts there; contacts and "
            "their tags stay."
        ),
        text("Product views do not come from here: the monitoring code in the shop's pages tells SALESmanago of them."),
        text(
            "SALESmanago publishes no limit of its speed. The program sends one request at a time and at most five a "
            "second."
        ),
        text(
            "The offer file follows Google's merchant feeds. SALESmanago does not publish which elements it needs: "
            "compare the first file in its product catalogue."
        ),
        text("Writing cannot be tested without changing something; a trial with one record proves it."),
    ),
    reasons=(
        Reason(
            "other_currency",
            text("The currency is not the one of the SALESmanago account."),
            text("Correct the currency of the account here, or leave these orders out."),
        ),
        Reason(
            "subscriber_without_account",
            text("A newsletter subscriber without an account: your setting leaves them out."),
            text('To send them, switch on "Also newsletter subscribers without an account".'),
        ),
        Reason(
            "cancelled_before",
            text("Cancelled before it was sent as a purchase: there is nothing to take back."),
            text(""),
        ),
        Reason(
            "event_refused",
            text("SALESmanago did not take an event of this order."),
            text("Look up the contact in SALESmanago; then retry the failed records."),
        ),
        Reason(
            "entering_unfinished",
            text("SALESmanago had not entered the contact when we stopped waiting."),
            text("Retry later: the contact is looked up before anything is sent again."),
        ),
        Reason(
            "kept_in_salesmanago",
            text("Deleted in the shop; SALESmanago keeps it."),
            text("Delete it in SALESmanago if it has to go."),
        ),
        Reason("no_such_kind", text("SALESmanago does not take this kind of record."), text("")),
    ),
    documents=(
        "https://docs.salesmanago.com/#general-information",
        "https://docs.salesmanago.com/#adding-or-modifying-many-contacts-simultaneously",
        "https://docs.salesmanago.com/#asynchronous-adding-or-modifying-many-contacts-simultaneously",
        "https://docs.salesmanago.com/#adding-contact-external-events",
        "https://docs.salesmanago.com/#adding-many-contact-external-events-simultaneously",
        "https://docs.salesmanago.com/#modifying-external-event-recommended",
        "https://docs.salesmanago.com/#removing-an-event",
        "https://docs.salesmanago.com/#export-based-on-email-address-for-the-owner",
        "https://docs.salesmanago.com/#paginated-modified-contacts-list",
        "https://pomoc.salesmanago.pl/opt-inopt-out-callback/",
        "https://support.google.com/merchants/answer/14987622",
    ),
)
