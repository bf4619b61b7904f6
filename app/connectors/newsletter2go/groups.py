"""Groups of an address book: found by name, made when missing, filled by a filter that names the people.

https://docs.newsletter2go.com, "Segments". A name that exists is refused with code 1062.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.newsletter2go.answers import is_true, words
from app.connectors.newsletter2go.wire import Wire, any_of
from app.core.texts import ntext, text
from app.sdk.plan import Ref, Step


class Groups:
    def __init__(self, wire: Wire, list_id: str) -> None:
        self._wire = wire
        self._list_id = list_id
        self._ids: dict[str, str] = {}

    async def read(self) -> None:
        rows = await self._wire.rows(f"lists/{self._list_id}/groups", {"_fields": "id,name,is_dynamic"})
        # Nobody can be put into a group that fills itself.
        self._ids = {words(row.get("name")): words(row.get("id")) for row in rows if not is_true(row.get("is_dynamic"))}

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._ids)

    def id_of(self, name: str) -> str:
        """Empty as long as it was not found."""
        return self._ids.get(name, "")

    def creation(self, name: str, keys: tuple[str, ...] = ()) -> Step:
        return Step(
            name=f"group:{name}",
            method="POST",
            path="groups",
            keys=keys,
            body={"list_id": self._list_id, "name": name, "is_dynamic": False},
            saves={f"group:{name}": ("value", 0, "id")},
            purpose=text('Create the group "{name}"', name=name),
        )

    def filling(self, name: str, people: Sequence[tuple[str, str]], place: int) -> Step:
        """``people`` are keys with addresses, at least one: without a filter everybody of the list would be meant."""
        group: str | Ref = self.id_of(name) or Ref(f"group:{name}")
        return Step(
            name=f"members:{place}:{name}",
            method="POST",
            path=(f"lists/{self._list_id}/groups/", group, "/recipients"),
            query={"_filter": any_of("email", [email for _, email in people])},
            keys=tuple(key for key, _ in people),
            is_repeatable=True,
            purpose=ntext(
                'Put {count} person into the group "{name}"',
                'Put {count} people into the group "{name}"',
                len(people),
                name=name,
            ),
        )
