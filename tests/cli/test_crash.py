"""The real program, started from its command line, killed in the middle of an import and continued.

Every other moment is tried in ``tests/faults``.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.bootstrap import opened
from app.core.events import RunMode
from app.core.records import Kind
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator
from app.storage.folder import DataFolder
from tests.cli.conftest import Koppler, Served, Stage, declared

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 90
ARRIVED = ("contacts", "orders", "contacts_with_orders", "totals", "automations_fired", "resubscribed")
Summary = Mapping[str, Any]


class Gate:
    """Lets the simulator work, and at one moment keeps the answer back until the program that waits for it is gone.

    ``moment`` looks at what the simulator holds after a write.
    """

    def __init__(self, simulator: Simulator, moment: Callable[[Summary], bool]) -> None:
        self.reached = threading.Event()
        self.simulator = simulator
        self.moment = moment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept: list[Message] = []

        async def keep(message: Message) -> None:
            kept.append(message)

        writes = len(self.simulator.writes)
        await self.simulator(scope, receive, keep)
        is_write = len(self.simulator.writes) > writes
        if is_write and not self.reached.is_set() and self.moment(self.simulator.summary()):
            self.reached.set()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        for message in kept:
            await send(message)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """What arrives when nothing happens on the way."""
    stage, registry = Stage(), Registry.discover()
    shop = stage.serve(registry.of("bigcommerce").simulator(RECORDS))
    mail = stage.serve(registry.of("activecampaign").simulator(0))

    async def work() -> None:
        async with opened(DataFolder(tmp_path_factory.mktemp("calm")), environ={}) as services:
            services.secrets.use_session()
            for served in (shop, mail):
                simulator = served.simulator
                await services.accounts.create(
                    simulator.system, simulator.system, simulator.settings, simulator.secrets, served.address
                )
            await services.integrations.create("calm", "bigcommerce", "activecampaign", [Kind.CONTACTS, Kind.ORDERS])
            result = await (await services.runs.start("calm", RunMode.HISTORICAL)).wait()
            assert result.is_finished

    try:
        asyncio.run(work())
    finally:
        stage.close()
    return arrived(mail)


def arrived(mail: Served) -> Summary:
    summary = mail.simulator.summary()
    return {name: summary[name] for name in ARRIVED}


@pytest.fixture
def run_program(
    data_dir: Path, program_environment: Callable[..., dict[str, str]]
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            cwd=ROOT,
            env=program_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait(timeout=30)


def in_the_middle_of_orders(now: Summary, calm: Summary) -> bool:
    return 0 < int(now["orders"]) < int(calm["orders"])


def test_a_killed_import_goes_on_and_everything_arrives_once(
    calm: Summary,
    stage: Stage,
    registry: Registry,
    tmp_path: Path,
    koppler: Koppler,
    run_program: Callable[..., subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = stage.serve(registry.of("bigcommerce").simulator(RECORDS))
    simulator = registry.of("activecampaign").simulator(0)
    gate = Gate(simulator, lambda now: in_the_middle_of_orders(now, calm))
    mail = stage.serve(simulator, gate)
    path = tmp_path / "both.toml"
    path.write_text(
        declared("shop", shop, monkeypatch)
        + declared("mail", mail, monkeypatch)
        + '[integrations.shop-to-mail]\nsource = "shop"\ntarget = "mail"\nflows = ["contacts", "orders"]\n',
        encoding="utf-8",
    )
    assert koppler("apply", path).code == 0

    process = run_program("run", "shop-to-mail", "--historical")
    assert gate.reached.wait(60)
    process.kill()
    assert process.wait(timeout=30) != 0

    continued = koppler("run", "shop-to-mail", "--continue", "--json")

    assert continued.code == 0, continued.out + continued.err
    summary = continued.events[-1]
    assert summary["finished"] is True
    outcomes = ("created", "updated", "unchanged", "skipped", "held", "failed", "in_doubt")
    assert summary["read"] == sum(summary[name] for name in outcomes)
    assert summary["in_doubt"] == 0
    assert arrived(mail) == calm
    orders = summary["flows"]["orders"]
    assert orders["created"] + orders["updated"] + orders["unchanged"] == calm["orders"]

    writes = len(mail.simulator.writes)
    again = koppler("run", "shop-to-mail", "--historical", "--json")
    assert again.code == 0
    assert again.events[-1]["read"] == summary["read"]
    assert again.events[-1]["created"] == again.events[-1]["updated"] == 0
    assert len(mail.simulator.writes) == writes
