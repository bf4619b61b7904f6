"""How much may be under way at once: what a crash leaves to be looked up, and perhaps sent again."""

from __future__ import annotations

import pytest

from app.core.ledger import Intent, Landing
from tests.engine.conftest import Bench
from tests.engine.memory import MemoryLedger
from tests.engine.warehouse import WarehouseTarget, order


class CountingLedger(MemoryLedger):
    """Notes how many records were intended and had not landed, at most."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._open: set[str] = set()

    async def intend(self, intent: Intent) -> None:
        await super().intend(intent)
        self._open.update(intent.keys)
        self.most = max(self.most, len(self._open))

    async def land(self, landing: Landing) -> None:
        await super().land(landing)
        for intent in landing.intents:
            self._open.difference_update(intent.keys)


@pytest.mark.parametrize(("batch", "most"), [(1, 100), (30, 100), (120, 120)])
async def test_no_more_than_a_hundred_records_or_one_larger_batch_are_under_way(
    batch: int, most: int, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ledger = CountingLedger()
    bench.source.records = [order(number) for number in range(1, 421)]
    bench.source.page_size = 120
    monkeypatch.setattr(WarehouseTarget, "batch_size", lambda *_: batch)
    result = await bench.run()
    assert result.is_finished
    assert len(bench.warehouse.items) == 420
    assert batch <= bench.ledger.most <= most
