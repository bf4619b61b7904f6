"""The same faults between the real connectors: BigCommerce to ActiveCampaign, with the whole program around them.

What arrives after a fault, a continuation and a retry is compared with what arrives without any fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import opened
from app.connectors.activecampaign.contact_import import Patience as ImportPatience
from app.connectors.activecampaign.target import ActiveCampaignTarget
from app.core.errors import ProtocolError
from app.core.events import RunMode, RunState, StageState
from app.core.records import Kind
from app.engine.life import Patience
from app.sdk.http import HttpOptions
from app.sdk.manifest import Manifest
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from app.sdk.simulator import Simulator, serve
from app.services import Services
from app.services.launching import RunResult
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from tests.conftest import MemoryKeyring
from tests.faults.bench import everyday
from tests.faults.test_matrix import FAULTS
from tests.faults.toxics import Proxy, answering, between

SHOP, MAIL = "bigcommerce", "activecampaign"
FLOWS = (Kind.OPT_OUTS, Kind.CONTACTS, Kind.ORDERS)
QUICK = ImportPatience(first_s=0.005, longest_s=0.02, total_s=0.2)
ARRIVED = ("contacts", "orders", "totals", "automations_fired")


@dataclass
class Pair:
    services: Services
    shop: Simulator
    mail: Simulator
    proxies: Mapping[str, Proxy]

    async def run(self) -> RunResult:
        return await (await self.services.runs.start("daily", RunMode.HISTORICAL)).wait()

    async def finish(self) -> RunResult:
        """As a person: continue while it can be continued, then run again and retry what is open."""
        if await self.services.runs.continuable("daily") is not None:
            await (await self.services.runs.continue_last("daily")).wait()
        await (await self.services.runs.retry("daily")).wait()
        return await self.run()

    def arrived(self) -> dict[str, Any]:
        summary = self.mail.summary()
        return {name: summary[name] for name in ARRIVED}


def quick(manifest: Manifest) -> Manifest:
    def options(settings: Any) -> HttpOptions:
        usual = manifest.http_options(settings)
        return replace(usual, backoff_s=0.001, tries=2, read_timeout_s=5, whole_timeout_s=5, longest_wait_s=0.5)

    def target(access: Any, options: Any, mappings: Any) -> ActiveCampaignTarget:
        return ActiveCampaignTarget(access, options, mappings, QUICK)

    pace = Pace(per_second=100_000, parallel=4)
    more = {"open_target": target} if manifest.system == MAIL else {}
    return replace(manifest, http_options=options, pace=pace, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def made(folder: Path) -> AsyncIterator[Pair]:
    found = Registry.discover()
    registry = Registry({name: quick(found.of(name)) for name in (SHOP, MAIL)})
    shop, mail = registry.of(SHOP).simulator(6), registry.of(MAIL).simulator(0)
    mail.world.per_second = 100_000  # type: ignore[attr-defined]
    async with AsyncExitStack() as stack:
        proxies = {
            name: await stack.enter_async_context(between(await stack.enter_async_context(serve(simulator))))
            for name, simulator in ((SHOP, shop), (MAIL, mail))
        }
        services = await stack.enter_async_context(
            opened(
                DataFolder(folder),
                registry=registry,
                keystore=Keystore(MemoryKeyring),
                environ={},
                patience=Patience((0,)),
            )
        )
        for name, simulator in ((SHOP, shop), (MAIL, mail)):
            settings, secrets = simulator.settings, simulator.secrets
            await services.accounts.create(name, name, settings, secrets, api_address=proxies[name].address)
        await services.integrations.create("Daily", SHOP, MAIL, list(FLOWS))
        yield Pair(services, shop, mail, proxies)


STEPS = {
    "reading opt-outs": (MAIL, "GET", "/api/3/contacts?", 0),
    "finding the tag": (MAIL, "GET", "/api/3/tags", 0),
    "reading fields": (MAIL, "GET", "/api/3/fields", 0),
    "finding the shop's connection": (MAIL, "GET", "/api/3/connections", 0),
    "describing the interface": (MAIL, "POST", "/graphql", 0),
    "creating the tag": (MAIL, "POST", "/api/3/tags", 0),
    "creating the connection": (MAIL, "POST", "/api/3/connections", 0),
    "counting customers": (SHOP, "GET", "/v3/customers?", 0),
    "reading customers": (SHOP, "GET", "/v3/customers?", 1),
    "reading a subscription": (SHOP, "GET", "/subscribers?", 1),
    "importing contacts": (MAIL, "POST", "bulk_import", 0),
    "waiting for the import": (MAIL, "GET", "import/info", 0),
    "counting orders": (SHOP, "GET", "/v2/orders/count", 0),
    "reading orders": (SHOP, "GET", "/v2/orders?", 0),
    "reading refunds": (SHOP, "GET", "/refunds", 0),
    "reading products": (SHOP, "GET", "/catalog/products", 0),
    "looking orders up": (MAIL, "POST", "/graphql", 1),
    "writing orders": (MAIL, "POST", "/graphql", 2),
}
CELLS = [
    pytest.param(name, step, id=f"{name} - {step}")
    for place, name in enumerate(FAULTS)
    if name not in {"silence", "silence after the work", "drips for ever"}
    for step in everyday(STEPS, 1, starting_at=2 * place)
]


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What arrives when nothing goes wrong."""

    async def calm() -> dict[str, Any]:
        async with made(tmp_path_factory.mktemp("calm")) as pair:
            assert (await pair.run()).is_finished
            return pair.arrived()

    return asyncio.run(calm())


