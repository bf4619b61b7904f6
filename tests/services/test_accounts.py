import pytest

from app.core.errors import ConfigError
from app.sdk.settings import SettingsError
from app.services import Services
from app.services.names import UnknownNameError
from tests.services.conftest import Open
from tests.services.market import KEY, TOKEN


async def test_a_new_account_keeps_its_secret_apart_from_its_settings(services: Services) -> None:
    view = await services.accounts.create("stall", "Mein Stand", {"street": "Main Street"}, {"token": TOKEN})
    assert view.key == "mein-stand"
    assert view.account.settings == {"street": "Main Street"}
    assert view.has_secrets == {"token"}
    assert view.missing_secrets == ()
    assert TOKEN not in repr(view)


async def test_an_incomplete_form_names_every_field_and_saves_nothing(services: Services) -> None:
    with pytest.raises(SettingsError) as caught:
        await services.accounts.create("stall", "Stand", {"street": "x"}, {})
    assert set(caught.value.problems) == {"street", "token"}
    assert await services.accounts.all() == ()


async def test_problems_show_while_typing(services: Services) -> None:
    assert set(services.accounts.problems("stall", {"street": "Main"}, {"token": ""})) == {"token"}
    assert services.accounts.problems("stall", {"street": "Main"}, {"token": TOKEN}) == {}


async def test_reconnecting_replaces_the_secret_and_nothing_else(shop: Services) -> None:
    view = await shop.accounts.update("my-stall", secrets={"token": "another-token-9"})
    assert view.account.settings == {"street": "Main Street"}
    stages = [stage async for stage in shop.checks.check("my-stall")]
    assert stages[-1].state == "not_tried"
    await shop.accounts.update("my-stall", secrets={"token": TOKEN})
    assert [stage async for stage in shop.checks.check("my-stall")][-1].state == "ok"


async def test_settings_change_without_touching_the_secret(shop: Services) -> None:
    view = await shop.accounts.update("my-stall", settings={"street": "Side Street"})
    assert view.account.settings == {"street": "Side Street"}
    assert view.missing_secrets == ()


async def test_a_copy_has_its_own_secret(shop: Services) -> None:
    copy = await shop.accounts.duplicate("my-stall", "Second stall")
    await shop.accounts.update("my-stall", secrets={"token": "another-token-9"})
    assert [stage async for stage in shop.checks.check(copy.key)][-1].state == "ok"


async def test_an_account_in_use_is_not_deleted(shop: Services) -> None:
    with pytest.raises(ConfigError, match=r"^(?!.*canary).*Daily"):
        await shop.accounts.delete("my-stall")
    await shop.integrations.delete("daily")
    await shop.accounts.delete("my-stall")
    assert [view.key for view in await shop.accounts.all()] == ["my-depot"]


async def test_an_unknown_account_names_those_that_exist(shop: Services) -> None:
    with pytest.raises(UnknownNameError) as caught:
        await shop.accounts.get("nobody")
    assert "my-stall" in str(caught.value.remedy)


async def test_a_taken_short_name_is_refused(shop: Services) -> None:
    with pytest.raises(ConfigError) as caught:
        await shop.accounts.create("stall", "X", {"street": "Main"}, {"token": TOKEN}, key="my-stall")
    assert caught.value.field == "key"


async def test_secrets_survive_the_end_of_the_program(open_services: Open) -> None:
    async with open_services() as services:
        await services.accounts.create("stall", "Stand", {"street": "Main Street"}, {"token": TOKEN})
    async with open_services() as services:
        assert [stage async for stage in services.checks.check("stand")][-1].state == "ok"


async def test_the_environment_supplies_a_secret_for_one_call(shop: Services, environ: dict[str, str]) -> None:
    await shop.accounts.update("my-stall", secrets={"token": "wrong-token-1"})
    environ["KOPPLER_SECRET_MY_STALL__TOKEN"] = TOKEN
    assert [stage async for stage in shop.checks.check("my-stall")][-1].state == "ok"


async def test_the_practice_account_is_made_once_and_needs_no_secret(services: Services) -> None:
    first, second = await services.accounts.practice("depot"), await services.accounts.practice("depot")
    assert first.key == second.key
    assert first.missing_secrets == ()
    assert first.account.is_practice


async def test_a_form_is_offered_what_the_system_knows(services: Services, depot_address: str) -> None:
    found = await services.accounts.suggestions("depot", {}, {"key": KEY}, "halls", depot_address)
    assert [each.label for each in found] == ["Hall B"]
