"""The stages of the connection test. Konnektive has no test mode: nothing is written, and the test says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from app.connectors.konnektive.campaigns import the_campaign
from app.connectors.konnektive.reversals import american_day
from app.connectors.konnektive.settings import KonnektiveSettings
from app.connectors.konnektive.wire import rows_of
from app.core.errors import AppError
from app.core.records import Kind
from app.core.texts import Text, ntext, text
from app.sdk.access import Access
from app.sdk.check import Finding, Probe

_READS_OF = {
    Kind.CONTACTS: (text("Permission to read customers"), ("customer/query/",)),
    Kind.ORDERS: (text("Permission to read orders and payments"), ("order/query/", "transactions/query/")),
}
Run = Callable[[], Awaitable[Finding]]


def probes(access: Access[KonnektiveSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    permissions = [
        Probe(name=f"permission:{kind.value}", title=title, run=_reader(access, paths), is_blocking=False)
        for kind, (title, paths) in _READS_OF.items()
        if kind in kinds
    ]
    return [
        Probe(name="sign_in", title=text("Sign-in"), run=_sign_in(access)),
        Probe(name="campaign", title=text("Campaign"), run=_campaign(access), is_blocking=False),
        *permissions,
        Probe(name="sample", title=text("Writing"), run=_writing, is_blocking=False),
    ]


def _sign_in(access: Access[KonnektiveSettings]) -> Run:
    async def run() -> Finding:
        asked = {"page": 1, "resultsPerPage": 1}
        try:
            rows = rows_of(await access.http.request("POST", "campaign/query/", body=asked, is_read=True))
        except AppError as error:
            error.field = error.field or "host"
            raise
        if not rows:
            return Finding(text("Signed in, but this user sees no campaign."), is_note=True)
        return Finding(text("Signed in, and this computer's internet address is allowed."))

    return run


def _campaign(access: Access[KonnektiveSettings]) -> Run:
    async def run() -> Finding:
        number = access.settings.campaign_id
        if not number:
            return Finding(text("No campaign is entered here; each integration names its own."), is_note=True)
        campaign = await the_campaign(access.http, number, "campaign_id")
        count = len(campaign.offers)
        found = ntext("{name}: {count} product.", "{name}: {count} products.", count, name=campaign.name or campaign.id)
        if not campaign.currency:
            told = text("{found} It does not tell its currency: enter it in the integration.", found=found)
            return Finding(told, is_note=True)
        return Finding(
            text("{found} Currency: {currency}.", found=found, currency=campaign.currency), is_note=not count
        )

    return run


def _reader(access: Access[KonnektiveSettings], paths: Sequence[str]) -> Run:
    async def run() -> Finding:
        today = access.clock()
        asked = {
            "startDate": american_day(today - timedelta(days=1)),
            "endDate": american_day(today + timedelta(days=1)),
            "page": 1,
            "resultsPerPage": 1,
        }
        seen = 0
        for path in paths:
            seen += len(rows_of(await access.http.request("POST", path, body=asked, is_read=True)))
        return Finding(_seen(seen))

    return run


def _seen(count: int) -> Text:
    return text("Permitted.") if count else text("Permitted; there was nothing since yesterday.")


async def _writing() -> Finding:
    message = text(
        "Not tried: Konnektive has no test mode, and an order that was sent could not be removed again. A trial with"
        " one order proves it."
    )
    return Finding(message, is_note=True)
