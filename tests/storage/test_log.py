from datetime import UTC, datetime, timedelta
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path

import pytest

from app.core import texts
from app.core.errors import StorageError
from app.core.events import Level, LogEvent, RequestEvent, now
from app.core.records import Kind
from app.core.texts import ntext, text, verbatim
from app.sdk.redaction import Redactor
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.log import LogFilter, LogStore


@pytest.fixture
def log(database: Database) -> LogStore:
    return LogStore(database)


def event(message="Working", level: Level = Level.INFO, **changes) -> LogEvent:
    return LogEvent(level=level, message=verbatim(message) if isinstance(message, str) else message, **changes)


def request(**changes) -> RequestEvent:
    values = {"method": "GET", "url": "https://shop.example/a", "status": 200, "duration_ms": 1.5}
    return RequestEvent(**{**values, "sent_bytes": 0, "received_bytes": 12, **changes})


async def messages(log: LogStore, chosen: LogFilter) -> list[str]:
    return [str(row.event.message) for row in await log.query(chosen) if isinstance(row.event, LogEvent)]


async def test_events_come_back_as_they_were_written(log: LogStore) -> None:
    full = LogEvent(
        level=Level.WARNING,
        message=ntext(
            "{count} order: {inner}, {amount}",
            "{count} orders: {inner}, {amount}",
            3,
            inner=text("from {when}", when=datetime(2026, 1, 2, tzinfo=UTC)),
            amount=Decimal("1.50"),
            nothing=None,
        ),
        account="a",
        integration="i",
        run_id="r",
        kind=Kind.ORDERS,
        key="10{0}7",
        facts={"field": "größe"},
    )
    exchange = request(account="a", attempt=2, error="cut off")
    await log.append([full, exchange])
    newest, oldest = await log.query()
    assert (oldest.event, newest.event) == (full, exchange)
    assert await log.details(oldest.id) == oldest
    assert await log.details(10**9) is None


async def test_pages_go_back_in_time_without_gaps(log: LogStore) -> None:
    await log.append([event(str(number)) for number in range(25)])
    seen: list[str] = []
    before = None
    while page := await log.query(before=before, limit=10):
        seen += [str(row.event.message) for row in page if isinstance(row.event, LogEvent)]
        before = page[-1].id
    assert seen == [str(number) for number in reversed(range(25))]


async def test_lines_are_chosen_by_level_run_key_and_words(log: LogStore) -> None:
    await log.append(
        [
            event("Größe 100% sent", Level.OK, run_id="r1", key="7", integration="i"),
            event("1000 refused", Level.ERROR, run_id="r2", key="8", account="a", facts={"field": "Postleitzahl"}),
            request(),
        ]
    )
    assert await messages(log, LogFilter(levels=[Level.ERROR])) == ["1000 refused"]
    assert await messages(log, LogFilter(run_id="r1")) == ["Größe 100% sent"]
    assert await messages(log, LogFilter(key="8")) == await messages(log, LogFilter(account="a")) == ["1000 refused"]
    assert await messages(log, LogFilter(words="GRÖSSE")) == ["Größe 100% sent"]
    assert await messages(log, LogFilter(words="100%")) == ["Größe 100% sent"]
    assert await messages(log, LogFilter(words="postleit")) == ["1000 refused"]
    assert len(await log.query(LogFilter(has_requests=False))) == 2
    assert len(await log.query(LogFilter(words="shop.example"))) == 1
    assert await log.query(LogFilter(since=now() + timedelta(hours=1))) == ()


async def test_old_lines_are_found_in_the_language_of_today(log: LogStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await log.append([event(text("Everything is done, {who}.", who="x")), event("Something else")])

    class German(NullTranslations):
        def gettext(self, message: str) -> str:
            return message.replace("Everything is done", "Alles ist erledigt")

    monkeypatch.setattr(texts._Catalogue, "translations", German())
    assert await messages(log, LogFilter(words="alles ist")) == ["Alles ist erledigt, x."]


async def test_a_secret_that_slipped_into_an_event_is_not_written(log: LogStore, database: Database) -> None:
    guarded = LogStore(database, Redactor(["canary-123"]))
    await guarded.append(
        [
            event(text("Token {token}", token="canary-123"), key="canary-123", facts={"a": "canary-123"}),
            event("canary-123"),
            request(url="https://x/?t=canary-123", error="canary-123"),
        ]
    )
    rows = await database.read(
        lambda c: [*c.execute("SELECT * FROM log_line"), *c.execute("SELECT * FROM log_template")]
    )
    assert "canary-123" not in str(rows)


async def test_expired_lines_are_gone_from_every_file(log: LogStore, database: Database, folder: DataFolder) -> None:
    old = now() - timedelta(days=15)
    await log.append([event("early-bird-name", at=old, facts={"who": "early-bird-fact"}) for _ in range(300)])
    await log.append([event("still here")])
    await database.back_up()
    assert await log.expire(14) == 300
    assert await messages(log, LogFilter()) == ["still here"]
    contents = b"".join(path.read_bytes() for path in folder.root.rglob("*") if path.is_file())
    assert b"early-bird" not in contents
    assert b"still here" in contents


@pytest.mark.parametrize("days", [0, 91])
async def test_the_log_lives_from_1_to_90_days(log: LogStore, days: int) -> None:
    with pytest.raises(ValueError, match=str(days)):
        await log.expire(days)


async def test_a_report_tells_the_story_in_order(log: LogStore, tmp_path: Path) -> None:
    await log.append([event(f"line {number}", key="7", facts={"field": "a\nb"}) for number in range(2_001)])
    await log.append([request(status=500, error="cut off")])
    path = tmp_path / "report.txt"
    assert await log.save_report(path) == 2_002
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2_002
    assert "Info  line 0 | 7 | field: a b" in lines[0]
    assert "GET https://shop.example/a → 500 cut off" in lines[-1]
    assert not path.with_name("report.txt.partial").exists()


async def test_a_report_that_cannot_be_written_says_so(log: LogStore, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"missing.*cannot be written"):
        await log.save_report(tmp_path / "missing" / "report.txt")
