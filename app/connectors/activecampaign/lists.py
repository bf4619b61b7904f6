"""The account's lists."""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.activecampaign.wire import Wire, words
from app.sdk.target import Suggestion


async def list_suggestions(wire: Wire) -> Sequence[Suggestion]:
    names = await list_names(wire)
    return [Suggestion(list_id, name) for list_id, name in sorted(names.items(), key=lambda pair: pair[1].casefold())]


async def list_names(wire: Wire) -> dict[str, str]:
    """By id."""
    return {words(row.get("id")): words(row.get("name")) async for row in wire.rows("lists")}
