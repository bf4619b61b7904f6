"""Whom this program has entered must not be subscribed by that, nor count as somebody who left.

Both flags false leave a status as it is; what status a new contact has then is not documented. Where an account
subscribes newcomers by itself, that is taken back at once. Afterwards SALESmanago tells of them what it tells of
people who unsubscribed, so they carry a mark: without it their consent in the shop would end, although they said
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.connectors.salesmanago.answers import Row
from app.connectors.salesmanago.people import standing_of
from app.connectors.salesmanago.wire import OPT_OUT, Wire
from app.core.consent import Standing

_NEVER_SUBSCRIBED = "koppler_never_subscribed"
MARK: Mapping[str, str] = {_NEVER_SUBSCRIBED: "yes"}
"""Properties of a contact that was entered without a subscription."""


def is_marked(row: Row) -> bool:
    """For a row of contact/list, which alone tells properties: as a list of names and values, or as one object."""
    told = row.get("properties")
    if isinstance(told, Mapping):
        return bool(told.get(_NEVER_SUBSCRIBED))
    pairs = told if isinstance(told, list) else ()
    return any(isinstance(each, Mapping) and each.get("name") == _NEVER_SUBSCRIBED for each in pairs)


async def take_back_subscriptions(wire: Wire, rows: Mapping[str, Row]) -> frozenset[str]:
    """``rows`` are what SALESmanago tells of newcomers whom nobody meant to subscribe, by address; gives the addresses
    that were subscribed all the same."""
    subscribed = frozenset(email for email, row in rows.items() if standing_of(row) is Standing.SUBSCRIBED)
    for email in sorted(subscribed):
        await wire.do(OPT_OUT, {"email": email})
    return subscribed
