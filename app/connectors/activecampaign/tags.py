"""The account's tags: found by exact name, created when missing.

The search answers whatever contains the words, so names are compared here, without regard to case: a name that differs
only in case is refused as a duplicate (https://developers.activecampaign.com/reference/retrieve-all-tags).
"""

from __future__ import annotations

from collections.abc import Iterable

from app.connectors.activecampaign.wire import Wire, words
from app.core.texts import text
from app.sdk.plan import Step


class Tags:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._ids: dict[str, str] = {}

    def id_of(self, name: str) -> str:
        """Empty as long as it was not found."""
        return self._ids.get(name.casefold(), "")

    async def find(self, names: Iterable[str]) -> None:
        for name in names:
            if name and not self.id_of(name):
                async for row in self._wire.rows("tags", {"search": name}):
                    if words(row.get("tagType")) in {"contact", ""}:
                        self._ids.setdefault(words(row.get("tag")).casefold(), words(row.get("id")))

    def creation(self, name: str, keys: tuple[str, ...] = ()) -> Step:
        return Step(
            name=f"tag:{name}",
            method="POST",
            path="api/3/tags",
            keys=keys,
            body={"tag": {"tag": name, "tagType": "contact", "description": ""}},
            saves={f"tag:{name}": ("tag", "id")},
            purpose=text('Create the tag "{tag}"', tag=name),
        )
