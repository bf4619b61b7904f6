"""Pushes: proven, kept before they are answered, followed by a sync, found and erased like everything else."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.core.errors import AppError, ConfigError
from app.core.events import Event, LogEvent, RunMode, RunStateEvent, now
from app.sdk.settings import SettingsError, parse
from app.services import Services
from app.services.receiving.settings import ReceiverSettings
from tests.engine.warehouse import order
from tests.services.conftest import Open
from tests.services.market import TOKEN, Market

PUSH = {"order": "4711", "email": "anna.berg@example.com", "sign": TOKEN}


@pytest.fixture
async def address(shop: Services, unused_tcp_port: int) -> str:
    """Where the pushes for ``my-stall`` arrive."""
    await shop.receiver.book.save(ReceiverSettings(port=unused_tcp_port, public_address=""))
    base = await shop.receiver.start()
    await shop.receiver.book.save(ReceiverSettings(port=unused_tcp_port, public_address=base))
    return await shop.receiver.book.public_address("my-stall")


async def send(address: str, fields: dict[str, str] | None, method: str = "POST") -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.request(method, address, data=fields)


async def kept(services: Services) -> int:
    return len(await services.receiver.kept("my-stall"))


async def test_a_genuine_push_is_kept_and_answered_as_the_system_expects(shop: Services, address: str) -> None:
    answer = await send(address, PUSH)
    assert (answer.status_code, answer.text) == (200, "OK")
    assert await kept(shop) == 1


async def test_a_repeated_push_is_answered_again_and_kept_once(shop: Services, address: str) -> None:
    answers = [await send(address, PUSH) for _ in range(3)]
    assert [answer.text for answer in answers] == ["OK"] * 3
    assert await kept(shop) == 1


async def test_a_forged_push_is_refused_told_and_not_kept(shop: Services, address: str, heard: list[Event]) -> None:
    answer = await send(address, {**PUSH, "sign": "guessed"})
    assert answer.status_code == 403
    assert await kept(shop) == 0
    assert "A push with a wrong signature." in [str(each.message) for each in heard if isinstance(each, LogEvent)]


async def test_a_call_that_only_looks_whether_somebody_is_there_is_answered(shop: Services, address: str) -> None:
    assert (await send(address, None, "GET")).text == "OK"
    assert await kept(shop) == 0


async def test_nobody_guesses_the_address_of_an_account(address: str) -> None:
    assert (await send(address[:-1] + "x", PUSH)).status_code == 404
    assert (await send(address.rpartition("/in/")[0] + "/in/my-stall", PUSH)).status_code == 404


async def test_more_than_a_megabyte_is_not_read(shop: Services, address: str) -> None:
    assert (await send(address, {**PUSH, "note": "x" * 2_000_000})).status_code == 413
    assert await kept(shop) == 0


async def test_a_push_that_cannot_be_kept_is_not_answered_with_success(shop: Services, address: str) -> None:
    shop.secrets.use_session()
    answer = await send(address, PUSH)
    assert answer.status_code == 503


async def test_what_was_kept_is_there_after_the_program_was_killed(
    open_services: Open, shop: Services, address: str, tmp_path: Path
) -> None:
    await send(address, PUSH)
    copy = tmp_path / "killed.db"
    copy.write_bytes((tmp_path / "data" / "koppler.db").read_bytes())
    for name in ("-wal", "-shm"):
        beside = tmp_path / "data" / f"koppler.db{name}"
        if beside.exists():
            copy.with_name(copy.name + name).write_bytes(beside.read_bytes())
    with sqlite3.connect(copy) as connection:
        rows = connection.execute("SELECT owner, sealed FROM box").fetchall()
    assert [owner for owner, _ in rows] == ["my-stall"]
    assert b"anna.berg" not in rows[0][1], "nobody can read it in the file"


async def test_a_push_starts_a_sync_of_what_has_been_imported(
    shop: Services, address: str, market: Market, heard: list[Event]
) -> None:
    market.source.records = [order(1)]
    await (await shop.runs.start("daily", RunMode.HISTORICAL)).wait()
    heard.clear()
    await send(address, PUSH)
    await shop.receiver.following.done()
    assert _ended(heard)
    assert {each.mode for each in heard if isinstance(each, RunStateEvent)} == {RunMode.CHANGES}


async def test_a_push_never_starts_an_import(shop: Services, address: str, heard: list[Event]) -> None:
    await send(address, PUSH)
    await shop.receiver.following.done()
    assert not [each for each in heard if isinstance(each, RunStateEvent)]


def _ended(heard: list[Event]) -> bool:
    return any(isinstance(each, RunStateEvent) and each.state.value == "finished" for each in heard)


async def test_a_source_reads_the_pushes_of_a_time_frame(shop: Services, address: str, market: Market) -> None:
    before = now()
    await send(address, PUSH)
    inbox = shop.receiver.inbox("my-stall")
    (saved,) = await inbox.pushes(since=before, until=now() + timedelta(seconds=1))
    assert dict(saved.push.fields) == PUSH
    assert await inbox.pushes(since=None, until=before) == []


async def test_a_push_can_be_taken_once_more(shop: Services, address: str) -> None:
    await send(address, PUSH)
    (first,) = await shop.receiver.kept("my-stall")
    await shop.receiver.replay("my-stall", first.id)
    (again,) = await shop.receiver.kept("my-stall")
    assert again.at > first.at
    with pytest.raises(ConfigError):
        await shop.receiver.replay("my-stall", "999")


async def test_one_person_is_found_in_pushes_and_erased(shop: Services, address: str) -> None:
    await send(address, PUSH)
    await send(address, {**PUSH, "order": "4712", "email": "otto@example.com"})
    assert (await shop.privacy.find("Anna.Berg@example.com")).found == 1
    await shop.privacy.erase("Anna.Berg@example.com")
    assert await kept(shop) == 1


async def test_the_public_address_is_proven_to_lead_here(shop: Services, address: str, unused_tcp_port: int) -> None:
    await shop.receiver.prove()
    await shop.receiver.book.save(ReceiverSettings(port=unused_tcp_port, public_address="http://127.0.0.1:9"))
    with pytest.raises(AppError):
        await shop.receiver.prove()


@pytest.mark.parametrize(
    "entered", ["http://shop.example", "https://", "https://a:b@shop.example", "https://x.example/?a=1"]
)
def test_a_public_address_that_exposes_pushes_is_refused(entered: str) -> None:
    with pytest.raises(SettingsError):
        parse(ReceiverSettings, {"public_address": entered})
