"""Finding the target's number of a product: by SKU, by EAN, then by a similar name that a person confirms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.configuration import Match, ProductRow
from app.core.records import Product

ALL_PRODUCTS = "*"
_LEAST_PERCENT = 70
_MOST_CANDIDATES = 400


def is_waiting_for_confirmation(row: ProductRow) -> bool:
    """A similar name is only proposed: it is sent when a person has confirmed it."""
    return row.match is Match.NAME and bool(row.number)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """The target's products, indexed. What two products share finds neither."""

    by_sku: Mapping[str, str]
    by_ean: Mapping[str, str]
    names: Sequence[str]
    ids: Sequence[str]
    by_word: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, products: Sequence[Product]) -> _Catalogue:
        from rapidfuzz import utils  # late: only matching has use for it

        names = [utils.default_process(each.name) for each in products]
        by_word: defaultdict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(names):
            for word in set(name.split()):
                by_word[word].append(place)
        return cls(
            _unambiguous((_code(sku), each.id) for each in products for sku in _skus(each)),
            _unambiguous((_code(ean), each.id) for each in products for ean in _eans(each)),
            names,
            [each.id for each in products],
            by_word,
        )

    def similar(self, name: str) -> tuple[str, int] | None:
        """The number of the most similar name and its percentage; None where nothing is alike or two are equally so."""
        from rapidfuzz import fuzz, process, utils

        wanted = utils.default_process(name)
        candidates = self._candidates(wanted)
        if not candidates:
            return None
        found = process.extract(
            wanted,
            {place: self.names[place] for place in candidates},
            scorer=fuzz.token_sort_ratio,
            score_cutoff=_LEAST_PERCENT,
            limit=2,
        )
        if not found or (len(found) == 2 and found[0][1] == found[1][1]):
            return None
        return self.ids[found[0][2]], int(found[0][1])

    def _candidates(self, name: str) -> list[int]:
        """Products that share a word, rare words first: comparing everything with everything would take hours."""
        words = sorted((word for word in set(name.split()) if word in self.by_word), key=lambda w: len(self.by_word[w]))
        found: dict[int, None] = {}
        for word in words:
            found.update(dict.fromkeys(self.by_word[word][:_MOST_CANDIDATES]))
            if len(found) >= _MOST_CANDIDATES:
                break
        return list(found)


def matched(rows: Sequence[ProductRow], products: Sequence[Product]) -> tuple[ProductRow, ...]:
    """Fills rows without a number; numbers that are there stay. CPU-bound: call it in a thread."""
    catalogue = _Catalogue.of(products)
    return tuple(_with_match(row, catalogue) for row in rows)


def _with_match(row: ProductRow, catalogue: _Catalogue) -> ProductRow:
    if row.number or row.key == ALL_PRODUCTS:
        return row
    if number := catalogue.by_sku.get(_code(row.sku or row.key)):
        return replace(row, number=number, match=Match.SKU, confidence=100)
    if row.ean and (number := catalogue.by_ean.get(_code(row.ean))):
        return replace(row, number=number, match=Match.EAN, confidence=100)
    if row.name and (similar := catalogue.similar(row.name)):
        return replace(row, number=similar[0], match=Match.NAME, confidence=similar[1])
    return row


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code, number in pairs:
        if code:
            found[code].add(number)
    return {code: next(iter(numbers)) for code, numbers in found.items() if len(numbers) == 1}


def _code(raw: str) -> str:
    return raw.strip().casefold()


def _skus(product: Product) -> Iterator[str]:
    yield product.sku
    yield from (variant.sku for variant in product.variants)


def _eans(product: Product) -> Iterator[str]:
    yield product.ean
    yield from (variant.ean for variant in product.variants)
