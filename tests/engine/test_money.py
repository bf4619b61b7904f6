"""An order whose parts miss its total is held with the difference, and goes once the shop has mended it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from app.core.events import Level, LogEvent
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.records import Kind, OrderLine
from app.core.texts import use_language
from tests.engine.conftest import Bench
from tests.engine.warehouse import order


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def _line(price: str) -> OrderLine:
    return OrderLine(id="1", name="Cup", quantity=Decimal(2), unit_price=Money(Decimal(price), "EUR"))


async def test_an_order_that_does_not_add_up_is_held_with_the_difference_until_the_shop_mends_it(bench: Bench) -> None:
    right, wrong = order(1, "20.00", lines=(_line("10.00"),)), order(2, "20.00", lines=(_line("10.50"),))
    bench.source.records = [right, wrong]

    result = await bench.run()

    assert result.is_finished
    assert set(bench.warehouse.items) == {"1"}
    entry = bench.ledger.entries["shop", Kind.ORDERS, "2"]
    assert (entry.outcome, entry.reason) == (Outcome.HELD, "money_mismatch")
    assert "difference: 1.00 EUR" in entry.message
    (told,) = [event for event in bench.events if isinstance(event, LogEvent) and event.level is Level.WARNING]
    assert str(told.message) == (
        "Order 2026/2: The lines add up to 21.00 EUR, the total is 20.00 EUR: 1.00 EUR too much."
    )
    assert "target_says" not in told.facts

    bench.source.records = [right, order(2, "21.00", lines=(_line("10.50"),))]
    await bench.run()
    assert bench.warehouse.items["2"]["total"] == "21.00 EUR"
