"""Wiring: storage, connectors, engine and services for one data folder."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from app.core.errors import StorageError
from app.core.events import Emit, Level, LogEvent, now
from app.core.reasons import ReasonTexts
from app.core.texts import text
from app.engine.life import Patience
from app.sdk.redaction import Redactor
from app.sdk.registry import Registry
from app.services.accounts import Accounts
from app.services.bus import EventBus
from app.services.checks import Checks
from app.services.coverage import Coverage
from app.services.declarations import Declarations
from app.services.estimates import Estimates
from app.services.feeds import Feeds, forget_feed
from app.services.fields import FieldMapping
from app.services.handouts import HandoutDesk
from app.services.home import Home
from app.services.integrations import Integrations
from app.services.launching import ActiveRuns, Launcher
from app.services.log import Log, LogRedaction
from app.services.mailing.book import MailBook
from app.services.mailing.digest import Digest
from app.services.mailing.mailing import Mailing
from app.services.opening import Opener
from app.services.pastrecords import PastRecords
from app.services.practice import RECORDS, Practice
from app.services.preferences import Preferences
from app.services.previews import Previews
from app.services.privacy import Privacy
from app.services.problems import Problems
from app.services.products import ProductMapping
from app.services.receiving.following import GATHERED_S, Following
from app.services.receiving.inbox import AccountInbox
from app.services.receiving.receiver import Receiver
from app.services.receiving.settings import ReceiverBook
from app.services.routes import Integrating
from app.services.runs import Runs
from app.services.secrets import AccountSecrets
from app.services.services import Services
from app.services.support import Support
from app.services.systems import Systems
from app.services.undoing import Undoing
from app.services.why import Why
from app.services.worklist import Worklist
from app.storage.accounts import AccountsStore
from app.storage.backups import Backups
from app.storage.boxes import SealedBoxes, Shelf
from app.storage.creations import Creations
from app.storage.database import Database
from app.storage.environment import PREFIX
from app.storage.erasedmarks import ErasedPeople, load_erased_people
from app.storage.expiry import Expiry
from app.storage.folder import DataFolder
from app.storage.hashes import FolderHash, load_keyed_hash
from app.storage.health import database_health
from app.storage.home import HomeStore
from app.storage.integrations import IntegrationsStore
from app.storage.keystore import Keystore
from app.storage.ledger import Ledger
from app.storage.lock import FolderLock
from app.storage.log import LogStore
from app.storage.machine import computer_id
from app.storage.persondata import PersonData
from app.storage.personfiles import PersonFiles
from app.storage.practice import PracticeStore
from app.storage.preferences import Preferences as PreferencesStore
from app.storage.products import ProductsStore
from app.storage.runs import Runs as RunBook
from app.storage.secrets import PASSPHRASE_VARIABLE, Vault

_DAYS_OF_RUNS = 400
"""Older runs are forgotten; what became of the records stays in the ledger."""


@asynccontextmanager
async def opened(
    folder: DataFolder,
    *,
    registry: Registry | None = None,
    keystore: Keystore | None = None,
    environ: Mapping[str, str] = os.environ,
    patience: Patience = Patience(),
    practice_records: int = RECORDS,
    clock: Callable[[], datetime] = now,
    redactor: Redactor | None = None,
    computer: str | None = None,
    gathered_s: float = GATHERED_S,
) -> AsyncIterator[Services]:
    """Everything for one data folder, inside any running loop; closing interrupts what runs and saves what is open.
    ``redactor`` learns every secret that is met, for those who stand outside; ``computer`` stands for the number of
    this one. What pushes ask for is gathered for ``gathered_s`` seconds.

    Raises StorageError: the folder is in use, damaged, full or not writable.
    """
    async with AsyncExitStack() as stack:
        folder.prepare()
        stack.enter_context(FolderLock(folder.lock))
        database = Database(folder.database, Backups(folder.backups))
        stack.push_async_callback(database.close)
        await database.open()
        stack.push_async_callback(_keep_a_copy, database)
        wiring = _Wiring(
            folder,
            database,
            registry or Registry.discover(),
            Vault(database, keystore, environ=environ),
            await load_keyed_hash(database),
            environ,
            redactor or Redactor(),
            computer_id(environ) if computer is None else computer,
        )
        services = wiring.services(patience, practice_records, clock, gathered_s)
        await wiring.book.mark_interrupted()
        await wiring.book.delete_older(_DAYS_OF_RUNS)
        await services.log.open()
        await wiring.tell_damaged_preferences(services.events.emit)
        await services.receiver.forget_old()
        stack.push_async_callback(services.log.aclose)
        stack.push_async_callback(services.practice.aclose)
        stack.push_async_callback(services.runs.aclose)
        stack.push_async_callback(services.privacy.aclose)
        stack.push_async_callback(services.mailing.aclose)
        stack.push_async_callback(services.receiver.aclose)
        yield services


async def _keep_a_copy(database: Database) -> None:
    """A backup a day, made when the program closes; a full disk must not keep it from closing."""
    with suppress(StorageError):
        await database.back_up_when_older(days=1)


class _Wiring:
    def __init__(
        self,
        folder: DataFolder,
        database: Database,
        registry: Registry,
        vault: Vault,
        keyed_hash: FolderHash,
        environ: Mapping[str, str],
        redactor: Redactor,
        computer: str,
    ) -> None:
        self._folder = folder
        self._database = database
        self._registry = registry
        self._vault = vault
        self._hash = keyed_hash
        self._home = Home(HomeStore(database, keyed_hash, computer))
        self._environ = environ
        self._accounts = AccountsStore(database)
        self._integrations = IntegrationsStore(database)
        self._products = ProductsStore(database)
        self._preferences = PreferencesStore(database)
        self._practice = PracticeStore(database)
        self._redactor = redactor
        redactor.learn(_given_secrets(environ))
        self._ledger = Ledger(database, self._redactor)
        kept = LogRedaction(self._redactor)
        self.book = RunBook(database, kept)
        self._log = LogStore(database, kept)

    async def tell_damaged_preferences(self, emit: Emit) -> None:
        for name in await self._preferences.put_damaged_aside():
            emit(
                LogEvent(
                    level=Level.WARNING,
                    message=text('The preference "{name}" was damaged; its default counts from now on.', name=name),
                    facts={"kept": f"{name}.damaged"},
                )
            )

    async def _erased_people(self) -> ErasedPeople:
        return await load_erased_people(self._database, self._hash)

    async def _database_health(self) -> Mapping[str, Any]:
        return await database_health(self._database, self._folder, Backups(self._folder.backups))

    def _person_data(self) -> PersonData:
        import platformdirs

        cache = platformdirs.user_cache_path("koppler", appauthor=False)
        return PersonData(self._database, PersonFiles(self._folder, Backups(self._folder.backups), cache), self._hash)

    def services(
        self, patience: Patience, practice_records: int, clock: Callable[[], datetime], gathered_s: float
    ) -> Services:
        registry, bus, active = self._registry, EventBus(self._redactor), ActiveRuns()
        reasons = ReasonTexts(reason for manifest in registry for reason in manifest.reasons)
        systems = Systems(registry)
        practice = Practice(registry, self._practice, records=practice_records)
        secrets = AccountSecrets(self._vault, self._preferences, self._environ, self._redactor)
        pushes = SealedBoxes(Shelf.PUSHES, self._database, self._vault, self._hash)
        opener = Opener(
            registry,
            secrets,
            practice,
            self._redactor,
            bus.emit,
            clock=clock,
            inbox_of=lambda account: AccountInbox(account, pushes, bus.emit),
        )
        receiver_book, feed_folder = ReceiverBook(self._preferences), self._folder.root / "feeds"
        accounts = Accounts(
            registry,
            self._accounts,
            self._integrations,
            secrets,
            practice,
            opener,
            self._vault.place,
            receiver_book.forget,
        )
        integrations = Integrations(
            systems,
            accounts,
            self._integrations,
            self._products,
            self._ledger,
            self.book,
            active.is_running,
            partial(forget_feed, receiver_book, feed_folder),
        )
        integrating = Integrating(systems, accounts, opener, self._products, self._erased_people, self._home)
        expiry = Expiry(self._database, self._log, Backups(self._folder.backups))
        log = Log(self._log, self._preferences, bus, expiry)
        mail_book = MailBook(self._preferences, self._vault, self._redactor)
        mailing = Mailing(mail_book, Digest(mail_book, bus.emit), bus.emit)
        launcher = Launcher(integrating, active, practice, mailing.ended)
        problems = Problems(self._ledger, self.book, reasons)
        undoing = Undoing(
            integrations=integrations,
            integrating=integrating,
            launcher=launcher,
            active=active,
            ledger=self._ledger,
            book=self.book,
            creations=Creations(self._database),
            keyed_hash=self._hash,
            reasons=reasons,
            emit=bus.emit,
            patience=patience,
        )
        runs = Runs(
            integrations=integrations,
            launcher=launcher,
            active=active,
            ledger=self._ledger,
            book=self.book,
            keyed_hash=self._hash,
            problems=problems,
            why=Why(self._ledger, self.book, self._hash, reasons, self._erased_people),
            reasons=reasons,
            emit=bus.emit,
            continue_undo=undoing.go_on,
            patience=patience,
        )
        following = Following(
            integrations=integrations, runs=runs, book=receiver_book, emit=bus.emit, gathered_s=gathered_s
        )
        feeds = Feeds(integrations, integrating, receiver_book, feed_folder)
        coverage = Coverage(integrations, integrating)
        receiver = Receiver(
            registry=registry,
            accounts=accounts,
            opener=opener,
            boxes=pushes,
            book=receiver_book,
            following=following,
            feeds=feeds,
            emit=bus.emit,
        )
        return Services(
            systems=systems,
            accounts=accounts,
            checks=Checks(registry, accounts, opener, self._redactor, bus.emit),
            integrations=integrations,
            previews=Previews(integrations, integrating, self._ledger, self._hash, reasons, self._redactor, bus.emit),
            coverage=coverage,
            estimates=Estimates(integrations, integrating, coverage, bus),
            feeds=feeds,
            handouts=HandoutDesk(registry, accounts, opener, receiver_book),
            runs=runs,
            receiver=receiver,
            mailing=mailing,
            worklist=Worklist(integrations, integrating, problems, self._ledger),
            home=self._home,
            past=PastRecords(runs, self.book, self._ledger, Creations(self._database)),
            undoing=undoing,
            products=ProductMapping(systems, accounts, integrations, integrating, self._products),
            fields=FieldMapping(integrations, integrating),
            log=log,
            support=Support(
                systems=systems,
                accounts=self._accounts,
                integrations=self._integrations,
                products=self._products,
                ledger=self._ledger,
                book=self.book,
                log=log,
                reasons=reasons,
                health=self._database_health,
                redactor=self._redactor,
            ),
            privacy=Privacy(self._person_data(), self._accounts, registry, active, practice, log, self._hash, bus.emit),
            preferences=Preferences(self._preferences),
            secrets=self._vault,
            practice=practice,
            declarations=Declarations(
                self._database,
                registry,
                systems,
                self._accounts,
                self._integrations,
                self._products,
                secrets,
                self._environ,
            ),
            events=bus,
            reasons=reasons,
            redact=self._redactor,
        )


def _given_secrets(environ: Mapping[str, str]) -> Iterable[str]:
    """What this call was given in variables of its own: known from the beginning."""
    return (value for name, value in environ.items() if name.startswith(PREFIX) or name == PASSPHRASE_VARIABLE)


@asynccontextmanager
async def opened_for_practice(folder: Path, records: int) -> AsyncIterator[Services]:
    """A folder of its own, without any secret of the person in reach."""
    async with opened(DataFolder(folder), environ={}, practice_records=records) as services:
        yield services
