"""Source, target and ledger, compared record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.storage.backups import Backups
from app.storage.database import Database
from app.storage.ledger import Ledger
from tests.faults.life import Report
from tests.faults.pairs import INTEGRATION
from tests.faults.shop import Expected
from tests.faults.stage import Stage

_STANDS = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Order numbers of what went wrong, and everything else in words."""

    orders: int = 0
    lost: Sequence[str] = ()
    doubled: Sequence[str] = ()
    in_doubt: Sequence[str] = ()
    wrong: Sequence[str] = field(default=())

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


async def compare(stage: Stage, report: Report) -> Findings:
    """``report`` is that of the run that came to its end."""
    entries, strangers, unsettled = await _ledger(stage)
    held = stage.pair.held(stage.receiving)
    expected = stage.shop.orders
    in_doubt = [key for key, entry in entries.items() if entry.outcome is Outcome.IN_DOUBT]
    may_miss = set() if stage.pair.looks_up else set(in_doubt)
    lost = [key for key, wanted in expected.items() if wanted and not held.get(key) and key not in may_miss]
    doubled = [key for key, rows in held.items() if len(rows) > 1]
    wrong = [
        *(f"order {key} has no settled entry" for key in expected if not _is_settled(entries.get(key))),
        *(
            f"order {key}: {words}"
            for key, wanted in expected.items()
            if (words := _differs(wanted, held.get(key, ())))
        ),
        *(f"the target holds {key}, which the shop does not know" for key in held if key not in expected),
        *(
            f"order {key} is {entry.outcome} in the ledger, and the target has {len(held.get(key, ()))}"
            for key, entry in entries.items()
            if not _agrees(entry, expected.get(key), held.get(key, ()), looks_up=stage.pair.looks_up)
        ),
        *([f"{strangers} entries of records that the shop does not know"] if strangers else []),
        *([f"{unsettled} entries are still under way"] if unsettled else []),
        *_sums(expected, held, may_miss),
        *_balance(stage, report),
        *stage.pair.oddities(stage.receiving),
    ]
    return Findings(orders=len(expected), lost=lost, doubled=doubled, in_doubt=in_doubt, wrong=wrong)


async def _ledger(stage: Stage) -> tuple[dict[str, Entry], int, int]:
    """Entries of the orders by key, how many others there are, and how many are not settled."""
    database = Database(stage.folder.database, Backups(stage.folder.backups))
    await database.open()
    try:
        ledger = Ledger(database)
        entries = dict(await ledger.load(INTEGRATION, Kind.ORDERS, list(stage.shop.orders)))
        strangers = await ledger.count(INTEGRATION, kind=Kind.ORDERS) - len(entries)
        unsettled = [await ledger.unsettled(INTEGRATION, kind) for kind in stage.pair.flows]
    finally:
        await database.close()
    return entries, strangers, sum(map(len, unsettled))


def _is_settled(entry: Entry | None) -> bool:
    return entry is not None and entry.state is EntryState.SETTLED


def _differs(wanted: Expected | None, rows: Sequence[Expected]) -> str:
    if wanted is None:
        return "left out, and in the target all the same" if rows else ""
    return f"{rows[0]} instead of {wanted}" if rows and rows[0] != wanted else ""


def _agrees(entry: Entry, wanted: Expected | None, rows: Sequence[Expected], *, looks_up: bool) -> bool:
    if wanted is None:
        return entry.outcome is Outcome.SKIPPED
    if entry.outcome is Outcome.IN_DOUBT:
        return not looks_up
    return entry.outcome in _STANDS and bool(rows) and bool(entry.target_id)


def _sums(
    expected: Mapping[str, Expected | None], held: Mapping[str, Sequence[Expected]], may_miss: set[str]
) -> Sequence[str]:
    """Without the records of which nobody can know whether they arrived."""
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for key, each in expected.items():
        if each is not None and key not in may_miss:
            wanted[each.currency] += _cents(each.amount)
    for key, rows in held.items():
        for row in rows if key not in may_miss else ():
            found[row.currency] += _cents(row.amount)
    return [f"{code}: {found[code]} cents instead of {wanted[code]}" for code in wanted if found[code] != wanted[code]]


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


def _balance(stage: Stage, report: Report) -> Sequence[str]:
    read = sum(
        len(stage.shop.customers) if kind is Kind.CONTACTS else len(stage.shop.orders) for kind in stage.pair.flows
    )
    if report.state != "finished":
        return [f"the run ended {report.state}: {report.error}"]
    if not report.balances or report.read != read:
        return [f"the balance has {report.read} read of {read}: {dict(report.counts)}"]
    return []


def shown(words: Sequence[str]) -> str:
    """The first ones, for the eye."""
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more
