"""``koppler undo``: first the count and the list, then, with the count, the removal; a wrong count does nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.connectors.activecampaign.world import World
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from tests.cli.conftest import Koppler, Set, Stage, declared
from tests.cli.test_crash import Gate, run_program

__all__ = ["run_program"]

KEY = "shop-to-mail"
RECORDS = 3


@pytest.fixture
def quick(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Nobody waits for a quota in this process."""
    pace = Pace(per_second=100_000, parallel=4)
    found = Registry({each.system: replace(each, pace=pace) for each in registry})
    monkeypatch.setattr(Registry, "discover", lambda: found)
    return found


@pytest.fixture
def gate(quick: Registry) -> Gate:
    """The newsletter system; ``moment`` of a test holds its answer back."""
    simulator = quick.of("activecampaign").simulator(0)
    assert isinstance(simulator.world, World)
    simulator.world.per_second = 1_000_000
    return Gate(simulator, lambda _now: False)


@pytest.fixture
def small(
    stage: Stage, quick: Registry, gate: Gate, tmp_path: Path, koppler: Koppler, monkeypatch: pytest.MonkeyPatch
) -> Set:
    """Written by REST, the way on which orders can be removed."""
    shop = stage.serve(quick.of("bigcommerce").simulator(RECORDS))
    mail = stage.serve(gate.simulator, gate)
    path = tmp_path / "shop.toml"
    path.write_text(
        declared("shop", shop, monkeypatch)
        + declared("mail", mail, monkeypatch)
        + f'[integrations.{KEY}]\nsource = "shop"\ntarget = "mail"\nflows = ["contacts", "orders"]\n'
        'options = { order_path = "rest" }\n',
        encoding="utf-8",
    )
    assert koppler("apply", path).code == 0
    return Set(shop, mail, path)


def test_without_a_count_it_shows_the_list_and_changes_nothing(small: Set, koppler: Koppler) -> None:
    imported = koppler("run", KEY, "--historical", "--json")
    created = imported.events[-1]["created"]
    writes = len(small.mail.simulator.writes)
    shown = koppler("undo", KEY, "--json")
    assert shown.code == 0
    found = shown.event("undo")
    assert (found["remove"], found["kept"]) == (created, {})
    assert found["run_id"] == imported.event("run")["run_id"]
    listed = [each for each in shown.events if each["event"] == "undo_record"]
    assert len(listed) == created
    assert all(each["removes"] for each in listed)
    assert len(small.mail.simulator.writes) == writes

    people = koppler("undo", KEY)
    assert people.code == 0
    assert f"--confirm {created}" in people.err
    assert "@" not in people.out.replace("•••@", "")


def test_with_its_count_it_removes_and_balances(small: Set, koppler: Koppler) -> None:
    imported = koppler("run", KEY, "--historical", "--json")
    run_id, created = imported.event("run")["run_id"], imported.events[-1]["created"]
    done = koppler("undo", KEY, run_id, "--confirm", created, "--json")
    assert done.code == 0, done.out + done.err
    summary = done.events[-1]
    assert summary["event"] == "summary"
    assert summary["finished"] is True
    assert (summary["read"], summary["skipped"], summary["reasons"]) == (created, created, {"undone": created})
    assert small.mail.simulator.summary()["orders"] == 0

    again = koppler("undo", KEY, "--json")
    assert again.code == 3, "there is no import left that could be undone"
    assert koppler("run", KEY, "--json").events[-1]["created"] == created


@pytest.mark.parametrize("arguments", [("--confirm", "1"), ("RUN", "--confirm", "999"), ("no-such-run",)])
def test_a_wrong_use_does_nothing(small: Set, koppler: Koppler, arguments: tuple[str, ...]) -> None:
    imported = koppler("run", KEY, "--historical", "--json")
    run_id = imported.event("run")["run_id"]
    writes = len(small.mail.simulator.writes)
    result = koppler("undo", KEY, *(run_id if each == "RUN" else each for each in arguments), "--json")
    assert result.code == (3 if arguments == ("no-such-run",) else 2)
    assert len(small.mail.simulator.writes) == writes


def test_the_run_of_another_integration_is_refused(small: Set, koppler: Koppler) -> None:
    run_id = koppler("run", KEY, "--historical", "--json").event("run")["run_id"]
    path = small.file.with_name("second.toml")
    path.write_text('[integrations.second]\nsource = "shop"\ntarget = "mail"\nflows = ["contacts"]\n', encoding="utf-8")
    assert koppler("apply", path).code == 0
    assert koppler("undo", "second", run_id, "--confirm", "3").code == 2


def test_an_undo_killed_in_the_middle_goes_on_and_removes_each_record_once(
    small: Set, gate: Gate, koppler: Koppler, run_program: Callable[..., subprocess.Popen[bytes]]
) -> None:
    result = koppler("run", KEY, "--historical", "--json")
    run_id, summary = result.event("run")["run_id"], result.events[-1]
    orders = summary["flows"]["orders"]["created"]
    gate.moment = lambda now: 0 < int(now["orders"]) < orders

    process = run_program("undo", KEY, run_id, "--confirm", str(summary["created"]))
    assert gate.reached.wait(60)
    process.kill()
    assert process.wait(timeout=30) != 0
    assert 0 < small.mail.simulator.summary()["orders"] < orders

    done = koppler("run", KEY, "--continue", "--json")
    assert done.code == 0, done.out + done.err
    assert done.events[-1]["finished"] is True
    assert done.events[-1]["reasons"] == {"undone": summary["created"]}
    assert done.events[-1]["in_doubt"] == 0
    assert small.mail.simulator.summary()["orders"] == 0
