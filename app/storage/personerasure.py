"""Erasing a person from one database file. Within the caller's transaction: all of it, or nothing."""

from __future__ import annotations

import json
import sqlite3

from app.core.person import PersonWords, Traces
from app.storage.persontraces import Found, PersonSearch, judging
from app.storage.rows import as_json
from app.storage.tablesearch import Treatment, treatment_of


def erase_person(connection: sqlite3.Connection, person: PersonWords) -> Found:
    """Returns what was found beforehand. What remains of it in free pages is the caller's to scrub."""
    search = PersonSearch(connection, person)
    found = search.find()
    erasure = _Erasure(connection, search)
    # Patterns first: a line of a pattern with traces goes with it.
    for table in sorted(found.rows, key=lambda name: treatment_of(name) is not Treatment.PATTERN):
        erasure.clear(table)
    if "log_line" in search.tables():
        erasure.drop_unused_patterns()
    return found


class _Erasure:
    def __init__(self, connection: sqlite3.Connection, search: PersonSearch) -> None:
        self._connection = connection
        self._search = search

    def clear(self, table: str) -> None:
        match treatment_of(table):
            case Treatment.ENTRY:
                self._clear_entries(table)
            case Treatment.INTENT:
                self._clear_intents(table)
            case Treatment.PATTERN:
                self._matching("DELETE FROM log_line WHERE template IN (SELECT id FROM log_template WHERE {})", table)
                self._matching("DELETE FROM log_template WHERE {}", table)
            case Treatment.SETTING:
                for column in self._search.tables()[table]:
                    self._blank(table, column)
            case Treatment.MARK:
                self._matching("UPDATE flow_mark SET cursor = NULL, read = 0 WHERE {}", table)
            case Treatment.PRODUCT:
                self._blank(table, "name")
                self._matching("DELETE FROM product WHERE {}", table)
            case Treatment.LINE | Treatment.BOX | Treatment.ROW:
                self._matching(f'DELETE FROM "{table}" WHERE {{}}', table)  # noqa: S608 - names of our own

    def drop_unused_patterns(self) -> None:
        """A pattern may hold words of its own, and nobody shows it any more."""
        self._connection.execute("DELETE FROM log_template WHERE id NOT IN (SELECT template FROM log_line)")

    def _clear_entries(self, table: str) -> None:
        """One look through the table; what was found is then changed by its key."""
        columns = self._search.tables()[table]
        ids = [column for column in ("key", "target_id") if column in columns]
        texts = [column for column in ("place", "message") if column in columns]
        condition, judge, _columns = self._search.matches(table)
        with judging(self._connection, judge):
            query = f'SELECT DISTINCT integration, kind, {", ".join(ids)} FROM "{table}" WHERE {condition}'  # noqa: S608
            found = self._connection.execute(query).fetchall()
        place = "integration = ? AND kind = ? AND key = ?"
        for integration, kind, *own in found:
            values = (integration, kind, own[0])
            if self._search.is_of_person(*values) or self._search.is_named(*own):
                self._connection.execute(f'DELETE FROM "{table}" WHERE {place}', values)  # noqa: S608
                continue
            for column in texts:
                self._blank(table, column, f"{place} AND ", values)

    def _clear_intents(self, table: str) -> None:
        query = f'SELECT id, integration, kind, keys FROM "{table}"'  # noqa: S608 - names of our own
        for number, integration, kind, keys in self._connection.execute(query).fetchall():
            before = json.loads(keys)
            after = [
                key
                for key in before
                if not self._search.is_of_person(integration, kind, key) and not self._search.is_named(key)
            ]
            if not after:
                self._connection.execute(f'DELETE FROM "{table}" WHERE id = ?', (number,))  # noqa: S608
            elif after != before:
                values = (json.dumps(after), number)
                self._connection.execute(f'UPDATE "{table}" SET keys = ? WHERE id = ?', values)  # noqa: S608

    def _blank(self, table: str, column: str, among: str = "", values: tuple[str, ...] = ()) -> None:
        """``among`` narrows the rows."""
        traces = self._search.traces
        with judging(self._connection, lambda words: bool(words) and traces.are_in_json(str(words))):
            query = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE {among}koppler_traces("{column}")'  # noqa: S608
            found = self._connection.execute(query, values).fetchall()
        cleaned = [(_cleaned(traces, words), *values, words) for (words,) in found]
        query = f'UPDATE "{table}" SET "{column}" = ? WHERE {among}"{column}" = ?'  # noqa: S608 - names of our own
        self._connection.executemany(query, cleaned)

    def _matching(self, statement: str, table: str) -> None:
        condition, judge, _columns = self._search.matches(table)
        with judging(self._connection, judge):
            self._connection.execute(statement.format(condition))


def _cleaned(traces: Traces, words: str) -> str:
    if words[:1] in {"{", "["}:
        try:
            return as_json(traces.blanked_in(json.loads(words)))
        except ValueError:  # text that only looks like JSON
            pass
    return traces.blanked(words)
