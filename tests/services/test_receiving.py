"""Pushes: proven, kept before they are answered, followed by a sync, found and erased like everything else."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from app.core.errors import AppError, ConfigError, SecretStoreError
from app.core.events import Event, LogEvent, RunMode, RunStateEvent, now
from app.core.records import Kind
from app.sdk import loopback
from app.sdk.pushes import Accepted, Push
from app.sdk.settings import SettingsError, parse
from app.services import Services
from app.services.receiving import bodies
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
    "entered",
    [
        "http://shop.example",
        "https://",
        "https://a:b@shop.example",
        "https://x.example/?a=1",
        "https://x:99999",
        "https://[",
    ],
)
def test_a_public_address_that_exposes_pushes_is_refused(entered: str) -> None:
    with pytest.raises(SettingsError):
        parse(ReceiverSettings, {"public_address": entered})


async def raw(address: str, request: bytes, *, is_ended: bool = False) -> bytes:
    """What a server says to bytes as they stand."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(request)
    await writer.drain()
    if is_ended:
        writer.close()
        return b""
    answer = await reader.read()
    writer.close()
    return answer


def request_of(address: str, body: bytes, length: int) -> bytes:
    head = (
        f"POST {urlsplit(address).path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return head.encode() + body


async def test_a_push_that_breaks_off_in_the_middle_is_not_taken_for_a_whole_one(shop: Services, address: str) -> None:
    body = urlencode(PUSH).encode()
    await raw(address, request_of(address, body, len(body) + 50), is_ended=True)
    assert (await send(address, None, "GET")).text == "OK"
    assert await kept(shop) == 0


async def test_a_body_that_drips_without_end_is_given_up(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_LONGEST_S", 0.05)
    assert b" 408 " in await raw(address, request_of(address, b"order=1", 5000))


async def test_whoever_connects_and_says_nothing_is_hung_up(
    shop: Services, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loopback, "_FIRST_WORD_S", 0.05)
    assert await raw(address, b"POST /in/") == b""


async def test_no_connection_stays_open_after_an_answer(address: str) -> None:
    assert (await send(address, PUSH)).headers["connection"] == "close"


async def test_pushes_without_a_key_of_their_own_are_all_kept(shop: Services, address: str) -> None:
    for number in ("1", "2", "1"):
        push = Push(method="POST", body=f"order={number}".encode())
        await shop.receiver.inbox("my-stall").keep(push, Accepted(kinds=(Kind.ORDERS,)))
    assert await kept(shop) == 2


async def test_a_push_that_breaks_its_reader_is_sent_again_and_told_without_its_words(
    shop: Services, address: str, heard: list[Event]
) -> None:
    answer = await send(address, {"sign": TOKEN, "email": "anna.berg@example.com"})
    assert answer.status_code == 503
    told = [each for each in heard if isinstance(each, LogEvent) and each.account == "my-stall"]
    assert [str(each.message) for each in told] == ["A push could not be read."]
    assert told[0].facts == {"detail": "KeyError in stall"}


async def test_two_addresses_made_at_once_both_stay(shop: Services) -> None:
    book = shop.receiver.book
    made = await asyncio.gather(*(book.path_of(f"account-{number}") for number in range(5)))
    assert [await book.path_of(f"account-{number}") for number in range(5)] == made


async def test_what_the_system_would_not_repeat_any_more_is_forgotten(
    open_services: Open, shop: Services, address: str, tmp_path: Path
) -> None:
    await send(address, PUSH)
    await send(address, {**PUSH, "order": "4712"})
    old = int((now() - timedelta(days=15)).timestamp() * 1_000_000)
    with sqlite3.connect(tmp_path / "data" / "koppler.db") as connection:
        connection.execute("UPDATE box SET at = ? WHERE id = 1", (old,))
    connection.close()
    await shop.receiver.forget_old()
    assert await kept(shop) == 1


async def test_a_deleted_account_leaves_neither_pushes_nor_its_address(shop: Services, address: str) -> None:
    await send(address, PUSH)
    await shop.integrations.delete("daily")
    await shop.accounts.delete("my-stall")
    assert (await send(address, PUSH)).status_code == 404
    await shop.accounts.create("stall", "My stall", {"street": "Main Street"}, {"token": TOKEN})
    assert await kept(shop) == 0
    assert (await send(address, PUSH)).status_code == 404, "the new one has another address"


async def test_pushes_can_be_read_after_the_passphrase_was_changed(shop: Services, address: str) -> None:
    await shop.secrets.use_passphrase("correct horse battery")
    await send(address, PUSH)
    await shop.secrets.change_passphrase("correct horse battery", "staple horse battery")
    await send(address, {**PUSH, "order": "4712"})
    pushes = await shop.receiver.inbox("my-stall").pushes(since=None, until=now())
    assert [dict(each.push.fields)["order"] for each in pushes] == ["4711", "4712"]


async def test_pushes_from_another_computer_keep_nothing_from_being_read(
    shop: Services, address: str, heard: list[Event], tmp_path: Path
) -> None:
    await send(address, PUSH)
    with sqlite3.connect(tmp_path / "data" / "koppler.db") as connection:
        connection.execute("UPDATE box SET key_id = x'00'")
    connection.close()
    await send(address, {**PUSH, "order": "4712"})
    (read,) = await shop.receiver.inbox("my-stall").pushes(since=None, until=now())
    assert dict(read.push.fields)["order"] == "4712"
    assert any("1 push was encrypted on another computer" in str(each.message) for each in logged(heard))


async def test_a_vault_that_is_not_open_is_no_reason_to_pass_over_pushes(shop: Services, address: str) -> None:
    await send(address, PUSH)
    shop.secrets.use_session()
    with pytest.raises(SecretStoreError):
        await shop.receiver.inbox("my-stall").pushes(since=None, until=now())


async def test_a_practice_account_receives_like_any_other(shop: Services, address: str) -> None:
    practice = await shop.accounts.practice("stall")
    base = address.rpartition("/in/")[0]
    answer = await send(
        f"{base}/in/{await shop.receiver.book.path_of(practice.key)}", {**PUSH, "sign": "practice-token"}
    )
    assert answer.text == "OK"
    assert len(await shop.receiver.kept(practice.key)) == 1


async def test_a_number_too_large_to_be_one_is_an_unknown_push(shop: Services, address: str) -> None:
    with pytest.raises(ConfigError):
        await shop.receiver.replay("my-stall", "9" * 30)


async def test_a_long_run_of_one_integration_does_not_hold_up_another(shop: Services, address: str) -> None:
    await shop.integrations.create("Second", "my-stall", "my-depot", [Kind.ORDERS])
    for key in ("daily", "second"):
        await (await shop.runs.start(key, RunMode.HISTORICAL)).wait()
    long = await shop.runs.start("daily", RunMode.HISTORICAL)
    long.pause()
    begun = asyncio.Event()

    def look(event: Event) -> None:
        if isinstance(event, RunStateEvent) and event.integration == "second":
            begun.set()

    shop.events.subscribe(look)
    await send(address, PUSH)
    async with asyncio.timeout(10):
        await begun.wait()
    long.resume()
    await shop.receiver.following.done()


def logged(heard: list[Event]) -> list[LogEvent]:
    return [each for each in heard if isinstance(each, LogEvent)]


async def test_a_deleted_integration_leaves_neither_a_feed_nor_its_address(
    shop: Services, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "data" / "feeds" / "daily.xml"
    file.parent.mkdir()
    file.write_bytes(b"<offers/>")
    feed = await shop.feeds.address("daily")
    assert (await send(feed, None, "GET")).text == "<offers/>"
    await shop.integrations.delete("daily")
    assert (await send(feed, None, "GET")).status_code == 404
    assert not file.exists()


async def test_a_kept_setting_that_does_not_hold_any_more_counts_as_not_set(shop: Services, tmp_path: Path) -> None:
    kept = '{"port": 9000, "public_address": "https://x:99999", "gone": 1}'
    with sqlite3.connect(tmp_path / "data" / "koppler.db") as connection:
        connection.execute("INSERT INTO preference (name, value) VALUES ('receiver', ?)", (kept,))
    connection.close()
    assert await shop.receiver.book.settings() == ReceiverSettings(port=9000)