@pytest.mark.parametrize(("name", "step"), everyday(CELLS, 8))
async def test_a_fault_between_the_real_systems(name: str, step: str, wanted: dict[str, Any], tmp_path: Path) -> None:
    case = FAULTS[name]
    system, method, path, skip = STEPS[step]
    async with made(tmp_path) as pair, asyncio.timeout(60):
        toxic = pair.proxies[system].add(case.act(), method=method, path=path, skip=skip, times=case.times)

        result = await pair.run()

        assert toxic.hits, "the step never came"
        view = await pair.services.runs.get(result.run_id)
        assert result.state in {RunState.FINISHED, RunState.WAITING, RunState.PAUSED}, f"{result.error!r}"
        assert result.balance.balances
        assert result.is_finished or (view.record.message and view.record.remedy), view.record.message
        pair.proxies[system].toxics.clear()
        last = await pair.finish()
        assert last.is_finished
        assert not last.balance.needs_attention
        assert pair.arrived() == wanted


@pytest.mark.parametrize("name", everyday(FAULTS, 4))
@pytest.mark.parametrize("system", [SHOP, MAIL])
async def test_a_fault_at_the_connection_test_of_the_real_systems(name: str, system: str, tmp_path: Path) -> None:
    async with made(tmp_path) as pair:
        if "silence" in name or "drips" in name:
            pytest.skip("the network check has patience of its own, which other tests try")
        pair.proxies[system].add(FAULTS[name].act(), path="/api/3" if system == MAIL else "/stores", times=-1)
        stages = [stage async for stage in pair.services.checks.check(system)]
        failed = [stage for stage in stages if stage.state is StageState.FAILED]
        assert failed
        for stage in failed:
            assert stage.message
            assert stage.remedy, f"no next step after: {stage.message}"


async def test_the_vendor_s_own_error_in_a_200_is_read_as_one(tmp_path: Path) -> None:
    async with made(tmp_path) as pair:
        refusal = '{"errors": [{"message": "Internal server error"}], "data": null}'
        pair.proxies[MAIL].add(answering(200, refusal), method="POST", path="/graphql", skip=2, times=-1)
        result = await pair.run()
        assert result.state is RunState.PAUSED
        assert isinstance(result.error, ProtocolError)
        assert "Internal server error" in result.error.detail
        assert result.balance.balances
        pair.proxies[MAIL].toxics.clear()
        last = await pair.finish()
        assert last.is_finished
        assert not last.balance.needs_attention
