"""What was searched, found and erased about a person, to be kept as proof: it names the person only in masked form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import app
from app.core.labels import counted
from app.core.person import AskedBy
from app.core.records import Kind
from app.core.texts import Text, _, ntext, text
from app.services.listing import listed
from app.storage.persondata import PersonHoldings
from app.storage.personfiles import FileFate, FileSort
from app.storage.replacing import replace_file


class PersonTask(StrEnum):
    FIND = "find"
    ERASE = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReport:
    """One sort of place that was searched."""

    code: str
    name: Text
    found: int
    detail: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    name: str
    sort: FileSort
    fate: FileFate
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReport:
    """``masked`` and ``fingerprint`` (a keyed hash) tell the one who asked whose report it is, and nobody else."""

    task: PersonTask
    at: datetime
    asked_by: AskedBy
    masked: str
    fingerprint: str
    places: Sequence[PlaceReport]
    files: Sequence[FileReport]
    found: int
    left: int = 0
    """After erasing, found once more with a second search."""
    is_marked: bool = False
    stays: Sequence[Text] = ()
    elsewhere: Sequence[str] = ()
    """Accounts whose systems may hold the person: nothing is changed there."""
    next_step: Text = Text("")
    took_s: float = 0.0

    @property
    def sentence(self) -> Text:
        if self.task is PersonTask.FIND:
            if not self.found:
                return text("Nothing about {person} was found on this computer.", person=self.masked)
            return ntext(
                "{count} trace of {person} was found on this computer.",
                "{count} traces of {person} were found on this computer.",
                self.found,
                person=self.masked,
            )
        if self.left:
            return ntext(
                "{person} was erased, except for {count} trace that is left to you.",
                "{person} was erased, except for {count} traces that are left to you.",
                self.left,
                person=self.masked,
            )
        return text("{person} was erased: a second search found nothing.", person=self.masked)


_TABLES: Mapping[str, tuple[tuple[str, ...], Text]] = {
    "journal": (("entry",), text("Journal of what was sent")),
    "history": (("past_outcome", "entry_search", "under_way"), text("Earlier outcomes in the journal")),
    "log": (("log_line", "log_template"), text("Log")),
    "runs": (("run", "flow_mark"), text("Details of runs")),
    "accounts": (("account",), text("Settings of accounts")),
    "integrations": (("integration",), text("Settings of integrations")),
    "products": (("product",), text("Product tables")),
    "preferences": (("preference",), text("Preferences and window")),
    "practice": (("practice",), text("Practice accounts")),
    "boxes": (("box",), text("Kept pushes and lists to work off")),
}
_SORTS: Mapping[FileSort, tuple[str, Text]] = {
    FileSort.BACKUP: ("backups", text("Backups")),
    FileSort.SET_ASIDE: ("set_aside", text("Databases that were set aside")),
    FileSort.PRACTICE: ("practice_files", text("Practice files")),
    FileSort.LEFTOVER: ("leftovers", text("Leftovers of interrupted work")),
    FileSort.FOREIGN: ("own_files", text("Your own files in the data folder")),
}
_FATES: Mapping[FileFate, Text] = {
    FileFate.FOUND: text("{name}: the person is in it."),
    FileFate.UNREADABLE: text("{name}: cannot be searched; erasing a person deletes it."),
    FileFate.REWRITTEN: text("{name}: rewritten without the person."),
    FileFate.DELETED: text("{name}: deleted."),
    FileFate.LEFT: text("{name}: it is your own file and was not changed. Correct or delete it yourself."),
}


def places_of(holdings: PersonHoldings) -> tuple[PlaceReport, ...]:
    """Every sort of place, also those where nothing was found: they were searched."""
    known = {table for tables, _name in _TABLES.values() for table in tables}
    found = [
        PlaceReport(
            code=code,
            name=name,
            found=sum(holdings.rows.get(table, 0) for table in tables),
            detail=_records(holdings) if code == "journal" else Text(""),
        )
        for code, (tables, name) in _TABLES.items()
    ]
    other = sum(count for table, count in holdings.rows.items() if table not in known)
    found.append(PlaceReport(code="other", name=text("Everything else in the database"), found=other))
    for sort, (code, name) in _SORTS.items():
        count = sum(each.count for each in holdings.files if each.sort is sort)
        found.append(PlaceReport(code=code, name=name, found=count))
    return tuple(found)


def files_of(holdings: PersonHoldings) -> tuple[FileReport, ...]:
    return tuple(
        FileReport(
            name=each.name,
            sort=each.sort,
            fate=each.fate,
            sentence=Text(_FATES[each.fate].message, values=(("name", each.name),)),
        )
        for each in holdings.files
    )


def as_values(report: PersonReport) -> dict[str, Any]:
    """JSON, the same on the command line and in the saved file."""
    return {
        "task": report.task.value,
        "program": f"Koppler {app.__version__}",
        "at": report.at.isoformat(),
        "asked_by": report.asked_by.value,
        "person": report.masked,
        "fingerprint": report.fingerprint,
        "sentence": str(report.sentence),
        "found": report.found,
        "left": report.left,
        "is_marked": report.is_marked,
        "places": {each.code: each.found for each in report.places},
        "files": [{"name": each.name, "sort": each.sort.value, "fate": each.fate.value} for each in report.files],
        "stays": [str(each) for each in report.stays],
        "elsewhere": list(report.elsewhere),
        "next_step": str(report.next_step),
        "took_s": round(report.took_s, 3),
    }


def as_text(report: PersonReport) -> str:
    title = _("Search for a person") if report.task is PersonTask.FIND else _("Erasure of a person")
    lines = [
        title,
        f"Koppler {app.__version__}, {report.at.astimezone().isoformat(sep=' ', timespec='seconds')}",
        "",
        str(report.sentence),
        _("Fingerprint (keyed, of no use outside of this data folder): {code}").format(code=report.fingerprint),
        "",
        _("Searched:") if report.task is PersonTask.FIND else _("Searched and erased:"),
    ]
    for each in report.places:
        line = _("{place}: {count}").format(place=each.name, count=each.found)
        lines.append(f"  {line}" + (f" ({each.detail})" if each.detail else ""))
    lines += [f"  {each.sentence}" for each in report.files]
    if report.stays:
        lines += ["", _("What stays, and why:"), *(f"  {each}" for each in report.stays)]
    if report.elsewhere:
        lines += ["", _("Not touched: {systems}").format(systems=", ".join(report.elsewhere))]
    if report.next_step:
        lines += ["", str(report.next_step)]
    return "\n".join(lines) + "\n"


def write_person_report(report: PersonReport, path: Path) -> None:
    """JSON for a name that ends so, else text. Raises StorageError; an existing file is replaced by a whole one."""
    is_json = path.suffix.casefold() == ".json"
    words = json.dumps(as_values(report), ensure_ascii=False, indent=2) + "\n" if is_json else as_text(report)
    # The mark lets Windows' own editor see that this is UTF-8.
    encoding = "utf-8" if is_json else "utf-8-sig"
    replace_file(path, lambda temporary: _write(temporary, words, encoding))


def _write(path: Path, words: str, encoding: str) -> None:
    path.write_text(words, encoding=encoding, newline="\n")


def _records(holdings: PersonHoldings) -> Text:
    kinds = [kind for kind in Kind if holdings.records.get(kind.value)]
    return listed([counted(kind, holdings.records[kind.value]) for kind in kinds])
