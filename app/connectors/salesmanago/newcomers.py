"""Whom this program has entered must not be subscribed by that.

Both flags false leave a status as it is; what status a new contact has then is not documented. Where an account
subscribes newcomers by itself, that is taken back at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.connectors.salesmanago.answers import Row
from app.connectors.salesmanago.people import standing_of
from app.connectors.salesmanago.wire import OPT_OUT, Wire
from app.core.consent import Standing


async def take_back_subscriptions(wire: Wire, rows: Mapping[str, Row]) -> frozenset[str]:
    """``rows`` are what SALESmanago tells of newcomers whom nobody meant to subscribe, by address; gives the addresses
    that were subscribed all the same."""
    subscribed = frozenset(email for email, row in rows.items() if standing_of(row) is Standing.SUBSCRIBED)
    for email in sorted(subscribed):
        await wire.do(OPT_OUT, {"email": email})
    return subscribed
