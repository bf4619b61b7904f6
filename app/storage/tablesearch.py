"""Which columns of which tables may hold words about a person, and what becomes of a row when the person is erased.

A table that is not named here is searched in all its columns, and its rows with traces are deleted: forgetting to name
a new one costs convenience, never privacy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from enum import Enum, auto

Columns = tuple[str, ...]


class Treatment(Enum):
    ENTRY = auto()
    """One record: deleted where it is the person's, else only cleared of words about them."""
    INTENT = auto()
    """Keys of records under way: the person's are taken out."""
    LINE = auto()
    """A line of the log: deleted, also where only the masked address fits."""
    PATTERN = auto()
    """The pattern of log lines: deleted with its lines."""
    SETTING = auto()
    """The words are blanked, the row stays."""
    MARK = auto()
    """A place reached: forgotten, so that reading begins anew there."""
    PRODUCT = auto()
    """The name is blanked; a row whose numbers are the words is deleted."""
    BOX = auto()
    """Sealed words with keyed hashes of the people in them: deleted over the hash."""
    ROW = auto()
    """Deleted."""


_KNOWN: Mapping[str, tuple[Treatment, Columns]] = {
    "entry": (Treatment.ENTRY, ("integration", "kind", "key", "target_id", "place", "message")),
    "entry_search": (Treatment.ENTRY, ("integration", "kind", "key")),
    "past_outcome": (Treatment.ENTRY, ("integration", "kind", "key", "message")),
    "under_way": (Treatment.INTENT, ("integration", "kind", "keys")),
    "log_line": (Treatment.LINE, ("integration", "key", "event", "words")),
    "log_template": (Treatment.PATTERN, ("message",)),
    "run": (Treatment.SETTING, ("message", "remedy")),
    "flow_mark": (Treatment.MARK, ("cursor",)),
    "account": (Treatment.SETTING, ("title", "settings", "api_address")),
    "integration": (Treatment.SETTING, ("title", "options", "fields")),
    "preference": (Treatment.SETTING, ("value",)),
    "product": (Treatment.PRODUCT, ("name", "key", "sku", "ean", "number")),
    "box": (Treatment.BOX, ("people",)),
    "practice": (Treatment.ROW, ("snapshot",)),
}
CONFIGURED = frozenset({"account", "integration", "preference", "product"})
"""What the shop's owner entered: digits there are no order numbers."""
_IMPERSONAL = frozenset({"identity", "vault", "secret", "watermark", "erased_mark"})
"""Random keys, sealed secrets, times, one-way marks."""


def treatment_of(table: str) -> Treatment:
    return _KNOWN[table][0] if table in _KNOWN else Treatment.ROW


def columns_of(connection: sqlite3.Connection) -> Mapping[str, Columns]:
    """The columns to be searched of every table that this file has, whatever its age."""
    found: dict[str, Columns] = {}
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in sorted(names):
        if name in _IMPERSONAL or name.startswith("sqlite_"):
            continue
        there = tuple(row[1] for row in connection.execute(f'PRAGMA table_info("{name}")'))
        wanted = _KNOWN[name][1] if name in _KNOWN else there
        found[name] = tuple(column for column in wanted if column in there)
    return found
