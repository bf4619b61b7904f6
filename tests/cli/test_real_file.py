"""The real export of a shop, from the file to the target's socket, as a person would do it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.sdk.registry import Registry
from tests.cli.conftest import Koppler, Stage, declared

pytestmark = pytest.mark.shared


def test_ten_thousand_lines_arrive_to_the_cent_and_a_second_run_writes_nothing(
    koppler: Koppler, stage: Stage, registry: Registry, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = stage.serve(registry.of("activecampaign").simulator(1))
    before = mail.simulator.summary()["contacts"]
    path, data = tmp_path / "file.toml", shared / "data" / "online_retail_first_10000_lines.csv"
    path.write_text(
        declared("mail", mail, monkeypatch)
        + f"[accounts.retail]\nsystem = 'files'\nsettings = {{ path = '{data}', time_zone = 'Europe/London', "
        "default_currency = 'GBP', email_template = 'customer{customer_id}@example.com' }\n\n"
        "[integrations.retail-to-mail]\nsource = 'retail'\ntarget = 'mail'\nflows = ['contacts', 'orders']\n"
        "options = { guest_orders = 'skip', credit_notes = 'skip' }\n",
        encoding="utf-8",
    )
    assert koppler("apply", path).code == 0

    outcome = koppler("run", "retail-to-mail", "--historical", "--json")
    assert outcome.code == 0
    orders = outcome.events[-1]["flows"]["orders"]
    assert (orders["read"], orders["created"], orders["skipped"]) == (512, 401, 111)
    assert orders["reasons"] == {"credit_note": 43, "guest_order": 68}
    assert outcome.events[-1]["flows"]["contacts"]["created"] == 303
    arrived = mail.simulator.summary()
    assert arrived["orders"] == 401
    assert arrived["contacts_with_orders"] == arrived["contacts"] - before == 303
    assert arrived["totals"] == {"GBP": "148206.83"}

    writes = len(mail.simulator.writes)
    again = koppler("run", "retail-to-mail", "--json")
    assert again.code == 0
    assert again.events[-1]["unchanged"] == 704
    assert len(mail.simulator.writes) == writes
