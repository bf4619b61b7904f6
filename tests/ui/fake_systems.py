"""Three made-up systems with real manifests: a shop, a newsletter tool, and a file."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from app.core.records import Kind
from app.core.texts import text
from app.sdk.check import Probe
from app.sdk.manifest import Category, Manifest, ProductNumbers, Reads, Writes
from app.sdk.pacing import Pace
from app.sdk.settings import Secret, Setting, Settings
from app.sdk.simulator import Simulator


class ShopSettings(Settings):
    store_hash: Annotated[
        str,
        Field(min_length=3, max_length=12),
        Setting(
            label=text("Store hash"),
            help=text("The part after stores/ in the address."),
            where=text("In the control panel under Settings › API › API accounts."),
            has_counter=True,
        ),
    ]
    access_token: Annotated[Secret, Setting(label=text("Access token"), where=text("Shown once after creating a key."))]
    page_size: Annotated[int, Field(ge=1, le=250), Setting(label=text("Records per page"), is_advanced=True)] = 50


class MailSettings(Settings):
    account_name: Annotated[str, Setting(label=text("Account name"), placeholder="my-company")]
    api_key: Annotated[Secret, Setting(label=text("API key"))]


class Encoding(StrEnum):
    AUTO = "auto"
    UTF_8 = "utf-8"
    WINDOWS = "cp1252"
    LATIN = "latin-1"


class FileSettings(Settings):
    path: Annotated[Path, Setting(label=text("File"), path_filter="*.csv *.xlsx")]
    encoding: Annotated[Encoding, Setting(label=text("Encoding"))] = Encoding.AUTO
    columns: Annotated[
        dict[str, str], Setting(label=text("Columns"), table_headings=(text("Field"), text("Column in the file")))
    ] = Field(default_factory=dict)
    ignored: Annotated[tuple[str, ...], Setting(label=text("Codes that are no product"))] = ()
    has_header: Annotated[bool, Setting(label=text("The first line holds the names of the columns"))] = True
    since: Annotated[date | None, Setting(label=text("Not before"))] = None
    rate: Annotated[Decimal, Field(ge=0), Setting(label=text("Tax rate"))] = Decimal("19.0")


class MailOptions(Settings):
    tag: Annotated[str, Setting(label=text("Tag for everyone"))] = "shop-customer"
    list_id: Annotated[
        str, Setting(label=text("List for those who agreed"), suggests="lists", help=text("Empty: nobody is added."))
    ] = ""


def _nothing(*_: object) -> Sequence[Probe]:
    return ()


def _no_simulator(_records: int) -> Simulator:
    raise AssertionError("the fake services do not start simulators")


def _manifest(**given: Any) -> Manifest:
    common: dict[str, Any] = {
        "summary": text("A made-up system for tests."),
        "pace": Pace(per_second=5),
        "base_url": lambda _settings: "https://made-up.invalid",
        "probes": _nothing,
        "simulator": _no_simulator,
    }
    return Manifest(**{**common, **given})


SHOP = _manifest(
    system="alphashop",
    name="Alpha Shop",
    category=Category.SHOP,
    colour="#34313F",
    monogram="A",
    settings=ShopSettings,
    reads=(
        Reads(kind=Kind.PRODUCTS),
        Reads(kind=Kind.CONTACTS),
        Reads(kind=Kind.ORDERS, note=text("Refunds are read with a call of their own.")),
    ),
    writes=(Writes(kind=Kind.OPT_OUTS),),
    permissions=(text("Customers: read-only"), text("Orders: read-only")),
    limits=(text("Abandoned carts are visible for 30 days only."),),
)
MAIL = _manifest(
    system="betamail",
    name="Beta Mail",
    category=Category.NEWSLETTER,
    colour="#356AE6",
    monogram="BM",
    settings=MailSettings,
    reads=(Reads(kind=Kind.OPT_OUTS, note=text("Checked at every sync of changes.")),),
    writes=(Writes(kind=Kind.PRODUCTS), Writes(kind=Kind.CONTACTS), Writes(kind=Kind.ORDERS)),
    target_options=MailOptions,
    product_numbers=ProductNumbers(label=text("Beta number"), pattern=r"\d+", pattern_words=text("digits only")),
)
FILE = _manifest(
    system="files",
    name="CSV / Excel / XML file",
    category=Category.FILE,
    colour="#1F7246",
    monogram="CSV",
    settings=FileSettings,
    base_url=lambda _settings: "",
    reads=(Reads(kind=Kind.CONTACTS), Reads(kind=Kind.ORDERS)),
)
