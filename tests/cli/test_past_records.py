"""``koppler mapping apply``: what was sent before, with the mapping as it is now."""

from pathlib import Path

from tests.cli.conftest import Koppler, Set


def test_new_numbers_are_offered_for_orders_sent_before_and_applied(
    koppler: Koppler, practice: Set, tmp_path: Path
) -> None:
    assert koppler("run", "shop-to-mail", "--historical").code in {0, 1}
    table = tmp_path / "mapping.csv"
    assert koppler("mapping", "export", "shop-to-mail", table).code == 0
    table.write_text(table.read_text("utf-8-sig").replace('"*","","","",""', '"*","","","","4999"'), "utf-8-sig")
    outcome = koppler("mapping", "import", "shop-to-mail", table)
    assert outcome.code == 0, outcome.err
    assert "sent before with the old numbers" in outcome.err, table.read_text("utf-8-sig")
    assert "koppler mapping apply shop-to-mail" in outcome.err

    applied = koppler("mapping", "apply", "shop-to-mail", "--json")

    assert applied.code in {0, 1}, applied.err
    summary = applied.event("summary")
    assert summary["finished"]
    assert set(summary["flows"]) == {"contacts", "orders"}
