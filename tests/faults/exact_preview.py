"""A real run does what its preview showed, record for record, in generated shops.

``python -m tests.faults.exact_preview --shops 1000 --seed 1``; each shop is read by the real connector, previewed
whole, and then imported or synchronised. Outcomes, reasons and every byte that is sent are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.connectors.bigcommerce.world import Item, World
from app.core.events import RunMode, now
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.answers import encoded
from app.services import Preview
from tests.conftest import MemoryKeyring
from tests.services.marketing import AGREED, KEY, Marketing, marketing

_FLOWS = (Kind.CONTACTS, Kind.ORDERS)
_ENOUGH = 10_000
_NAMES = ("Jürgen", "Zoë", "Łucja", "O'Connor", "Ayşe", "=1+1", "李", "Anna  Maria")


class PreviewDiffersError(AssertionError):
    """The run did something else than the preview had shown."""


def furnish(world: World, dice: random.Random) -> None:
    """A shop as it might be: agreed or not, guests, refunds, coupons, deleted products, odd addresses."""
    products = [world.add_product(f"Lamp {n}", sku=dice.choice((f"SKU-{n}", "")), price=_price(dice)) for n in range(5)]
    customers = [_customer(world, dice, number) for number in range(dice.randint(1, 12))]
    for number in range(dice.randint(1, 20)):
        items = [Item(dice.choice((*products, 99_999)), dice.randint(1, 3)) for _ in range(dice.randint(1, 3))]
        is_guest = dice.random() < 0.3
        order = world.add_order(
            items=[each if each.product_id in world.products else _gone(dice) for each in items],
            customer_id=0 if is_guest else dice.choice(customers),
            guest=(dice.choice(_NAMES), "Berg", f"gast{number}@example.com") if is_guest else None,
            status_id=dice.choice((0, 2, 4, 5, 7, 10, 11, 14)),
            shipping=dice.choice((Decimal(0), Decimal("4.90"))),
            coupon=dice.choice((None, ("FRÜHLING", Decimal(10)))),
            opted_in=dice.random() < 0.5,
            currency=dice.choice(("EUR", "EUR", "GBP", "JPY")),
            at=now() - timedelta(days=dice.randint(0, 900), seconds=dice.randint(0, 86_400)),
        )
        if dice.random() < 0.2:
            world.refund(order, Decimal("1.00"))


def _customer(world: World, dice: random.Random, number: int) -> int:
    email = dice.choice((f"kunde{number}@example.com", f"Kunde{number}@Example.com ", "", f"kaputt{number}@@x"))
    if email and dice.random() < 0.6:
        consents = dice.choice((AGREED, [], None))
        world.add_subscriber(email.strip(), dice.choice(_NAMES), "Berg", consents=consents)
    return world.add_customer(email, dice.choice(_NAMES), dice.choice(_NAMES), company=dice.choice(("", "Berg & Co")))


def _gone(dice: random.Random) -> Item:
    return Item(0, dice.randint(1, 2), price=_price(dice), name="Gone")


def _price(dice: random.Random) -> Decimal:
    return Decimal(dice.randint(1, 20_000)) / 100


async def try_shop(folder: Path, seed: int) -> int:
    """How many records were compared. Raises PreviewDiffersError."""
    dice = random.Random(seed)
    options = {
        "subscribe_to_list": dice.choice(("1", "")),
        "contacts": dice.choice(("everyone", "only_with_consent")),
        "guest_orders": dice.choice(("skip", "send")),
        "order_path": dice.choice(("graphql", "rest")),
    }
    async with marketing(folder, MemoryKeyring(), flows=_FLOWS, options=options) as pair:
        await pair.run(RunMode.HISTORICAL)  # tags, fields and the shop's connection exist from now on
        compared = 0
        for _ in range(2):
            furnish(pair.subscribers, dice)
            compared += await _compare(pair)
        return compared


async def _compare(pair: Marketing) -> int:
    writes = len(pair.mail.writes)
    shown = await pair.services.previews.preview(KEY, limit=_ENOUGH)
    if len(pair.mail.writes) != writes:
        raise PreviewDiffersError("the preview wrote")
    result = await pair.run(RunMode.HISTORICAL)
    if not result.is_finished:
        raise PreviewDiffersError(f"the run did not finish: {result.error}")
    await _compare_outcomes(pair, shown, result.run_id)
    promised = Counter(
        _canonical(atom)
        for each in shown.items
        for request in each.requests
        for atom in _atoms(_read(encoded(request.body)))
    )
    sent = Counter(_canonical(atom) for each in pair.mail.writes[writes:] for atom in _atoms(_read(each.body)))
    if promised != sent:
        raise PreviewDiffersError(f"promised only: {list(promised - sent)[:3]}\nsent only: {list(sent - promised)[:3]}")
    return len(shown.items)


async def _compare_outcomes(pair: Marketing, shown: Preview, run_id: str) -> None:
    told = {(each.kind, each.key): (each.outcome, each.reason) for each in shown.items}
    entries = await pair.services.runs._ledger.entries(KEY, limit=_ENOUGH)
    became = {
        (each.kind, each.key): ((Outcome.UNCHANGED, "") if each.seen_run == run_id else (each.outcome, each.reason))
        for each in entries
    }
    for place, promise in told.items():
        if became.get(place) != promise:
            raise PreviewDiffersError(f"{place}: shown {promise}, became {became.get(place)}")


def _atoms(body: Any) -> Iterator[Any]:
    """What one record brings into a request: its item of a list, else the whole body."""
    match body:
        case {"contacts": list(items)} | {"variables": {"orders": list(items)}}:
            yield from items
        case {"variables": dict(variables)} if (
            len(lists := [each for each in variables.values() if isinstance(each, list)]) == 1
        ):
            yield from lists[0]
        case _:
            yield body


def _read(body: bytes) -> Any:
    """Numbers digit for digit; an id that only an earlier answer tells is the same whatever it is."""
    return json.loads(body, parse_float=str, object_hook=_without_ids)


def _without_ids(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "customerid": "?"} if "customerid" in row else row


def _canonical(body: Any) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False)


async def try_shops(number: int, seed: int) -> int:
    """How many records were compared. Raises PreviewDiffersError naming the shop."""
    compared = 0
    for shop in range(seed, seed + number):
        with tempfile.TemporaryDirectory() as folder:
            try:
                compared += await try_shop(Path(folder) / "data", shop)
            except PreviewDiffersError as error:
                raise PreviewDiffersError(f"shop {shop}: {error}") from error
    return compared


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.exact_preview", description=__doc__)
    parser.add_argument("--shops", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args(arguments)
    try:
        compared = asyncio.run(try_shops(wanted.shops, wanted.seed))
    except PreviewDiffersError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{wanted.shops:,} shops, {compared:,} records: every run did what its preview had shown\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
