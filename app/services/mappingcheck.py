"""What is wrong with a product mapping before anything is sent."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.configuration import ProductRow
from app.core.texts import Text, text
from app.sdk.manifest import ProductNumbers
from app.services.matching import ALL_PRODUCTS, is_waiting_for_confirmation


@dataclass(frozen=True, slots=True)
class MappingProblems:
    """Keys of rows. ``doubled``: their number stands at another product too; ``invalid``: the target takes no such
    number."""

    unmapped: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    is_required: bool = False

    @property
    def blocks(self) -> bool:
        """A run would hold records back: it must not start."""
        return bool(self.invalid) or (self.is_required and bool(self.unmapped))


def mapping_problems(rows: Sequence[ProductRow], numbers: ProductNumbers | None) -> MappingProblems:
    """Nothing is wrong where the target needs no numbers."""
    if numbers is None:
        return MappingProblems()
    has_default = any(row.key == ALL_PRODUCTS and row.number for row in rows)
    products = [row for row in rows if row.key != ALL_PRODUCTS]
    sent = [row for row in products if row.number and not is_waiting_for_confirmation(row)]
    unmapped = () if has_default else tuple(row.key for row in products if row not in sent)
    if not has_default and not products:
        unmapped = (ALL_PRODUCTS,)
    return MappingProblems(
        unmapped=unmapped,
        doubled=tuple(sorted(_doubled(products))),
        invalid=tuple(row.key for row in rows if row.number and not is_allowed(row.number, numbers)),
        unconfirmed=tuple(row.key for row in products if is_waiting_for_confirmation(row)),
        is_required=numbers.is_required,
    )


def row_problems(rows: Sequence[ProductRow], numbers: ProductNumbers | None) -> Mapping[str, Text]:
    """A text for each row that needs a look, by key."""
    found: dict[str, Text] = {}
    seen: set[str] = set()
    doubled = _doubled([row for row in rows if row.key != ALL_PRODUCTS])
    for row in rows:
        if not row.key:
            found[row.key] = text("This row has no SKU and no product number of the source.")
        elif row.key in seen:
            found[row.key] = text("This product stands in the table twice.")
        elif row.number and numbers is not None and not is_allowed(row.number, numbers):
            words = numbers.pattern_words or text("This does not have the expected form.")
            found[row.key] = text('"{number}" is not allowed: {rule}', number=row.number, rule=words)
        elif row.key in doubled:
            others = ", ".join(sorted(doubled[row.key])[:3])
            found[row.key] = text("{others} has the same number {number}.", others=others, number=row.number)
        elif is_waiting_for_confirmation(row):
            found[row.key] = text(
                "Found by a similar name ({percent} %): confirm or correct it.", percent=row.confidence
            )
        seen.add(row.key)
    return found


def is_allowed(number: str, numbers: ProductNumbers) -> bool:
    return not numbers.pattern or re.fullmatch(numbers.pattern, number) is not None


def _doubled(rows: Iterable[ProductRow]) -> dict[str, set[str]]:
    """Keys whose number stands at other keys too, with those others."""
    by_number: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.number:
            by_number[row.number].add(row.key)
    return {key: keys - {key} for keys in by_number.values() if len(keys) > 1 for key in keys}
