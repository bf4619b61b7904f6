"""Files as a system: one file for each account, read and never written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.connectors.files.options import FileOptions
from app.connectors.files.settings import FileSettings
from app.core.records import Kind
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, Reads
from app.sdk.pacing import Pace
from app.sdk.scale import Trait
from app.sdk.source import Source

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator


def _open_source(access: Access[FileSettings], options: FileOptions) -> Source:
    from app.connectors.files.source import FileSource

    return FileSource(access, options)


def _probes(access: Access[FileSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    from app.connectors.files.probes import probes

    return probes(access, kinds)


def _simulator(records: int) -> Simulator:
    from app.connectors.files.simulator import simulate

    return simulate(records)


def _no_address(_: FileSettings) -> str:
    return ""


MANIFEST = Manifest(
    system="files",
    name="CSV / Excel / XML file",
    category=Category.FILE,
    colour="#217346",
    monogram="CSV",
    summary=text("Orders, contacts or products from a file on this computer."),
    settings=FileSettings,
    source_options=FileOptions,
    pace=Pace(per_second=1000),
    base_url=_no_address,
    probes=_probes,
    simulator=_simulator,
    open_source=_open_source,
    reads=(
        Reads(
            kind=Kind.CONTACTS,
            has_changes=False,
            sweeps=True,
            note=text("From a list of contacts, or the customers of the orders that are sent."),
        ),
        Reads(kind=Kind.ORDERS, has_changes=False, sweeps=True),
        Reads(
            kind=Kind.PRODUCTS,
            has_changes=False,
            sweeps=True,
            note=text("From a list of products, or the distinct products of order lines."),
        ),
    ),
    exempt={
        Trait.RATE_LIMIT: text("A file has no limit."),
        Trait.DUPLICATES_ANSWERED: text("A file is only read."),
    },
    limits=(
        text("A file does not say what changed: it is read whole each time, and unchanged records cost nothing."),
        text("One account reads one file, of at most 2 gigabytes."),
        text("Workbooks older than Excel 2007 (.xls) and workbooks with a password must be saved as .xlsx first."),
        text("Orders without a customer number count as guest orders where the file has such a column."),
    ),
    documents=(
        "https://www.rfc-editor.org/rfc/rfc4180",
        "https://ecma-international.org/publications-and-standards/standards/ecma-376/",
        "https://www.w3.org/TR/xml/",
        "https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema",
    ),
)
