"""No secret is typed as an argument, and a program that is killed in the middle leaves none behind."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli.arguments import parser
from app.sdk.registry import Registry
from tests.cli.conftest import Koppler, Stage, declared
from tests.leaks.canaries import traces, traces_in_files

_SECRET = re.compile(r"secret|token|pass|credential|api.?key|auth", re.IGNORECASE)


def _actions(found: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in found._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for each in set(action.choices.values()):
                yield from _actions(each)


def test_no_option_takes_a_secret() -> None:
    names = {word for action in _actions(parser()) for word in (*action.option_strings, action.dest)}
    assert {name for name in names if _SECRET.search(name)} == set()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="this system shows no command lines as files")
def test_a_run_that_is_killed_leaves_no_secret_in_files_output_or_command_lines(
    koppler: Koppler,
    stage: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    program_environment: Callable[..., dict[str, str]],
) -> None:
    registry = Registry.discover()
    shop = stage.serve(registry.of("bigcommerce").simulator(400))
    mail = stage.serve(registry.of("activecampaign").simulator(3))
    (tmp_path / "shop.toml").write_text(
        declared("shop", shop, monkeypatch)
        + declared("mail", mail, monkeypatch)
        + '[integrations.way]\nsource = "shop"\ntarget = "mail"\nflows = ["contacts", "orders"]\n',
        encoding="utf-8",
    )
    environment = program_environment()
    secrets = [*shop.simulator.secrets.values(), *mail.simulator.secrets.values()]
    started = [sys.executable, "-m", "app"]
    assert koppler("apply", tmp_path / "shop.toml").code == 0
    with (tmp_path / "output.txt").open("wb") as output:
        running = subprocess.Popen(
            [*started, "run", "way", "--historical"], env=environment, stdout=output, stderr=output
        )
        try:
            deadline = time.monotonic() + 60
            while len(mail.simulator.journal) < 6 and running.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            lines = [
                path.read_bytes()
                for path in Path("/proc").glob("[0-9]*/cmdline")
                if f"{running.pid}" in (path.parent / "stat").read_text(encoding="utf-8", errors="replace").split()[:4]
            ]
        finally:
            running.kill()
            running.wait()
    assert lines, "the program's own command line was seen"
    assert [found for line in lines for found in traces(line, secrets)] == []
    assert traces_in_files(tmp_path / "data", secrets) == []
    assert traces((tmp_path / "output.txt").read_bytes(), secrets) == []
