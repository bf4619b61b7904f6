"""Brevo's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from app.connectors.brevo.pushes import RECEIVES, handouts
from app.connectors.brevo.settings import BrevoSettings, SourceOptions, TargetOptions
from app.connectors.brevo.wire import PACE, http_options
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

_WHOLE_DAYS = timedelta(days=2)
"""The list of blocked contacts is filtered by dates, and does not say in which time zone."""


def _base_url(_: BrevoSettings) -> str:
    return "https://api.brevo.com/v3"


def _probes(access: Access[BrevoSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.brevo.probes import probes

    return probes(access, kinds)


def _open_source(access: Access[BrevoSettings], options: SourceOptions) -> Source:
    from app.connectors.brevo.source import BrevoSource

    return BrevoSource(access, options)


def _open_target(access: Access[BrevoSettings], options: TargetOptions, mappings: Mappings) -> Target:
    from app.connectors.brevo.target import BrevoTarget

    return BrevoTarget(access, options, mappings)


def _simulator(records: int) -> Simulator:
    from app.connectors.brevo.simulator import build_simulator

    return build_simulator(records)


MANIFEST = Manifest(
    system="brevo",
    name="Brevo",
    category=Category.NEWSLETTER,
    colour="#0B7A52",
    monogram="Br",
    summary=text(
        "Newsletters, formerly Sendinblue: contacts, orders and products go in, opt-outs and bounces come back. "
        "Accounts of Newsletter2Go live here now."
    ),
    settings=BrevoSettings,
    pace=PACE,
    base_url=_base_url,
    probes=_probes,
    simulator=_simulator,
    http_options=http_options,
    reads=(
        Reads(kind=Kind.OPT_OUTS, note=text("People who unsubscribed in Brevo, by themselves or by your hand.")),
        Reads(kind=Kind.BOUNCES, granularity=_WHOLE_DAYS, note=text("Addresses that Brevo cannot deliver to.")),
    ),
    writes=(
        Writes(kind=Kind.PRODUCTS),
        Writes(kind=Kind.CONTACTS),
        Writes(kind=Kind.ORDERS, note=text("In batches; those of a history start no automations.")),
    ),
    open_source=_open_source,
    open_target=_open_target,
    source_options=SourceOptions,
    target_options=TargetOptions,
    receives=RECEIVES,
    handouts=handouts,
    permissions=(text("A key may do everything that its account may do; there is nothing to tick."),),
    limits=(
        text("People flow one way, from the shop to Brevo: changes belong in the shop."),
        text("Deleted in Brevo is not deleted in the shop, and nobody who was deleted in Brevo is sent there again."),
        text(
            "Brevo permits 100 requests an hour for orders and products. They travel in batches of up to 1,000; when "
            "the hour's requests are used up, the rest waits for the next hour."
        ),
        text(
            "After about a month Brevo begins to refuse addresses of the internet that it has not seen before. Confirm "
            'the new one in Brevo under "Security", "Authorized IPs", or deactivate the blocking there.'
        ),
        text("One currency for each account: orders and products in others are left out, with the reason."),
        text(
            "Brevo starts automations whose beginning is a contact that is created or joins a list, also during an "
            "import of the history. Pause those before a large import. Orders of a history start none."
        ),
        text(
            "Brevo works off batches of orders by itself. Afterwards it is looked whether they are there; which order "
            "was refused and why is told by Brevo to web addresses only."
        ),
        text("An order is never deleted in Brevo; a product is marked as deleted. Carts are not sent."),
        text(
            "Whoever stands in the shop twice with one address is one contact: deleting the one sent last deletes it."
        ),
        text("An import cannot be undone here: take back what it created in Brevo itself."),
        text("Categories are written as words beside the product, not as categories of Brevo."),
        text(
            "A telephone number belongs to one contact only in Brevo: a second person with it is sent without it. "
            "Numbers that cannot be made international for certain are left out."
        ),
        text(
            "Was an address changed in the shop to one that Brevo knows as another contact already, both stay in Brevo."
        ),
        text("Writing cannot be tested without changing something; a trial with one record proves it."),
        text(
            "Not proven on a real account: Brevo's words for a refused address of the internet, how it answers while "
            "the e-commerce app is off, and the names of its webhook events; each is recognised in several forms."
        ),
    ),
    reasons=(
        Reason(
            "asked_live_only",
            text("Agreed in the shop; an import of the history asks nobody by e-mail, so this person was not added."),
            text("Whoever agrees from now on is asked. To add these people directly, let the shop ask."),
        ),
        Reason(
            "batch_unfinished",
            text("Brevo had not worked off the batch when we stopped waiting."),
            text("Retry later: it is looked up before anything is sent again."),
        ),
        Reason(
            "buyer_not_in_brevo",
            text("The buyer is no contact in Brevo, and the order would create one."),
            text('Send contacts as well, or change "Orders of people who are not in Brevo".'),
        ),
        Reason(
            "other_currency",
            text("The currency is not the one that this Brevo account counts."),
            text("Use another Brevo account for this currency."),
        ),
        Reason(
            "phone_elsewhere",
            text("Sent without the telephone number: it belongs to another contact in Brevo, or Brevo refuses it."),
            text("Correct the number in the shop, or merge the two contacts in Brevo."),
        ),
        Reason("order_kept", text("Deleted in the shop; orders are never deleted in Brevo."), text("")),
        Reason(
            "product_without_name",
            text("The product has no name, and Brevo insists on one."),
            text("Name it in the shop and run again."),
        ),
        Reason("not_a_kind", text("Brevo does not take this kind of record."), text("")),
    ),
    documents=(
        "https://developers.brevo.com/docs/api-key-authentication",
        "https://developers.brevo.com/docs/api-limits",
        "https://developers.brevo.com/docs/limit-headers",
        "https://developers.brevo.com/docs/ip-security",
        "https://developers.brevo.com/reference/create-contact",
        "https://developers.brevo.com/reference/update-contact",
        "https://developers.brevo.com/reference/create-doi-contact",
        "https://developers.brevo.com/docs/import-your-orders",
        "https://developers.brevo.com/reference/create-update-batch-products",
        "https://developers.brevo.com/reference/get-transac-blocked-contacts",
        "https://developers.brevo.com/docs/marketing-webhooks",
        "https://developers.brevo.com/docs/secured-webhooks",
    ),
)
