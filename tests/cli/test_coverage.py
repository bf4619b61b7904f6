"""``koppler preview --since``: what an import from a day on would cover."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.sdk.registry import Registry
from tests.cli.conftest import Koppler, Stage, declared

_ORDERS = (
    "Order no;Date;Customer ID;E-mail;SKU;Description;Quantity;Unit price\n"
    "1;2025-12-31;7;a@example.com;A;Cup;1;10,00\n"
    "2;2026-01-01;7;a@example.com;A;Cup;1;10,00\n"
    "3;2026-02-01;8;b@example.com;A;Cup;1;10,00\n"
)


def test_a_file_tells_how_many_orders_there_are_from_a_day_on(
    koppler: Koppler, stage: Stage, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = stage.serve(registry.of("activecampaign").simulator(1))
    data, path = tmp_path / "orders.csv", tmp_path / "koppler.toml"
    data.write_text(_ORDERS, encoding="utf-8")
    path.write_text(
        declared("mail", mail, monkeypatch)
        + f"[accounts.till]\nsystem = 'files'\nsettings = {{ path = '{data}', time_zone = 'Europe/Warsaw', "
        "default_currency = 'PLN' }\n\n"
        "[integrations.till-to-mail]\nsource = 'till'\ntarget = 'mail'\nflows = ['orders']\n",
        encoding="utf-8",
    )
    assert koppler("apply", path).code == 0
    writes = len(mail.simulator.writes)

    told = koppler("preview", "till-to-mail", "--since", "2026-01-01T00:00:00+01:00", "--json")
    assert told.code == 0
    covered = [event for event in told.events if event["event"] == "covered"]
    assert [(each["kind"], each["count"], each["is_more"]) for each in covered] == [("orders", 2, False)]

    plain = koppler("preview", "till-to-mail", "--since", "2026-01-01T00:00:00+01:00")
    assert "2 orders" in plain.out
    assert len(mail.simulator.writes) == writes
