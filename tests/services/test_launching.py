"""One integration, one run at a time; and nobody is erased beside a run that begins."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from app.core.errors import ConfigError
from app.core.events import RunMode
from app.services import Services
from app.services.home import Home
from app.services.launching import Launcher, RunHandle, RunResult
from app.services.privacyreport import PersonReport
from app.storage.persondata import PersonData
from tests.services.conftest import Open, set_up

PERSON = "person3@example.com"


async def started(shop: Services) -> RunHandle:
    return await shop.runs.start("daily", RunMode.HISTORICAL)


async def test_two_starts_at_the_same_moment_make_one_run(shop: Services) -> None:
    results = await asyncio.gather(*(started(shop) for _ in range(5)), return_exceptions=True)
    (handle,) = [each for each in results if isinstance(each, RunHandle)]
    refused = [each for each in results if isinstance(each, ConfigError)]
    assert len(refused) == 4
    assert all("is running already" in str(each) for each in refused)
    assert (await handle.wait()).is_finished
    assert len(await shop.runs.recent("daily")) == 1


async def test_no_run_begins_while_somebody_is_erased(shop: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would have read the marks before they are written, and send the person again."""
    await (await started(shop)).wait()
    begun, going_on = asyncio.Event(), asyncio.Event()
    erase_at_once: Callable[..., object] = PersonData.erase

    async def erase_slowly(data: PersonData, *words: object, **more: object) -> object:
        begun.set()
        await going_on.wait()
        return await erase_at_once(data, *words, **more)  # type: ignore[misc]

    monkeypatch.setattr(PersonData, "erase", erase_slowly)
    erasing = asyncio.create_task(shop.privacy.erase(PERSON))
    await begun.wait()
    with pytest.raises(ConfigError, match="erased"):
        await started(shop)
    going_on.set()
    report: PersonReport = await erasing
    assert report.left == 0
    assert (await (await started(shop)).wait()).is_finished
    assert (await shop.privacy.find(PERSON)).found == 0


async def test_nobody_is_erased_while_a_run_is_being_opened(shop: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, going_on = asyncio.Event(), asyncio.Event()
    look_at_once = Home.refuse_copy

    async def look_slowly(home: Home) -> None:
        begun.set()
        await going_on.wait()
        await look_at_once(home)

    monkeypatch.setattr(Home, "refuse_copy", look_slowly)
    starting = asyncio.create_task(started(shop))
    await begun.wait()
    with pytest.raises(ConfigError, match="A run is under way"):
        await shop.privacy.erase(PERSON)
    going_on.set()
    assert (await (await starting).wait()).is_finished


async def test_a_run_whose_starter_went_away_is_known_and_closed_with_the_program(
    open_services: Open, depot_address: str
) -> None:
    async with open_services() as services:
        await set_up(services, depot_address)
        begin_at_once = Launcher._done

        async def begin_slowly(*given: Any) -> RunResult:
            starting.cancel()
            await asyncio.sleep(0)
            return await begin_at_once(*given)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Launcher, "_done", begin_slowly)
            starting = asyncio.create_task(started(services))
            with pytest.raises(asyncio.CancelledError):
                await starting
        handle = services.runs.active("daily")
        assert handle is not None
        assert (await handle.wait()).is_finished


async def test_a_run_is_known_from_the_moment_it_was_started(shop: Services) -> None:
    """The window opens its page at once, however slowly the disk takes it down."""
    handle = await started(shop)
    view = await shop.runs.get(handle.run_id)
    assert (view.is_active, view.record.mode, view.balance.total.read) == (True, RunMode.HISTORICAL, 0)
    await handle.wait()
    assert (await shop.runs.get(handle.run_id)).balance.total.read == 10
