"""The program as its users start it: processes, pipes and Ctrl+C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(program_environment: Callable[..., dict[str, str]], tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *map(str, arguments)],
            cwd=ROOT,
            env=program_environment(KOPPLER_HOME=str(tmp_path / "data"), LC_ALL="C.UTF-8", **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_event(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line, and not a byte more: what a buffer holds is hidden from ``communicate``."""
    assert process.stdout is not None
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(process.stdout.fileno(), 1)
        assert piece, "it ended without a word"
        line += piece
    return dict(json.loads(line))


def test_a_simulator_prints_address_and_credentials_and_ends_with_ctrl_c(start: Start, tmp_path: Path) -> None:
    process = start("simulate", "activecampaign", "--records", 2, "--json")
    found = read_event(process)
    assert found["event"] == "simulator"
    assert found["address"].startswith("http://127.0.0.1:")
    snippet = tmp_path / "ready.toml"
    snippet.write_text(found["toml"], encoding="utf-8")
    for arguments in (["apply", snippet], ["check", "practice-activecampaign", "--json"]):
        call = start(*arguments, **found["environment"])
        output, errors = call.communicate(timeout=60)
        assert call.returncode == 0, output + errors
        assert not any(secret in output + errors for secret in found["secrets"].values())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl+C to whole consoles only")
def test_ctrl_c_stops_a_run_at_a_checkpoint_and_says_how_to_continue(start: Start, tmp_path: Path) -> None:
    shop, mail = (
        start("simulate", "bigcommerce", "--records", 60, "--json"),
        start("simulate", "activecampaign", "--json"),
    )
    first, second = read_event(shop), read_event(mail)
    path = tmp_path / "both.toml"
    path.write_text(
        f'{first["toml"]}\n\n{second["toml"]}\n\n[integrations.both]\nsource = "practice-bigcommerce"\n'
        'target = "practice-activecampaign"\nflows = ["products", "contacts", "orders", "carts"]\n',
        encoding="utf-8",
    )
    environment = {**first["environment"], **second["environment"]}
    assert start("apply", path, **environment).wait(timeout=60) == 0
    run = start("run", "both", "--historical", "--json", **environment)
    assert read_event(run)["event"] == "run"
    run.send_signal(signal.SIGINT)
    output, errors = run.communicate(timeout=60)
    summary = json.loads(output.splitlines()[-1])
    assert run.returncode == 4
    assert (summary["event"], summary["finished"]) == ("summary", False)
    assert "--continue" in errors
    assert "Traceback" not in errors
    again = start("run", "both", "--continue", "--json", **environment)
    output, _ = again.communicate(timeout=90)
    summary = json.loads(output.splitlines()[-1])
    assert again.returncode == 0
    assert summary["finished"] is True
    assert summary["read"] > 50


def test_the_demonstration_ends_with_a_balance_and_one_sentence(start: Start, tmp_path: Path) -> None:
    process = start("demo", "--records", 20)
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert "created" in output
    assert "Arrived in the practice account:" in output
    assert not (tmp_path / "data").exists()


def test_json_is_all_that_reaches_standard_output_of_the_demonstration(start: Start) -> None:
    process = start("--json", "demo", "--records", 10)
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    events = [json.loads(line)["event"] for line in output.splitlines()]
    assert events[-1] == "summary"
    assert errors.strip()


def test_a_reader_that_goes_away_causes_no_stack_trace(start: Start) -> None:
    process = start("systems", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.wait(timeout=60)
    assert "Traceback" not in errors


def test_a_console_with_an_old_code_page_shows_what_it_can(start: Start) -> None:
    process = start("systems", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "BigCommerce" in output


def test_ctrl_c_while_the_program_starts_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.services.crash.guarded_standard_error", interrupted)
    assert main(["accounts"]) == 4
