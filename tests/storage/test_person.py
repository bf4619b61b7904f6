"""Finding and erasing one person in real database files, proven by reading every byte of every file."""

import json
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.configuration import Account, Integration, Match, ProductRow
from app.core.errors import StorageError
from app.core.events import Level, LogEvent, RequestEvent, RunState
from app.core.fields import FieldRule
from app.core.ledger import FlowMark
from app.core.outcomes import Outcome
from app.core.person import person_words
from app.core.records import Kind
from app.core.texts import Text, text, verbatim
from app.storage.accounts import AccountsStore
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.erasedmarks import load_erased_people
from app.storage.folder import DataFolder
from app.storage.hashes import FolderHash, hash_of_words, load_keyed_hash
from app.storage.integrations import IntegrationsStore
from app.storage.ledger import Ledger
from app.storage.log import LogStore
from app.storage.persondata import PersonData
from app.storage.personfiles import FileFate, FileSort, PersonFiles
from app.storage.practice import PracticeStore
from app.storage.preferences import Preferences
from app.storage.products import ProductsStore
from app.storage.runs import Runs
from app.storage.tablesearch import columns_of
from tests.storage.samples import entry, run

Opened = Callable[..., Awaitable[Database]]
ADDRESS, NUMBER, NAME = "paula.poststempel@example.com", "2024/INV-0077", "Paula Poststempel"
OTHER = "hanna.hafen@example.com"
PAULA = person_words(ADDRESS)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    (folder / "practice").mkdir(parents=True)
    return folder


@pytest.fixture
async def keyed(database: Database) -> FolderHash:
    return await load_keyed_hash(database)


@pytest.fixture
def person_data(folder: DataFolder, database: Database, keyed: FolderHash, cache: Path) -> PersonData:
    return PersonData(database, PersonFiles(folder, Backups(folder.backups), cache), keyed)


def hashes(keyed: FolderHash, *words: str) -> tuple[bytes, ...]:
    return tuple(sorted(hash_of_words(keyed, each) for each in words))


async def fill(database: Database, keyed: FolderHash) -> None:
    """Paula's contact 55 and her order 9077; somebody else's order 55; and whatever may speak of Paula."""
    ledger, log = Ledger(database), LogStore(database)
    paula = [
        entry("55", kind=Kind.CONTACTS, target_id="mail-4711", search=hashes(keyed, "55", ADDRESS)),
        entry("9077", target_id="deal-900077", search=hashes(keyed, "9077", NUMBER, ADDRESS), amount="12.50 EUR"),
    ]
    await ledger.record([*paula, entry("55", search=hashes(keyed, "55", "2024/1", OTHER))])
    failed = {"outcome": Outcome.FAILED, "reason": "refused", "message": f"{NAME}, {ADDRESS} is blocked"}
    await ledger.record([replace_entry(each, **failed) for each in paula])
    await ledger.record([replace_entry(each, outcome=Outcome.UPDATED, reason="", message="") for each in paula])
    await ledger.record([entry("7", kind=Kind.PRODUCTS, message=f"ordered by {ADDRESS}")])
    await Runs(database).begin(run("run-1", marks=(FlowMark(kind=Kind.CONTACTS, cursor=f"after:{ADDRESS}", read=9),)))
    await Runs(database).update(run("run-1", state=RunState.FAILED, message=f"stopped at {ADDRESS}"))
    await log.append(list(lines()))
    await AccountsStore(database).save(
        Account(key="till", title="Till", system="till", settings={"login": ADDRESS, "size": 5})
    )
    rule = FieldRule(source="phone", target=f"phone of {NAME}")
    await IntegrationsStore(database).save(
        Integration(
            key="shop", title="Shop", source="till", target="", flows=(Kind.ORDERS,), fields=(rule,), is_draft=True
        )
    )
    row = ProductRow(
        key="A-1", sku="A-1", ean="", name=f"Gift for {NAME}", number="17", match=Match.EAN, confidence=100
    )
    await ProductsStore(database).replace("shop", [row])
    await Preferences(database).set("window", {"recent": [ADDRESS], "width": "5"})
    await PracticeStore(database).save("practice-mail", {"contacts": [{"first": "Paula", "last": "Poststempel"}]})


def replace_entry(old, **changes):
    import msgspec

    return msgspec.structs.replace(old, **changes) if isinstance(old, msgspec.Struct) else replace(old, **changes)


