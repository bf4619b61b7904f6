"""What every connector's tests stand on: its simulator behind a real socket, an open account, made-up records.

``test_standard.py`` runs the common tests over every connector; a connector's own tests use :func:`opened` as well.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import app
from app.core.consent import Consent, ConsentState
from app.core.events import Emit, discard
from app.core.money import Money
from app.core.records import (
    Address,
    Bounce,
    Cart,
    Category,
    Contact,
    Kind,
    OptOut,
    Order,
    OrderLine,
    OrderStatus,
    Product,
    Record,
    StockLevel,
    Unreadable,
)
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.http import HttpClient
from app.sdk.manifest import Manifest
from app.sdk.pacing import Pace
from app.sdk.plan import Plan, Step, joined_path, resolved
from app.sdk.settings import parse
from app.sdk.simulator import Simulator, serve
from app.sdk.source import Page, ReadRequest, Source
from app.sdk.target import Mappings, Target

FAST = Pace(per_second=100_000, parallel=4)
"""Tests wait for nobody's quota, unless the quota is the story."""

TYPES: Mapping[Kind, type] = {
    Kind.CONTACTS: Contact,
    Kind.ORDERS: Order,
    Kind.PRODUCTS: Product,
    Kind.CATEGORIES: Category,
    Kind.STOCK: StockLevel,
    Kind.CARTS: Cart,
    Kind.OPT_OUTS: OptOut,
    Kind.BOUNCES: Bounce,
}


@dataclass(frozen=True, slots=True)
class Opened:
    manifest: Manifest
    simulator: Simulator
    access: Access[Any]

    def source(self, **options: object) -> Source:
        assert self.manifest.open_source is not None
        return self.manifest.open_source(self.access, parse(self.manifest.source_options, options))

    def target(self, mappings: Mappings | None = None, **options: object) -> Target:
        assert self.manifest.open_target is not None
        chosen = parse(self.manifest.target_options, options)
        return self.manifest.open_target(self.access, chosen, mappings or MAPPINGS)


@asynccontextmanager
async def opened(
    manifest: Manifest,
    *,
    records: int = 60,
    secrets: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
    read_only: bool = False,
    simulator: Simulator | None = None,
    pace: Pace = FAST,
    emit: Emit = discard,
) -> AsyncIterator[Opened]:
    """An account of the connector's simulator. ``secrets`` and ``settings`` replace the simulator's own."""
    running = simulator or manifest.simulator(records)
    # The made-up records count in euros, whatever the practice account counts in.
    euros = {"currency": "EUR"} if "currency" in running.settings else {}
    values = {**running.settings, **running.secrets, **euros, **(settings or {}), **(secrets or {})}
    parsed = parse(manifest.settings, values)
    async with AsyncExitStack() as stack:
        client = None
        if manifest.base_url(parsed):
            address = await stack.enter_async_context(serve(running))
            # Refusals are repeated at once: how long a vendor wants to be left alone is tested where it matters.
            http_options = replace(manifest.http_options(parsed), backoff_s=0.001)
            client = HttpClient(address, pace=pace, options=http_options, read_only=read_only, emit=emit)
            await stack.enter_async_context(client)
        yield Opened(manifest, running, Access(settings=parsed, client=client, account="practice", emit=emit))


# Reading -------------------------------------------------------------------------------------------------------------


def request(kind: Kind, **changes: Any) -> ReadRequest:
    return ReadRequest(kind=kind, **{"until": datetime.now(UTC), **changes})


async def pages_of(source: Source, wanted: ReadRequest) -> list[Page]:
    async with asyncio.timeout(60):
        return [page async for page in source.read(wanted)]


def records_in(pages: Iterable[Page]) -> list[Record | Unreadable]:
    return [record for page in pages for record in page.records]


def ids_in(pages: Iterable[Page]) -> list[str]:
    return [record.id for record in records_in(pages)]


async def read_all(source: Source, kind: Kind, **changes: Any) -> list[Any]:
    return records_in(await pages_of(source, request(kind, **changes)))


async def fetched(source: Source, kind: Kind, ids: Sequence[str]) -> list[Any]:
    return records_in([page async for page in source.fetch(kind, ids)])


