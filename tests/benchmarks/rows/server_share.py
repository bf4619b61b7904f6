"""Whether the bench server holds anybody up: how busy it is while the raw loop runs as fast as it can, and how many
requests a second it answers when several connections without an HTTP library hammer it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import Work
from tests.benchmarks.measuring import Figure, Goal, Sample, interleaved, rate
from tests.benchmarks.raw import raw_body, raw_sample
from tests.benchmarks.sample_orders import order_document

NAME = "server"
TITLE = "bench server, no bottleneck"
_CONNECTIONS = 4


async def measure(bench: Bench) -> Sequence[Figure]:
    single = Work(records=bench.records(3_000))
    batch = Work(records=bench.records(20_000, at_least=1_000), size=500)

    async def raw(work: Work) -> Sample:
        await bench.behave(orders=work.records)
        return await raw_sample(bench, work)

    async def bare() -> Sample:
        await bench.behave()
        return await _hammer(bench, single.records)

    series = await interleaved(
        bench.rounds, {"bare": bare, "single": lambda: raw(single), "batch": lambda: raw(batch)}
    )  # fmt: skip
    figures = [
        Figure(
            what="requests/s, bare against raw", value=series.ratio(rate, "bare", "single"), goal=Goal(at_least=3),
            facts=series.facts(),
        )
    ]  # fmt: skip
    for name in ("single", "batch"):
        share = series.median(lambda sample: sample.facts["server"]["cpu_s"] / sample.wall_s * 100, name)
        figures.append(Figure(what=f"busy during the raw loop, {name}", value=share, unit="%", goal=Goal(at_most=50)))
    return figures


async def _hammer(bench: Bench, requests: int) -> Sample:
    """Ready-made requests over a few connections, answers read to their end and not looked at."""
    address = urlsplit(bench.server.address)
    body = msgspec.json.encode(raw_body(order_document(1_234_567)))
    head = f"POST /orders HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
    watch = bench.stopwatch()
    with watch.running():
        shares = (_talk(address.port or 0, head.encode() + body, requests // _CONNECTIONS) for _ in range(_CONNECTIONS))
        await asyncio.gather(*shares)
    return watch.sample(requests // _CONNECTIONS * _CONNECTIONS)


async def _talk(port: int, request: bytes, times: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(times):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
    writer.close()
    await writer.wait_closed()
