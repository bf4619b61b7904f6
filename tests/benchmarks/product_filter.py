"""How long the product mapping takes to filter: `python -m tests.benchmarks.product_filter [ROWS]`.

Measures the real item model as the page drives it, and Qt's own proxy over the same model for comparison. Prints
milliseconds; fails where the slowest filter takes more than 50.
"""

import os
import random
import statistics
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QRegularExpression, QSortFilterProxyModel

from app.core.configuration import Match, ProductRow
from app.core.texts import text
from app.sdk.manifest import ProductNumbers
from app.ui.pages.products.rows import ProductRows, RowState
from app.ui.pages.products.table import ProductColumn, ProductTable

_ROUNDS = 15
_MOST_MS = 50
_WORDS = ("Tee", "Becher", "Kräuter", "Morgentau", "Sencha", "Teller", "weiß", "groß", "Geschenk", "Dose", "Löffel")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def sample(count: int) -> ProductRows:
    rng = random.Random(7)
    rows = []
    for number in range(count):
        is_mapped = rng.random() < 0.9
        name = " ".join(rng.choices(_WORDS, k=4)) + f" {number % 500} g"
        rows.append(
            ProductRow(
                key=f"SKU-{number:06d}",
                sku=f"SKU-{number:06d}",
                ean=f"40{number:011d}",
                name=name,
                number=str(10_000 + number) if is_mapped else "",
                match=rng.choice((Match.SKU, Match.NAME)) if is_mapped else Match.NONE,
                confidence=90,
            )
        )
    return ProductRows(rows, ProductNumbers(label=text("Number"), pattern=r"\d+"))


def milliseconds(work: object, rounds: int = _ROUNDS) -> list[float]:
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()  # type: ignore[operator]
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def main(count: int) -> int:
    application = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    rows = sample(count)
    table = ProductTable("Shop", "Number")
    table.show_rows(rows)
    cases = {
        "one word": lambda: table.choose("kräuter", None),
        "two words": lambda: table.choose("kräuter sencha", None),
        "a number": lambda: table.choose("0042", None),
        "nothing fits": lambda: table.choose("zzzz", None),
        "unmapped": lambda: table.choose("", RowState.UNMAPPED),
        "word, unmapped": lambda: table.choose("teller", RowState.UNMAPPED),
        "everything": lambda: table.choose("", None),
    }
    say(f"{count:,} rows, {_ROUNDS} rounds each")
    slowest = 0.0
    for name, work in cases.items():
        taken = milliseconds(work)
        slowest = max(slowest, *taken)
        say(
            f"  {name:16} median {statistics.median(taken):6.1f} ms   slowest {max(taken):6.1f} ms"
            f"   {table.rowCount():,} rows"
        )
    proxy = QSortFilterProxyModel()
    proxy.setSourceModel(table)
    proxy.setFilterKeyColumn(ProductColumn.NAME)
    usual = QRegularExpression.PatternOption.CaseInsensitiveOption

    def filter_proxy() -> None:
        proxy.setFilterRegularExpression(QRegularExpression("kräuter", usual))
        proxy.rowCount()  # the proxy works when it is asked

    taken = milliseconds(filter_proxy, rounds=1)
    own = statistics.median(milliseconds(cases["one word"]))
    say(f"  Qt's proxy model {taken[0]:14.0f} ms   {taken[0] / own:.0f} times as long")
    del application
    say(f"slowest: {slowest:.1f} ms, {'ok' if slowest < _MOST_MS else f'more than {_MOST_MS} ms'}")
    return 0 if slowest < _MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
