"""A data folder of a newer version: nothing is touched, and the way out is named."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.storage.migrations import LATEST, migrate
from tests.cli.conftest import Koppler


def test_every_command_leaves_a_newer_data_folder_alone_and_says_so(koppler: Koppler, data_dir: Path) -> None:
    path = data_dir / "koppler.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection)
        connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    before = path.read_bytes()

    for command in (("accounts",), ("integrations",), ("run", "shop"), ("mapping", "export", "shop", "x.csv")):
        outcome = koppler(*command)
        assert outcome.code == 3, command
        assert "newer version of Koppler" in outcome.err
        assert "Install the newest version" in outcome.err
    assert path.read_bytes() == before
