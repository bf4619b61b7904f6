"""The difference of an order that does not add up is told wherever a person looks for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.events import Event, LogEvent, RunMode
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import OrderLine
from app.core.texts import use_language
from app.services import Services
from tests.services.market import Market, order

_TOLD = "The lines add up to 1,001.00 EUR, the total is 1,000.00 EUR: 1.00 EUR too much."


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


@pytest.fixture
async def held(shop: Services, market: Market) -> Services:
    line = OrderLine(id="1", name="Cup", quantity=Decimal(1), unit_price=Money(Decimal("1001.00"), "EUR"))
    market.source.records = [order(1, "1000.00", lines=(line,))]
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    return shop


async def test_in_the_list_of_problems_and_not_as_words_of_the_target(held: Services) -> None:
    (problem,) = await held.runs.problems("daily")
    assert (problem.entry.outcome, str(problem.reason_text), problem.target_words) == (Outcome.HELD, _TOLD, "")
    use_language("de")
    assert "1.001,00 EUR" in str(problem.reason_text)


async def test_in_the_answer_to_why_and_in_its_history(held: Services, market: Market) -> None:
    answer = await held.runs.why("daily", "2026/1")
    assert _TOLD in str(answer.sentence)

    market.source.records = [order(1, "1000.00")]
    await (await held.runs.start("daily", RunMode.HISTORICAL)).wait()
    (entry,) = (await held.runs.why("daily", "2026/1")).entries
    assert [each.message for each in entry.history] == ["", _TOLD]


async def test_in_the_exported_list(held: Services, tmp_path: Path) -> None:
    path = tmp_path / "problems.csv"
    await held.runs.export_problems("daily", path)
    assert _TOLD in path.read_text(encoding="utf-8-sig")


async def test_in_the_preview(shop: Services, market: Market, held: Services) -> None:
    (item,) = (await held.previews.preview("daily")).items
    assert (str(item.reason_text), item.message) == (_TOLD, "")


async def test_in_the_log(shop: Services, heard: list[Event], held: Services) -> None:
    lines = [str(event.message) for event in heard if isinstance(event, LogEvent)]
    assert f"Order 2026/1: {_TOLD}" in lines
