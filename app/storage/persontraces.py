"""Where a person's traces lie in one database file: the folder's own, or a backup of any age.

The ledger holds no address: its entries are found over the keyed hash, with the key of the very file. From an order
number one comes to the person over the hashes that the order shares with their other records.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from app.core.addresses import masked_email
from app.core.person import AskedBy, PersonWords, Traces
from app.core.records import Kind
from app.storage.entries import unpacked
from app.storage.hashes import FolderHash, hash_of_words, keyed_hash_in
from app.storage.tablesearch import CONFIGURED, Columns, Treatment, columns_of, treatment_of

FUNCTION = "koppler_traces"
_CHUNK = 100
"""SQLite before 3.32 takes 999 parameters at most, and expressions 1,000 levels."""
_OF_PEOPLE = (Kind.OPT_OUTS, Kind.BOUNCES, Kind.CONTACTS, Kind.ORDERS, Kind.CARTS)
_URL_SIGNS = str.maketrans(dict.fromkeys("/?&=,:;+ ", "\n"))


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the ledger that is about the person."""

    integration: str
    kind: str
    key: str
    target_id: str = ""
    hashes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What one database holds about the person: rows by table, and the person's entries."""

    rows: Mapping[str, int] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    hashes: frozenset[bytes] = frozenset()
    """Of the person's addresses, in this file's own key."""

    @property
    def count(self) -> int:
        return sum(self.rows.values())


