"""The stages of the connection test. Everything is read; Digistore24 has no test order by API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from app.connectors.digistore24.products import product_rows
from app.connectors.digistore24.settings import Digistore24Settings
from app.connectors.digistore24.times import local_words, moment_of
from app.connectors.digistore24.wire import call, rows_of, unknown_data
from app.core.records import Kind
from app.core.texts import ntext, text
from app.sdk.access import Access
from app.sdk.check import Finding, Probe

_SELLER = {"merchant", "vendor"}
_NOTICED_MIN = 10
"""Clocks differ a little; a whole hour is another zone."""
Run = Callable[[], Awaitable[Finding]]


def probes(access: Access[Digistore24Settings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    readers = {
        Kind.PRODUCTS: (text("Products"), _products(access)),
        Kind.CONTACTS: (text("Buyers"), _buyers(access)),
        Kind.ORDERS: (text("Orders"), _orders(access)),
    }
    permissions = [
        Probe(name=f"permission:{kind.value}", title=title, run=run, is_blocking=False)
        for kind, (title, run) in readers.items()
        if kind in kinds
    ]
    return [
        Probe(name="sign_in", title=text("Sign-in"), run=_sign_in(access)),
        *permissions,
        Probe(name="pushes", title=text("Pushes (IPN)"), run=_pushes(access), is_blocking=False),
    ]


def _sign_in(access: Access[Digistore24Settings]) -> Run:
    async def run() -> Finding:
        data = await call(access.http, "ping")
        if not isinstance(data, dict) or "server_time" not in data:
            raise unknown_data("ping", data)
        user = await call(access.http, "getUserInfo")
        if not isinstance(user, dict):
            raise unknown_data("getUserInfo", user)
        name = str(user.get("user_name") or "")
        if (minutes := _minutes_apart(data["server_time"], access.clock())) >= _NOTICED_MIN:
            return Finding(
                ntext(
                    "Signed in as {name}. Digistore24's clock is {count} minute away from the time in Berlin; times of"
                    " orders may be off by as much.",
                    "Signed in as {name}. Digistore24's clock is {count} minutes away from the time in Berlin; times of"
                    " orders may be off by as much.",
                    minutes,
                    name=name,
                ),
                is_note=True,
            )
        roles = {role.strip() for role in str(user.get("granted_roles") or "").split(",")}
        if not roles & _SELLER:
            told = text("Signed in as {name}, who is no vendor: there may be no orders to read.", name=name)
            return Finding(told, is_note=True)
        return Finding(text("Signed in as {name}.", name=name))

    return run


def _minutes_apart(server_time: object, now: datetime) -> int:
    """Raises ProtocolError for what is no time."""
    try:
        there = moment_of(server_time)
    except ValueError:
        there = None
    if there is None:
        raise unknown_data("ping", server_time)
    return round(abs((there - now).total_seconds()) / 60)


def _products(access: Access[Digistore24Settings]) -> Run:
    async def run() -> Finding:
        count = len(await product_rows(access.http))
        return Finding(ntext("{count} product found.", "{count} products found.", count))

    return run


def _buyers(access: Access[Digistore24Settings]) -> Run:
    async def run() -> Finding:
        data = await call(access.http, "listBuyers", {"page_no": 1, "page_size": 1})
        rows_of("listBuyers", data, "items")
        raw = data.get("item_count") if isinstance(data, dict) else None
        count = int(str(raw)) if str(raw).isdigit() else 0
        return Finding(ntext("{count} buyer found.", "{count} buyers found.", count))

    return run


def _orders(access: Access[Digistore24Settings]) -> Run:
    async def run() -> Finding:
        now = access.clock()
        asked = {
            "from": local_words(now - timedelta(days=30)),
            "to": local_words(now),
            "search": {"role": "vendor"},
            "page_no": 1,
            "page_size": 1,
        }
        data = await call(access.http, "listTransactions", asked)
        if not rows_of("listTransactions", data, "transaction_list"):
            return Finding(text("Permitted; there was no payment in the last 30 days."))
        return Finding(text("Permitted; payments of the last 30 days were found."))

    return run


def _pushes(access: Access[Digistore24Settings]) -> Run:
    async def run() -> Finding:
        if access.settings.ipn_passphrase is None:
            told = text("No passphrase is entered: orders come with each sync, without newsletter choice.")
            return Finding(told, is_note=True)
        return Finding(
            text(
                "A passphrase is entered. Whether it is the right one shows with the first push: press the test button"
                " at the connection in Digistore24."
            ),
            is_note=True,
        )

    return run
