"""The requests of events: who buys, what is added, what is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from app.connectors.salesmanago.elements import Element, consent_flags
from app.connectors.salesmanago.events import Event, milliseconds, moment_of
from app.connectors.salesmanago.newcomers import MARK
from app.connectors.salesmanago.wire import ADD_EVENT, ADD_EVENTS, UPDATE_EVENT, UPSERT_MANY
from app.core.consent import ConsentAction
from app.core.records import Cart, Order
from app.core.texts import Text, text
from app.sdk.plan import Batched, Draft, Json, Step
from app.sdk.target import Timing

ADD_MANY = "events"
ADD_ONE = "event:"
KNOWN_BUYERS, NEW_BUYERS = "buyers", "new_buyers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one record asks for, held against what is there."""

    missing: tuple[Event, ...]
    changed: tuple[tuple[str, Event], ...]
    """With the vendor's ids."""
    buyer: Element | None
    is_new_buyer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRequests:
    owner: str
    timing: Timing

    def steps(self, wanted: Sequence[tuple[Draft, Wanted]]) -> list[Step]:
        known = _once_each(pair for pair in wanted if not pair[1].is_new_buyer)
        new = _once_each(pair for pair in wanted if pair[1].is_new_buyer)
        steps = [self._upsert(name, each) for name, each in ((KNOWN_BUYERS, known), (NEW_BUYERS, new)) if each]
        added = [(draft, event) for draft, asked in wanted for event in asked.missing]
        if self.timing is Timing.LIVE and not any(draft.is_past for draft, _ in added):
            steps += [self._add_one(draft, event, number) for number, (draft, event) in enumerate(added, 1)]
        elif added:
            steps.append(self._add_many(added))
        changed = [(draft, *pair) for draft, asked in wanted for pair in asked.changed]
        steps += [self._change(draft, event_id, event) for draft, event_id, event in changed]
        return steps

    def _upsert(self, name: str, buyers: Mapping[str, tuple[str, Element]]) -> Step:
        """Who buys has agreed to nothing by that: the flags leave every subscription as it is."""
        more = {**consent_flags(ConsentAction.LEAVE), **({"properties": MARK} if name == NEW_BUYERS else {})}
        return Step(
            name=name,
            method="POST",
            path=UPSERT_MANY,
            keys=tuple(key for key, _ in buyers.values()),
            body=Batched(
                {"owner": self.owner, "useApiDoubleOptIn": False},
                ("upsertDetails",),
                tuple((key, {**element, **more}) for key, element in buyers.values()),
            ),
            is_repeatable=True,
            purpose=text("Enter the buyers, because an event belongs to a contact"),
        )

    def _add_one(self, draft: Draft, event: Event, number: int) -> Step:
        return Step(
            name=f"{ADD_ONE}{number}",
            method="POST",
            path=ADD_EVENT,
            keys=(draft.key,),
            body={"owner": self.owner, "forceOptIn": False, **_addressed(draft, event)},
            purpose=_purpose(event),
        )

    def _add_many(self, added: Sequence[tuple[Draft, Event]]) -> Step:
        return Step(
            name=ADD_MANY,
            method="POST",
            path=ADD_EVENTS,
            keys=tuple(dict.fromkeys(draft.key for draft, _ in added)),
            body=Batched(
                {"owner": self.owner},
                ("events",),
                tuple((draft.key, _addressed(draft, event)) for draft, event in added),
            ),
            purpose=text("Enter the events"),
        )

    def _change(self, draft: Draft, event_id: str, event: Event) -> Step:
        addressed = _addressed(draft, event)
        return Step(
            name=f"change:{event_id}",
            method="POST",
            path=UPDATE_EVENT,
            keys=(draft.key,),
            body={"owner": self.owner, "contactEvent": {"eventId": event_id, **addressed["contactEvent"]}},
            is_repeatable=True,
            purpose=text("Change the event"),
        )


def _once_each(wanted: Iterable[tuple[Draft, Wanted]]) -> Mapping[str, tuple[str, Element]]:
    """One element for each address, with the tags of all of its orders, under the key of the first of them."""
    found: dict[str, tuple[str, Element]] = {}
    for draft, asked in wanted:
        if asked.buyer is None:
            continue
        _key, element = found.setdefault(draft.content["email"], (draft.key, dict(asked.buyer)))
        tags = {tag.casefold(): tag for tag in (*element.get("tags", ()), *asked.buyer.get("tags", ()))}
        if tags:
            element["tags"] = list(tags.values())
    return found


def _addressed(draft: Draft, event: Event) -> dict[str, Json]:
    date = milliseconds(moment_of(cast("Order | Cart", draft.record), event["contactExtEventType"]))
    return {"email": draft.content["email"], "contactEvent": {"date": date, **event}}


def _purpose(event: Event) -> Text:
    return text("Enter the event {type}", type=event["contactExtEventType"])
