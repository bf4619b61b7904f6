"""What a person enters for a MplusKASSA account, and what an integration can choose where the register is the source.

The choices for the register as a target stand in :mod:`app.connectors.mpluskassa.target_options`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from app.core.money import currency_code
from app.core.texts import text
from app.sdk.settings import Secret, Setting, Settings, invalid

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def host_alone(raw: str) -> str:
    """``api.mpluskassa.nl`` out of whatever was pasted, without scheme, port and the credentials that stand behind
    them. Raises ValueError, which never repeats what was entered."""
    words = raw.strip()
    parts = urlsplit(words if "://" in words else f"//{words}")
    host = parts.hostname or ""
    if parts.username or parts.password or not _HOST.fullmatch(host):
        raise invalid(text('Enter the name of the server, such as "api.mpluskassa.nl".'))
    return host


def known_zone(raw: str) -> str:
    try:
        ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(text('Enter a time zone, such as "Europe/Amsterdam".')) from None
    return raw


def known_currency(raw: str) -> str:
    try:
        return currency_code(raw)
    except ValueError:
        raise invalid(text('Enter a currency of three letters, such as "EUR".')) from None


class MplusSettings(Settings):
    server: Annotated[
        str,
        AfterValidator(host_alone),
        Field(min_length=1, max_length=300),
        Setting(
            label=text("API server"),
            help=text("The name of the server alone. It is the same for most customers."),
            where=text("Beside your API port, from your MplusKASSA dealer or at developers.mpluskassa.nl."),
            placeholder="api.mpluskassa.nl",
        ),
    ] = "api.mpluskassa.nl"
    port: Annotated[
        int,
        Field(ge=1, le=65_535),
        Setting(
            label=text("API port"),
            help=text("Every customer has a port of their own, mostly five digits."),
            where=text("From your MplusKASSA dealer, or at developers.mpluskassa.nl under your organisation."),
            placeholder="50123",
        ),
    ]
    ident: Annotated[
        str,
        Field(min_length=1, max_length=200),
        Setting(
            label=text("Ident"),
            help=text("The name with which this program signs in."),
            where=text("From your MplusKASSA dealer, or at developers.mpluskassa.nl under your organisation."),
        ),
    ]
    secret: Annotated[
        Secret,
        Field(min_length=1),
        Setting(
            label=text("Secret"),
            help=text("Belongs to the ident."),
            where=text("Given together with the ident."),
        ),
    ]
    branch: Annotated[
        str,
        Field(pattern=r"^[0-9]{1,4}$"),
        Setting(
            label=text("Branch number"),
            help=text("Orders are entered at this branch, and its stock is read and set."),
            where=text('In MplusKASSA: "Configuration", then "Branches". Most shops have branch 1 only.'),
            suggests="branches",
        ),
    ] = "1"
    workplace: Annotated[
        int,
        Field(ge=0, le=9_999),
        Setting(
            label=text("Workplace number"),
            help=text("Needed if the branch is not the default branch of the register. 0 leaves it out."),
            is_advanced=True,
        ),
    ] = 0
    currency: Annotated[
        str,
        AfterValidator(known_currency),
        Setting(
            label=text("Currency of the register"),
            help=text("A register knows one currency only. Orders and prices in another one are held."),
        ),
    ] = "EUR"
    time_zone: Annotated[
        str,
        AfterValidator(known_zone),
        Setting(
            label=text("Time zone of the register"),
            help=text("The register's times carry no time zone of their own."),
            is_advanced=True,
        ),
    ] = "Europe/Amsterdam"

    consent_field: Annotated[
        str,
        Field(max_length=200),
        Setting(
            label=text("Additional field for the newsletter consent"),
            help=text(
                "The register has no newsletter consent of its own. Name a yes/no field of your customers that holds "
                "it: yes is an agreement, an empty field is none, and an opt-out switches it off. Without a field "
                "nobody counts as having agreed, and no opt-out can be written into the register."
            ),
            where=text("In MplusKASSA: the additional fields of the relations, where you can also create one."),
            suggests="relation_fields",
        ),
    ] = ""

    @property
    def branch_number(self) -> int:
        return int(self.branch)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Sales(StrEnum):
    ORDERS = "orders"
    INVOICES = "invoices"
    BOTH = "both"


class StockCount(StrEnum):
    AVAILABLE = "available"
    PHYSICAL = "physical"
    FREE = "free"


class SourceOptions(Settings):
    register_sales: Annotated[
        Sales,
        Setting(
            label=text("What counts as an order"),
            help=text(
                "The register keeps orders and invoices. A sale at the counter is an invoice without an order. Both "
                "together count every sale once: an invoice that belongs to an order is left out."
            ),
            choices={
                "orders": text("Orders"),
                "invoices": text("Invoices"),
                "both": text("Orders, and invoices without an order"),
            },
        ),
    ] = Sales.ORDERS
    stock_count: Annotated[
        StockCount,
        Setting(
            label=text("How stock is counted"),
            help=text(
                "Available: what can still be sold, without what open orders have reserved. Physical: everything on "
                "the shelf, reserved goods included. Free: the register's own free amount as it stands."
            ),
            choices={
                "available": text("Available less committed sales"),
                "physical": text("Physical stock"),
                "free": text("Free stock, as the register says"),
            },
        ),
    ] = StockCount.AVAILABLE
    free_holds_reserved: Annotated[
        bool,
        Setting(
            label=text("The register's free amount still holds reserved goods"),
            help=text(
                "It is not documented whether the free amount is already without reserved goods; by its name it is. "
                "Compare one article with an open order, and switch this on if your register counts otherwise."
            ),
            is_advanced=True,
        ),
    ] = False
    all_branches: Annotated[
        bool,
        Setting(
            label=text("Add up the stock of all branches"),
            help=text("Otherwise the stock of the account's branch is read."),
            is_advanced=True,
        ),
    ] = False
