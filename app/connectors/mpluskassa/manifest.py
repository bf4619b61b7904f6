"""What MplusKASSA is to Koppler: its card, its form, its flows and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from app.connectors.mpluskassa.settings import MplusSettings, SourceOptions
from app.connectors.mpluskassa.target_options import TargetOptions
from app.core.reasons import Reason
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.http import HttpOptions
from app.sdk.manifest import Category, Manifest, ProductNumbers, Reads, Writes
from app.sdk.pacing import Pace
from app.sdk.source import Source
from app.sdk.target import Mappings, Target

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator

_LOCAL_TIMES = timedelta(hours=1)


def _base_url(settings: MplusSettings) -> str:
    return f"https://{settings.server}:{settings.port}"


def _http_options(settings: MplusSettings) -> HttpOptions:
    from app.connectors.mpluskassa.wire import http_options

    return http_options(settings)


def _probes(access: Access[MplusSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.mpluskassa.probes import probes

    return probes(access, kinds)


def _open_source(access: Access[MplusSettings], options: SourceOptions) -> Source:
    from app.connectors.mpluskassa.source import MplusSource

    return MplusSource(access, options)


def _open_target(access: Access[MplusSettings], options: TargetOptions, mappings: Mappings) -> Target:
    from app.connectors.mpluskassa.target import MplusTarget

    return MplusTarget(access, options, mappings)


def _simulator(records: int) -> Simulator:
    from app.connectors.mpluskassa.simulator import build_simulator

    return build_simulator(records)


MANIFEST = Manifest(
    system="mpluskassa",
    name="MplusKASSA",
    category=Category.CASH_REGISTER,
    colour="#C2410C",
    monogram="MP",
    summary=text("Cash register: customers, orders, products, categories and stock, in both directions."),
    settings=MplusSettings,
    # No limit is published. It is the shop's own server, at which people stand and pay: one request at a time.
    pace=Pace(per_second=10, parallel=1),
    base_url=_base_url,
    http_options=_http_options,
    probes=_probes,
    simulator=_simulator,
    reads=(
        Reads(kind=Kind.CATEGORIES, has_changes=False, sweeps=True),
        Reads(kind=Kind.PRODUCTS, granularity=_LOCAL_TIMES, sweeps=True),
        Reads(kind=Kind.STOCK, has_changes=False, note=text("Counted in one of three ways, as you choose.")),
        Reads(kind=Kind.CONTACTS, has_changes=False, sweeps=True),
        Reads(kind=Kind.ORDERS, has_changes=False, note=text("Orders, invoices or both, as you choose.")),
    ),
    writes=(
        Writes(kind=Kind.CATEGORIES, note=text("As article groups, found by their path.")),
        Writes(kind=Kind.PRODUCTS, note=text("By article number; without images.")),
        Writes(kind=Kind.STOCK),
        Writes(kind=Kind.CONTACTS, note=text("As relations, found by e-mail.")),
        Writes(kind=Kind.ORDERS),
        Writes(kind=Kind.OPT_OUTS, note=text("Switches off the consent field that you name in the account.")),
    ),
    open_source=_open_source,
    open_target=_open_target,
    source_options=SourceOptions,
    target_options=TargetOptions,
    product_numbers=ProductNumbers(
        label=text("Article number in MplusKASSA"),
        pattern=r"[1-9][0-9]{0,17}",
        pattern_words=text("Article numbers in MplusKASSA have digits only, and do not begin with zero."),
    ),
    permissions=(
        text("Access to the API with ident and secret, from your MplusKASSA dealer. It may read and write everything."),
    ),
    limits=(
        text("Images are not supported: the register keeps its own."),
        text("SKUs have digits only. Others need an article number in the product table before anything is sent."),
        text("A register knows one currency, which you name in the account; everything in another one is held."),
        text(
            "The register tells changes of customers, orders and stock by a running number and not by time: each sync "
            "reads them whole and compares. Only products can be asked for by the time of their change."
        ),
        text(
            "An order's id is used up for ever once it was entered: an order that was cancelled in the register cannot "
            "be entered again."
        ),
        text(
            "An order that is in the register is never entered again. Cancelled or refunded in the shop, it is "
            "cancelled there, or its invoice is credited; a part of an order is left to you."
        ),
        text("Orders that were cancelled or refunded before they were sent stay out."),
        text(
            "Orders are entered as open ones and reserve stock, old ones too: begin with a start date if that is wrong."
        ),
        text("Orders that another program entered before are not recognised: begin with a start date."),
        text("Customers and products are never deleted in the register; who is switched off there counts as deleted."),
        text("Where several customers have one e-mail address, the register itself chooses which one it gives."),
        text("The register knows neither newsletter nor consent: both live in a yes/no field that you name."),
        text("Tags do not go into the register: its customer categories cannot be created from outside."),
        text("A category that is renamed or moved in the shop becomes a new article group; the old one stays."),
        text("A product's third attribute beside colour and size goes into its name."),
        text(
            "Not documented: whether the free stock is without reserved goods. It is taken so; an option turns it "
            "round."
        ),
        text("Not documented: whether tax rates come as 21 or as 2100. Both are understood."),
        text("Not documented: whether discounts may stand as negative prices. Try one order with a discount first."),
        text(
            "Not documented: what an update does with what it leaves out. Customers and products are therefore read "
            "whole and written back whole, changed only where you allow it."
        ),
        text("Not documented: under which number the topmost article groups hang. 0 is taken."),
        text("Not documented: how often the register may be asked. It gets one request at a time."),
        text(
            "Older registers lack newer functions, such as entering an order together with its payment: the run says "
            'so, and goes on with "Enter paid orders as paid" switched off.'
        ),
        text("Writing cannot be tested without changing something; a trial with one record proves it."),
    ),
    reasons=(
        Reason(
            "article_missing",
            text("An article is not in the register."),
            text("Create the product in the register, or send the products first; then run again."),
        ),
        Reason(
            "currency_foreign",
            text("The currency is not that of the register."),
            text("A register knows one currency only. Correct it in the account if it is wrong there."),
        ),
        Reason(
            "order_without_lines",
            text("The order has no lines."),
            text("The register needs at least one article; enter the order by hand."),
        ),
        Reason(
            "quantity_too_fine",
            text("The quantity has more decimal places than the register can hold."),
            text("Correct the quantity in the shop, or enter the order by hand."),
        ),
        Reason(
            "shipping_article_missing",
            text("The order has shipping costs, and no article number is set for them."),
            text('Enter an "Article for shipping" in the integration, and run again.'),
        ),
        Reason(
            "discount_article_missing",
            text("The order has a discount, and no article number is set for it."),
            text('Enter an "Article for discounts" in the integration, and run again.'),
        ),
        Reason(
            "other_article_missing",
            text("The order has a fee or a rounding, and no article number is set for it."),
            text('Enter an "Article for fees and rounding" in the integration, and run again.'),
        ),
        Reason("order_exists", text("The order is in the register already; it is not entered again."), text("")),
        Reason(
            "order_differs",
            text("The register holds an order with this id and another total; it is left as it is."),
            text("Compare both; correct the one in the register by hand if it has to change."),
        ),
        Reason(
            "total_differs",
            text("The register came to another total than the shop (register / shop)."),
            text("Compare the order; often a tax code or a rounding differs."),
        ),
        Reason(
            "cancelled_in_register",
            text("The order was cancelled in the register, and its id cannot be used again."),
            text("If it has to be there, enter it by hand."),
        ),
        Reason(
            "ended_before_sending",
            text("Cancelled or refunded before it was sent: there is nothing to enter."),
            text(""),
        ),
        Reason(
            "partial_refund",
            text("A part of the order was refunded; the register can only credit a whole invoice."),
            text("Enter the refund in the register by hand."),
        ),
        Reason(
            "partly_cancelled",
            text("A part of the order is cancelled in the register already."),
            text("Cancel the rest in the register by hand."),
        ),
        Reason(
            "cancel_undone",
            text("The register took a cancellation back instead of cancelling the order."),
            text("Look at the order in the register at once, and cancel it there."),
        ),
        Reason(
            "payment_insufficient",
            text("The register wants more money for this order than was paid in the shop."),
            text("Compare the totals; enter the payment in the register by hand."),
        ),
        Reason(
            "relation_switched_off",
            text("This customer is switched off in the register, and stays so."),
            text("Switch the customer on in the register if that was a mistake."),
        ),
        Reason(
            "customer_switched_off",
            text("The customer of this order is switched off in the register."),
            text("Switch the customer on in the register, and run again."),
        ),
        Reason(
            "product_number_doubled",
            text("Two variants of this product have the same article number."),
            text("Give each variant a number of its own in the product table."),
        ),
        Reason(
            "product_locked",
            text("The register does not allow this product to be changed from outside."),
            text("Change it in the register."),
        ),
        Reason(
            "no_stock_article",
            text("The register manages no stock for this article."),
            text('Switch on "The register manages stock", or stock management of the article in the register.'),
        ),
        Reason(
            "branch_missing",
            text("The register does not know this branch."),
            text("Correct the branch number in the account."),
        ),
        Reason(
            "parent_missing",
            text("The article group above this one is gone from the register."),
            text("Run again: the groups are looked up anew."),
        ),
        Reason("category_without_name", text("The category has no name."), text("Name it in the shop and run again.")),
        Reason(
            "no_consent_field",
            text("No consent field is named in the account, so that the register cannot keep an opt-out."),
            text("Create a yes/no field for customers in MplusKASSA, and name it in the account."),
        ),
    ),
    documents=(
        "https://github.com/MplusKASSA/mplusqapi-php",
        "https://developers.mpluskassa.nl/tutorials/prices-and-quantities",
        "https://developers.mpluskassa.nl/tutorials/products-and-articles",
        "https://developers.mpluskassa.nl/tutorials/sync-markers",
        "https://developers.mpluskassa.nl/tutorials/relations",
        "https://developers.mpluskassa.nl/tutorials/orders",
        "https://developers.mpluskassa.nl/tutorials/stock",
    ),
)
