"""How long finding and erasing a person takes: `python -m tests.benchmarks.person_search [RECORDS]`.

A data folder with that many records, a line of the log for every second one, and four backups. Prints seconds; fails
where one of the two takes more than ten.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.core.events import Level, LogEvent
from app.core.person import person_words
from app.core.records import Kind
from app.core.texts import text
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.hashes import FolderHash, hash_of_words, load_keyed_hash
from app.storage.ledger import Ledger
from app.storage.log import LogStore
from app.storage.persondata import PersonData
from app.storage.personfiles import PersonFiles
from tests.storage.samples import entry

ADDRESS = "paula.poststempel@example.com"
_MOST_S = 10.0
_GROUP = 5_000


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


async def fill(database: Database, keyed: FolderHash, records: int) -> None:
    ledger, log = Ledger(database), LogStore(database)

    def hashes(number: int, address: str) -> tuple[bytes, ...]:
        return tuple(sorted(hash_of_words(keyed, each) for each in (str(number), f"2026/{number}", address)))

    def lines(start: int) -> Iterator[LogEvent]:
        for number in range(start, start + _GROUP, 2):
            message = text("{kind} {number}: {reason}", kind=text("Order"), number=f"2026/{number}", reason="refused")
            yield LogEvent(level=Level.ERROR, message=message, integration="shop", kind=Kind.ORDERS, key=str(number))

    for start in range(0, records, _GROUP):
        group = range(start, min(start + _GROUP, records))
        await ledger.record(
            [
                entry(str(number), search=hashes(number, f"customer{number}@example.com"), message="refused")
                for number in group
            ]
        )
        await log.append(list(lines(start)))
    await ledger.record([entry("55", kind=Kind.CONTACTS, search=(hash_of_words(keyed, ADDRESS),))])


async def measure(root: Path, records: int) -> tuple[float, float]:
    folder = DataFolder(root)
    folder.prepare()
    database = Database(folder.database, Backups(folder.backups))
    await database.open()
    keyed = await load_keyed_hash(database)
    await fill(database, keyed, records)
    backup = await database.back_up()
    for number in range(3):
        shutil.copyfile(backup, folder.backups / f"koppler-20260101-00000{number}-000000-v6.db")
    data = PersonData(database, PersonFiles(folder, Backups(folder.backups), root / "cache"), keyed)
    began, began_cpu = time.perf_counter(), time.process_time()
    found = await data.find(person_words(ADDRESS))
    searched = time.perf_counter()
    await data.erase(person_words(ADDRESS), keeps_mark=True)
    erased = time.perf_counter()
    say(f"processor time of both: {time.process_time() - began_cpu:.2f} s")
    assert len(found.files) == len(Backups(folder.backups).all())
    assert (await data.find(person_words(ADDRESS))).count == 0
    await database.close()
    return searched - began, erased - searched


def main(records: int) -> int:
    with tempfile.TemporaryDirectory() as place:
        found_s, erased_s = asyncio.run(measure(Path(place) / "data", records))
    say(f"{records:,} records, four backups: found in {found_s:.2f} s, erased in {erased_s:.2f} s")
    return int(max(found_s, erased_s) > _MOST_S)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
