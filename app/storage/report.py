"""The log as a text file, for reading and for support."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from app.core.events import Level, RequestEvent
from app.core.texts import Text, text
from app.storage.flushing import flush
from app.storage.logjson import LoggedEvent
from app.storage.replacing import write_error

_LEVELS: Mapping[Level, Text] = {
    Level.DEBUG: text("Detail"),
    Level.INFO: text("Info"),
    Level.OK: text("Done"),
    Level.WARNING: text("Warning"),
    Level.ERROR: text("Error"),
}


def report_line(event: LoggedEvent) -> str:
    """With the computer's own time and its distance from UTC; line breaks inside become spaces."""
    moment = event.at.astimezone().isoformat(sep=" ", timespec="seconds")
    if isinstance(event, RequestEvent):
        facts = [event.account, f"{event.duration_ms:.0f} ms", f"↑ {event.sent_bytes} B", f"↓ {event.received_bytes} B"]
        words = f"{event.method} {event.url} → {event.status} {event.error}".rstrip()
        level = Level.DEBUG
    else:
        facts = [event.integration or event.account, event.key, *(f"{n}: {v}" for n, v in event.facts.items())]
        words, level = str(event.message), event.level
    line = " | ".join((f"{moment}  {_LEVELS[level]}  {words}", *filter(None, facts)))
    return " ".join(line.splitlines())


async def write_report(path: Path, lines: AsyncIterator[str]) -> int:
    """Raises StorageError; an existing file is replaced only by a complete one."""
    partial = path.with_name(path.name + ".partial")
    count, waiting = 0, ["\ufeff"]  # the mark lets Windows' own editor see that this is UTF-8
    try:
        await asyncio.to_thread(partial.write_text, "", encoding="utf-8")
        async for line in lines:
            count += 1
            waiting.append(line + "\n")
            if len(waiting) >= 1_000:
                await asyncio.to_thread(_append, partial, waiting)
                waiting = []
        await asyncio.to_thread(_append, partial, waiting)
        await asyncio.to_thread(flush, partial)
        await asyncio.to_thread(partial.replace, path)
    except OSError as error:
        raise write_error(error, path) from error
    finally:
        await asyncio.to_thread(partial.unlink, missing_ok=True)
    return count


def _append(path: Path, lines: list[str]) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.writelines(lines)
