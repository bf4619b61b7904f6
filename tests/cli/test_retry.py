"""``koppler retry --only``: a person decides about single records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Koppler, Set, declared

_HEAD = "Order number;Order date;Customer number;E-mail;Total;Currency\n"


def _rows(*addresses: str) -> str:
    rows = (f"{place};2026-03-0{place};{place};{each};10.00;EUR\n" for place, each in enumerate(addresses, 1))
    return _HEAD + "".join(rows)


@pytest.fixture
def orders(koppler: Koppler, practice: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three orders, of which the second and the third are held."""
    orders, path = tmp_path / "orders.csv", tmp_path / "file.toml"
    orders.write_text(_rows("anna@example.com", "", ""), encoding="utf-8")
    path.write_text(
        declared("mail", practice.mail, monkeypatch)
        + '[accounts.file]\nsystem = "files"\nsettings = { path = "orders.csv", time_zone = "Europe/Berlin" }\n\n'
        '[integrations.file-to-mail]\nsource = "file"\ntarget = "mail"\nflows = ["orders"]\n',
        encoding="utf-8",
    )
    assert koppler("apply", path).code == 0
    assert koppler("run", "file-to-mail", "--historical", "--json").events[-1]["held"] == 2
    orders.write_text(_rows("anna@example.com", "berta@example.com", "carla@example.com"), encoding="utf-8")
    return orders


@pytest.mark.usefixtures("orders")
def test_only_the_named_record_is_sent_again(koppler: Koppler) -> None:
    outcome = koppler("retry", "file-to-mail", "--only", "3", "--json")
    assert outcome.code == 0, outcome.err
    assert (outcome.events[-1]["read"], outcome.events[-1]["created"]) == (1, 1)
    assert "created" in koppler("why", "file-to-mail", "3").out
    assert "held" in koppler("why", "file-to-mail", "2").out


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(("number", "words"), [("1", "Order 1 was created"), ("77", '"77" was not among')])
def test_a_record_that_needs_no_retry_is_named_and_nothing_is_sent(
    number: str, words: str, koppler: Koppler, practice: Set
) -> None:
    writes = len(practice.mail.simulator.writes)
    outcome = koppler("retry", "file-to-mail", "--only", number)
    assert outcome.code == 3
    assert words in outcome.err
    assert len(practice.mail.simulator.writes) == writes