def own_tasks() -> set[asyncio.Task[Any]]:
    """Tasks that run code of the program; those of servers and clients come and go by themselves."""
    root = str(Path(app.__file__).parent)
    return {task for task in asyncio.all_tasks() if _file_of(task).startswith(root) and not task.done()}


def _file_of(task: asyncio.Task[Any]) -> str:
    coroutine = task.get_coro()
    code = getattr(coroutine, "cr_code", None) or getattr(coroutine, "ag_code", None)
    name = "" if code is None else str(code.co_filename)
    return "" if name.endswith("simulator.py") else name


# Writing -------------------------------------------------------------------------------------------------------------


MAPPINGS = Mappings(
    products={"*": "4999", "BG-1": "4001", "BG-2": "4002"},
    source_system="practice",
    source_name="Practice shop",
    source_id="practice-shop",
    source_url="https://shop.example",
)


def sample_records(kind: Kind, emails: Sequence[str] = ("vera@example.com", "otto@example.com")) -> list[Record]:
    """Two records of the kind, whole enough for any target."""
    return [_SAMPLES[kind](str(number), email) for number, email in enumerate(emails, 1)]


async def send(target: Target, http: HttpClient, plan: Plan) -> Mapping[str, Answer]:
    """What the engine does with a plan, without its care for refusals."""
    saved: dict[str, str] = {}
    return {step.name: await _sent(http, step, saved) for step in plan.steps}


async def set_up(target: Target, http: HttpClient) -> None:
    saved: dict[str, str] = {}
    for step in target.setup():
        await _sent(http, step, saved)


async def _sent(http: HttpClient, step: Step, saved: dict[str, str]) -> Answer:
    answer = await http.request(
        step.method,
        joined_path(step.path, saved),
        query=step.query or None,
        body=resolved(step.body, saved),
        headers=step.headers or None,
        is_repeatable=step.is_repeatable,
    )
    for name, path in step.saves.items():
        value = answer.json()
        for part in path:
            value = value[part]
        saved[name] = str(value)
    return answer


def fingerprint(content: object) -> str:
    """Content as the ledger would hash it: equal text means unchanged."""
    return json.dumps(content, sort_keys=True, default=str)


_AT = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
_LINE = OrderLine(
    id="1",
    name="Becher",
    quantity=Decimal(2),
    unit_price=Money.of("9.95", "EUR"),
    product_id="77",
    sku="BG-0001",
    category="Geschirr > Becher",
    url="https://shop.example/becher",
)
_SAMPLES: Mapping[Kind, Any] = {
    Kind.CONTACTS: lambda number, email: Contact(
        id=number,
        email=email,
        first_name="Vera",
        last_name="Öhm",
        phone="+49 341 1",
        address=Address(city="Leipzig", country="DE"),
        consent=Consent(ConsentState.YES, _AT),
        created_at=_AT,
        updated_at=_AT,
    ),
    Kind.ORDERS: lambda number, email: Order(
        id=number,
        number=number,
        email=email,
        status=OrderStatus.COMPLETED,
        created_at=_AT,
        updated_at=_AT,
        total=Money.of("24.80", "EUR"),
        customer_id=number,
        first_name="Vera",
        last_name="Öhm",
        shipping=Money.of("4.90", "EUR"),
        lines=(_LINE,),
        shipping_method="Paket",
    ),
    Kind.PRODUCTS: lambda number, _: Product(
        id=number, name="Becher", sku=f"BG-{number}", price=Money.of("9.95", "EUR")
    ),
    Kind.CATEGORIES: lambda number, _: Category(id=number, name="Becher", path=("Geschirr", "Becher")),
    Kind.STOCK: lambda number, _: StockLevel(id=number, sku=f"BG-{number}", quantity=Decimal(4)),
    Kind.CARTS: lambda number, email: Cart(
        id=f"cart-{number}",
        email=email,
        total=Money.of("19.90", "EUR"),
        abandoned_at=_AT,
        customer_id=number,
        lines=(_LINE,),
        url="https://shop.example/cart",
    ),
    Kind.OPT_OUTS: lambda number, email: OptOut(id=number, email=email, at=_AT, list_name="Newsletter"),
    Kind.BOUNCES: lambda number, email: Bounce(id=number, email=email, at=_AT, reason="mailbox unknown"),
}
