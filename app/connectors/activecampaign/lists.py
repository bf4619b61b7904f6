"""The account's lists."""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.activecampaign.wire import Wire, words
from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.target import Suggestion


async def list_suggestions(wire: Wire) -> Sequence[Suggestion]:
    names = await list_names(wire)
    return [Suggestion(list_id, name) for list_id, name in sorted(names.items(), key=lambda pair: pair[1].casefold())]


async def list_names(wire: Wire) -> dict[str, str]:
    """By id."""
    return {words(row.get("id")): words(row.get("name")) async for row in wire.rows("lists")}


async def refuse_unknown_list(wire: Wire, list_id: str) -> None:
    """Before anything is sent: otherwise every person who agreed would be refused one by one. Raises ConfigError."""
    names = await list_names(wire)
    if list_id not in names:
        known = ", ".join(f"{each} ({name})" for each, name in names.items())
        raise ConfigError(
            text('ActiveCampaign has no list "{name}".', name=list_id),
            remedy=text("Choose one of its lists by number: {lists}.", lists=known or "–"),
            field="subscribe_to_list",
        )
