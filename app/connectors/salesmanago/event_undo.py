"""Taking back the events that a run entered (https://docs.salesmanago.com/#removing-an-event).

Contacts and tags stay: a contact may have said no since, and that must not be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.salesmanago.event_lookup import known_events
from app.connectors.salesmanago.events import is_equal
from app.connectors.salesmanago.wire import DELETE_EVENT, Wire
from app.core.texts import text
from app.sdk.plan import Draft, Known, Step
from app.sdk.target import Removal


@dataclass(frozen=True, slots=True)
class EventRemover:
    wire: Wire

    async def look_back(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        found = await self.wire.whole(draft.content["email"] for draft in drafts)
        return {draft.key: _held(draft, known_events(draft, found.get(draft.content["email"], ()))) for draft in drafts}

    def removal(self, draft: Draft, known: Known) -> Removal:
        return Removal(
            steps=tuple(
                Step(
                    name=f"remove:{event['id']}",
                    method="POST",
                    path=DELETE_EVENT,
                    keys=(draft.key,),
                    body={"owner": self.wire.owner, "eventId": event["id"]},
                    is_repeatable=True,
                    purpose=text("Remove the event"),
                )
                for event in known.facts.get("events", ())
                if event["id"]
            )
        )


def _held(draft: Draft, known: Known) -> Known:
    """Where events are not told at all nothing is known of them, and what cannot be known is kept."""
    if not known.facts.get("tells_events", False):
        return Known(exists=known.exists)
    events = known.facts["events"]
    if not events:
        return Known()
    wanted = {each["contactExtEventType"]: each for each in draft.content["events"]}
    is_as_sent = len(events) == len(wanted) and all(
        each["id"] and each["contactExtEventType"] in wanted and is_equal(wanted[each["contactExtEventType"]], each)
        for each in events
    )
    return Known(exists=True, target_id=known.target_id, is_same=is_as_sent, facts=known.facts)
