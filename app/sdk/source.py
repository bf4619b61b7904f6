"""Reading: pages of records, each with the place to continue from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.core.records import Kind, Record, Unreadable
from app.core.rules import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """``since`` None reads everything, else what changed at or after that moment; it reaches back already by the
    overlap and by the granularity that the manifest names, so no source widens it again. ``until`` freezes the upper
    end at the start of the run, so that reading ends although the shop goes on selling. Both aware. ``cursor``
    continues after the page that carried it."""

    kind: Kind
    until: datetime
    since: datetime | None = None
    cursor: str | None = None
    limit: int | None = None
    """The caller needs no more than this many records: read small pages."""


@dataclass(frozen=True, slots=True)
class Page:
    """``cursor`` is opaque to everybody but its source and is stored in the checkpoint: JSON text, no personal data."""

    records: Sequence[Record | Unreadable]
    cursor: str


class Source(Protocol):
    """One opened account as a source. Methods raise AppError only."""

    def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        """Every record of the kind once, as far as the vendor permits; a repeat is harmless, an omission is not."""
        ...

    def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        """The named records again, for retry, trial and look-up. Ids that vanished come as ``Deletion``."""
        ...

    async def count(self, request: ReadRequest) -> int | None:
        """How many records ``read`` will bring, or None where the vendor cannot say."""
        ...

    def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        """Every id that exists now, for finding deletions; only for kinds whose manifest says ``sweeps``."""
        ...


@runtime_checkable
class Screens(Protocol):
    """A source whose own options leave records out: products, languages, events. What it reads is complete, so that the
    run can count and name what stays out."""

    def screen(self, record: Record) -> Refusal | None:
        """Why this record stays out; asked after the common rules. Pure."""
        ...
