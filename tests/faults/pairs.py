"""The pairs of systems that the laboratory lets run, without the limits of the real vendors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

from app.connectors.activecampaign.simulator import build_simulator
from app.connectors.activecampaign.world import World as MailWorld
from app.core.records import Kind
from app.sdk.http import HttpOptions
from app.sdk.manifest import Manifest
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator
from tests.faults.arrivals import Keys, activecampaign_keys, notebook_keys
from tests.faults.notebook import BLINDBOOK, NOTEBOOK, Notebook, amounts
from tests.faults.shop import Expected

SOURCE, TARGET, INTEGRATION = "shop", "target", "under-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """``held`` tells what is visible in the target, by the source's id: more than one where something doubled."""

    name: str
    target: str
    make_target: Callable[[], Simulator]
    keys_of: Keys
    held: Callable[[Simulator], Mapping[str, list[Expected]]]
    flows: tuple[Kind, ...] = (Kind.ORDERS,)
    options: Mapping[str, object] = field(default_factory=dict)
    looks_up: bool = True
    oddities: Callable[[Simulator], Sequence[str]] = lambda _: ()
    """What else must not have happened in the target."""


def _mail() -> Simulator:
    made = build_simulator()
    made.journal = type(made.journal)(maxlen=50)
    world = cast(MailWorld, made.world)
    world.per_second = 10**9
    world.polls_until_imported = 0
    minutes = iter(range(0, 10**9, 60))
    world.monotonic = lambda: float(next(minutes))
    return made


def _mail_orders(simulator: Simulator) -> Mapping[str, list[Expected]]:
    world = cast(MailWorld, simulator.world)
    found: dict[str, list[Expected]] = {}
    for row in world["orders"].values():
        graph = world["graph_orders"].get(f"{row['connectionid']}:{row['externalid']}")
        amount = graph["finalAmount"] if graph else Decimal(row["totalPrice"]) / 100
        found.setdefault(row["externalid"], []).append(Expected(amount.quantize(Decimal("0.01")), row["currency"]))
    return found


def _mail_oddities(simulator: Simulator) -> Sequence[str]:
    world = cast(MailWorld, simulator.world)
    addresses = [row["email"] for row in world["contacts"].values()]
    customers = [row["externalid"] for row in world["customers"].values()]
    wrong = {
        "automations fired": len(world.automations),
        "people subscribed again": len(world.resubscribed),
        "contacts doubled": len(addresses) - len(set(addresses)),
        "customers doubled": len(customers) - len(set(customers)),
        "connections too many": max(0, len(world["connections"]) - 1),
    }
    return [f"{number} {what}" for what, number in wrong.items() if number]


def _book(manifest: Manifest) -> Callable[[], Simulator]:
    def make() -> Simulator:
        made = Notebook().simulator(manifest.system)
        made.journal = type(made.journal)(maxlen=50)
        return made

    return make


def _noted_orders(simulator: Simulator) -> Mapping[str, list[Expected]]:
    rows = amounts(cast(Notebook, simulator.world))
    return {key: [Expected(*each) for each in found] for key, found in rows.items()}


def _mail_pair(name: str, order_path: str) -> Pair:
    return Pair(
        name=name,
        target="activecampaign",
        make_target=_mail,
        keys_of=activecampaign_keys,
        held=_mail_orders,
        flows=(Kind.CONTACTS, Kind.ORDERS),
        options={"order_path": order_path},
        oddities=_mail_oddities,
    )


def _book_pair(name: str, manifest: Manifest, batch: int, *, looks_up: bool = True) -> Pair:
    return Pair(
        name=name,
        target=manifest.system,
        make_target=_book(manifest),
        keys_of=notebook_keys,
        held=_noted_orders,
        options={"batch": batch},
        looks_up=looks_up,
    )


PAIRS: Mapping[str, Pair] = {
    each.name: each
    for each in (
        _mail_pair("rest", "rest"),
        _mail_pair("graphql", "graphql"),
        _book_pair("notebook", NOTEBOOK, 1),
        _book_pair("notebook-batches", NOTEBOOK, 50),
        _book_pair("blindbook", BLINDBOOK, 1, looks_up=False),
        _book_pair("blindbook-batches", BLINDBOOK, 50, looks_up=False),
    )
}
"""``rest`` and ``graphql``: a BigCommerce shop into ActiveCampaign, one request for each order or 25 at once. The
others lead into a made-up target in which everything that arrives twice stays visible."""


def unpaced(registry: Registry) -> Registry:
    """The real connectors and the made-up ones, as fast as this computer is."""
    manifests = [*registry, NOTEBOOK, BLINDBOOK]
    return Registry({each.system: _hurried(each) for each in manifests})


def _hurried(manifest: Manifest) -> Manifest:
    def options(settings: Any) -> HttpOptions:
        return replace(manifest.http_options(settings), backoff_s=0.001)

    return replace(manifest, pace=replace(manifest.pace, per_second=100_000, learn=None), http_options=options)
