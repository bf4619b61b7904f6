"""Two practice accounts, connected as a person connects them: through the services, with all systems of the program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import opened
from app.core.configuration import Account
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.life import Patience
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator
from app.services import Services
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from tests.conftest import MemoryKeyring
from tests.connectors.standard import FAST

RECORDS = 36
WRITTEN = (Outcome.CREATED, Outcome.UPDATED)


@dataclass
class Pair:
    """One integration between two practice accounts. ``source`` and ``target`` are their simulators."""

    services: Services
    key: str
    source: Simulator
    target: Simulator
    source_account: Account
    target_account: Account

    async def import_history(self) -> Any:
        return await self.run(RunMode.HISTORICAL)

    async def sync(self) -> Any:
        return await self.run(RunMode.CHANGES)

    async def run(self, mode: RunMode) -> Any:
        result = await (await self.services.runs.start(self.key, mode)).wait()
        assert result.is_finished, (result.error and str(result.error), result.error and result.error.detail)
        assert result.balance.balances
        total = result.balance.total
        assert total.count(Outcome.FAILED) == total.count(Outcome.IN_DOUBT) == 0, dict(total.reasons)
        return result

    @property
    def writes(self) -> int:
        """In both worlds."""
        return len(self.source.writes) + len(self.target.writes)

    async def sync_quietly(self) -> None:
        """One that finds nothing to write, neither there nor back."""
        before = self.writes
        result = await self.sync()
        assert [result.balance.total.count(each) for each in WRITTEN] == [0, 0], counts(result)
        assert self.writes == before

    async def held(self) -> dict[str, int]:
        found = await self.services.runs.problems(self.key, (Outcome.HELD,), limit=500)
        codes = [each.entry.reason for each in found]
        return {code: codes.count(code) for code in sorted(set(codes))}


def counts(result: Any) -> dict[str, Any]:
    return {str(kind): flow.as_numbers() for kind, flow in result.balance.flows.items()}


def written(result: Any, kind: Kind) -> tuple[int, int]:
    """How many were created and updated."""
    flow = result.balance.flows[kind]
    return flow.count(Outcome.CREATED), flow.count(Outcome.UPDATED)


@dataclass
class Program:
    services: Services

    async def connect(
        self,
        source: str,
        target: str,
        options: Mapping[str, object] | None = None,
        products: Mapping[str, str] | None = None,
        flows: Sequence[Kind] = (),
    ) -> Pair:
        """All flows of the pair, unless some are named; options are the defaults a new user takes."""
        services = self.services
        accounts = [(await services.accounts.practice(system)).account for system in (source, target)]
        chosen = tuple(flows) or services.systems.flows_between(source, target)
        keys = [account.key for account in accounts]
        made = await services.integrations.create("", keys[0], keys[1], chosen, options, products)
        here, there = [await services.practice.simulator(account) for account in accounts]
        return Pair(services, made.key, here, there, *accounts)


@pytest.fixture
async def program(tmp_path: Path, memory_keyring: MemoryKeyring) -> AsyncIterator[Program]:
    """Every system at hand, without waiting for its quota."""
    registry = Registry({each.system: replace(each, pace=FAST) for each in Registry.discover()})
    async with opened(
        DataFolder(tmp_path / "data"),
        registry=registry,
        keystore=Keystore(lambda: memory_keyring),
        environ={},
        patience=Patience(()),
        practice_records=RECORDS,
        gathered_s=0.01,
    ) as services:
        yield Program(services)
