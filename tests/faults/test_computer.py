"""What happens to the computer itself, at every step of a run: disk, database, clock, sleep, network, the person."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.events import ProgressEvent, RunState
from app.engine.life import RunResult
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.hashes import load_keyed_hash
from tests.faults.bench import CALM, Bench, everyday, opened
from tests.faults.test_matrix import STEPS
from tests.faults.toxics import Act, Exchange, first, resetting, swallowing
from tests.sdk.test_network_check import certificate, tls_server

SHOWN = {RunState.FINISHED, RunState.WAITING, RunState.PAUSED, RunState.STOPPED}


@asynccontextmanager
async def at_step(folder: Path, step: str, event: Callable[[Bench], object], **more: object) -> AsyncIterator[Bench]:
    """The event happens while the request of this step is on its way; the request itself is answered."""
    system, method, path, skip = STEPS[step]
    async with opened(folder, **more) as bench:  # type: ignore[arg-type]
        bench.options = CALM
        toxic = bench.proxies[system].add(first(lambda: event(bench)), method=method, path=path, skip=skip)
        yield bench
        assert toxic.hits, "the step never came"


def assert_told(result: RunResult) -> None:
    assert result.run.state in SHOWN, f"{result.run.state}: {result.run.message} {result.error!r}"
    assert result.run.message
    is_left = result.run.state in {RunState.WAITING, RunState.PAUSED}
    assert result.run.remedy or not is_left, f"no next step after: {result.run.message}"


def some_steps(number: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("step", everyday(STEPS, number, starting_at=number))


# Disk and database ----------------------------------------------------------------------------------------------------


@some_steps(3)
async def test_a_disk_that_fills_up_pauses_the_run(step: str, tmp_path: Path) -> None:
    system, method, path, skip = STEPS[step]
    async with opened(tmp_path) as bench:
        bench.options = CALM
        bench.proxies[system].add(_filling(bench), method=method, path=path, skip=skip)
        result = await bench.run()
        assert_told(result)
        assert result.run.state is RunState.PAUSED
        assert "The disk is full" in result.run.message
        await bench.database.write(_make_room)
        bench.mend()
        await _after_restart(bench)
        await bench.finish()
        await bench.prove_once()


def _filling(bench: Bench) -> Act:
    async def act(exchange: Exchange) -> None:
        await bench.database.write(_leave_no_room)
        await exchange.send(await exchange.forward())

    return act


def _leave_no_room(connection: sqlite3.Connection) -> None:
    """No page more than the file has now, and whatever is written needs one: SQLite answers SQLITE_FULL, as it does
    when the disk has no room."""
    connection.execute("CREATE TABLE filler (content BLOB)")
    for table in _tables(connection):
        for deed in ("INSERT", "UPDATE"):
            filling = "BEGIN INSERT INTO filler VALUES (zeroblob(100000)); END"
            connection.execute(f"CREATE TRIGGER fill_{table}_{deed} AFTER {deed} ON {table} {filling}")
    connection.execute("PRAGMA max_page_count = 1")


def _make_room(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA max_page_count = 4294967294")
    for table in _tables(connection):
        for deed in ("INSERT", "UPDATE"):
            connection.execute(f"DROP TRIGGER IF EXISTS fill_{table}_{deed}")
    connection.execute("DROP TABLE filler")


def _tables(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return [name for (name,) in names if name != "filler"]


async def _after_restart(bench: Bench) -> None:
    """What the program does when it starts: runs that were cut off can be continued."""
    await bench.book.mark_interrupted()


@some_steps(2)
async def test_a_database_that_another_program_holds_pauses_the_run(step: str, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "koppler.db", isolation_level=None, check_same_thread=False)

    def hold(_: Bench) -> None:
        holder.execute("BEGIN IMMEDIATE")

    async with at_step(tmp_path, step, hold, busy_timeout_s=0.05) as bench:
        result = await bench.run()
        assert_told(result)
        assert "Another program holds the database" in result.run.message
        holder.execute("ROLLBACK")
        holder.close()
        bench.mend()
        await _after_restart(bench)
        await bench.finish()
        await bench.prove_once()


async def test_a_short_look_of_another_program_is_waited_out(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "koppler.db", isolation_level=None, check_same_thread=False)

    def hold(_: Bench) -> None:
        holder.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.2, holder.execute, "ROLLBACK")

    async with at_step(tmp_path, "first write", hold, busy_timeout_s=30) as bench:
        assert (await bench.run()).is_finished
        holder.close()
        bench.mend()
        await bench.prove_once()


@some_steps(3)
async def test_a_database_damaged_in_the_middle_is_replaced_by_its_backup_and_nothing_doubles(
    step: str, tmp_path: Path
) -> None:
    async with at_step(tmp_path, step, _damage) as bench:
        await bench.database.back_up()
        result = await bench.run()
        assert_told(result)
        await bench.database.close()
        fresh = Database(bench.database.path, Backups(tmp_path / "backups"))
        newest = Backups(tmp_path / "backups").newest()
        assert newest is not None
        await fresh.restore(newest)
        bench.database = fresh
        try:
            bench.keyed_hash = await load_keyed_hash(fresh)
            bench.mend()
            await _after_restart(bench)
            await bench.run()
            await bench.finish()
            await bench.prove_once()
        finally:
            await fresh.close()


def _damage(bench: Bench) -> None:
    for path in (bench.database.path, bench.database.path.with_name(bench.database.path.name + "-wal")):
        if path.exists():
            with path.open("r+b") as file:
                size = path.stat().st_size
                for place in range(100, size, 512):
                    file.seek(place)
                    file.write(b"\xff" * 200)


# Clock ----------------------------------------------------------------------------------------------------------------


@some_steps(2)
@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_jumps_changes_nothing(
    step: str, hours: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Jumped(datetime):
        @classmethod
        def now(cls, tz: object = UTC) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return datetime.now(UTC) + timedelta(hours=hours)

    async with at_step(tmp_path, step, lambda _: monkeypatch.setattr("app.core.events.datetime", Jumped)) as bench:
        assert (await bench.run()).is_finished
        bench.mend()
        await bench.prove_once()
        monkeypatch.undo()
        await bench.prove_once()


async def test_a_clock_to_which_certificates_have_expired_is_named(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench, tls_server(tmp_path, certificate(ends=-1)) as address:
        plain, bench.proxies["kiosk"].address = bench.proxies["kiosk"].address, address
        result = await bench.run()
        assert result.run.state is RunState.PAUSED
        assert "date and time of this computer" in result.run.remedy
        bench.proxies["kiosk"].address = plain
        bench.mend()
        await bench.finish()
        await bench.prove_once()


# Sleep and network ----------------------------------------------------------------------------------------------------


@some_steps(3)
async def test_a_computer_that_slept_for_an_hour_goes_on(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every timer is due at once, and every connection is dead."""

    def sleep(bench: Bench) -> None:
        loop = asyncio.get_running_loop()
        usual = loop.time
        monkeypatch.setattr(loop, "time", lambda: usual() + 3600)
        for proxy in bench.proxies.values():
            proxy.reset_all()

    async with at_step(tmp_path, step, sleep) as bench:
        bench.patience = bench.patience.__class__((0, 0))
        result = await bench.run()
        assert_told(result)
        bench.mend()
        await bench.finish()
        await bench.prove_once()


