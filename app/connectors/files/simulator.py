"""A practice account for files: a generated export on disk. There is nothing to talk to, so the program behind it
answers every address with "not found"."""

from __future__ import annotations

import csv
import io
import random
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import platformdirs
from starlette.applications import Starlette

from app.core.errors import StorageError
from app.core.texts import text
from app.sdk.simulator import Simulator

_HEADINGS = (
    *("Bestellnummer", "Bestelldatum", "Kundennummer", "E-Mail", "Vorname", "Nachname", "PLZ", "Ort", "Land"),
    *("Newsletter", "Artikelnummer", "Bezeichnung", "Menge", "Einzelpreis"),
)
_PEOPLE = (
    ("Jörg", "Müller", "80331", "München", "Deutschland"),
    ("Łucja", "Wiśniewska", "00-001", "Warszawa", "Polska"),
    ("Émilie", "Dupont", "75001", "Paris", "Frankreich"),
    ("Anna", "Groß", "01067", "Dresden", "Deutschland"),
    ("Paweł", "Żak", "30-002", "Kraków", "Polska"),
    ("Sarah", "O'Neill", "D02 X285", "Dublin", "Irland"),
)
_ARTICLES = (
    ("00017", "Teelicht, weiß", "1.25"),
    ("85123A", "Herzanhänger", "2.55"),
    ("22423", "Etagere, 3 Etagen", "12.75"),
    ("84879", "Vogel aus Holz", "1.69"),
    ("20725", 'Tasche "Punkte"', "4.95"),
)
_FIRST_ORDER = datetime(2026, 1, 5, 9, 30)  # noqa: DTZ001 - the shop's clock, as an export writes it


def simulate(records: int) -> Simulator:
    """The same file for the same number of orders, on every computer."""
    content = practice_export(records)
    path = _keep(f"practice-orders-{records}.csv", content)
    return Simulator(
        "files",
        Starlette(),
        settings={
            "path": str(path),
            "time_zone": "Europe/Berlin",
            "default_currency": "EUR",
            "email_template": "customer{customer_id}@example.com",
        },
        secrets={},
        summary=lambda: {"orders": records, "rows": content.count("\n") - 1},
    )


def practice_export(records: int) -> str:
    """As a spreadsheet in continental Europe saves it: semicolons, decimal commas, day first."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(_HEADINGS)
    writer.writerows(_rows(records))
    return out.getvalue()


def _rows(records: int) -> Iterator[tuple[str, ...]]:
    chance = random.Random(1)  # noqa: S311 - practice data, the same every time
    for index in range(records):
        person = _PEOPLE[index % len(_PEOPLE)]
        customer = 1000 + index % max(1, records * 3 // 4)
        is_guest, is_credit_note = index % 11 == 5, index % 13 == 7
        number = f"{'C' if is_credit_note else ''}{30_000 + index}"
        at = (_FIRST_ORDER + timedelta(hours=5 * index)).strftime("%d.%m.%Y %H:%M")
        email = "" if is_guest or index % 4 == 3 else f"customer{customer}@example.com"
        consent = ("ja", "nein", "")[index % 3]
        head = (number, at, "" if is_guest else str(customer), email, *person, consent)
        sign = -1 if is_credit_note else 1
        for sku, name, price in chance.sample(_ARTICLES, chance.randint(1, 4)):
            yield (*head, sku, name, str(sign * chance.randint(1, 6)), _comma(price))
        if index % 3 == 0:
            yield (*head, "VERSAND", "Versandkosten", str(sign), _comma("4.90"))


def _comma(price: str) -> str:
    return str(Decimal(price)).replace(".", ",")


def _keep(name: str, content: str) -> Path:
    """Written only when it differs, so that an unchanged practice file stays unchanged; replaced in one step, for two
    programs may want it at the same moment. Raises StorageError."""
    folder = platformdirs.user_cache_path("koppler", appauthor=False) / "practice"
    path, encoded = folder / name, content.encode("utf-8-sig")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != encoded:
            fresh = path.with_name(f"{name}.{secrets.token_hex(4)}.new")
            try:
                fresh.write_bytes(encoded)
                fresh.replace(path)
            finally:
                fresh.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            text('The practice file cannot be written to "{folder}".', folder=str(folder)),
            remedy=text("Check that the folder can be written to and that its disk is not full."),
            detail=f"{type(error).__name__}: {error.strerror or error}",
        ) from error
    return path
