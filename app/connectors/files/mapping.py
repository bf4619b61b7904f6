"""Which column holds which field: what the person chose, and for the rest a suggestion from the headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from rapidfuzz import fuzz

from app.connectors.files.fields import FIELDS, NOT_USED, Field, folded, headings_of, labels
from app.connectors.files.settings import Layout
from app.core.errors import ConfigError
from app.core.texts import Text, text

_SIMILAR = 88
"""Of 100: one mistyped letter in a word of eight."""
_SHORTEST_SIMILAR = 5

_LETTER = {Layout.LINE_ITEMS: "l", Layout.ORDERS: "o", Layout.CONTACTS: "c", Layout.PRODUCTS: "p"}
_REQUIRED: Mapping[Layout, tuple[tuple[str, ...], ...]] = {
    Layout.LINE_ITEMS: (("document",), ("date",), ("sku", "name"), ("unit_price", "line_total")),
    Layout.ORDERS: (("document",), ("date",), ("total",)),
    Layout.CONTACTS: (("email", "customer_id"),),
    Layout.PRODUCTS: (("name",),),
}
"""One of each group is needed."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """``confidence`` from 0 to 1; 1 is the person's own choice."""

    field: str
    heading: str
    index: int
    confidence: float


Suggest = Callable[[Field, Sequence[str], set[int]], Assignment | None]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    layout: Layout
    headings: tuple[str, ...]
    assignments: tuple[Assignment, ...]

    def index_of(self, name: str) -> int | None:
        return next((each.index for each in self.assignments if each.field == name), None)

    @property
    def indexes(self) -> dict[str, int]:
        return {each.field: each.index for each in self.assignments}

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Groups of fields of which one is needed and none is mapped."""
        mapped = {each.field for each in self.assignments}
        return tuple(group for group in _REQUIRED[self.layout] if not mapped & set(group))

    @property
    def unused(self) -> tuple[tuple[int, str], ...]:
        """Index and heading of the columns that no field takes."""
        taken = {each.index for each in self.assignments}
        return tuple((index, heading) for index, heading in enumerate(self.headings) if index not in taken)


def suggest_layout(headings: Sequence[str], chosen: Mapping[str, str]) -> Layout:
    """What the headings look like; orders and lines win where a file could be several things.

    Raises ConfigError where a chosen heading is not in the file.
    """
    fits = {layout: map_columns(layout, headings, chosen) for layout in _LETTER}
    order = {each.field for each in fits[Layout.LINE_ITEMS].assignments}
    if "document" in order and "date" in order:
        is_lines = bool(order & {"sku", "name"}) and bool(order & {"unit_price", "line_total", "quantity"})
        return Layout.LINE_ITEMS if is_lines else Layout.ORDERS
    product = {each.field for each in fits[Layout.PRODUCTS].assignments}
    contact = {each.field for each in fits[Layout.CONTACTS].assignments}
    person = contact & {"email", "first_name", "last_name", "birthday", "phone", "postcode", "customer_id", "consent"}
    article = product & {"sku", "ean", "price", "regular_price", "type", "category", "stock", "product_id"}
    if article and "name" in product and len(article) >= len(person):
        return Layout.PRODUCTS
    return Layout.CONTACTS if contact & {"email", "customer_id"} else Layout.LINE_ITEMS


def map_columns(layout: Layout, headings: Sequence[str], chosen: Mapping[str, str]) -> ColumnMap:
    """Raises ConfigError where a chosen heading is not in the file."""
    own = tuple(
        Assignment(name, heading, _index_of(name, heading, headings), 1.0)
        for name, heading in chosen.items()
        if heading != NOT_USED
    )
    taken = {each.index for each in own}
    open_fields = [each for each in FIELDS if _LETTER[layout] in each.layouts and each.name not in chosen]
    found: dict[str, Assignment] = {}
    ways: list[Suggest] = [partial(_exact, 0), partial(_exact, 1), partial(_exact, 2), _similar]
    for suggest in ways:
        for each in open_fields:
            if each.name not in found and (fit := suggest(each, headings, taken)):
                found[each.name] = fit
                taken.add(fit.index)
    return ColumnMap(layout, tuple(headings), own + tuple(found.values()))


def require_columns(columns: ColumnMap) -> None:
    """Raises ConfigError that names the missing fields and the headings at hand."""
    if columns.missing:
        raise ConfigError(
            text("The file has no column for: {fields}.", fields=names_of(columns.missing[0])),
            remedy=text(
                'Name it under "Columns". Headings of the file: {headings}.',
                headings=", ".join(heading for heading in columns.headings if heading) or "-",
            ),
            field="columns",
        )


def names_of(group: Sequence[str]) -> Text:
    names = [label_of(name) for name in group]
    if len(names) == 1:
        return names[0]
    return text("{first} or {second}", first=names[0], second=names[1])


def label_of(name: str) -> Text:
    return labels()[name]


def _index_of(name: str, heading: str, headings: Sequence[str]) -> int:
    for fold in (str, folded):
        wanted = fold(heading)
        for index, each in enumerate(headings):
            if fold(each) == wanted:
                return index
    raise ConfigError(
        text('The file has no column "{heading}" for the field {field}.', heading=heading, field=label_of(name)),
        remedy=text('Correct "Columns". Headings of the file: {headings}.', headings=", ".join(headings)),
        field="columns",
    )


def _exact(depth: int, each: Field, headings: Sequence[str], taken: set[int]) -> Assignment | None:
    at_hand: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if index not in taken and (form := _form(heading, depth)):
            at_hand.setdefault(form, index)
    for rank, wanted in enumerate(headings_of(each)):
        if wanted in at_hand:
            index = at_hand[wanted]
            return Assignment(each.name, headings[index], index, max(0.8, 0.99 - rank / 100))
    return None


def _form(heading: str, depth: int) -> str:
    """The whole heading, or the last one or two steps of a path such as ``order/customer/@id``."""
    steps = heading.split("/")
    if depth == 0:
        return folded(heading)
    size = 3 - depth
    return folded("".join(steps[-size:])) if len(steps) > size else ""


def _similar(each: Field, headings: Sequence[str], taken: set[int]) -> Assignment | None:
    best = max(
        (
            (fuzz.ratio(folded(heading), wanted), -index)
            for index, heading in enumerate(headings)
            if index not in taken and len(folded(heading)) >= _SHORTEST_SIMILAR
            for wanted in headings_of(each)
            if len(wanted) >= _SHORTEST_SIMILAR
        ),
        default=(0.0, 0),
    )
    if best[0] < _SIMILAR:
        return None
    index = -best[1]
    return Assignment(each.name, headings[index], index, round(best[0] / 100 * 0.8, 2))