@some_steps(3)
async def test_a_changed_network_goes_on_with_the_same_run(step: str, tmp_path: Path) -> None:
    """All connections are reset, nothing can be reached for a moment, then everything can."""
    coming: list[asyncio.Task[None]] = []

    def change(bench: Bench) -> None:
        coming.extend(asyncio.create_task(_away(proxy)) for proxy in bench.proxies.values())

    async with at_step(tmp_path, step, change) as bench:
        bench.patience = bench.patience.__class__((0.05, 0.1, 0.2))
        result = await bench.run()
        await asyncio.gather(*coming)
        assert_told(result)
        bench.mend()
        await bench.finish()
        await bench.prove_once()


async def _away(proxy: object) -> None:
    await proxy.vanish()  # type: ignore[attr-defined]
    await asyncio.sleep(0.03)
    await proxy.start()  # type: ignore[attr-defined]


@some_steps(3)
async def test_a_name_that_is_gone_waits_and_is_found_again(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = socket.getaddrinfo

    def gone(host: object, *rest: object, **more: object) -> object:
        if host in {"localhost", b"localhost"}:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return usual(host, *rest, **more)  # type: ignore[arg-type]

    def lose(bench: Bench) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", gone)
        for proxy in bench.proxies.values():
            proxy.reset_all()

    async with at_step(tmp_path, step, lose) as bench:
        for proxy in bench.proxies.values():
            proxy.address = proxy.address.replace("127.0.0.1", "localhost")
        result = await bench.run()
        assert result.run.state is RunState.WAITING
        assert "cannot be reached" in result.run.message
        assert "internet connection" in result.run.remedy
        monkeypatch.undo()
        bench.mend()
        await bench.finish()
        await bench.prove_once()


# The person -----------------------------------------------------------------------------------------------------------


@some_steps(3)
async def test_stopping_is_obeyed_at_every_step(step: str, tmp_path: Path) -> None:
    async with at_step(tmp_path, step, lambda bench: bench.control.stop()) as bench:
        result = await bench.run()
        assert result.run.state in {RunState.STOPPED, RunState.FINISHED}
        assert result.balance.balances
        bench.mend()
        await bench.finish()
        await bench.prove_once()


@some_steps(3)
async def test_the_program_may_end_at_every_step(step: str, tmp_path: Path) -> None:
    async with at_step(tmp_path, step, lambda _: running.cancel()) as bench:
        running = asyncio.create_task(bench.run())
        await asyncio.wait({running})
        assert running.cancelled()
        bench.mend()
        await bench.finish()
        await bench.prove_once()


@some_steps(3)
async def test_stopping_does_not_wait_for_a_server_that_keeps_silent(step: str, tmp_path: Path) -> None:
    system, method, path, skip = STEPS[step]
    async with opened(tmp_path) as bench, asyncio.timeout(30):
        bench.options = CALM  # a minute of patience with every answer
        bench.patience = bench.patience.__class__((), stop_s=0.05)

        def stop_soon() -> None:
            asyncio.get_running_loop().call_soon(bench.control.stop)

        silence = first(stop_soon, swallowing(after=True))
        bench.proxies[system].add(silence, method=method, path=path, skip=skip, times=-1)
        result = await bench.run()
        assert result.run.state is RunState.STOPPED
        told = [str(event.waiting_for) for event in bench.events if isinstance(event, ProgressEvent)]
        assert "What is under way is still being answered; then the run stops." in told
        assert result.balance.balances
        bench.mend()
        await bench.finish()
        await bench.prove_once()


async def test_stopping_does_not_wait_for_the_vendor_s_limit(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench, asyncio.timeout(30):
        bench.options = CALM
        bench.patience = bench.patience.__class__((600,), stop_s=0.05)
        bench.proxies["depot"].add(
            first(lambda: asyncio.get_running_loop().call_later(0.05, bench.control.stop), resetting(after=False)),
            method="GET",
            path="/items",
            times=-1,
        )
        result = await bench.run()
        assert result.run.state is RunState.STOPPED
        bench.mend()
        await bench.finish()
        await bench.prove_once()
