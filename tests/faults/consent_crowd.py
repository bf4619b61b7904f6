"""Many people at once through the whole program: services, engine, ledger, and a simulated account behind a socket.

Each person has a story of their own; after every run each of them is judged as in :mod:`tests.faults.consent_person`.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.bootstrap import opened
from app.connectors.activecampaign.world import World
from app.core.events import RunMode
from app.core.ledger import Entry
from app.core.records import Contact, Deletion, Kind
from app.core.rules import ContactChoice
from app.engine.life import Patience
from app.sdk.manifest import Category, Manifest, Reads
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from app.sdk.settings import NoSettings
from app.sdk.simulator import Simulator, serve
from app.sdk.source import Page, ReadRequest
from app.services import Services
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from tests.conftest import MemoryKeyring
from tests.faults.consent_person import RUNS, ConsentAccidentError, Doing, Person
from tests.faults.consent_program import Choices
from tests.services.marketing import fast

KEY = "crowd"
_PAGE = 100
_MODES = (RunMode.HISTORICAL, RunMode.CHANGES, RunMode.TRIAL)
_CHANGES_FOR_ALL = {
    Doing.CHOOSE_LIST,
    Doing.CHOOSE_OTHER_LIST,
    Doing.CHOOSE_NO_LIST,
    Doing.SEND_EVERYONE,
    Doing.SEND_AGREED,
}
_STORIES = tuple(doing for doing in Doing if doing not in _CHANGES_FOR_ALL and doing not in RUNS)


@dataclass(frozen=True, slots=True)
class _Crowd:
    """A shop that is nothing but its people."""

    people: Sequence[Person]

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        for start in range(0, len(self.people), _PAGE):
            yield Page([each.contact for each in self.people[start : start + _PAGE]], f'{{"after": {start}}}')

    async def fetch(self, kind: Kind, ids: Sequence[str]) -> AsyncIterator[Page]:
        found: Mapping[str, Contact] = {each.contact.id: each.contact for each in self.people}
        yield Page([found.get(each) or Deletion(id=each, kind=kind) for each in ids], "{}")

    async def count(self, request: ReadRequest) -> int | None:
        return len(self.people)

    async def all_ids(self, kind: Kind) -> AsyncIterator[Sequence[str]]:
        yield [each.contact.id for each in self.people]


@dataclass(slots=True)
class _Stage:
    services: Services
    mail: Simulator
    people: Sequence[Person]
    ledger: dict[str, Entry]
    choices: Choices = Choices()  # noqa: RUF009 - frozen

    async def choose(self, choices: Choices) -> None:
        self.choices = choices
        for person in self.people:
            person.choices = choices
        options = {"subscribe_to_list": choices.list_id, "contacts": choices.contacts.value, "tag": ""}
        await self.services.integrations.update(KEY, options=options)

    async def run(self, mode: RunMode) -> None:
        """Raises ConsentAccidentError."""
        before = [person.notice() for person in self.people]
        written = len(self.mail.writes)
        handle = await self.services.runs.start(KEY, mode, removals_approved=True)
        result = await handle.wait()
        if not result.is_finished:
            raise ConsentAccidentError(f"the run did not finish: {result.error}")
        self.mail.summary()  # what was imported is there now
        await self._read_ledger()
        bodies = b"\n".join(each.body for each in self.mail.writes[written:])
        for person, notice in zip(self.people, before, strict=True):
            try:
                person.judge(notice, requests=bodies.count(f'"{person.contact.email}"'.encode()))
            except ConsentAccidentError as error:
                told = "; ".join((*person.story, mode))
                raise ConsentAccidentError(f"{person.contact.id}: {error}\nafter: {told}") from error
            person.story.append(f"{mode} ({self.choices.contacts}, list {self.choices.list_id or 'none'})")

    async def _read_ledger(self) -> None:
        for entry in await self.services.runs._ledger.entries(KEY, limit=len(self.people)):
            self.ledger[entry.key] = entry


async def play_crowd(folder: Path, *, people: int, rounds: int, seed: int) -> int:
    """How many sequences were played: each person is one. Raises ConsentAccidentError naming round and seed."""
    dice = random.Random(seed)
    async with _staged(folder, people) as stage:
        for number in range(rounds):
            if number:
                await stage.choose(Choices(dice.choice(("1", "1", "2", "")), dice.choice(tuple(ContactChoice))))
            for person in stage.people:
                for doing in dice.choices(_STORIES, k=dice.randint(0, 3)):
                    person.do(doing)
            mode = dice.choice(_MODES)
            try:
                await stage.run(mode)
            except ConsentAccidentError as error:
                raise ConsentAccidentError(f"round {number + 1} ({mode}) of seed {seed}: {error}") from error
    return people


@asynccontextmanager
async def _staged(folder: Path, number: int) -> AsyncIterator[_Stage]:
    known = Registry.discover()
    mail = known.of("activecampaign").simulator(0)
    world = mail.world
    assert isinstance(world, World)
    world.per_second, world.polls_until_imported = 100_000, 0
    world.add("lists", {"name": "Lamps"})
    keyring = MemoryKeyring()
    ledger: dict[str, Entry] = {}
    people = [Person(world, ledger, each) for each in range(1, number + 1)]
    fast_mail = next(each for each in fast(known) if each.system == "activecampaign")
    registry = Registry({"crowd": _manifest(people), "activecampaign": fast_mail})
    async with (
        serve(mail) as address,
        opened(
            DataFolder(folder),
            registry=registry,
            keystore=Keystore(lambda: keyring),
            environ={},
            patience=Patience(()),
        ) as services,
    ):
        await services.accounts.create("crowd", "Crowd", {}, {})
        await services.accounts.create("activecampaign", "Mail", mail.settings, mail.secrets, api_address=address)
        await services.integrations.create("Crowd", "crowd", "mail", [Kind.CONTACTS], key=KEY)
        stage = _Stage(services, mail, people, ledger)
        await stage.choose(Choices())
        yield stage


def _manifest(people: Sequence[Person]) -> Manifest:
    base = next(each for each in Registry.discover() if each.system == "files")
    return replace(
        base,
        system="crowd",
        name="Crowd",
        category=Category.SHOP,
        settings=NoSettings,
        source_options=NoSettings,
        pace=Pace(per_second=100_000),
        base_url=lambda _: "",
        probes=lambda _access, _kinds: (),
        reads=(Reads(kind=Kind.CONTACTS),),
        writes=(),
        open_source=lambda _access, _options: _Crowd(people),
        open_target=None,
    )
