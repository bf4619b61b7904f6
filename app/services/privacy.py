"""Find this person, erase this person: over everything that lies on this computer, with a report as proof."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from app.core.configuration import Account
from app.core.errors import ConfigError
from app.core.events import Emit, Level, LogEvent, PersonErasedEvent, now
from app.core.person import AskedBy, PersonWords, person_words
from app.core.texts import Text, ntext, text
from app.sdk.registry import Registry
from app.services.launching import ActiveRuns
from app.services.log import Log
from app.services.practice import Practice
from app.services.privacyreport import (
    PersonReport,
    PersonTask,
    files_of,
    places_of,
    write_person_report,
)
from app.storage.accounts import AccountsStore
from app.storage.hashes import FolderHash, hash_of_words
from app.storage.persondata import PersonData, PersonHoldings

_FINGERPRINT = "person report 1 "


class Privacy:
    """Every method raises ConfigError for words that could stand for many people, and StorageError."""

    def __init__(
        self,
        data: PersonData,
        accounts: AccountsStore,
        registry: Registry,
        active: ActiveRuns,
        practice: Practice,
        log: Log,
        keyed_hash: FolderHash,
        emit: Emit,
    ) -> None:
        self._data = data
        self._accounts = accounts
        self._registry = registry
        self._active = active
        self._practice = practice
        self._log = log
        self._hash = keyed_hash
        self._emit = emit
        self._erasing: asyncio.Task[PersonReport] | None = None

    async def find(self, words: str) -> PersonReport:
        """``words`` are an e-mail address, an order number, or first and last name. Changes nothing."""
        began = time.monotonic()
        person = person_words(words)
        await self._bring_to_disk()
        holdings = await self._data.find(person)
        return await self._report(PersonTask.FIND, person, holdings, began)

    async def erase(self, words: str, *, keeps_mark: bool = True) -> PersonReport:
        """Erases, then searches once more. A mark keeps the person from being sent again by a later import.

        Raises ConfigError while a run works: it would write down what it has in hand.
        """
        person = person_words(words)
        if self._active.has_any:
            raise ConfigError(
                text("A run is under way, and would write down again what it has just read."),
                remedy=text("Wait until it has finished, or stop it, then erase the person."),
            )
        if self._erasing is not None and not self._erasing.done():
            raise ConfigError(
                text("Somebody else is being erased at this moment."), remedy=text("Wait a moment, then try again.")
            )
        # Leaving the page must not leave a person half-erased.
        self._erasing = asyncio.create_task(self._erase(person, keeps_mark=keeps_mark), name="erasing")
        self._active.hold_back()
        self._erasing.add_done_callback(lambda _done: self._active.let_go())
        return await asyncio.shield(self._erasing)

    async def aclose(self) -> None:
        """Waits until what has begun is complete."""
        if self._erasing is not None:
            await asyncio.wait([self._erasing])

    async def _erase(self, person: PersonWords, *, keeps_mark: bool) -> PersonReport:
        began = time.monotonic()
        await self._bring_to_disk()
        erased = await self._data.erase(person, keeps_mark=keeps_mark and person.asked_by is not AskedBy.NAME)
        await self._practice.drop_forgotten()
        rest = await self._data.find(person)
        report = await self._report(PersonTask.ERASE, person, erased, began, rest)
        self._emit(PersonErasedEvent())
        # Accountability: that, when and how much, not whom.
        told = ntext(
            "A person was erased from this computer: {count} trace.",
            "A person was erased from this computer: {count} traces.",
            report.found,
        )
        self._emit(LogEvent(level=Level.OK, message=told, facts={"fingerprint": report.fingerprint}))
        return report

    async def allow(self, words: str) -> bool:
        """Takes the mark away, so that imports send this person again; False where there was none."""
        return await self._data.unmark(person_words(words))

    async def save_report(self, report: PersonReport, path: str | Path) -> None:
        """JSON where the name ends so, else text."""
        await asyncio.to_thread(write_person_report, report, Path(path))

    async def _bring_to_disk(self) -> None:
        """What still waits in memory would otherwise be written after the search."""
        await self._log.flush()
        await self._practice.save()

    async def _report(
        self,
        task: PersonTask,
        person: PersonWords,
        holdings: PersonHoldings,
        began: float,
        rest: PersonHoldings | None = None,
    ) -> PersonReport:
        accounts = [each for each in await self._accounts.all() if not each.is_practice]
        return PersonReport(
            task=task,
            at=now(),
            asked_by=person.asked_by,
            masked=person.masked,
            fingerprint=hash_of_words(self._hash, _FINGERPRINT + person.words).hex(),
            places=places_of(holdings),
            files=files_of(holdings),
            found=holdings.count,
            left=rest.count if rest else 0,
            is_marked=rest.is_marked if rest else holdings.is_marked,
            stays=_stays(task, person, holdings),
            elsewhere=[self._name(each) for each in accounts],
            next_step=_next_step(task, holdings, accounts),
            took_s=time.monotonic() - began,
        )

    def _name(self, account: Account) -> str:
        known = {manifest.system: manifest.name for manifest in self._registry}
        return f"{account.title} ({known.get(account.system, account.system)})"


def _stays(task: PersonTask, person: PersonWords, holdings: PersonHoldings) -> Sequence[Text]:
    stays = []
    if task is PersonTask.ERASE:
        stays.append(text("The counts of past runs: how many records were read and sent. They name nobody."))
        if holdings.is_marked:
            stays.append(
                text(
                    "One keyed mark, from which neither name nor address nor number can be read: it keeps this person "
                    "from being sent again while your shop still holds them. You can take it away at any time."
                )
            )
        else:
            stays.append(
                text("No mark is kept: if your shop still holds this person, the next import sends them again.")
            )
    if person.asked_by is AskedBy.NAME:
        stays.append(
            text(
                "The journal holds no names. To find this person's records there, search for the e-mail address or an "
                "order number as well."
            )
        )
    stays.append(
        text(
            "Reports, tables and copies of the data folder that you saved elsewhere are not known to Koppler. Look "
            "through them yourself."
        )
    )
    return stays


def _next_step(task: PersonTask, holdings: PersonHoldings, accounts: Sequence[Account]) -> Text:
    if holdings.is_marked and task is PersonTask.FIND:
        return text("This person was erased before and is not sent again. To change that, allow them again.")
    if not accounts:
        return Text("")
    return text(
        "Your shop and your other systems keep what they hold: delete the person there as well, first in the shop, "
        "then in the others."
    )
