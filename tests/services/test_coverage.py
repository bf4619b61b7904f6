"""How many records an import covers, before it is started."""

from __future__ import annotations

import pytest

from app.core.records import Kind
from app.sdk.source import ReadRequest
from app.services import Covered, Services
from tests.services.market import Market, order


async def test_a_source_that_counts_is_asked_and_nothing_is_written(shop: Services, market: Market) -> None:
    market.source.records = [order(number) for number in range(1, 8)]
    assert await shop.coverage.of("daily") == (Covered(kind=Kind.ORDERS, count=7),)
    assert list(market.warehouse.simulator.journal) == []
    assert await shop.runs.recent("daily") == ()


@pytest.mark.parametrize(
    ("records", "words"), [(7, "7 orders"), (1, "1 order"), (0, "0 orders"), (1_001, "more than 1000 orders")]
)
async def test_where_the_source_cannot_count_its_records_are_read_up_to_a_thousand(
    shop: Services, market: Market, monkeypatch: pytest.MonkeyPatch, records: int, words: str
) -> None:
    async def cannot_tell(request: ReadRequest) -> int | None:
        return None

    monkeypatch.setattr(market.source, "count", cannot_tell)
    market.source.records = [order(number) for number in range(1, records + 1)]
    (covered,) = await shop.coverage.of("daily")
    assert str(covered.words) == words
