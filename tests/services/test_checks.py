from app.core.events import Event, StageEvent, StageState
from app.services import Services
from tests.services.market import KEY, TOKEN


async def states(stages) -> dict[str, StageState]:
    return {stage.name: stage.state async for stage in stages}


async def test_a_good_account_passes_every_stage_and_the_card_remembers_it(shop: Services) -> None:
    found = await states(shop.checks.check("my-depot"))
    assert list(found) == ["address", "secure", "redirect", "sign_in"]
    assert set(found.values()) == {StageState.OK, StageState.NOTE}
    account = (await shop.accounts.get("my-depot")).account
    assert account.check_passed is True
    assert account.checked_at is not None


async def test_a_wrong_token_belongs_to_its_field_and_stops_the_rest(shop: Services) -> None:
    await shop.accounts.update("my-stall", secrets={"token": "wrong-token-1"})
    stages = [stage async for stage in shop.checks.check("my-stall") if stage.state is not StageState.RUNNING]
    assert [(stage.name, stage.state) for stage in stages] == [
        ("sign_in", StageState.FAILED),
        ("sample", StageState.NOT_TRIED),
    ]
    assert stages[0].field == "token"
    assert str(stages[0].remedy)
    assert (await shop.accounts.get("my-stall")).account.check_passed is False


async def test_every_stage_shows_that_it_runs_before_its_result(shop: Services, heard: list[Event]) -> None:
    async for _ in shop.checks.check("my-stall"):
        pass
    told = [event.state for event in heard if isinstance(event, StageEvent)]
    assert told == [StageState.RUNNING, StageState.OK, StageState.RUNNING, StageState.OK]


async def test_a_missing_secret_is_a_failed_stage_that_names_the_field(shop: Services) -> None:
    await shop.accounts.update("my-stall", secrets={"token": TOKEN})
    await shop.secrets.delete("my-stall")
    stages = [stage async for stage in shop.checks.check("my-stall")]
    assert [(stage.name, stage.state, stage.field) for stage in stages] == [("settings", StageState.FAILED, "token")]


async def test_a_form_is_tested_before_it_is_saved(services: Services, depot_address: str) -> None:
    found = await states(services.checks.check_draft("depot", {}, {"key": KEY}, depot_address))
    assert found["sign_in"] is StageState.OK
    assert await services.accounts.all() == ()


async def test_http_to_another_computer_is_refused_with_the_address_to_use(services: Services) -> None:
    stages = [stage async for stage in services.checks.check_draft("depot", {}, {"key": KEY}, "http://depot.invalid")]
    assert [(stage.name, stage.state) for stage in stages] == [
        ("address", StageState.FAILED),
        ("secure", StageState.NOT_TRIED),
        ("redirect", StageState.NOT_TRIED),
    ]
    assert stages[0].suggestion == "https://depot.invalid"


async def test_what_is_copied_for_support_holds_neither_secrets_nor_people(services: Services) -> None:
    stages = [stage async for stage in services.checks.check_draft("stall", {"street": "Main"}, {"token": TOKEN})]
    words = services.checks.support_text(stages)
    assert "anna.berg@example.com" not in words
    assert "a•••@example.com" in words
    assert TOKEN not in words


async def test_closing_the_test_ends_it(shop: Services) -> None:
    stages = shop.checks.check("my-depot")
    async for _ in stages:
        break
    await stages.aclose()
    assert (await shop.accounts.get("my-depot")).account.checked_at is None
