"""Privacy and support in memory, with the real values around them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from app.core.person import BLANK, person_words
from app.core.texts import text
from app.services.privacyreport import FileReport, PersonReport, PersonTask, places_of
from app.services.support import SupportBundle, SupportFile
from app.storage.persondata import PersonHoldings
from app.storage.personfiles import FileFate, FileSort

MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass
class FakePrivacy:
    """`held` are the addresses that this computer knows."""

    held: set[str] = field(default_factory=lambda: {"anna@example.com"})
    marked: set[str] = field(default_factory=set)
    saved: list[str] = field(default_factory=list)
    files: tuple[FileReport, ...] = ()

    async def find(self, words: str) -> PersonReport:
        person = person_words(words)
        rows = {"entry": 4, "log_line": 14, "account": 1} if person.words in self.held else {}
        holdings = PersonHoldings(rows, {"contacts": 1, "orders": 3} if rows else {})
        return PersonReport(
            task=PersonTask.FIND,
            at=MOMENT,
            asked_by=person.asked_by,
            masked=person.masked,
            fingerprint="0f" * 16,
            places=places_of(holdings),
            files=self.files,
            found=sum(rows.values()),
            is_marked=person.words in self.marked,
            stays=[text("Reports and tables that you saved elsewhere are not known to Koppler.")],
            elsewhere=["My shop (BigCommerce)"],
            next_step=text("Your shop and your other systems keep what they hold."),
        )

    async def erase(self, words: str, *, keeps_mark: bool = True) -> PersonReport:
        found = await self.find(words)
        self.held.discard(person_words(words).words)
        if keeps_mark:
            self.marked.add(person_words(words).words)
        return replace(found, task=PersonTask.ERASE, is_marked=keeps_mark)

    async def allow(self, words: str) -> bool:
        is_marked = person_words(words).words in self.marked
        self.marked.discard(person_words(words).words)
        return is_marked

    async def save_report(self, report: PersonReport, path: str) -> None:
        assert BLANK in report.masked
        self.saved.append(path)


def unreadable_file() -> FileReport:
    return FileReport(
        name="backups/damaged/koppler.db",
        sort=FileSort.SET_ASIDE,
        fate=FileFate.UNREADABLE,
        sentence=text("{name}: cannot be searched; erasing a person deletes it.", name="backups/damaged/koppler.db"),
    )


@dataclass
class FakeSupport:
    saved: list[tuple[SupportBundle, str]] = field(default_factory=list)

    async def compose(self) -> SupportBundle:
        lines = "".join(f'2026-11-21T09:30:{n:02}.000000Z INFO integration 1 "{{records}} sent"\n' for n in range(40))
        files = (
            SupportFile("README.txt", text("What this file is"), "Koppler made this file.\n"),
            SupportFile("about.json", text("This program and this computer"), '{\n  "program": "0.1.0"\n}\n'),
            SupportFile("log.txt", text("The latest lines of the log"), lines),
        )
        return SupportBundle(files, MOMENT)

    async def save(self, bundle: SupportBundle, path: str | Path) -> None:
        self.saved.append((bundle, str(path)))
