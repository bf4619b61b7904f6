"""What a system sends of its own accord: pushes to an address of the person's.

The receiver keeps a push durably before it answers; a source then reads the pushes of a time frame like everything
else, so a repeated push, a crash or a second integration changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl

from app.core.records import Kind
from app.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One request as it arrived. Header names are lower-case; ``query`` is the raw text behind the question mark."""

    method: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """Query and form body decoded as UTF-8, in order, empty values kept. A body that is no form has none."""
        is_form = "urlencoded" in self.headers.get("content-type", "")
        form = self.body.decode("utf-8", errors="replace") if is_form else ""
        return [pair for part in (self.query, form) for pair in parse_qsl(part, keep_blank_values=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the vendor wants to hear."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """``key`` is equal for repeats of the same push, which are answered and kept once. Without ``kinds`` nothing is
    kept: a test, or an event that concerns nobody. ``people`` are the e-mail addresses and order numbers in it, kept as
    keyed hashes so that one person's pushes can be found and erased."""

    reply: Reply = Reply()
    key: str = ""
    kinds: tuple[Kind, ...] = ()
    people: tuple[str, ...] = field(default=(), repr=False)
    words: Text = Text("")
    """For the log: what arrived, without personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Not genuine or not readable; nothing of it is kept."""

    reply: Reply
    words: Text
    """For the log: why, without personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receives:
    kinds: tuple[Kind, ...]
    accept: Callable[[Any, Push], Accepted | Declined]
    """With the account's settings and their secrets; pure. It proves that the push is genuine."""
    help: Text
    """Where the address is entered in the other system."""
    kept_for: timedelta = timedelta(days=14)
    """At least as long as the vendor repeats a push."""
    secrets: tuple[str, ...] = ()
    """Settings that prove pushes and nothing else: no sign-in can tell that one of them is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPush:
    """``at`` is the moment of its first arrival, aware, UTC."""

    id: str
    at: datetime
    push: Push


class Inbox(Protocol):
    async def pushes(self, *, since: datetime | None, until: datetime) -> Sequence[SavedPush]:
        """Those kept that arrived at or after ``since`` and before ``until``, oldest first. Raises StorageError."""
        ...


class _NoInbox:
    async def pushes(self, *, since: datetime | None, until: datetime) -> Sequence[SavedPush]:
        del since, until
        return ()


EMPTY_INBOX: Inbox = _NoInbox()
"""For accounts whose system pushes nothing."""
