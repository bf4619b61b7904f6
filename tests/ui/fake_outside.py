"""What comes from outside and goes out beside runs: pushes, handouts, mails, feeds, work by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.errors import AppError
from app.core.records import Kind
from app.sdk.handouts import Handout
from app.sdk.settings import parse, plain_values
from app.services.coverage import Covered
from app.services.estimates import Estimate
from app.services.feeds import Feed
from app.services.mailing.account import MailAccount
from app.services.receiving.receiver import PushView
from app.services.receiving.settings import ReceiverSettings
from app.services.worklist import ToDo


@dataclass
class FakeReceiverBook:
    kept: ReceiverSettings = field(default_factory=ReceiverSettings)

    async def settings(self) -> ReceiverSettings:
        return self.kept

    async def save(self, settings: ReceiverSettings) -> None:
        self.kept = settings


@dataclass
class FakeReceiver:
    book: FakeReceiverBook = field(default_factory=FakeReceiverBook)
    address: str = ""
    refusal: AppError | None = None
    proofs: int = 0
    pushes: list[PushView] = field(default_factory=list)
    replayed: list[tuple[str, str]] = field(default_factory=list)

    async def start_if_wanted(self) -> None:
        if self.book.kept.is_on:
            self.address = f"http://127.0.0.1:{self.book.kept.port}"

    async def stop(self) -> None:
        self.address = ""

    async def prove(self) -> None:
        self.proofs += 1
        if self.refusal is not None:
            raise self.refusal

    async def kept(self, account: str) -> Sequence[PushView]:
        return tuple(self.pushes)

    async def replay(self, account: str, number: str) -> None:
        self.replayed.append((account, number))


@dataclass
class FakeMailBook:
    kept: dict[str, Any] = field(default_factory=dict)
    password: str = ""

    async def settings(self) -> Mapping[str, Any]:
        return self.kept

    async def has_password(self) -> bool:
        return bool(self.password)

    async def save(self, given: Mapping[str, object]) -> MailAccount:
        account = parse(MailAccount, given)
        self.kept = plain_values(account)
        self.password = str(given.get("password") or self.password)
        return account

    async def forget(self) -> None:
        self.kept, self.password = {}, ""


@dataclass
class FakeMailing:
    book: FakeMailBook = field(default_factory=FakeMailBook)
    refusal: AppError | None = None
    tried: list[tuple[Mapping[str, object], str]] = field(default_factory=list)

    async def try_out(self, given: Mapping[str, object], to: str) -> None:
        parse(MailAccount, given)
        self.tried.append((given, to))
        if self.refusal is not None:
            raise self.refusal

    async def flush(self) -> None:
        return


@dataclass
class FakeHandouts:
    found: tuple[Handout, ...] = ()

    async def has_any(self, account: str) -> bool:
        return bool(self.found)

    async def of(self, account: str) -> Sequence[Handout]:
        return self.found


@dataclass
class FakeFeeds:
    feed: Feed = field(
        default_factory=lambda: Feed(
            content=b"<?xml version='1.0'?><rss/>",
            made_at=datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
            address="",
            products=1,
        )
    )
    made: list[str] = field(default_factory=list)
    saved: list[object] = field(default_factory=list)

    async def make(self, key: str) -> Feed:
        self.made.append(key)
        return self.feed

    async def save(self, key: str, path: object) -> None:
        self.saved.append(path)

    async def kept(self, key: str) -> Feed | None:
        return self.feed if key in self.made else None


@dataclass
class FakeEstimates:
    estimate: Estimate = field(
        default_factory=lambda: Estimate(
            covered=(Covered(kind=Kind.ORDERS, count=158),),
            requests=120,
            duration=timedelta(hours=2),
            is_slowed=True,
        )
    )

    async def of(self, key: str, since: object = None, kinds: object = None) -> Estimate:
        return self.estimate


@dataclass
class FakeWorklist:
    waiting: list[ToDo] = field(default_factory=list)
    exported: list[object] = field(default_factory=list)

    async def count(self, key: str) -> int:
        return len(self.waiting)

    async def list(self, key: str) -> Sequence[ToDo]:
        return tuple(self.waiting)

    async def done(self, key: str, chosen: Mapping[Kind, Sequence[str]] | None = None) -> int:
        before = len(self.waiting)
        gone = {name for names in chosen.values() for name in names} if chosen is not None else None
        self.waiting = [each for each in self.waiting if gone is not None and each.key not in gone]
        return before - len(self.waiting)

    async def export(self, key: str, path: object) -> int:
        self.exported.append(path)
        return len(self.waiting)
