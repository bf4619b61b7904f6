"""The live log, kept for some days: written in batches, read in pages, saved as a report."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.addresses import masked_words
from app.core.errors import StorageError
from app.core.events import Event, Level, LogEvent, RequestEvent, now
from app.sdk.redaction import Redactor
from app.services.bus import EventBus
from app.storage.expiry import Expiry
from app.storage.log import LogFilter, LogRow, LogStore
from app.storage.preferences import Preferences

_INTERVAL_S = 0.25
_FIRST_EXPIRY_S, _EXPIRY_CHECK_S = 5.0, 600.0
_EXPIRY_INTERVAL = timedelta(hours=6)
_EXPIRED_AT = "expired_at"
_LOG = logging.getLogger(__name__)


class Log:
    """Listens to the bus from ``open`` to ``aclose``."""

    def __init__(self, store: LogStore, preferences: Preferences, bus: EventBus, expiry: Expiry) -> None:
        self._store = store
        self._expiry = expiry
        self._preferences = preferences
        self._waiting: list[LogEvent | RequestEvent] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._unsubscribe = bus.subscribe(self._collect)

    async def open(self) -> None:
        """Begins to write, and a little later to remove what has expired: looking through everything must not hold up
        the first request of a run."""
        self._tasks = [
            asyncio.create_task(self._write_regularly(), name="log"),
            asyncio.create_task(self._expire_regularly(), name="expiry"),
        ]

    async def aclose(self) -> None:
        self._unsubscribe()
        self._stopping.set()
        await asyncio.gather(*self._tasks)
        await self.flush()
        await self._expire_when_due()

    async def query(
        self,
        levels: Collection[Level] = (),
        text: str = "",
        run_id: str = "",
        limit: int = 200,
        before: int | None = None,
        *,
        integration: str = "",
        has_requests: bool = True,
    ) -> Sequence[LogRow]:
        """Newest first; the next page begins ``before`` the last id of this one."""
        await self.flush()
        chosen = LogFilter(levels=levels, words=text, run_id=run_id, integration=integration, has_requests=has_requests)
        return await self._store.query(chosen, before=before, limit=limit)

    async def details(self, line_id: int) -> Mapping[str, str]:
        """What a click on a line shows; empty when it has expired."""
        row = await self._store.details(line_id)
        if row is None:
            return {}
        event = row.event
        if isinstance(event, RequestEvent):
            return {
                "method": event.method,
                "address": event.url,
                "status": str(event.status or ""),
                "duration_ms": f"{event.duration_ms:.0f}",
                "sent_bytes": str(event.sent_bytes),
                "received_bytes": str(event.received_bytes),
                "attempt": str(event.attempt),
                "error": event.error,
            }
        return {"message": str(event.message), "key": event.key, **event.facts}

    async def save_report(
        self, path: str | Path, *, levels: Collection[Level] = (), text: str = "", run_id: str = ""
    ) -> int:
        """As text in the person's language, addresses masked; returns the number of lines. Raises StorageError."""
        await self.flush()
        return await self._store.save_report(Path(path), LogFilter(levels=levels, words=text, run_id=run_id))

    async def clear_expired(self) -> int:
        """Also details of runs, and what backups hold of both; returns the number of lines."""
        return await self._expiry.expire(await self._preferences.log_days())

    def _collect(self, event: Event) -> None:
        if isinstance(event, LogEvent | RequestEvent):
            self._waiting.append(event)

    async def _write_regularly(self) -> None:
        while not await self._is_stopping_within(_INTERVAL_S):
            await self.flush()

    async def _expire_regularly(self) -> None:
        """A window may stay open for weeks."""
        wait_s = _FIRST_EXPIRY_S
        while not await self._is_stopping_within(wait_s):
            await self._expire_when_due()
            wait_s = _EXPIRY_CHECK_S

    async def _expire_when_due(self) -> None:
        """Four times a day, however often the program is started."""
        try:
            before = await self._preferences.get(_EXPIRED_AT)
            if isinstance(before, str) and timedelta(0) <= now() - _moment(before) < _EXPIRY_INTERVAL:
                return
            await self.clear_expired()
            await self._preferences.set(_EXPIRED_AT, now().isoformat())
        except StorageError as error:  # a full disk is told by what needs it; the next round tries again
            _LOG.info("expired lines could not be removed: %s", error.detail)

    async def _is_stopping_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    async def flush(self) -> None:
        """Writes what waits; a disk that refuses costs log lines, nothing else."""
        batch, self._waiting = self._waiting, []
        try:
            await self._store.append(batch)
        except StorageError as error:  # a full disk stops the run through the ledger; the log must not hide that
            _LOG.info("%d log lines were lost: %s", len(batch), error.detail)


def _moment(words: str) -> datetime:
    """The beginning of time for what cannot be read: then it is due."""
    try:
        return datetime.fromisoformat(words).astimezone(UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


class LogRedaction:
    """Secrets by value, people by their address."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, words: str) -> str:
        return masked_words(self._redactor(words))
