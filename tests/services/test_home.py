"""A data folder copied to a second computer looks, and sends nothing until the person says that it has moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import ConfigError
from app.core.events import RunMode
from app.services import Services
from app.storage import machine
from tests.services.conftest import Open, set_up
from tests.services.market import Market


async def run(services: Services) -> bool:
    return (await (await services.runs.start("daily", RunMode.HISTORICAL)).wait()).is_finished


async def test_a_copied_data_folder_previews_but_sends_nothing(
    open_services: Open, depot_address: str, market: Market
) -> None:
    async with open_services(computer="office") as services:
        await set_up(services, depot_address)
        assert await run(services)
    writes = len(market.warehouse.simulator.writes)

    async with open_services(computer="laptop") as services:
        assert await services.home.is_copy()
        assert (await services.previews.preview("daily")).items
        for start in (run(services), services.runs.retry("daily"), services.fields.create_field("daily", "Size")):
            with pytest.raises(ConfigError, match="another computer") as caught:
                await start
            assert "koppler moved" in str(caught.value.remedy)
        assert (await services.runs.recent("daily"))[0].record.mode is RunMode.HISTORICAL
    assert len(market.warehouse.simulator.writes) == writes


async def test_whoever_moved_says_so_once_and_the_old_computer_is_the_copy_then(
    open_services: Open, depot_address: str
) -> None:
    async with open_services(computer="office") as services:
        await set_up(services, depot_address)
        assert not await services.home.is_copy()
    async with open_services(computer="laptop") as services:
        assert await services.home.is_copy()
        await services.home.move_here()
        assert not await services.home.is_copy()
        assert await run(services)
    async with open_services(computer="laptop") as services:
        assert not await services.home.is_copy()
    async with open_services(computer="office") as services:
        assert await services.home.is_copy()


async def test_where_the_computer_cannot_be_told_nothing_is_refused(open_services: Open, depot_address: str) -> None:
    """In containers and on build machines."""
    async with open_services(computer="office") as services:
        await set_up(services, depot_address)
    async with open_services(computer="") as services:
        assert not await services.home.is_copy()
        assert await run(services)
    async with open_services(computer="office") as services:
        assert not await services.home.is_copy()


@pytest.mark.parametrize("variable", ["CI", "container", "KUBERNETES_SERVICE_HOST"])
def test_containers_and_build_machines_have_no_number(variable: str) -> None:
    assert machine.computer_id({variable: "1"}) == ""


def test_a_computer_without_a_number_is_none_that_could_be_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise PermissionError

    monkeypatch.setattr(machine, "_CONTAINER_FILES", ())
    monkeypatch.setattr(machine, "_system_id", lambda: "4711")
    assert machine.computer_id({}) == "4711"
    monkeypatch.setattr(machine, "_system_id", fail)
    assert machine.computer_id({}) == ""


async def test_the_number_itself_is_written_nowhere(open_services: Open, tmp_path: Path) -> None:
    async with open_services(computer="a-very-personal-number") as services:
        assert not await services.home.is_copy()
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or b"a-very-personal-number" not in path.read_bytes()
