"""Mailchimp's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.connectors.mailchimp.settings import MailchimpSettings, SourceOptions, TargetOptions, data_centre
from app.connectors.mailchimp.wire import PACE, http_options
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


def _base_url(settings: MailchimpSettings) -> str:
    return f"https://{data_centre(settings.api_key.get_secret_value())}.api.mailchimp.com"


def _probes(access: Access[MailchimpSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.mailchimp.probes import probes

    return probes(access, kinds)


def _open_source(access: Access[MailchimpSettings], options: SourceOptions) -> Source:
    from app.connectors.mailchimp.source import MailchimpSource

    return MailchimpSource(access, options)


def _open_target(access: Access[MailchimpSettings], options: TargetOptions, mappings: Mappings) -> Target:
    from app.connectors.mailchimp.target import MailchimpTarget

    return MailchimpTarget(access, options, mappings)


def _simulator(records: int) -> Simulator:
    from app.connectors.mailchimp.simulator import build_simulator

    return build_simulator(records)


MANIFEST = Manifest(
    system="mailchimp",
    name="Mailchimp",
    category=Category.NEWSLETTER,
    colour="#8A6A00",
    monogram="Mc",
    summary=text(
        "Newsletter: people, products, stock, orders and carts go in or can be read; opt-outs and bounces come back."
    ),
    settings=MailchimpSettings,
    pace=PACE,
    base_url=_base_url,
    probes=_probes,
    simulator=_simulator,
    http_options=http_options,
    reads=(
        Reads(kind=Kind.OPT_OUTS, note=text("People who unsubscribed from the audience.")),
        Reads(kind=Kind.BOUNCES, note=text('Addresses that Mailchimp has "cleaned" because they bounce.')),
        Reads(kind=Kind.CATEGORIES, has_changes=False, note=text("The types of the products.")),
        Reads(kind=Kind.PRODUCTS, has_changes=False, sweeps=True, note=text("All are read each time.")),
        Reads(kind=Kind.STOCK, has_changes=False, note=text("All are read each time.")),
        Reads(kind=Kind.CONTACTS, sweeps=True),
        Reads(kind=Kind.ORDERS, has_changes=False, sweeps=True, note=text("All are read each time.")),
    ),
    writes=(
        Writes(kind=Kind.OPT_OUTS, note=text("Ends the subscription of a member.")),
        Writes(kind=Kind.BOUNCES, note=text("Ends the subscription of a member.")),
        Writes(kind=Kind.PRODUCTS),
        Writes(kind=Kind.STOCK, note=text("Found by SKU; products must be there already.")),
        Writes(kind=Kind.CONTACTS),
        Writes(kind=Kind.ORDERS),
        Writes(kind=Kind.CARTS),
    ),
    open_source=_open_source,
    open_target=_open_target,
    source_options=SourceOptions,
    target_options=TargetOptions,
    permissions=(
        text("A key may do what its user may do: the role Manager or higher is needed to write people and stores."),
    ),
    limits=(
        text("Ten connections at once for the whole account, all programs together; this one uses four at most."),
        text(
            "A store belongs to one audience for ever. This program makes a store of its own for each shop and never "
            "writes to stores of other integrations; another audience gets a new store, and everything is sent again."
        ),
        text(
            "While a history is sent, all automations of the store are paused and go on afterwards. An automation that "
            "greets new subscribers belongs to the audience and cannot be paused from here: pause it in Mailchimp "
            "before you import people who agreed."
        ),
        text(
            "Where a sync brings an order from before the integration, the automations of the store are paused until "
            "this sync has ended."
        ),
        text(
            "Whoever unsubscribed by themselves or bounced cannot be subscribed from outside, and whoever was deleted "
            "for good can only come back through a form of Mailchimp."
        ),
        text(
            "People who are not subscribed still count for the contact limit of some plans: check yours before you "
            "import customers."
        ),
        text("Whoever orders and is not in the audience is added there without a newsletter; orders subscribe nobody."),
        text("Prices are sent with tax and no tax beside them, so that the parts of an order come to its total."),
        text("A refund lowers the total of its order; the sum paid back has no field of its own."),
        text("An order keeps the customer with whom it was made, also when the address changes in the shop later on."),
        text("Only whole addresses are sent to people's address field; a birthday is sent without its year."),
        text(
            "Categories have no place of their own: the first one becomes the product's type where it has none, and "
            "the types are what can be read as categories. EAN and net prices have no place."
        ),
        text(
            "Somebody whose address changes in the shop becomes a new member; the old address stays until it is ended "
            "in Mailchimp. Groups and consent boxes of Mailchimp's forms are not filled in."
        ),
        text("Stock of several warehouses is not added up: Mailchimp knows one quantity for each variant."),
        text(
            'Taking an import back archives its people, with the tag "koppler-undone", so that the next import may '
            "bring them in again; whoever was archived by somebody else stays archived."
        ),
        text("Variants that vanish in the shop stay in the store, because orders refer to them."),
        text("The day of an opt-out is the last change of the member: Mailchimp shows no other date."),
        text("Orders and products cannot be asked for by date: all are read each time and compared."),
        text(
            "Not proven on a real account: the words with which a role or a plan is refused, whether an archived "
            "person keeps their tags, and whether a store takes orders of people whom the audience lacks; where the "
            "answer differs, nothing is doubled and nobody is subscribed."
        ),
        text("Writing cannot be tested without changing something; a trial with one record proves it."),
    ),
    reasons=(
        Reason(
            "compliance_state",
            text("This person unsubscribed or bounced at Mailchimp and cannot be subscribed from outside."),
            text('Only they can change that: choose "after a confirmation by e-mail", or let them use a form.'),
        ),
        Reason(
            "forgotten_email",
            text("This person was deleted at Mailchimp for good."),
            text("They can only come back through a sign-up form of Mailchimp."),
        ),
        Reason(
            "fake_address",
            text("Mailchimp takes this address for an invented one."),
            text("Correct the address in the shop and run again."),
        ),
        Reason(
            "signup_flood",
            text("This address was signed up too often lately."),
            text("Retry in a few hours."),
        ),
        Reason(
            "batch_refused",
            text("Mailchimp did not take this change among many others, and does not tell why."),
            text("Retry the failed records: sent alone, the reason is told."),
        ),
        Reason(
            "batch_unfinished",
            text("Mailchimp had not finished when we stopped waiting."),
            text("Retry later: the person is looked up before anything is sent again."),
        ),
        Reason(
            "still_subscribed",
            text("Mailchimp answered, but the person is still subscribed."),
            text("Look at the person in Mailchimp and end the subscription there."),
        ),
        Reason(
            "not_a_sale",
            text("The payment failed or is on hold: sent for the first time, it would look like revenue."),
            text("It is sent as soon as it is paid."),
        ),
        Reason(
            "no_such_product",
            text("The store at Mailchimp has no product with this SKU."),
            text("Switch the products on as well, then run again."),
        ),
        Reason("no_sku", text("The stock has no SKU."), text("Give the product a SKU in the shop and run again.")),
        Reason("soft_bounce", text("Only a passing failure of delivery: nothing changes."), text("")),
        Reason("not_a_kind", text("Mailchimp does not take this kind of record."), text("")),
    ),
    documents=(
        "https://mailchimp.com/developer/marketing/docs/fundamentals/",
        "https://mailchimp.com/developer/marketing/docs/errors/",
        "https://mailchimp.com/developer/marketing/docs/methods-parameters/",
        "https://mailchimp.com/developer/marketing/docs/e-commerce/",
        "https://mailchimp.com/developer/marketing/guides/run-async-requests-batch-endpoint/",
        "https://mailchimp.com/developer/marketing/api/list-members/",
        "https://mailchimp.com/developer/marketing/api/list-merges/",
        "https://mailchimp.com/developer/marketing/api/ecommerce-orders/",
        "https://mailchimp.com/developer/marketing/api/ecommerce-products/",
        "https://mailchimp.com/developer/marketing/api/ecommerce-carts/",
        "https://mailchimp.com/help/test-or-troubleshoot-order-notifications/",
    ),
)
