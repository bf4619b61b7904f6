"""The engine at work on the bench server, with the real ledger on a disk or with none."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from app.core.events import Emit, RunMode, RunState, discard, now
from app.core.ledger import RunRecord
from app.core.records import Kind
from app.engine.job import Job, Route
from app.engine.life import RunResult
from app.engine.ports import KeyedHash, LedgerPort, RunsPort
from app.engine.run import Engine
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace
from app.sdk.redaction import Redactor
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.hashes import load_keyed_hash
from app.storage.ledger import Ledger
from app.storage.runs import Runs
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Sample
from tests.benchmarks.shop import BenchSource, BenchTarget
from tests.engine.memory import MemoryLedger, MemoryRuns, keyed_hash

UNLIMITED = 1_000_000.0
TOKEN = "bench-token-0123456789"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Books:
    """The engine's ports."""

    ledger: LedgerPort
    runs: RunsPort
    keyed_hash: KeyedHash


@asynccontextmanager
async def database_on_disk(bench: Bench) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        folder = DataFolder(stack.enter_context(bench.data_folder()))
        folder.prepare()
        database = Database(folder.database, Backups(folder.backups))
        stack.push_async_callback(database.close)
        await database.open()
        yield database


@asynccontextmanager
async def books_on_disk(bench: Bench) -> AsyncIterator[Books]:
    async with database_on_disk(bench) as database:
        yield Books(Ledger(database), Runs(database), await load_keyed_hash(database))


@asynccontextmanager
async def books_in_memory(_: Bench) -> AsyncIterator[Books]:
    ledger = MemoryLedger()
    yield Books(ledger, MemoryRuns(ledger), keyed_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the engine is to do. ``size`` 1: one request per record."""

    records: int
    size: int = 1
    parallel: int = 4
    per_second: float = UNLIMITED
    looks_up: bool = False


@asynccontextmanager
async def clients(bench: Bench, work: Work, emit: Emit = discard) -> AsyncIterator[tuple[HttpClient, HttpClient]]:
    """Of the source and of the target."""
    source_pace = Pace(per_second=UNLIMITED, parallel=4)
    target_pace = Pace(per_second=work.per_second, parallel=work.parallel)
    options = HttpOptions(headers={"Authorization": f"Bearer {TOKEN}"})
    redactor = Redactor([TOKEN])
    address = bench.server.address
    async with (
        HttpClient(address, pace=source_pace, options=options, redactor=redactor, emit=emit) as source,
        HttpClient(address, pace=target_pace, options=options, redactor=redactor, emit=emit) as target,
    ):
        yield source, target


def job_of(source: HttpClient, target: HttpClient, work: Work) -> Job:
    moment = now()
    route = Route(
        kind=Kind.ORDERS,
        source=BenchSource(source, work.records),
        target=BenchTarget(target, size=work.size, looks_up=work.looks_up),
        http=target,
        source_account="shop",
        target_account="target",
        terms=b"bench",
    )
    run = RunRecord(
        id=f"run-{next(_numbers)}",
        integration="bench",
        mode=RunMode.HISTORICAL,
        state=RunState.RUNNING,
        started_at=moment,
        until=moment,
        kinds=(Kind.ORDERS,),
    )
    return Job(run=run, routes=(route,))


async def run_engine(books: Books, job: Job, emit: Emit = discard) -> RunResult:
    engine = Engine(job, ledger=books.ledger, runs=books.runs, keyed_hash=books.keyed_hash, emit=emit)
    return await engine.run()


async def engine_sample(bench: Bench, work: Work, *, has_ledger: bool = True, is_profiled: bool = True) -> Sample:
    """One historical import into an empty folder, checked: all sent, none twice, the balance adds up."""
    books_of = books_on_disk if has_ledger else books_in_memory
    watch = bench.stopwatch(is_profiled=is_profiled)
    async with books_of(bench) as books, clients(bench, work) as (source, target):
        job = job_of(source, target, work)
        with watch.running():
            result = await run_engine(books, job)
    stats = await bench.stats()
    check(result, stats, work.records)
    return watch.sample(work.records, server=stats)


class WrongResultError(Exception):
    """A benchmark that does not do its work measures nothing."""


def check(result: RunResult, stats: dict[str, int], records: int) -> None:
    read, settled = result.balance.total.read, result.balance.total.settled
    is_right = result.is_finished and read == settled == records == stats["records"] and not stats["repeated"]
    if not is_right:
        raise WrongResultError(f"{result.run.message} {result.run.remedy} read {read} of {records}, server: {stats}")