def lines() -> Iterable[LogEvent | RequestEvent]:
    common: dict[str, Any] = {"level": Level.ERROR, "integration": "shop"}
    yield LogEvent(message=text("Contact {n}", n="55"), kind=Kind.CONTACTS, key="55", facts={"says": NAME}, **common)
    yield LogEvent(message=text("Order {n}", n="55"), kind=Kind.ORDERS, key="55", facts={"says": "kept 1"}, **common)
    yield LogEvent(message=verbatim(f"the address {ADDRESS} was refused"), **common)
    yield LogEvent(message=Text(f"a pattern about {ADDRESS}"), **common)
    yield LogEvent(message=text("Contact {n}", n="x"), facts={"record": "p•••@example.com"}, **common)
    request: dict[str, Any] = {
        "method": "GET",
        "status": 200,
        "duration_ms": 1.5,
        "sent_bytes": 0,
        "received_bytes": 12,
    }
    yield RequestEvent(url="https://shop.example/v2/orders/9077/products", **request)
    yield RequestEvent(url="https://mail.example/contacts?ids=1,mail-4711", **request)
    yield RequestEvent(url="https://mail.example/kept/99077", **request)


TRACES = (ADDRESS, NUMBER, "Poststempel", "mail-4711", "deal-900077", "p•••@example.com", '"9077"', "orders/9077/")


def traces_in_files(*folders: Path, also: Iterable[bytes] = ()) -> list[str]:
    """Every byte of every file, as it lies on the disk."""
    wanted = [*(each.encode() for each in TRACES), *(each.lower().encode() for each in TRACES), *also]
    return [
        f"{path.name}: {each!r}"
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for raw in [path.read_bytes()]
        for each in wanted
        if each in raw
    ]


