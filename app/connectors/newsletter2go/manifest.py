"""Newsletter2Go's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.connectors.newsletter2go.settings import Newsletter2GoSettings, SourceOptions, TargetOptions
from app.connectors.newsletter2go.wire import PACE, http_options
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


def _base_url(_: Newsletter2GoSettings) -> str:
    return "https://api.newsletter2go.com"


def _probes(access: Access[Newsletter2GoSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.newsletter2go.probes import probes

    return probes(access, kinds)


def _open_source(access: Access[Newsletter2GoSettings], options: SourceOptions) -> Source:
    from app.connectors.newsletter2go.source import Newsletter2GoSource

    return Newsletter2GoSource(access, options)


def _open_target(access: Access[Newsletter2GoSettings], options: TargetOptions, mappings: Mappings) -> Target:
    from app.connectors.newsletter2go.target import Newsletter2GoTarget

    return Newsletter2GoTarget(access, options, mappings)


def _simulator(records: int) -> Simulator:
    from app.connectors.newsletter2go.simulator import build_simulator

    return build_simulator(records)


MANIFEST = Manifest(
    system="newsletter2go",
    name="Newsletter2Go",
    category=Category.NEWSLETTER,
    colour="#B3470F",
    monogram="N2G",
    summary=text(
        "Newsletters: recipients go in, opt-outs and bounces come back. For accounts that have not moved to Brevo."
    ),
    settings=Newsletter2GoSettings,
    pace=PACE,
    base_url=_base_url,
    probes=_probes,
    simulator=_simulator,
    http_options=http_options,
    reads=(
        Reads(
            kind=Kind.OPT_OUTS,
            has_changes=False,
            note=text("People who unsubscribed in Newsletter2Go or were blocked there."),
        ),
        Reads(kind=Kind.BOUNCES, has_changes=False, note=text("Addresses that Newsletter2Go cannot deliver to.")),
    ),
    writes=(Writes(kind=Kind.CONTACTS, note=text("Only people who agreed are ever added.")),),
    open_source=_open_source,
    open_target=_open_target,
    source_options=SourceOptions,
    target_options=TargetOptions,
    permissions=(text("The key may do what its user may do: contacts, groups, attributes and forms are needed."),),
    limits=(
        text(
            "Newsletter2Go belongs to Brevo now, and many accounts have moved there. If nothing answers here or the "
            "sign-in is refused, use Brevo in this program."
        ),
        text("People flow one way, from the shop to the address book: changes belong in the shop."),
        text(
            "Deleted in Newsletter2Go is not deleted in the shop, and nobody who was deleted there is sent there again."
        ),
        text("Whoever stands in an address book gets newsletters: people who did not agree are never added."),
        text(
            "Newsletter2Go takes no orders, products or carts. The number and the sum of somebody's orders are not "
            "written beside the person either: a contact of the shop does not carry them."
        ),
        text(
            "A deletion takes somebody out of the one address book; in others the person stays. It finds people that "
            "this program has written, by the shop's own number for them."
        ),
        text("Nobody is ever taken out of a group."),
        text(
            "Whoever stands in the shop twice with one address is one recipient: deleting the one sent last deletes it."
        ),
        text(
            "Was an address changed in the shop to one that stands in the address book already, both stay there; and "
            "so does the old one where Newsletter2Go cannot look for the shop's own number."
        ),
        text("An import cannot be undone here: take back whom it added in Newsletter2Go itself."),
        text("Opt-outs are found by reading the whole address book at every sync: nothing tells what has changed."),
        text("Newsletter2Go sends no pushes about single people, so an unsubscription arrives with the next sync."),
        text("A change of attributes can start automations in Newsletter2Go, during an import of the history as well."),
        text(
            "Not proven on a real account: whether the interface still answers, how many recipients a request may "
            "hold, and by which fields it filters. Where an answer can be otherwise, both are understood."
        ),
        text("Writing cannot be tested without changing something; a trial with one record proves it."),
    ),
    reasons=(
        Reason(
            "asked_live_only",
            text("Agreed in the shop; an import of the history asks nobody by e-mail, so this person was not added."),
            text("Whoever agrees from now on is asked. To add these people directly, let the shop ask."),
        ),
        Reason("not_a_kind", text("Newsletter2Go takes contacts only."), text("")),
    ),
    documents=(
        "https://docs.newsletter2go.com",
        "https://github.com/newsletter2go/api-docs",
        "https://github.com/newsletter2go/newsletter2go-shopware6-plugin",
        "https://ui.newsletter2go.com/api-client",
    ),
)
