"""The raw loop: the same requests with the same HTTP library by somebody in a hurry.

Plain ``httpx.AsyncClient`` with the settings that :mod:`app.sdk.http` gives it, not our client around it: so what our
client adds to every request (pacing, redaction, events, time-outs explained) counts against us as well. The loop
decodes a page, copies the fields into the body it sends, and looks at the answer's status. It keeps nothing, checks
nothing and forgets everything. Pages are read ahead and ``parallel`` requests are under way at once, as in the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec

from app.sdk.answers import Answer
from app.sdk.http import HttpClient
from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import TOKEN, Work, clients
from tests.benchmarks.measuring import Sample
from tests.benchmarks.sample_orders import PAGE_SIZE

_HEADERS = {"Accept": "application/json", "Authorization": f"Bearer {TOKEN}"}
_JSON = {"Content-Type": "application/json"}


def raw_client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=address,
        verify=False,  # noqa: S501 - loopback without TLS; building a context is not what is measured
        timeout=httpx.Timeout(60, connect=10),
        trust_env=False,
        headers=_HEADERS,
        limits=httpx.Limits(max_connections=16, keepalive_expiry=30),
    )


async def raw_pages(client: PlainClient | OurClient, records: int) -> AsyncIterator[list[dict[str, Any]]]:
    """One page ahead of the caller."""
    numbers = iter(range(-(-records // PAGE_SIZE)))

    async def fetch() -> list[dict[str, Any]] | None:
        page = next(numbers, None)
        if page is None:
            return None
        answer = await client.get("orders", {"page": str(page)})
        orders: list[dict[str, Any]] = msgspec.json.decode(answer.content)["orders"]
        return orders

    following = asyncio.create_task(fetch())
    while (orders := await following) is not None:
        following = asyncio.create_task(fetch())
        yield orders


def raw_body(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": str(order["id"]),
        "number": order["number"],
        "email": order["billing_address"]["email"],
        "currency": order["currency"],
        "total": _cents(order["total"]),
        "shipping": _cents(order["shipping"]),
        "tax": _cents(order["tax"]),
        "discount": _cents(order["discount"]),
        "ordered_at": order["date_created"],
        "customer_id": str(order["customer_id"]),
        "url": order["url"],
        "shipping_method": order["shipping_method"],
        "status": order["status"].lower(),
        "lines": [
            {
                "id": str(line["id"]),
                "name": line["name"],
                "price": _cents(line["price"]),
                "quantity": line["quantity"],
                "sku": line["sku"],
                "category": line["category"],
                "url": line["url"],
                "image": line["image"],
            }
            for line in order["lines"]
        ],
    }


def _cents(words: str) -> int:
    return round(float(words) * 100)


class OurClient:
    """The same loop over :mod:`app.sdk.http`: what is left of a difference is then the engine's alone."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def get(self, path: str, params: dict[str, str]) -> Answer:
        return await self._http.get(path, params)

    async def post(self, path: str, content: bytes) -> Answer:
        return await self._http.request("POST", path, content=content)


class PlainClient:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, params: dict[str, str]) -> httpx.Response:
        return (await self._client.get(path, params=params)).raise_for_status()

    async def post(self, path: str, content: bytes) -> httpx.Response:
        return (await self._client.post(path, content=content, headers=_JSON)).raise_for_status()


async def raw_sample(bench: Bench, work: Work) -> Sample:
    """Reads and sends ``records``, with ``parallel`` requests under way."""
    async with raw_client(bench.server.address) as client:
        return await _pumped(bench, PlainClient(client), work)


async def raw_sample_of_our_client(bench: Bench, work: Work) -> Sample:
    async with clients(bench, work) as (_, target):
        return await _pumped(bench, OurClient(target), work)


async def _pumped(bench: Bench, client: PlainClient | OurClient, work: Work) -> Sample:
    watch = bench.stopwatch()
    with watch.running():
        await _pump(client, work)
    stats = await bench.stats()
    assert stats["records"] == work.records, stats
    return watch.sample(work.records, server=stats)


async def _pump(client: PlainClient | OurClient, work: Work) -> None:
    waiting: asyncio.Queue[list[dict[str, Any]] | None] = asyncio.Queue(maxsize=work.parallel)

    async def send() -> None:
        while (bodies := await waiting.get()) is not None:
            path, body = ("orders", bodies[0]) if work.size == 1 else ("batch", {"orders": bodies})
            answer = await client.post(path, msgspec.json.encode(body))
            msgspec.json.decode(answer.content)

    workers = [asyncio.create_task(send()) for _ in range(work.parallel)]
    bodies: list[dict[str, Any]] = []
    async for orders in raw_pages(client, work.records):
        if work.looks_up:
            keys = {"ids": [str(order["id"]) for order in orders]}
            await client.post("lookup", msgspec.json.encode(keys))
        bodies += [raw_body(order) for order in orders]
        while len(bodies) >= work.size:
            await waiting.put(bodies[: work.size])
            del bodies[: work.size]
    if bodies:
        await waiting.put(bodies)
    for _ in workers:
        await waiting.put(None)
    await asyncio.gather(*workers)


async def raw_reading(bench: Bench, records: int) -> Sample:
    """Reads only."""
    watch = bench.stopwatch()
    count = 0
    async with raw_client(bench.server.address) as client:
        with watch.running():
            async for orders in raw_pages(PlainClient(client), records):
                count += len(orders)
    assert count == records
    return watch.sample(records)
