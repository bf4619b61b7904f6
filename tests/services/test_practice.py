from app.core.records import Kind
from app.services import Services
from tests.services.conftest import Open
from tests.services.market import TOKEN


async def test_a_practice_account_runs_without_credentials_and_remembers(open_services: Open) -> None:
    async with open_services() as services:
        stall = await services.accounts.create("stall", "Stand", {"street": "Main Street"}, {"token": TOKEN})
        depot = await services.accounts.practice("depot")
        await services.integrations.create("Try", stall.key, depot.key, [Kind.ORDERS])
        assert [stage async for stage in services.checks.check(depot.key)][-1].state == "ok"
    async with open_services() as services:
        depot = await services.accounts.practice("depot")
        simulator = await services.practice.simulator(depot.account)
        simulator.restore({"77": {"id": "77"}})
    async with open_services() as services:
        assert await services.practice.summary((await services.accounts.practice("depot")).account) == {"items": 1}


async def test_the_practice_system_tells_what_it_holds(services: Services) -> None:
    depot = await services.accounts.practice("depot")
    address = await services.practice.address(depot.account)
    assert address.startswith("http://127.0.0.1:")
    assert await services.practice.address(depot.account) == address
    assert await services.practice.summary(depot.account) == {"items": 0}


async def test_deleting_the_practice_account_stops_its_system(services: Services) -> None:
    depot = await services.accounts.practice("depot")
    await services.practice.address(depot.account)
    await services.accounts.delete(depot.key)
    assert await services.accounts.all() == ()
