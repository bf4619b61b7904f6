"""What a form can offer for a field while the person fills it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from zoneinfo import available_timezones

from app.connectors.files.detection import head_of, open_file
from app.connectors.files.mapping import label_of
from app.connectors.files.settings import (
    DATE_ORDER_NAMES,
    DECIMAL_NAMES,
    DELIMITER_NAMES,
    LAYOUT_NAMES,
    Delimiter,
    FileSettings,
    zone_here,
)
from app.connectors.files.survey import cell_of
from app.connectors.files.values import STATUS_OF_WORD
from app.core.texts import text
from app.sdk.target import Suggestion

_MOST_WORDS = 50
_MOST_ROWS = 100_000


def suggestions_for(name: str, settings: FileSettings) -> Sequence[Suggestion]:
    """Empty for a name without suggestions. Raises ConfigError where the file cannot be read."""
    suggest = _BY_NAME.get(name)
    return suggest(settings) if suggest else ()


def _columns(settings: FileSettings) -> Sequence[Suggestion]:
    """Headings, with the field that each would be read as."""
    table, columns = head_of(settings.model_copy(update={"columns": {}}))
    field_of = {each.index: each for each in columns.assignments}
    return [
        Suggestion(heading, _heading_label(heading, field_of[index].field) if index in field_of else heading)
        for index, heading in enumerate(table.headings)
        if heading
    ]


def suggested_columns(settings: FileSettings) -> Mapping[str, str]:
    """Our field to heading, for filling the table at once."""
    _, columns = head_of(settings.model_copy(update={"columns": {}}))
    return {each.field: each.heading for each in columns.assignments}


def _heading_label(heading: str, name: str) -> str:
    return str(text("{heading}: {field}", heading=heading, field=label_of(name)))


def _sheets(settings: FileSettings) -> Sequence[Suggestion]:
    table, _ = head_of(settings.model_copy(update={"sheet": "", "columns": {}}))
    return [Suggestion(each, each) for each in table.traits.sheets]


def _record_elements(settings: FileSettings) -> Sequence[Suggestion]:
    table, _ = head_of(settings.model_copy(update={"record_element": "", "columns": {}}))
    return [Suggestion(each, each) for each in table.traits.record_elements]


def _delimiter(settings: FileSettings) -> Sequence[Suggestion]:
    table, _ = head_of(settings)
    known = {each.character: each for each in Delimiter if each is not Delimiter.AUTO}
    found = known.get(table.traits.delimiter)
    return [Suggestion(found.value, str(DELIMITER_NAMES[found.value]))] if found else ()


def _encoding(settings: FileSettings) -> Sequence[Suggestion]:
    found = head_of(settings)[0].traits.encoding.removesuffix("-sig")
    return [Suggestion(found, found)] if found else ()


def _layout(settings: FileSettings) -> Sequence[Suggestion]:
    found = head_of(settings)[1].layout.value
    return [Suggestion(found, str(LAYOUT_NAMES[found]))]


def _decimal_mark(settings: FileSettings) -> Sequence[Suggestion]:
    found = open_file(settings).detected.decimal_mark.value
    return [Suggestion(found, str(DECIMAL_NAMES[found]))]


def _date_order(settings: FileSettings) -> Sequence[Suggestion]:
    found = open_file(settings).detected.date_order.value
    return [Suggestion(found, str(DATE_ORDER_NAMES[found]))]


def _time_zones(_: FileSettings) -> Sequence[Suggestion]:
    """This computer's zone first: most shops are where their owner is."""
    here = zone_here()
    zones = [zone for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith(("Etc/", "posix"))]
    ordered = [here, *(zone for zone in zones if zone != here)]
    return [Suggestion(zone, zone.replace("_", " ")) for zone in ordered]


def _statuses(settings: FileSettings) -> Sequence[Suggestion]:
    """Words of the status column that are not understood yet."""
    table, columns = head_of(settings)
    known = {word.casefold() for word in settings.statuses} | set(STATUS_OF_WORD)
    words: dict[str, None] = {}
    for row in islice(table.rows(), _MOST_ROWS):
        word = cell_of(row, columns.indexes, "status")
        if word and word.casefold() not in known and len(words) < _MOST_WORDS:
            words[word] = None
    return [Suggestion(word, word) for word in words]


_BY_NAME: Mapping[str, Callable[[FileSettings], Sequence[Suggestion]]] = {
    "columns": _columns,
    "sheet": _sheets,
    "record_element": _record_elements,
    "delimiter": _delimiter,
    "encoding": _encoding,
    "layout": _layout,
    "decimal_mark": _decimal_mark,
    "date_order": _date_order,
    "time_zone": _time_zones,
    "statuses": _statuses,
}
