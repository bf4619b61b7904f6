"""The command line in this process, against simulators that run on a thread of their own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from app.__main__ import main
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve


@dataclass
class Served:
    simulator: Simulator
    address: str


class Stage:
    """Serves simulators until it is closed."""

    def __init__(self) -> None:
        self._ends: list[Callable[[], None]] = []

    def serve(self, simulator: Simulator, through: ASGIApp | None = None) -> Served:
        """``through`` stands between the socket and the simulator."""
        ready = threading.Event()
        found: list[str] = []
        ends: list[Callable[[], None]] = []

        async def work() -> None:
            stopping = asyncio.Event()
            loop = asyncio.get_running_loop()

            def stop() -> None:
                loop.call_soon_threadsafe(stopping.set)

            ends.append(stop)
            async with serve(through or simulator) as address:
                found.append(address)
                ready.set()
                await stopping.wait()

        thread = threading.Thread(target=lambda: asyncio.run(work()))
        thread.start()
        assert ready.wait(20)

        def end() -> None:
            ends[0]()
            thread.join(20)

        self._ends.append(end)
        return Served(simulator, found[0])

    def close(self) -> None:
        for end in self._ends:
            end()


@pytest.fixture
def stage() -> Iterator[Stage]:
    found = Stage()
    yield found
    found.close()


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.discover()


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Fails where a line of standard output is no JSON object with an ``event``."""
        found = [json.loads(line) for line in self.out.splitlines()]
        assert all("event" in each for each in found)
        return found

    def event(self, name: str) -> dict[str, Any]:
        return next(each for each in self.events if each["event"] == name)


Koppler = Callable[..., Outcome]


@pytest.fixture
def koppler(data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Koppler:
    monkeypatch.setenv("LC_ALL", "C")

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as end:  # argparse leaves this way
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@dataclass(frozen=True)
class Set:
    """A practice shop and a practice newsletter system, declared as ``shop``, ``mail`` and ``shop-to-mail``."""

    shop: Served
    mail: Served
    file: Path


@pytest.fixture
def practice(
    stage: Stage, registry: Registry, tmp_path: Path, koppler: Koppler, monkeypatch: pytest.MonkeyPatch
) -> Set:
    shop = stage.serve(registry.of("bigcommerce").simulator(24))
    mail = stage.serve(registry.of("activecampaign").simulator(3))
    path = tmp_path / "shop.toml"
    path.write_text(
        declared("shop", shop, monkeypatch)
        + declared("mail", mail, monkeypatch)
        + '[integrations.shop-to-mail]\nsource = "shop"\ntarget = "mail"\nflows = ["contacts", "orders"]\n',
        encoding="utf-8",
    )
    assert koppler("apply", path).code == 0
    return Set(shop, mail, path)


def declared(key: str, served: Served, monkeypatch: pytest.MonkeyPatch) -> str:
    """A TOML table for a simulator's account, with its secrets in the environment."""
    secrets = {field: f"{key}_{field}".upper() for field in served.simulator.secrets}
    for field, value in served.simulator.secrets.items():
        monkeypatch.setenv(secrets[field], value)
    settings = ", ".join(f"{name} = {json.dumps(value)}" for name, value in served.simulator.settings.items())
    names = ", ".join(f'{field} = "env:{name}"' for field, name in secrets.items())
    return (
        f'[accounts.{key}]\nsystem = "{served.simulator.system}"\nsettings = {{ {settings} }}\n'
        f'secrets = {{ {names} }}\napi_address = "{served.address}"\n\n'
    )
