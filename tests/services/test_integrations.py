import pytest

from app.core.configuration import Match, ProductRow
from app.core.errors import ConfigError
from app.core.events import RunMode
from app.core.fields import FieldRule
from app.core.records import Kind
from app.sdk.settings import SettingsError
from app.services import Action, Services, Status
from tests.services.market import Market


async def test_a_new_integration_is_ready_and_wants_its_connection_tested(shop: Services) -> None:
    view = await shop.integrations.get("daily")
    assert (view.status, view.next_step.action) == (Status.READY, Action.CHECK)
    assert str(view.facts) == "Nothing sent yet"
    for key in ("my-stall", "my-depot"):
        async for _ in shop.checks.check(key):
            pass
    assert (await shop.integrations.get("daily")).next_step.action is Action.PREVIEW


async def test_after_an_import_the_card_counts_what_was_sent(shop: Services) -> None:
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    view = await shop.integrations.get("daily")
    assert (view.status, view.next_step.action) == (Status.UP_TO_DATE, Action.SYNC)
    assert str(view.facts) == "10 orders"
    assert view.last_run is not None


async def test_problems_of_a_run_want_attention(shop: Services, market: Market) -> None:
    market.warehouse.refused = {"3"}
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    view = await shop.integrations.get("daily")
    assert (view.status, view.next_step.action) == (Status.NEEDS_ATTENTION, Action.OPEN_RUN)
    assert view.open_records == 1


async def test_a_failed_connection_test_wants_to_be_fixed(shop: Services) -> None:
    await shop.accounts.update("my-stall", secrets={"token": "wrong-token-1"})
    async for _ in shop.checks.check("my-stall"):
        pass
    view = await shop.integrations.get("daily")
    assert (view.status, view.next_step.action) == (Status.NEEDS_ATTENTION, Action.FIX)


async def test_unknown_options_are_named_with_those_that_exist(shop: Services) -> None:
    with pytest.raises(SettingsError) as caught:
        await shop.integrations.update("daily", options={"guest_order": "skip"})
    assert "guest_orders" in str(caught.value)


async def test_a_flow_that_cannot_run_is_refused(shop: Services) -> None:
    with pytest.raises(ConfigError) as caught:
        await shop.integrations.update("daily", flows=[Kind.CARTS])
    assert caught.value.field == "flows"


async def test_an_unknown_field_is_refused(shop: Services) -> None:
    with pytest.raises(ConfigError) as caught:
        await shop.integrations.update("daily", fields=[FieldRule("contact.shoe", "SHOE")])
    assert caught.value.field == "fields"


async def test_a_draft_may_be_incomplete_and_does_not_run(shop: Services) -> None:
    view = await shop.integrations.create("Half", "my-stall", "", [], is_draft=True)
    assert (view.status, view.target) == (Status.DRAFT, None)
    with pytest.raises(ConfigError):
        await shop.runs.start(view.key, RunMode.HISTORICAL)


async def test_a_copy_takes_mappings_along_and_nothing_that_was_sent(shop: Services) -> None:
    await shop.integrations.update("daily", products={"*": "1", "A": "2"})
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    copy = await shop.integrations.duplicate("daily", "Daily again")
    assert [row.number for row in await shop.products.rows(copy.key)] == ["1", "2"]
    assert str(copy.facts) == "Nothing sent yet"


async def test_switched_off_integrations_do_not_run(shop: Services) -> None:
    assert (await shop.integrations.set_active("daily", False)).status is Status.INACTIVE
    with pytest.raises(ConfigError):
        await shop.runs.start("daily", RunMode.HISTORICAL)
    assert (await shop.integrations.set_active("daily", True)).status is Status.READY


async def test_deleting_says_beforehand_that_sent_data_stays(shop: Services, market: Market) -> None:
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert "stays" in str(await shop.integrations.deletion_text("daily"))
    await shop.integrations.delete("daily")
    assert await shop.integrations.all() == ()
    assert len(market.warehouse.items) == 10
    assert len(await shop.accounts.all()) == 2


async def test_the_mapping_check_names_what_is_missing_doubled_and_not_allowed(shop: Services) -> None:
    rows = [
        ProductRow(key="A", number="17", match=Match.BY_HAND),
        ProductRow(key="B", number="17", match=Match.BY_HAND),
        ProductRow(key="C", number="4x", match=Match.BY_HAND),
        ProductRow(key="D"),
        ProductRow(key="E", number="5", match=Match.NAME, confidence=82),
    ]
    await shop.products.save("daily", rows)
    found = await shop.integrations.mapping_check("daily")
    assert (found.unmapped, found.doubled, found.invalid) == (("D", "E"), ("A", "B"), ("C",))
    assert found.unconfirmed == ("E",)
    assert found.blocks


async def test_options_come_in_groups_for_the_form(services: Services) -> None:
    groups = services.systems.options_model("stall", "depot")
    assert [str(group.title) for group in groups] == ["What to send", "Writing to Depot"]


async def test_a_stopped_import_waits_however_many_retries_end_well_after_it(shop: Services, market: Market) -> None:
    market.source.on_page = lambda number: handle.stop() if number == 2 else None
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    await handle.wait()
    market.source.on_page = lambda _: None
    assert (await (await shop.runs.retry("daily")).wait()).is_finished
    view = await shop.integrations.get("daily")
    assert (view.status, view.next_step.action) == (Status.PAUSED, Action.CONTINUE)
    assert "has not been read" in str((await shop.runs.why("daily", "10")).sentence)


async def test_a_stopped_import_waits_no_more_once_another_brought_everything(shop: Services, market: Market) -> None:
    market.source.on_page = lambda number: handle.stop() if number == 2 else None
    handle = await shop.runs.start("daily", RunMode.HISTORICAL)
    await handle.wait()
    market.source.on_page = lambda _: None
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert (await shop.integrations.get("daily")).status is Status.UP_TO_DATE
    assert "was not among" in str((await shop.runs.why("daily", "nobody")).sentence)
