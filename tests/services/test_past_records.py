"""A changed mapping reaches what was sent before, when the person asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import ConfigError
from app.core.events import RunMode
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.records import Kind
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
