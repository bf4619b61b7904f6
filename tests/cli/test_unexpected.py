"""A fault of the program itself: a sentence for the person, all of it for whoever mends it, no secret for either."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.__main__ import main
from app.cli.output import Output, cell, new_table
from app.sdk.redaction import Redactor

SECRET = "canary-of-the-environment-0815"


@pytest.mark.parametrize("mode", [[], ["--json"]])
def test_an_unexpected_exception_ends_in_a_sentence(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    expected_warnings,
    mode: list[str],
) -> None:
    expected_warnings("the command failed unexpectedly")
    monkeypatch.setenv("KOPPLER_SECRET_MY_SHOP__TOKEN", SECRET)

    async def fall(*_: object) -> None:
        raise ZeroDivisionError(f"between {SECRET} and paula.poststempel@example.com")

    monkeypatch.setattr("app.services.accounts.Accounts.all", fall)
    assert main([*mode, "accounts"]) == 4
    told = capsys.readouterr()
    assert "Something went wrong inside the program" in (told.out if mode else told.err)
    assert "ZeroDivisionError: between ••• and p•••@example.com" in told.err
    assert SECRET not in told.out + told.err


def test_a_table_for_people_holds_no_secret_however_it_is_folded(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(is_json=False, redact=Redactor([SECRET]))
    table = new_table("Record", "Words")
    table.add_row("1001", cell(f"{'x' * 150}{SECRET}[b]"))
    output.table(table)
    told = capsys.readouterr().out
    assert "canary" not in told
    assert "•••" in told
