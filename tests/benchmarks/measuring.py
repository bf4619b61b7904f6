"""Samples, and what is made of them: ratios of one interleaved run, judged by medians."""

from __future__ import annotations

import cProfile
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measured piece of work. ``cpu_s`` is user and system time of the whole process, all threads."""

    records: int
    wall_s: float
    cpu_s: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.records / self.wall_s if self.wall_s else 0.0


@dataclass(frozen=True, slots=True)
class Goal:
    """``at_least`` or ``at_most``; neither for a figure that only informs."""

    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, value: float) -> bool:
        return not (
            (self.at_least is not None and value < self.at_least) or (self.at_most is not None and value > self.at_most)
        )

    def __str__(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. ``skipped`` says why there is no value."""

    what: str
    value: float = 0.0
    unit: str = "×"
    goal: Goal = field(default_factory=Goal)
    skipped: str = ""
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return bool(self.skipped) or self.goal.is_met(self.value)


class Stopwatch:
    """Takes the time of what happens inside ``running``; a profiler, where there is one, sees just that."""

    def __init__(self, profiler: cProfile.Profile | None = None) -> None:
        self._profiler = profiler
        self.wall_s = 0.0
        self.cpu_s = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        if self._profiler:
            self._profiler.enable()
        try:
            yield
        finally:
            if self._profiler:
                self._profiler.disable()
            self.wall_s = time.perf_counter() - wall
            self.cpu_s = time.process_time() - cpu

    def sample(self, records: int, **facts: Any) -> Sample:
        return Sample(records=records, wall_s=self.wall_s, cpu_s=self.cpu_s, facts=facts)


Variant = Callable[[], Awaitable[Sample]]


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of several variants; the ones of a round were taken one right after the other."""

    samples: Mapping[str, Sequence[Sample]]

    def ratio(self, what: Callable[[Sample], float], of: str, to: str) -> float:
        """The median over the rounds of one variant's number divided by another's."""
        pairs = zip(self.samples[of], self.samples[to], strict=True)
        return statistics.median(what(own) / what(other) for own, other in pairs)

    def median(self, what: Callable[[Sample], float], of: str) -> float:
        return statistics.median(what(sample) for sample in self.samples[of])

    def facts(self) -> dict[str, Any]:
        return {
            name: [
                {
                    "records": each.records,
                    "wall_s": round(each.wall_s, 4),
                    "cpu_s": round(each.cpu_s, 4),
                    "records_per_s": round(each.per_second, 1),
                    **each.facts,
                }
                for each in samples
            ]
            for name, samples in self.samples.items()
        }


async def interleaved(rounds: int, variants: Mapping[str, Variant]) -> Series:
    """Every variant once per round, in turn, so that a busy moment of the machine hits them alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            samples[name].append(await variant())
    return Series(samples)


def rate(sample: Sample) -> float:
    return sample.per_second


def cpu(sample: Sample) -> float:
    """CPU seconds per record."""
    return sample.cpu_s / sample.records


def wall(sample: Sample) -> float:
    return sample.wall_s
