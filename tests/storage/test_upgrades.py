"""Whoever comes from an earlier version finds everything again, and a copy of what was there before."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from app.core.ledger import EntryState
from app.core.records import Kind
from app.services.recovery import Recovery
from app.storage.accounts import AccountsStore
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.integrations import IntegrationsStore
from app.storage.ledger import Ledger
from app.storage.migrations import LATEST
from app.storage.practice import PracticeStore
from app.storage.preferences import Preferences
from app.storage.products import ProductsStore
from app.storage.runs import Runs
from tests.storage.old_versions import make_old

Opened = Callable[..., Awaitable[Database]]
Rows = Sequence[Mapping[str, object]]
EARLIER = range(1, LATEST)
_GIVEN_UP = {"entry_search"}
"""Tables whose content stands elsewhere since a later version."""


def tables_of(path: Path) -> dict[str, Rows]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]  # noqa: S608 - our own tables
            for (name,) in names.fetchall()
        }


@pytest.mark.parametrize("version", EARLIER)
async def test_every_value_of_an_earlier_version_is_there_after_the_upgrade(
    version: int, folder: DataFolder, opened: Opened
) -> None:
    make_old(folder.database, version)
    before = tables_of(folder.database)
    assert all(before.values()), "a table of that version is empty"

    database = await opened(folder)
    await database.close()

    after = tables_of(folder.database)
    assert before.keys() - after.keys() <= _GIVEN_UP
    for name in before.keys() & after.keys():
        kept = [{column: row[column] for column in before[name][0] if column in row} for row in after[name]]
        assert kept == before[name], name
    (backup,) = folder.backups.glob("koppler-*.db")
    assert f"-v{version}" in backup.name


@pytest.mark.parametrize("version", EARLIER)
async def test_the_program_reads_what_an_earlier_version_wrote(
    version: int, folder: DataFolder, opened: Opened
) -> None:
    make_old(folder.database, version)
    database = await opened(folder)

    assert [each.settings for each in await AccountsStore(database).all()] == [{"store_hash": "ä1"}]
    assert [each.flows for each in await IntegrationsStore(database).all()] == [(Kind.ORDERS,)]
    assert await ProductsStore(database).numbers("shop") == {"SKU-1": "0017"}
    assert await Preferences(database).all() == {"language": "de"}
    assert await PracticeStore(database).load("my-shop") == {"orders": [1]}
    found = await Ledger(database).load("shop", Kind.ORDERS, ["1"])
    assert [(each.state, each.target_id) for each in found.values()] == (
        [(EntryState.SETTLED, "t1")] if version > 1 else []
    )
    assert [each.id for each in await Runs(database).recent("shop")] == (["run-1"] if version > 1 else [])


@pytest.mark.parametrize("version", EARLIER)
async def test_the_backup_of_an_earlier_version_is_restored_and_upgraded_again(
    version: int, folder: DataFolder, opened: Opened
) -> None:
    make_old(folder.database, version)
    database = await opened(folder)
    await Preferences(database).set("language", "pl")
    await database.close()

    recovery = Recovery(folder)
    copy = await recovery.chosen(None)
    recovered = await recovery.restore(copy)

    assert recovered.kept_aside is not None
    assert tables_of(recovered.kept_aside / "koppler.db")["preference"] == [{"name": "language", "value": '"pl"'}]
    assert await Preferences(await opened(folder)).all() == {"language": "de"}
