"""The program's own path from a shop's contact to ActiveCampaign's memberships, without sockets or an event loop.

Rules, draft, look-up, plan and ledger are the real ones, and so are the simulated account's answers; only the wire
between them is left out, so that a million sequences take minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar, cast

from app.connectors.activecampaign import simulated_imports as imports
from app.connectors.activecampaign import simulated_people as people
from app.connectors.activecampaign.contact_import import ContactImport, Patience
from app.connectors.activecampaign.contact_sync import ContactSync
from app.connectors.activecampaign.contacts import ContactTerms
from app.connectors.activecampaign.fields import FieldPlan
from app.connectors.activecampaign.people import People
from app.connectors.activecampaign.simulated_call import Call, Handler
from app.connectors.activecampaign.tags import Tags
from app.connectors.activecampaign.wire import Row, Wire
from app.connectors.activecampaign.world import World
from app.core.events import RunMode, RunState
from app.core.ledger import Entry, RunRecord
from app.core.records import Contact, Kind, Record
from app.core.rules import ContactChoice, Refusal, Rules
from app.engine.entries import EntryWriter
from app.engine.history import with_history
from app.engine.job import Job, Route
from app.engine.planning import Planner, Sighting
from app.sdk.answers import Answer, RejectedError
from app.sdk.plan import Draft, Known, Plan, Settled, joined_path, resolved
from app.sdk.source import Source
from app.sdk.target import Target, Timing

LISTS = ("1", "2", "3")
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
_Value = TypeVar("_Value")
_READING: Mapping[str, Handler] = {"contacts": people.list_contacts, "import/info": imports.show_import}
_WRITING: Mapping[str, Handler] = {
    "api/3/contact/sync": people.sync_contact,
    "api/3/contactLists": people.put_membership,
    "api/3/import/bulk_import": imports.start_import,
}
_ROUTE = Route(
    kind=Kind.CONTACTS,
    source=cast(Source, None),
    target=cast(Target, None),
    http=cast(Any, None),
    source_account="shop",
    target_account="mail",
)


def new_world() -> World:
    """Three lists and nobody on them."""
    minutes = count(step=100)
    world = World(clock=lambda: AT, polls_until_imported=0, monotonic=lambda: next(minutes))
    for name in ("Newsletter", "Product news", "Lamps"):
        world.add("lists", {"name": name})
    return world


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for the integration. ``list_id`` empty subscribes nobody."""

    list_id: str = "1"
    contacts: ContactChoice = ContactChoice.EVERYONE


class ShortWire(Wire):
    """Asks the simulated account directly."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def get(self, resource: str, query: Mapping[str, str] | None = None) -> Row:
        call = Call(world=self.world, query=query or {}, ids=resource.split("/")[1:])
        if call.ids and resource != "import/info":
            if call.ids[0] not in self.world["contacts"]:
                raise RejectedError(Answer(404, {}, b"", f"{resource}"), "")
            return {}
        reply: Row = _READING[resource](call).body
        return reply


class _Writers:
    """A target that writes contacts only, opened anew for each run like the real one."""

    def __init__(self, world: World, choices: Choices, timing: Timing) -> None:
        wire = ShortWire(world)
        terms = ContactTerms(
            fields=FieldPlan.bind((), ()), people=People(wire, choices.list_id), tag="", list_id=choices.list_id
        )
        self._writer: ContactImport | ContactSync = (
            ContactImport(wire=wire, terms=terms, patience=Patience(first_s=0, longest_s=0, total_s=0))
            if timing is Timing.HISTORICAL
            else ContactSync(terms=terms, tags=Tags(wire))
        )

    def batch_size(self, _: Kind) -> int:
        return self._writer.batch_size

    def draft(self, record: Record) -> Draft | Refusal:
        return self._writer.draft(record)

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        return self._writer.terms.withdrawal(contact)

    async def look_up(self, drafts: list[Draft]) -> Mapping[str, Known]:
        return await self._writer.look_up(drafts)

    def plan(self, drafts: list[tuple[Draft, Known]]) -> Plan:
        return self._writer.plan(drafts)

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return await self._writer.confirm(plan, answers)


@dataclass(slots=True)
class Program:
    """One integration over several runs, with its ledger."""

    world: World
    ledger: dict[str, Entry] = field(default_factory=dict)
    runs: int = 0
    writes: list[Mapping[str, Any]] = field(default_factory=list)
    """Bodies of the writing requests of the last run."""

    def run(self, contact: Contact, mode: RunMode, choices: Choices) -> None:
        self.runs += 1
        self.writes = []
        run_id = str(self.runs)
        job = Job(
            routes=(_ROUTE,),
            run=RunRecord(
                id=run_id,
                integration="shop",
                mode=mode,
                state=RunState.RUNNING,
                started_at=AT,
                until=AT,
                kinds=(Kind.CONTACTS,),
            ),
        )
        target = cast(Target, _Writers(self.world, choices, job.timing))
        planner = Planner(target, Rules(contacts=choices.contacts), _hash)
        entries = EntryWriter("shop", Kind.CONTACTS, run_id, planner)
        before = self.ledger.get(contact.id)
        sighting = with_history(
            planner.sight(contact), before, job, replace(_ROUTE, target=target), planner.search_keys
        )
        found = planner.sort([sighting], self.ledger, run_id)
        for each in found.refused:
            if each.refusal is not None:
                self.ledger[each.key] = entries.refused(each, each.refusal, before)
        for each in found.to_plan:
            self._send(each, before, planner, target, entries)

    def _send(
        self,
        sighting: Sighting,
        before: Entry | None,
        planner: Planner,
        target: Target,
        entries: EntryWriter,
    ) -> None:
        assert sighting.draft is not None
        plans = driven(planner.plans([sighting.draft]))
        for plan in plans:
            results: Mapping[str, Settled] = {
                each.key: Settled(outcome=each.outcome, reason=each.reason, target_id=each.target_id)
                for each in plan.records
            }
            if plan.steps:
                results = driven(target.confirm(plan, self._answers(plan)))
            self.ledger[sighting.key] = entries.settled(sighting, before, results[sighting.key])

    def _answers(self, plan: Plan) -> Mapping[str, Answer]:
        saved: dict[str, str] = {}
        answers: dict[str, Answer] = {}
        for step in plan.steps:
            body = resolved(step.body, saved)
            self.writes.append(body)
            reply = _WRITING[joined_path(step.path, saved)](Call(world=self.world, query={}, body=body)).body
            answers[step.name] = cast(Answer, _Said(reply))
            for name, path in step.saves.items():
                value = reply
                for part in path:
                    value = value[part]
                saved[name] = str(value)
        imports.finish_imports(self.world)
        return answers


@dataclass(frozen=True, slots=True)
class _Said:
    """As much of an answer as a target reads."""

    body: Any

    def json(self) -> Any:
        return self.body


def driven(work: Coroutine[Any, Any, _Value]) -> _Value:
    """The result of a coroutine that never has to wait."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast(_Value, end.value)
    work.close()
    raise AssertionError("the short way must not wait")


def _hash(words: bytes) -> bytes:
    return hashlib.blake2b(words, digest_size=16).digest()
