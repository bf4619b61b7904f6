"""What can go wrong on the line, at every step of a run.

Whatever happens, a run finishes, waits or pauses with a reason and a next step. Nothing is lost, nothing arrives twice,
the numbers add up, and once the fault is gone the same run is brought to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.events import RunState, StageState
from app.core.texts import text
from app.sdk.check import Finding, Probe, run_probes
from app.sdk.http import HttpClient
from tests.faults.bench import PACE, ROUGH, everyday, opened
from tests.faults.toxics import Act, answering, cutting, dripping, resetting, spoiling, swallowing
from tests.faults.vendor import BUSY

FINISHED, WAITING, PAUSED = RunState.FINISHED, RunState.WAITING, RunState.PAUSED
PASSES, LASTS = 1, -1
PAGE = "<html><h1>We will be back soon</h1></html>"


@dataclass(frozen=True)
class Fault:
    act: Callable[[], Act]
    times: int
    ends: frozenset[RunState]
    """Finishing is always right, as what follows proves that everything is there; one that passes must finish."""


def fault(act: Callable[[], Act], times: int, *ends: RunState) -> Fault:
    return Fault(act, times, frozenset({FINISHED, *ends}))


# What happens, whether it passes or lasts, and how a run may end that cannot finish.
FAULTS = {
    "429, come back at once": fault(lambda: answering(429, headers={"Retry-After": "0"}), PASSES),
    "429 without a word": fault(lambda: answering(429), PASSES),
    "429 for ever": fault(lambda: answering(429), LASTS, WAITING),
    "429, come back tomorrow": fault(
        lambda: answering(429, headers={"Retry-After": "40000"}), LASTS, WAITING, FINISHED
    ),
    "500 once": fault(lambda: answering(500), PASSES),
    "500 for ever": fault(lambda: answering(500, '{"error": "oops"}'), LASTS, WAITING),
    "502 with a web page": fault(lambda: answering(502, PAGE), LASTS, WAITING),
    "502 although the work is done": fault(lambda: answering(502, PAGE, after=True), PASSES),
    "503 in maintenance": fault(lambda: answering(503, PAGE, {"Retry-After": "0"}), LASTS, WAITING),
    "200 with the vendor's own error": fault(lambda: answering(200, BUSY), LASTS, WAITING),
    "200 with a foreign error": fault(lambda: answering(200, '{"fault": {"code": 17}}'), LASTS, PAUSED),
    "200 with a foreign error, work done": fault(lambda: answering(200, '{"fault": 1}', after=True), PASSES, PAUSED),
    "200 with a web page": fault(lambda: answering(200, PAGE), LASTS, PAUSED),
    "200 with nothing": fault(lambda: answering(200), LASTS, PAUSED),
    "200 with a list instead": fault(lambda: answering(200, "[]"), LASTS, PAUSED),
    "204 with nothing": fault(lambda: answering(204), LASTS, PAUSED),
    "cut in the middle": fault(lambda: cutting(is_noticed=True), LASTS, WAITING),
    "cut and nobody notices": fault(lambda: cutting(is_noticed=False), LASTS, PAUSED),
    "not what it says it is": fault(spoiling, LASTS, WAITING),
    "drips for ever": fault(lambda: dripping(0.02), LASTS, WAITING),
    "reset before": fault(lambda: resetting(after=False), LASTS, WAITING),
    "reset after": fault(lambda: resetting(after=True), LASTS, WAITING),
    "reset after, once": fault(lambda: resetting(after=True), PASSES),
    "silence": fault(lambda: swallowing(after=False), LASTS, WAITING),
    "silence after the work": fault(lambda: swallowing(after=True), PASSES),
    "redirect loop": fault(lambda: answering(302, headers={"Location": "/"}), LASTS, PAUSED),
    "redirect elsewhere": fault(lambda: answering(301, headers={"Location": "https://evil.invalid"}), LASTS, PAUSED),
    "token expired": fault(lambda: answering(401, '{"error": "expired"}'), LASTS, PAUSED),
    "permission withdrawn": fault(lambda: answering(403), LASTS, PAUSED),
    "account closed": fault(lambda: answering(402), LASTS, PAUSED),
}

# The system whose line breaks, and the request at which it does.
STEPS = {
    "opening": ("depot", "GET", "/shelf", 0),
    "setting up": ("depot", "POST", "/shelf", 0),
    "reading opt-outs": ("depot", "GET", "/leavers", 0),
    "looking a person up": ("kiosk", "GET", "/people", 0),
    "running an opt-out back": ("kiosk", "POST", "/people", 0),
    "counting": ("kiosk", "GET", "/count", 0),
    "first page": ("kiosk", "GET", "/orders?after=0", 0),
    "later page": ("kiosk", "GET", "/orders?after=", 1),
    "looking up": ("depot", "GET", "/items", 0),
    "first write": ("depot", "POST", "/items", 0),
    "later write": ("depot", "POST", "/items", 1),
    "asking for the result": ("depot", "GET", "/jobs", 0),
    "sweeping": ("kiosk", "GET", "/ids", 0),
    "removing": ("depot", "DELETE", "/items", 0),
}


CELLS = [
    pytest.param(name, step, id=f"{name} - {step}")
    for place, name in enumerate(FAULTS)
    for step in everyday(STEPS, 2, starting_at=place)
]


@pytest.mark.parametrize(("name", "step"), CELLS)
async def test_a_fault_at_a_step(name: str, step: str, tmp_path: Path) -> None:
    case = FAULTS[name]
    system, method, path, skip = STEPS[step]
    async with opened(tmp_path) as bench, asyncio.timeout(60):
        toxic = bench.proxies[system].add(case.act(), method=method, path=path, skip=skip, times=case.times)

        result = await bench.run()

        assert toxic.hits, "the step never came"
        assert result.run.state in case.ends, f"{result.run.state}: {result.run.message} {result.error!r}"
        assert result.balance.balances
        assert result.run.message
        assert result.is_finished or result.run.remedy, f"no next step after: {result.run.message}"
        bench.mend()
        await bench.finish()
        await bench.prove_once()


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_at_the_connection_test(name: str, tmp_path: Path) -> None:
    case = FAULTS[name]
    async with opened(tmp_path) as bench, asyncio.timeout(60):
        bench.proxies["depot"].add(case.act(), path="/hello", times=LASTS)
        async with HttpClient(bench.proxies["depot"].address, pace=PACE, options=ROUGH) as client:

            async def greet() -> Finding:
                answer = (await client.get("hello")).json()
                return Finding(text("{name}", name=answer["name"]))

            probe = Probe(name="sign_in", title=text("Sign-in"), run=greet)
            stages = [stage async for stage in run_probes([probe])]

        if stages[-1].state is StageState.FAILED:
            assert stages[-1].message
            assert stages[-1].remedy, f"no next step after: {stages[-1].message}"
