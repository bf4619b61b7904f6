"""What we send and what our simulator answers, against BigCommerce's own OpenAPI files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.connectors.bigcommerce.manifest import MANIFEST
from app.connectors.bigcommerce.world import World
from app.core.records import Bounce, Kind, OptOut
from app.sdk.check import run_probes
from app.sdk.plan import Draft
from tests.connectors.standard import fetched, opened, read_all, send
from tests.specification import SpecificationSet, Tolerance

pytestmark = pytest.mark.shared

# Where the specification contradicts its own examples, its prose or itself; nothing of ours hides behind these.
_TOLERATED = [
    Tolerance(
        r"GET /catalog/products -> 200: answer \.data\[\]\.variants",
        "its parameter include offers variants, and the schema of one product has them; the list's schema forgot them",
    ),
    Tolerance(
        r"GET /catalog/products -> 200: answer \.data\[\]\.base_variant_id: None is not",
        "its own description says that it is null for products with options; the type forgot it",
    ),
    Tolerance(
        r"GET /customers/subscribers: query parameter id is missing",
        "a list that must be asked for by id is none; the same file shows it without",
    ),
    Tolerance(
        r"\.consignments: .* is valid under each of",
        "the two alternatives have no required fields, so that a link fits both",
    ),
    Tolerance(r"\.custom_status: this field is not declared", "its own example has it"),
    Tolerance(
        r"GET /orders(/\{order_id\}/\w+)? -> 204: this status is not declared",
        "an empty page is 204 in practice (bigcommerce-api-ruby 47); the file knows 204 for shipping quotes only",
    ),
    Tolerance(
        r"GET /orders/\{order_id\}/products: header Content-Type is missing",
        "a GET has no body whose type could be told; its sister shipping_addresses does not ask for it",
    ),
    Tolerance(
        r"GET /orders: query parameter sort does not take the value 'id:asc'",
        "the parameter's own description adds the direction behind a colon",
    ),
]


@pytest.fixture(scope="module")
def specification(shared: Path) -> SpecificationSet:
    return SpecificationSet.load(sorted((shared / "specs" / "bigcommerce").glob("*.yml")), tolerated=_TOLERATED)


async def test_every_exchange_is_as_specified(specification: SpecificationSet) -> None:
    everything = {"include_subscribers_without_account": True}
    async with opened(MANIFEST, records=120) as account:
        world = account.simulator.world
        assert isinstance(world, World)
        world.add_attribute(1, "Treuepunkte", "120")
        world.orders[101]["items_total"] = 99  # its lines are then asked for by themselves
        async for _ in run_probes(MANIFEST.probes(account.access, list(Kind))):
            pass
        source = account.source(**everything)
        for reads in MANIFEST.reads:
            found = await read_all(source, reads.kind)
            await read_all(account.source(**everything), reads.kind, since=datetime(2026, 1, 1, tzinfo=UTC))
            await fetched(source, reads.kind, [each.id for each in found[:3]])
            if reads.sweeps:
                _ = [ids async for ids in source.all_ids(reads.kind)]
        agreed = [each.email for each in await read_all(source, Kind.CONTACTS) if each.consent.is_given]
        target = account.target(note_bounces=True)
        for record in (OptOut(id="1", email=agreed[0]), Bounce(id="2", email=agreed[1], reason="unknown mailbox")):
            draft = target.draft(record)
            assert isinstance(draft, Draft)
            known = await target.look_up([draft])
            await send(target, account.access.http, target.plan([(draft, known[draft.key])]))
        exchanges = list(account.simulator.journal)
    problems = {problem for each in exchanges for problem in specification.problems(each)}
    assert not problems, "\n".join(sorted(problems))
    assert specification.unused_tolerances == []