async def test_a_person_is_found_over_the_hash_of_the_address(
    person_data: PersonData, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    found = await person_data.find(PAULA)
    assert found.records == {"contacts": 1, "orders": 1}
    assert found.rows == {
        "entry": 3,
        "past_outcome": 2,
        "log_line": 6,
        "log_template": 1,
        "run": 1,
        "flow_mark": 1,
        "account": 1,
        "preference": 1,
    }
    assert not found.is_marked


async def test_a_name_is_found_wherever_it_is_written(
    person_data: PersonData, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    found = await person_data.find(person_words("Poststempel, Paula"))
    assert {"integration", "product", "practice"} <= set(found.rows)
    assert found.records == {}


async def test_an_order_number_leads_to_everything_of_the_person_and_to_nobody_else(
    person_data: PersonData, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    assert (await person_data.find(person_words(NUMBER))).records == {"contacts": 1, "orders": 1}
    # Order 55 is another person's, although Paula's contact has the same id.
    assert (await person_data.find(person_words("2024/1"))).records == {"orders": 1}


@pytest.mark.parametrize("asked", [ADDRESS, NUMBER])
async def test_nothing_of_an_erased_person_is_left_in_any_file(
    asked: str, person_data: PersonData, folder: DataFolder, database: Database, keyed: FolderHash, cache: Path
) -> None:
    await fill(database, keyed)
    await database.back_up()
    address_hash = hash_of_words(keyed, ADDRESS)
    person = person_words(asked)
    assert traces_in_files(folder.root, also=[address_hash])
    # As a person does it who asks about both: what is known by the name alone goes with the name.
    await person_data.erase(person, keeps_mark=True)
    await person_data.erase(person_words(NAME), keeps_mark=True)
    after = await person_data.find(person)
    assert (after.count, after.files) == (0, ())
    left = traces_in_files(folder.root, cache, also=[address_hash])
    if asked == NUMBER:  # the log never held the address, and from a number nobody comes to its masked form
        left = [each for each in left if "@example.com" not in each]
    assert left == []


async def test_what_belongs_to_others_stays(person_data: PersonData, database: Database, keyed: FolderHash) -> None:
    await fill(database, keyed)
    await person_data.erase(PAULA, keeps_mark=True)
    ledger = Ledger(database)
    assert [each.kind for each in await ledger.find("shop", hash_of_words(keyed, OTHER))] == [Kind.ORDERS]
    (product,) = await ledger.entries("shop", kind=Kind.PRODUCTS)
    assert product.message == "ordered by •••"
    kept = [row.event for row in await LogStore(database).query()]
    assert [each.url if isinstance(each, RequestEvent) else each.facts["says"] for each in kept] == [
        "https://mail.example/kept/99077",
        "kept 1",
    ]
    till = await AccountsStore(database).get("till")
    assert till is not None
    assert till.settings == {"size": 5}
    assert await Preferences(database).get("window") == {"recent": [], "width": "5"}


async def test_a_name_is_blanked_in_settings_and_product_names(
    person_data: PersonData, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    await person_data.erase(person_words(NAME), keeps_mark=True)
    (row,) = await ProductsStore(database).rows("shop")
    assert (row.name, row.number) == ("Gift for •••", "17")
    integration = await IntegrationsStore(database).get("shop")
    assert integration is not None
    assert [(rule.source, rule.target) for rule in integration.fields] == [("phone", "phone of •••")]
    assert await PracticeStore(database).load("practice-mail") is None


async def test_records_under_way_are_forgotten_too(
    person_data: PersonData, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    keys = json.dumps(["9077", "9078"])
    there = await database.read(columns_of)
    if "under_way" not in there:
        pytest.skip("this ledger keeps no intents")
    insert = "INSERT INTO under_way (id, integration, kind, run_id, keys, at) VALUES ('u', 'shop', 'orders', 'r', ?, 0)"
    await database.write(lambda c: c.execute(insert, (keys,)))
    await person_data.erase(PAULA, keeps_mark=False)
    assert await database.read(lambda c: c.execute("SELECT keys FROM under_way").fetchall()) == [('["9078"]',)]


async def test_backups_are_rewritten_with_the_key_they_hold_themselves(
    person_data: PersonData, folder: DataFolder, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    old = await database.back_up()
    before = old.stat().st_mtime_ns
    # Begun anew, the folder has another key; the backup still has its own.
    await database.start_over()
    files = PersonFiles(folder, Backups(folder.backups), folder.root / "nowhere")
    fresh = PersonData(database, files, await load_keyed_hash(database))
    found = await fresh.find(PAULA)
    assert {each.sort for each in found.files} == {FileSort.BACKUP, FileSort.SET_ASIDE}
    erased = await fresh.erase(PAULA, keeps_mark=False)
    assert {each.fate for each in erased.files} == {FileFate.REWRITTEN}
    assert old.stat().st_mtime_ns == before
    assert (await fresh.find(PAULA)).count == 0
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone()[0] == 2
    hashed = hash_of_words(keyed, ADDRESS)
    assert [each for each in traces_in_files(folder.root, also=[hashed]) if "Poststempel" not in each] == []


async def test_a_database_set_aside_that_nobody_can_read_is_deleted(
    person_data: PersonData, folder: DataFolder, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    place = folder.backups / "damaged-20260101-000000-000000"
    place.mkdir()
    (place / "koppler.db").write_bytes(b"SQLite format 3\0" + ADDRESS.encode() * 400)
    found = await person_data.find(PAULA)
    assert [(each.sort, each.fate) for each in found.unreadable] == [(FileSort.SET_ASIDE, FileFate.UNREADABLE)]
    await person_data.erase(PAULA, keeps_mark=False)
    assert not place.exists()


async def test_practice_files_and_leftovers_go_and_foreign_files_are_only_named(
    person_data: PersonData, folder: DataFolder, cache: Path
) -> None:
    practice = cache / "practice" / "practice-orders-200.csv"
    practice.write_text(f"1;{ADDRESS};2", encoding="utf-8-sig")
    leftover = folder.backups / "koppler-x.db.partial"
    leftover.write_bytes(b"\0\1" + ADDRESS.encode())
    own = folder.root / "report.txt"
    own.write_text(f"about {ADDRESS}", encoding="utf-8")
    erased = await person_data.erase(PAULA, keeps_mark=False)
    assert {each.sort: each.fate for each in erased.files} == {
        FileSort.PRACTICE: FileFate.DELETED,
        FileSort.LEFTOVER: FileFate.DELETED,
        FileSort.FOREIGN: FileFate.LEFT,
    }
    assert (practice.exists(), leftover.exists(), own.exists()) == (False, False, True)


async def test_a_table_that_nobody_named_is_searched_too(person_data: PersonData, database: Database) -> None:
    await database.write(lambda c: c.execute("CREATE TABLE fresh (id INTEGER, words TEXT, raw BLOB)"))
    await database.write(lambda c: c.execute("INSERT INTO fresh VALUES (1, ?, NULL), (2, 'kept', x'00')", (ADDRESS,)))
    assert (await person_data.find(PAULA)).rows == {"fresh": 1}
    await person_data.erase(PAULA, keeps_mark=False)
    assert await database.read(lambda c: c.execute("SELECT id FROM fresh").fetchall()) == [(2,)]


async def test_every_table_of_the_database_has_been_thought_of(database: Database) -> None:
    from app.storage import tablesearch

    named = set(tablesearch._KNOWN) | tablesearch._IMPERSONAL
    tables = await database.read(
        lambda c: {name for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    )
    assert {name for name in tables if not name.startswith("sqlite_")} - named == set()


async def test_a_mark_keeps_the_person_from_being_sent_again_until_it_is_taken_away(
    person_data: PersonData, database: Database, keyed: FolderHash
) -> None:
    await fill(database, keyed)
    await person_data.erase(person_words(NUMBER), keeps_mark=True)
    people = await load_erased_people(database, keyed)
    assert people.has("shop", ADDRESS)
    assert not people.has("shop", OTHER, "55")
    assert (await person_data.find(PAULA)).is_marked
    assert await person_data.unmark(PAULA)
    assert not await person_data.unmark(PAULA)
    assert not (await load_erased_people(database, keyed)).has("shop", ADDRESS)


async def test_an_order_without_an_address_is_marked_by_its_number_in_its_own_integration(
    person_data: PersonData, database: Database, keyed: FolderHash
) -> None:
    await Ledger(database).record([entry("81", search=hashes(keyed, "81", "2024/81"))])
    await Ledger(database).record([entry("82", integration="other", search=hashes(keyed, "82", "2024/82"))])
    person = person_words("2024/81")
    await person_data.erase(person, keeps_mark=True)
    people = await load_erased_people(database, keyed)
    assert people.has("shop", "", "2024/81")
    assert not people.has("other", "", "2024/81")
    assert not people.has("shop", "", "2024/82")
    configured = Integration(key="shop", title="Shop", source="", target="", flows=(), is_draft=True)
    await IntegrationsStore(database).save(configured)
    assert (await person_data.find(person)).is_marked
    assert await person_data.unmark(person)
    assert not (await person_data.find(person)).is_marked


async def test_another_program_that_reads_on_is_named_and_the_rest_goes_when_koppler_closes(
    folder: DataFolder, opened: Opened, cache: Path
) -> None:
    database = await opened(folder, busy_timeout_s=0.05)
    keyed = await load_keyed_hash(database)
    await fill(database, keyed)
    data = PersonData(database, PersonFiles(folder, Backups(folder.backups), cache), keyed)
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as viewer:
        viewer.execute("BEGIN")
        viewer.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(StorageError) as caught:
            await data.erase(PAULA, keeps_mark=False)
        assert "Close the other program" in str(caught.value.remedy)
        viewer.execute("COMMIT")
    assert (await data.find(PAULA)).count == 0
    await database.close()
    left = traces_in_files(folder.root, also=[hash_of_words(keyed, ADDRESS)])
    assert [each for each in left if "Poststempel" not in each] == []


async def test_a_record_whose_very_id_is_the_address_goes_too(
    person_data: PersonData, folder: DataFolder, database: Database, keyed: FolderHash
) -> None:
    await Ledger(database).record([entry(ADDRESS, kind=Kind.OPT_OUTS, target_id=ADDRESS, search=())])
    assert (await person_data.find(PAULA)).rows == {"entry": 1}
    await person_data.erase(PAULA, keeps_mark=True)
    assert traces_in_files(folder.root) == []


async def test_one_among_many_is_found_in_the_database_and_in_every_backup(
    person_data: PersonData, folder: DataFolder, database: Database, keyed: FolderHash
) -> None:
    """How long it takes with 100,000 records measures ``tests.benchmarks.person_search``."""
    await fill_many(database, keyed, 10_000)
    backup = await database.back_up()
    for number in range(3):
        shutil.copyfile(backup, folder.backups / f"koppler-20260101-00000{number}-000000-v5.db")
    found = await person_data.find(PAULA)
    assert found.records == {"contacts": 1}
    assert len(found.files) == 4
    await person_data.erase(PAULA, keeps_mark=True)
    assert (await person_data.find(PAULA)).count == 0
    assert traces_in_files(folder.root, also=[hash_of_words(keyed, ADDRESS)]) == []


async def fill_many(database: Database, keyed: FolderHash, count: int) -> None:
    def entries(start: int) -> list:
        return [
            entry(str(number), search=hashes(keyed, str(number), f"customer{number}@example.com"))
            for number in range(start, start + 5_000)
        ]

    ledger = Ledger(database)
    for start in range(0, count, 5_000):
        await ledger.record(entries(start))
    await ledger.record([entry("55", kind=Kind.CONTACTS, search=hashes(keyed, "55", ADDRESS))])
