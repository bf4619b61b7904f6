"""XML, read piece by piece through a parser that refuses entities, external references and deep nesting.

A record is the element that repeats below the root. Its leaves and attributes become columns named by their path
(``order/customer/email``, ``order/@id``); where it holds a repeating element, such as the items of an order, each
becomes a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from app.connectors.files.excel_table import forbidden_xml
from app.connectors.files.intake import cannot_open
from app.connectors.files.settings import FileFormat, FileSettings
from app.connectors.files.table import Row, Traits
from app.core.errors import ConfigError
from app.core.texts import text

_BLOCK_BYTES = 65_536
_DEEPEST = 40
_MOST_ELEMENTS_OF_A_RECORD = 50_000
_SAMPLE_RECORDS = 200


@dataclass(slots=True)
class Node:
    tag: str
    line: int
    words: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    @property
    def is_leaf(self) -> bool:
        return not self.children

    @property
    def value(self) -> str:
        return "".join(self.words).strip()


@dataclass(frozen=True, slots=True)
class XmlTable:
    path: Path
    record: str
    records_at_hand: tuple[str, ...]
    item: tuple[str, ...]
    """Path of the repeating element inside a record; empty where each record is one row."""
    headings: tuple[str, ...]

    @property
    def traits(self) -> Traits:
        return Traits(format=FileFormat.XML, record_element=self.record, record_elements=self.records_at_hand)

    def rows(self) -> Iterator[Row]:
        for node in _records(self.path, self.record):
            for line, columns in _flat_rows(node, self.item):
                row = Row(line, tuple(columns.get(heading, "") for heading in self.headings))
                if not row.is_empty:
                    yield row


def open_xml(path: Path, settings: FileSettings) -> XmlTable:
    """Raises ConfigError where nothing repeats, or for XML that is malformed or dangerous."""
    found = _repeating(path)
    record = settings.record_element or (found[0] if found else "")
    sample = list(islice(_records(path, record), _SAMPLE_RECORDS)) if record else []
    if not sample:
        raise ConfigError(
            text('The file "{name}" has no element that stands for a record.', name=path.name),
            remedy=text("Elements of the file: {elements}.", elements=", ".join(found) or "-"),
            field="record_element",
        )
    item = _item_path(sample)
    headings: dict[str, None] = {}
    for node in sample:
        for _, columns in _flat_rows(node, item):
            headings.update(dict.fromkeys(columns))
    return XmlTable(path, record, found, item, tuple(headings))


def _flat_rows(node: Node, item: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    items = _at(node, item) if item else []
    outer = _flat(node, f"{node.tag}/", item)
    if not items:
        yield node.line, outer
    for each in items:
        yield each.line, {**outer, **_flat(each, "/".join((node.tag, *item)) + "/", ())}


def _flat(node: Node, prefix: str, without: tuple[str, ...]) -> dict[str, str]:
    """Path to text. Of several leaves with one name the first counts, as of several pictures."""
    columns = {f"{prefix}@{name}": value for name, value in node.attributes.items()}
    if node.is_leaf and node.value:
        columns[prefix.rstrip("/")] = node.value
    for child in node.children:
        if without == (child.tag,):
            continue
        below = without[1:] if without[:1] == (child.tag,) else ()
        path = f"{prefix}{child.tag}"
        found = {path: child.value} if child.is_leaf else {}
        found |= {f"{path}/@{name}": value for name, value in child.attributes.items()}
        if not child.is_leaf:
            found |= _flat(child, path + "/", below)
        for name, value in found.items():
            columns.setdefault(name, value)
    return columns


def _at(node: Node, path: tuple[str, ...]) -> list[Node]:
    nodes = [node]
    for tag in path:
        nodes = [child for each in nodes for child in each.children if child.tag == tag]
    return nodes


def _item_path(sample: list[Node]) -> tuple[str, ...]:
    """The outermost element with parts of its own that some record holds more than once."""
    counts: Counter[tuple[str, ...]] = Counter()
    for node in sample:
        counts.update(_repeated_paths(node, ()))
    return min(counts, key=lambda path: (len(path), -counts[path])) if counts else ()


def _repeated_paths(node: Node, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    times = Counter(child.tag for child in node.children if not child.is_leaf or len(child.attributes) > 1)
    for tag, count in times.items():
        if count > 1:
            yield (*path, tag)
    for child in node.children:
        if times[child.tag] == 1:
            yield from _repeated_paths(child, (*path, child.tag))


class _Collector(ContentHandler):
    """Builds one record at a time; ``done`` is drained by the reader."""

    def __init__(self, record: str) -> None:
        super().__init__()
        self.done: list[Node] = []
        self._record = record
        self._open: list[Node] = []
        self._elements = 0
        self.line: Callable[[], int] = lambda: 0
        """Where the parser stands; its own locator is not offered to handlers that are fed."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        tag = _local(name)
        if not self._open and tag != self._record:
            return
        self._elements += 1
        if len(self._open) >= _DEEPEST or self._elements > _MOST_ELEMENTS_OF_A_RECORD:
            raise SAXException("nested too deeply or too large")
        attributes = {_local(key): value for key, value in attrs.items() if not key.startswith("xmlns")}
        node = Node(tag, self.line(), attributes=attributes)
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].words.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        if not self._open:
            return
        node = self._open.pop()
        if not self._open:
            self._elements = 0
            self.done.append(node)


