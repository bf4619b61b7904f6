"""Konnektive's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.connectors.konnektive.settings import HOSTS, KonnektiveSettings, TargetOptions
from app.connectors.konnektive.wire import PACE, http_options
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, ProductNumbers, Writes
from app.sdk.target import Mappings, Target

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator


def _base_url(settings: KonnektiveSettings) -> str:
    return HOSTS[settings.host]


def _probes(access: Access[KonnektiveSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.konnektive.probes import probes

    return probes(access, kinds)


def _open_target(access: Access[KonnektiveSettings], options: TargetOptions, mappings: Mappings) -> Target:
    from app.connectors.konnektive.target import KonnektiveTarget

    return KonnektiveTarget(access, options, mappings)


def _simulator(records: int) -> Simulator:
    from app.connectors.konnektive.simulator import build_simulator

    return build_simulator(records)


MANIFEST = Manifest(
    system="konnektive",
    name="Konnektive (Checkout Champ)",
    category=Category.CRM,
    colour="#0B7A75",
    monogram="Ko",
    summary=text(
        "Customer management and fulfilment: orders, refunds and chargebacks go into a campaign, people as leads."
    ),
    settings=KonnektiveSettings,
    target_options=TargetOptions,
    pace=PACE,
    base_url=_base_url,
    http_options=http_options,
    probes=_probes,
    simulator=_simulator,
    writes=(
        Writes(kind=Kind.CONTACTS, note=text("A new person becomes a lead of the campaign.")),
        Writes(
            kind=Kind.ORDERS, note=text("Imported as paid elsewhere; refunds and chargebacks are booked, not paid.")
        ),
    ),
    open_target=_open_target,
    product_numbers=ProductNumbers(
        label=text("Konnektive product number"),
        is_required=True,
        pattern=r"[0-9]{1,12}",
        pattern_words=text("The number of an offer in the campaign's list of products: digits only."),
    ),
    permissions=(
        text("campaign/query, customer/query, order/query and transactions/query, to look before anything is sent."),
        text("leads/import and customer/update for people."),
        text("order/import, order/cancel, order/qa, transactions/refund and transactions/update for orders."),
        text("The pay source PREPAID, for orders that were paid elsewhere, must be allowed in the account."),
        text("The internet address of this computer on the list of allowed addresses of the API user."),
    ),
    limits=(
        text("Konnektive lets in only allowed internet addresses; one that changes has to be allowed anew."),
        text(
            "Konnektive does not notice doubles. Every order is looked for by e-mail address, by last name and by its"
            " id in a custom field before it is sent; that costs two requests for each. Who changed both address and"
            " name meanwhile is not recognised."
        ),
        text("An imported order cannot be changed or deleted there; only refunds, chargebacks and its end are added."),
        text("An order bears the day of its import; put the day of the purchase into a free field if you need it."),
        text("Orders in another currency than the campaign's are held."),
        text(
            "What was paid back whole, charged back or cancelled before it was sent is left out: it would be shipped."
        ),
        text("Names, streets and free fields are cut to Konnektive's lengths; a street goes on in the second line."),
        text("Konnektive has no newsletter consent and no tags; they may go into a free field."),
        text("Products and stock cannot be written."),
        text("Who is sent as a contact has a lead there and, after a purchase, an order beside it."),
        text(
            "Not documented, therefore checked against every answer: whether the price of several pieces counts once or"
            " for each piece. Orders whose total differs there are reported."
        ),
        text("About two requests a second, one at a time, as no limit is published."),
    ),
    reasons=(
        Reason(
            "not_paid",
            text("The order is not paid."),
            text("It is sent as soon as the source reports its payment."),
        ),
        Reason(
            "event_left_out",
            text("Your action table does not enter this event."),
            text('Change "Action" in the integration to send it.'),
        ),
        Reason(
            "over_before_import",
            text("Paid back, charged back or ended before it was sent: it is not entered any more."),
            text("Nothing to do."),
        ),
        Reason(
            "offer_unknown",
            text("The product number is no offer of this campaign."),
            text("Take the number from the campaign's list of products, not the number of the product behind it."),
        ),
        Reason(
            "campaign_currency_unknown",
            text("The campaign does not tell its currency."),
            text('Enter "Currency of the campaign" in the integration and run again.'),
        ),
        Reason(
            "other_currency",
            text("The order is not in the campaign's currency."),
            text("Use a campaign in this currency for it, in an integration of its own."),
        ),
        Reason(
            "order_id_too_long",
            text("The order's id does not fit into a field of 30 characters."),
            text("It cannot be sent without the danger of a double."),
        ),
        Reason(
            "address_missing",
            text("The order has no whole address."),
            text('Complete it in the shop, or choose "Send the placeholder" in the integration.'),
        ),
        Reason(
            "amounts_not_placeable",
            text("The amounts cannot be put into prices: something would cost less than nothing."),
            text("Enter this order in Konnektive by hand."),
        ),
        Reason(
            "possible_double",
            text("An order of the same person with the same total is there already and does not tell whose it is."),
            text("Look in Konnektive. If it is another order, write its id into the field for the order id there."),
        ),
        Reason(
            "refund_differs",
            text("Konnektive holds refunds that do not match those of the source."),
            text("Compare both and book the difference in Konnektive by hand."),
        ),
        Reason(
            "no_payment_there",
            text("Konnektive holds no payment of this order that a refund could belong to."),
            text("Look at the order in Konnektive."),
        ),
        Reason(
            "total_differs",
            text("Konnektive counts another total for this order."),
            text('Try the other choice at "Price of several pieces" or "Tax", and correct this order in Konnektive.'),
        ),
        Reason(
            "never_deleted",
            text("Nothing is deleted in Konnektive."),
            text("Remove it there if it has to go."),
        ),
    ),
    documents=(
        "https://apidocs.checkoutchamp.com/",
        "https://help.checkoutchamp.com/",
        "https://konnektive.atlassian.net/wiki/spaces/KONNEK",
        "https://github.com/fitboxmedia/konnektive-api",
        "https://github.com/astermd/checkoutchamp-client",
    ),
)
