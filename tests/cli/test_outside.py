"""What other systems deliver and fetch, from the command line: receiver, pushes, handouts, feed, estimate."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.connectors.digistore24.simulated_pushes import push_of
from app.connectors.digistore24.world import World
from app.sdk.registry import Registry
from tests.cli.conftest import Koppler, Served, Set, Stage, declared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def seller(
    stage: Stage, registry: Registry, tmp_path: Path, koppler: Koppler, monkeypatch: pytest.MonkeyPatch
) -> Served:
    """Digistore24 as the account ``courses``, which pushes."""
    found = stage.serve(registry.of("digistore24").simulator(12))
    path = tmp_path / "courses.toml"
    path.write_text(declared("courses", found, monkeypatch), encoding="utf-8")
    assert koppler("apply", path).code == 0
    return found


@pytest.fixture
def listening(
    seller: Served, koppler: Koppler, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen[str]]:
    """The real program in a process of its own, with its receiver on."""
    monkeypatch.setenv("KOPPLER_PASSPHRASE", "correct horse battery")
    base = f"http://127.0.0.1:{unused_tcp_port}"
    assert koppler("receiver", "set", "--port", unused_tcp_port, "--public-address", base).code == 0
    koppler("handouts", "courses")
    command = [sys.executable, "-m", "app", "receive", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert any('"event":"receiver"' in line for line in running.stdout), "it ended before it listened"
        yield running
        running.kill()


def push(seller: Served, address: str) -> httpx.Response:
    world = seller.simulator.world
    assert isinstance(world, World)
    made = push_of(world, "on_payment", next(iter(world.purchases)))
    return httpx.post(address, content=made.body, headers=dict(made.headers))


def test_the_receiver_tells_its_settings_and_changes_what_is_given(koppler: Koppler) -> None:
    assert koppler("receiver", "show", "--json").event("receiver") == {
        "event": "receiver",
        "is_on": False,
        "port": 8797,
        "public_address": "",
        "syncs_at_once": True,
    }
    told = koppler("receiver", "set", "--public-address", "https://shop.example/", "--sync-at-once", "no", "--json")
    assert (told.code, told.event("receiver")["public_address"]) == (0, "https://shop.example")
    assert koppler("receiver", "show", "--json").event("receiver")["syncs_at_once"] is False
    assert "8797" in koppler("receiver", "show").out


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--public-address", "http://shop.example"), "--public-address: The address begins with http://"),
        (("--public-address", "https://shop.example:99999"), "--public-address: This is not a web address."),
        (("--port", "80"), "--port: At least 1024 is needed."),
    ],
)
def test_a_wrong_setting_is_named_by_its_option_and_changes_nothing(
    koppler: Koppler, given: tuple[str, str], words: str
) -> None:
    told = koppler("receiver", "set", *given)
    assert (told.code, words in told.err) == (3, True), told.err
    assert koppler("receiver", "show", "--json").event("receiver")["public_address"] == ""


def test_without_a_public_address_there_is_nothing_to_test(koppler: Koppler, unused_tcp_port: int) -> None:
    koppler("receiver", "set", "--port", unused_tcp_port)
    told = koppler("receiver", "test")
    assert (told.code, "There is no public address yet." in told.err) == (3, True)


def test_the_public_address_is_asked_whether_it_leads_here(koppler: Koppler, unused_tcp_port: int) -> None:
    base = f"http://127.0.0.1:{unused_tcp_port}"
    koppler("receiver", "set", "--port", unused_tcp_port, "--public-address", base)
    assert koppler("receiver", "test", "--json").event("receiver_test")["passed"] is True


def test_an_account_that_is_not_there_is_named(koppler: Koppler) -> None:
    for command in (("pushes", "nobody"), ("replay", "nobody", "1"), ("handouts", "nobody")):
        told = koppler(*command)
        assert (told.code, 'There is no account "nobody".' in told.err) == (2, True)


def test_the_address_for_pushes_is_handed_out_bare_for_a_pipe(seller: Served, koppler: Koppler) -> None:
    told = koppler("handouts", "courses", "push_address")
    assert (told.code, "the receiver has none yet" in told.err) == (3, True)
    assert "Possible" not in told.err
    koppler("receiver", "set", "--public-address", "https://shop.example")
    address = koppler("handouts", "courses", "push_address").out
    assert address.startswith("https://shop.example/in/")
    assert len(address.splitlines()) == 1
    assert koppler("handouts", "courses", "--json").event("handout")["content"] == address.strip()
    told = koppler("handouts", "courses", "snippet")
    assert (told.code, "Possible: push_address." in told.err) == (3, True)


def test_a_push_that_was_answered_is_there_although_the_program_was_killed_at_once(
    listening: subprocess.Popen[str], seller: Served, koppler: Koppler, data_dir: Path
) -> None:
    address = address_of(data_dir)
    assert push(seller, address).text == "OK"
    listening.kill()
    listening.communicate()

    told = koppler("pushes", "courses", "--json")
    (kept,) = [event for event in told.events if event["event"] == "push"]
    assert koppler("pushes", "courses").out.count("\n") == 2
    assert koppler("replay", "courses", kept["id"], "--json").event("replayed")["id"] == kept["id"]
    for wrong in ("99", "9" * 30, "first"):
        told = koppler("replay", "courses", wrong)
        assert (told.code, "There is no such push any more." in told.err) == (3, True)


def test_where_no_push_could_be_kept_nothing_listens(seller: Served, koppler: Koppler) -> None:
    told = koppler("receive")
    assert told.code != 0
    assert "This computer has no keystore for secrets." in told.err


def test_nothing_that_the_receiver_says_holds_its_secret_address_or_a_customer(
    listening: subprocess.Popen[str], seller: Served, data_dir: Path
) -> None:
    address = address_of(data_dir)
    push(seller, address)
    httpx.post(address, data={"event": "on_payment", "email": "anna.berg@example.com"})
    httpx.post(f"{address}x")
    listening.terminate()
    said, _ = listening.communicate(timeout=30)
    assert "A push about an order has arrived" in said
    assert "not signed with the passphrase" in said
    assert urlsplit(address).path.rpartition("/")[2] not in said
    assert "@" not in said


def address_of(data_dir: Path) -> str:
    """Read from the folder, which the running program holds."""
    import sqlite3

    with sqlite3.connect(next(data_dir.rglob("koppler.db")).as_uri() + "?mode=ro", uri=True) as connection:
        found = dict(connection.execute("SELECT name, value FROM preference").fetchall())
    connection.close()
    base, paths = json.loads(found["receiver"])["public_address"], json.loads(found["receiver_paths"])
    return f"{base}/in/{paths['courses']}"


def test_a_target_that_takes_no_feed_says_so(practice: Set, koppler: Koppler, tmp_path: Path) -> None:
    told = koppler("feed", "shop-to-mail", tmp_path / "offers.xml")
    assert (told.code, "takes no offer feed" in told.err) == (3, True)
    assert not (tmp_path / "offers.xml").exists()
    assert 'There is no integration "nobody".' in koppler("feed", "nobody").err


def test_the_products_become_a_file_that_can_be_fetched_or_uploaded(
    practice: Set,
    stage: Stage,
    registry: Registry,
    koppler: Koppler,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manago = stage.serve(registry.of("salesmanago").simulator(3))
    path = tmp_path / "manago.toml"
    path.write_text(
        declared("manago", manago, monkeypatch)
        + '[integrations.shop-to-manago]\nsource = "shop"\ntarget = "manago"\nflows = ["contacts"]\n',
        encoding="utf-8",
    )
    assert koppler("apply", path).code == 0
    file = tmp_path / "offers.xml"
    told = koppler("feed", "shop-to-manago", file, "--json")
    assert told.code == 0, told.err
    assert told.event("feed")["products"] > 0
    assert told.event("feed")["bytes"] == file.stat().st_size
    assert told.event("feed")["address"] == ""
    missing = tmp_path / "nowhere" / "offers.xml"
    told = koppler("feed", "shop-to-manago", missing)
    assert told.code not in {0, 1}
    assert "Traceback" not in told.err
    assert str(missing.parent.name) in told.err


def test_an_estimate_counts_requests_and_the_chosen_hours(practice: Set, koppler: Koppler) -> None:
    words = practice.file.read_text(encoding="utf-8")
    told = koppler("estimate", "shop-to-mail", "--json").event("estimate")
    assert told["requests"] > 0
    assert told["is_slowed"] is False
    slow = "options = { history_per_minute = 1, history_from_hour = 22, history_to_hour = 6 }\n"
    practice.file.write_text(words + slow, encoding="utf-8")
    assert koppler("apply", practice.file).code == 0
    slowed = koppler("estimate", "shop-to-mail", "--json").event("estimate")
    assert slowed["is_slowed"] is True
    assert slowed["minutes"] >= slowed["requests"] * 3
    assert "requests to the shop" in koppler("estimate", "shop-to-mail").out
    practice.file.write_text(words + "options = { history_from_hour = 22 }\n", encoding="utf-8")
    refused = koppler("apply", practice.file)
    assert (refused.code, "Enter both hours, or none." in refused.err) == (3, True)


def test_nothing_waits_on_a_list_that_nobody_filled(practice: Set, koppler: Koppler, tmp_path: Path) -> None:
    told = koppler("worklist", "shop-to-mail")
    assert (told.code, told.out.strip()) == (0, "Nothing is left to work off.")
    told = koppler("worklist", "shop-to-mail", "--done", "4711")
    assert (told.code, '"4711" is not on the list.' in told.err) == (3, True)
    assert koppler("worklist", "shop-to-mail", "--all-done", "--json").event("worked_off")["count"] == 0
    assert (
        koppler("worklist", "shop-to-mail", "--export", tmp_path / "list.csv", "--json").event("exported")["rows"] == 0
    )
    assert koppler("worklist", "nobody").code == 2


@pytest.mark.parametrize("command", ["receive", "receiver", "pushes", "replay", "handouts", "feed", "estimate"])
def test_every_command_explains_itself(koppler: Koppler, command: str) -> None:
    told = koppler(command, "--help")
    assert (told.code, "usage:" in told.out) == (0, True)