class _Shape(ContentHandler):
    """Counts which elements with parts repeat, by depth."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[tuple[int, str]] = Counter()
        self._path: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        if len(self._path) >= _DEEPEST:
            raise SAXException("nested too deeply")
        tag = _local(name)
        if self._path:
            self.counts[(len(self._path), tag)] += 1
        self._path.append(tag)

    def endElement(self, name: str) -> None:  # noqa: N802
        self._path.pop()


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _repeating(path: Path) -> tuple[str, ...]:
    """Elements that occur more than once, the outermost first; the only child of the root where none repeats."""
    shape = _Shape()
    for _ in _feed(path, shape, most_blocks=64):
        pass
    ranked = sorted(shape.counts.items(), key=lambda pair: (pair[0][0], -pair[1]))
    repeated = [tag for (_, tag), count in ranked if count > 1]
    return tuple(dict.fromkeys(repeated or [tag for (depth, tag), _ in ranked if depth == 1]))


def _records(path: Path, record: str) -> Iterator[Node]:
    collector = _Collector(record)
    for _ in _feed(path, collector):
        yield from collector.done
        collector.done.clear()
    yield from collector.done


def _feed(path: Path, handler: ContentHandler, most_blocks: int | None = None) -> Iterator[None]:
    parser: Any = DefusedExpatParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    parser.setContentHandler(handler)
    if isinstance(handler, _Collector):
        handler.line = parser.getLineNumber
    try:
        with path.open("rb") as stream:
            blocks = 0
            while (block := stream.read(_BLOCK_BYTES)) and (most_blocks is None or blocks < most_blocks):
                parser.feed(block)
                blocks += 1
                yield
            if not block:
                parser.close()
                yield
    except DefusedXmlException as error:
        raise forbidden_xml(path, error) from error
    except SAXParseException as error:
        raise ConfigError(
            text('The file "{name}" is no well-formed XML: line {line}.', name=path.name, line=error.getLineNumber()),
            remedy=text("Export it again; nothing was read."),
            field="path",
            detail=str(error.getMessage()),
        ) from error
    except (SAXException, LookupError, ValueError) as error:
        raise ConfigError(
            text('The XML of "{name}" is nested too deeply, too large or of unknown encoding.', name=path.name),
            remedy=text("Choose another element as the record, or export the file as CSV."),
            field="record_element",
            detail=type(error).__name__,
        ) from error
    except OSError as error:
        raise cannot_open(path, error) from error
