"""A changed mapping reaches what was sent before, when the person asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.errors import ConfigError
from app.core.events import RunMode, RunState
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.services import Services
from app.services.launching import new_run
from app.storage.ledger import Ledger
from tests.conftest import MemoryKeyring
from tests.services.marketing import AGREED, KEY, marketing


async def test_a_changed_mapping_is_applied_to_everybody_sent_before_and_fires_nothing(
    tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    async with marketing(tmp_path / "data", memory_keyring) as pair:
        for name in ("anna", "bert", "carl"):
            pair.customer(name, consents=AGREED)
        await pair.run(RunMode.HISTORICAL)
        sent = await pair.services.past.count(KEY, Kind.CONTACTS)
        field = await pair.services.fields.create_field(KEY, "Town")
        await pair.services.fields.save(KEY, [FieldRule("contact.last_name", field.id)])

        result = await (await pair.services.past.apply(KEY, [Kind.CONTACTS])).wait()

        assert (result.is_finished, result.balance.total.count(Outcome.UPDATED)) == (True, sent)
        assert "Berg" in {row["value"] for row in pair.members["field_values"].values()}
        assert pair.members.automations == []
        again = await (await pair.services.past.apply(KEY, [Kind.CONTACTS])).wait()
        assert again.balance.total.count(Outcome.UNCHANGED) == sent


async def test_nothing_is_applied_where_nothing_was_sent(tmp_path: Path, memory_keyring: MemoryKeyring) -> None:
    async with marketing(tmp_path / "data", memory_keyring) as pair:
        assert await pair.services.past.count(KEY, Kind.CONTACTS) == 0
        with pytest.raises(ConfigError, match="Nothing was sent before"):
            await pair.services.past.apply(KEY, [Kind.CONTACTS])


LONG_AGO = datetime(2019, 5, 1, tzinfo=UTC)


async def imported(shop: Services, since: datetime | None, *, limit: int | None = None) -> None:
    handle = await shop.runs.start("daily", RunMode.HISTORICAL, since=since, limit=limit)
    assert (await handle.wait()).is_finished


async def noted(shop: Services, mode: RunMode, since: datetime | None, kinds: tuple[Kind, ...], days_ago: int) -> None:
    """A run that the book tells of."""
    run = new_run("daily", mode, kinds, since=since)
    began_at = run.started_at - timedelta(days=days_ago)
    await shop.past._book.begin(replace(run, started_at=began_at, state=RunState.FINISHED))


async def test_what_is_older_than_the_import_stays_out_however_many_syncs_came_since(shop: Services) -> None:
    """Whoever syncs every hour has hundreds of runs within weeks."""
    await imported(shop, LONG_AGO)
    for _number in range(520):
        await noted(shop, RunMode.CHANGES, None, (Kind.ORDERS,), 0)
    handle = await shop.past.apply("daily", [Kind.ORDERS])
    await handle.wait()
    assert (await shop.runs.get(handle.run_id)).record.since == LONG_AGO


async def test_an_import_is_remembered_as_long_as_its_integration(shop: Services) -> None:
    await noted(shop, RunMode.HISTORICAL, LONG_AGO, (Kind.ORDERS,), 900)
    await noted(shop, RunMode.CHANGES, None, (Kind.ORDERS,), 890)
    await imported(shop, LONG_AGO)
    assert await shop.past._book.delete_older(400) == 1
    imports = await shop.past._book.of_modes("daily", {RunMode.HISTORICAL})
    assert len(imports) == 2


async def test_a_part_of_the_history_is_not_taken_for_all_of_it(shop: Services) -> None:
    await imported(shop, None, limit=2)
    with pytest.raises(ConfigError, match="from which day on") as caught:
        await shop.past.apply("daily", [Kind.ORDERS])
    assert caught.value.remedy
    await imported(shop, LONG_AGO)
    handle = await shop.past.apply("daily", [Kind.ORDERS])
    await handle.wait()
    assert (await shop.runs.get(handle.run_id)).record.since == LONG_AGO


async def test_flows_imported_from_different_days_are_not_read_from_the_earlier_one(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders of before their import would be sent although nobody ever asked for them."""

    async def held(_ledger: Ledger, _key: str, _kind: Kind) -> int:
        return 3

    monkeypatch.setattr(Ledger, "held", held)
    await noted(shop, RunMode.HISTORICAL, None, (Kind.CONTACTS,), 2)
    await noted(shop, RunMode.HISTORICAL, LONG_AGO, (Kind.ORDERS,), 1)
    with pytest.raises(ConfigError, match="different days") as caught:
        await shop.past.apply("daily", [Kind.CONTACTS, Kind.ORDERS])
    assert "one flow at a time" in str(caught.value.remedy)


async def test_an_import_that_was_undone_says_nothing_of_a_beginning(shop: Services) -> None:
    await noted(shop, RunMode.HISTORICAL, None, (Kind.ORDERS,), 3)
    await noted(shop, RunMode.UNDO, None, (Kind.ORDERS,), 2)
    await imported(shop, LONG_AGO)
    handle = await shop.past.apply("daily", [Kind.ORDERS])
    await handle.wait()
    assert (await shop.runs.get(handle.run_id)).record.since == LONG_AGO


async def test_an_import_of_which_something_was_left_by_an_undo_still_counts(shop: Services) -> None:
    await imported(shop, LONG_AGO)
    await noted(shop, RunMode.UNDO, None, (Kind.ORDERS,), -1)
    handle = await shop.past.apply("daily", [Kind.ORDERS])
    await handle.wait()
    assert (await shop.runs.get(handle.run_id)).record.since == LONG_AGO