class PersonSearch:
    """For one open connection; everything blocks for reading the whole file once."""

    def __init__(self, connection: sqlite3.Connection, person: PersonWords) -> None:
        self._connection = connection
        self._person = person
        self._hash = keyed_hash_in(connection)
        self._tables = columns_of(connection)
        self.places, self.hashes = self._whose()
        self.traces = Traces(person, self._is_theirs)
        self._keys: dict[tuple[str, str], set[str]] = {}
        for place in self.places:
            self._keys.setdefault((place.integration, place.key), set()).add(place.kind)
        self._names = {each for place in self.places for each in (place.key, place.target_id) if each}
        if person.asked_by is AskedBy.NUMBER:
            self._names |= {person.words, person.spelt}
        self._masked = masked_email(person.words) if person.asked_by is AskedBy.EMAIL else ""

    def find(self) -> Found:
        rows = {name: count for name in self._tables if (count := self._count(name))}
        return Found(rows, self.places, self.hashes)

    def matches(self, table: str) -> tuple[str, Callable[..., bool], Columns]:
        """The SQL condition for rows with traces, the function it calls, and the columns given to it."""
        columns = self._tables[table]
        own: Mapping[Treatment, Callable[..., bool]] = {
            Treatment.ENTRY: self._is_entry,
            Treatment.INTENT: self._is_intent,
            Treatment.LINE: self._is_line,
            Treatment.BOX: self._is_box,
        }
        judge = own.get(treatment_of(table), self._is_text)
        if self._is_left_out(table):
            judge = self._is_nothing
        return f"{FUNCTION}({', '.join(columns)})", judge, columns

    def names(self) -> frozenset[str]:
        """Ids of the person's records, in source and target."""
        return frozenset(self._names)

    def is_of_person(self, integration: str, kind: str, key: str) -> bool:
        return kind in self._keys.get((integration, key), ())

    def tables(self) -> Mapping[str, Columns]:
        return self._tables

    def keyed(self) -> FolderHash | None:
        return self._hash

    # Judging rows ----------------------------------------------------------------------------------------------------

    def _count(self, table: str) -> int:
        condition, judge, _columns = self.matches(table)
        with judging(self._connection, judge):
            query = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608 - names of our own tables
            return int(self._connection.execute(query).fetchone()[0])

    def _is_text(self, *values: object) -> bool:
        words = [each for each in values if isinstance(each, str) and each]
        # No sign that may stand between two names: they must not be found across two columns.
        together = "\0".join(words)
        if not self.traces.may_be_in(together):
            return False
        if self.traces.are_in(together):
            return True
        return any(each[0] in "{[" and self.traces.are_in_json(each) for each in words)

    def _is_left_out(self, table: str) -> bool:
        return self._person.asked_by is AskedBy.NUMBER and table in CONFIGURED

    def _is_nothing(self, *_values: object) -> bool:
        return False

    def _is_entry(self, integration: str, kind: str, key: str, *rest: str) -> bool:
        if self.is_of_person(integration, kind, key):
            return True
        if not self.traces.may_be_in("\0".join((key, *rest))):
            return False
        return self.is_named(key) or self._is_text(*rest)

    def is_named(self, *ids: str) -> bool:
        """Ids that are the person's own words. A number alone is none: another kind of record may have the same."""
        return self._person.asked_by is not AskedBy.NUMBER and self.traces.are_in("\0".join(ids))

    def _is_intent(self, integration: str, kind: str, keys: str) -> bool:
        return any(self.is_of_person(integration, kind, key) or self.is_named(key) for key in json.loads(keys))

    def _is_box(self, people: bytes) -> bool:
        """A name leads to no box: only addresses and numbers stand beside them."""
        if self._hash is None:
            return False
        return not {hash_of_words(self._hash, self._person.words), *self.hashes}.isdisjoint(unpacked(people))

    def _is_line(self, integration: str, key: str, event: str, *rest: object) -> bool:
        kinds = self._keys.get((integration, key), ())
        if any(f'"kind":"{kind}"' in event for kind in kinds):
            return True
        if self._masked and self._masked in event:
            return True
        if event.startswith('{"request":') and self._names and self._is_request(event):
            return True
        return self._is_text(key, event, *rest)

    def _is_request(self, event: str) -> bool:
        """A request names records in its address."""
        address = event.partition('"url":"')[2].partition('"')[0]
        return not self._names.isdisjoint(unquote(address).translate(_URL_SIGNS).splitlines())

    # Whose entries ---------------------------------------------------------------------------------------------------

    def _whose(self) -> tuple[tuple[Place, ...], frozenset[bytes]]:
        if self._hash is None or "entry" not in self._tables or self._person.asked_by is AskedBy.NAME:
            return (), frozenset()
        asked = hash_of_words(self._hash, self._person.words)
        direct = tuple(self._entries_with([asked]))
        if self._person.asked_by is AskedBy.EMAIL:
            return direct, frozenset({asked})
        orders = [each for each in direct if each.kind in {Kind.ORDERS, Kind.CARTS}]
        theirs = {each for order in orders for each in self._addresses(order)} - {asked}
        others = [each for each in self._entries_with(sorted(theirs)) if theirs.intersection(self._addresses(each))]
        return tuple(
            {(each.integration, each.kind, each.key): each for each in (*orders, *others)}.values()
        ), frozenset(theirs)

    def _addresses(self, place: Place) -> set[bytes]:
        """An entry's own id is hashed as well, and another kind of record may have the same one."""
        return set(place.hashes) - {hash_of_words(self._hash, place.key)} if self._hash else set()

    def _entries_with(self, hashes: Sequence[bytes]) -> Iterator[Place]:
        kinds = ", ".join(f"'{kind.value}'" for kind in _OF_PEOPLE)
        for start in range(0, len(hashes), _CHUNK):
            chunk = hashes[start : start + _CHUNK]
            condition = " OR ".join(["instr(search, ?) > 0"] * len(chunk))
            query = (
                "SELECT integration, kind, key, target_id, search FROM entry "  # noqa: S608 - values are bound
                f"WHERE kind IN ({kinds}) AND ({condition})"
            )
            for integration, kind, key, target_id, search in self._connection.execute(query, chunk):
                found = unpacked(search)
                if not set(chunk).isdisjoint(found):
                    yield Place(integration, kind, key, target_id, found)

    def _is_theirs(self, address: str) -> bool:
        return self._hash is not None and bool(self.hashes) and self._hashed(address) in self.hashes

    def _hashed(self, address: str) -> bytes:
        return hash_of_words(self._hash, address) if self._hash else b""


@contextmanager
def judging(connection: sqlite3.Connection, judge: Callable[..., bool]) -> Iterator[None]:
    """A Python function as ``koppler_traces`` in the SQL of one connection."""
    connection.create_function(FUNCTION, -1, judge)
    try:
        yield
    finally:
        connection.create_function(FUNCTION, -1, None)
