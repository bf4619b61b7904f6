"""Vendors' limits: how much of the permitted rate is used, and how often the vendor must refuse.

The rounds run at the same time, each with a server of its own: they wait more than they work.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks.bench import Bench
from tests.benchmarks.engine_runs import Work, engine_sample
from tests.benchmarks.measuring import Figure, Goal, Sample

NAME = "limits"
TITLE = "rate limits"
_PER_SECOND = 10.0
_JITTER = {"latency_s": 0.02, "jitter_s": 0.08}
_HOLD_S = 10.0


async def measure(bench: Bench) -> Sequence[Figure]:
    requests = bench.records(300, at_least=20)
    forced_requests = bench.records(200, at_least=20)
    bucket = {**_JITTER, "bucket_per_s": _PER_SECOND, "bucket_size": 2}
    window = {**_JITTER, "window_s": 1.0, "window_requests": int(_PER_SECOND)}
    strict = {**bucket, "retry_after_s": _HOLD_S}
    forced = {**strict, "refuse_at": forced_requests // 3}
    bucket_samples, window_samples, strict_samples, forced_samples = await asyncio.gather(
        _rounds(bench, requests, bucket),
        _rounds(bench, requests, window),
        _rounds(bench, requests, strict),
        _rounds(bench, forced_requests, forced),
    )
    return [
        *_figures("token bucket", bucket_samples, at_least=97, refused=Goal(at_most=0)),
        *_figures("1-s window", window_samples, at_least=93, refused=Goal(at_most=1)),
        *_figures("Retry-After 10 s", strict_samples, at_least=95, refused=Goal(at_most=0)),
        Figure(
            what="429 after a forced one",
            value=_median(forced_samples, lambda sample: sample.facts["server"]["refused"] - 1),
            unit="",
            goal=Goal(at_most=1),
            facts={"samples": [sample.facts for sample in forced_samples]},
        ),
        Figure(
            what="rate with a forced 429, without its hold",
            value=_median(forced_samples, lambda sample: _share(sample, _HOLD_S)),
            unit="%",
        ),
    ]


async def _rounds(bench: Bench, requests: int, behaviour: dict[str, Any]) -> Sequence[Sample]:
    return await asyncio.gather(*(_run(bench, requests, behaviour) for _ in range(bench.rounds)))


async def _run(bench: Bench, requests: int, behaviour: dict[str, Any]) -> Sample:
    with bench.with_own_server() as own:
        await own.behave(orders=requests, **behaviour)
        return await engine_sample(own, Work(records=requests, per_second=_PER_SECOND), is_profiled=False)


def _figures(name: str, samples: Sequence[Sample], *, at_least: float, refused: Goal) -> list[Figure]:
    return [
        Figure(
            what=f"{name}: of the permitted rate",
            value=_median(samples, _share),
            unit="%",
            goal=Goal(at_least=at_least),
            facts={"samples": [sample.facts for sample in samples]},
        ),
        Figure(what=f"{name}: refused with 429", value=_median(samples, _refused), unit="%", goal=refused),
    ]


def _share(sample: Sample, hold_s: float = 0.0) -> float:
    """Accepted requests a second as the server saw them, as a percentage of what it permits."""
    server = sample.facts["server"]
    seconds = server["last_write_at"] - server["first_write_at"] - hold_s
    return (server["writes"] - server["refused"] - 1) / seconds / _PER_SECOND * 100


def _refused(sample: Sample) -> float:
    server = sample.facts["server"]
    return float(server["refused"] / server["writes"] * 100)


def _median(samples: Sequence[Sample], what: Callable[[Sample], float]) -> float:
    return statistics.median(what(sample) for sample in samples)
