"""How fast Koppler is: `python -m tests.benchmarks [NAME...] [--quick] [--json FILE]`.

::

    python -m tests.benchmarks                      everything, as a table
    python -m tests.benchmarks --list               the names
    python -m tests.benchmarks single               one row
    python -m tests.benchmarks single --profile     where its time goes: the engine's part under cProfile
    python -m tests.benchmarks batches --profile --sort cumulative --lines 60
    python -m tests.benchmarks --quick single       a tenth of the records, one round: for a look, not for a verdict

Every ratio compares variants that ran in turn, round by round, on the same server and machine; the median over the
rounds counts. CPU seconds are user and system time of the whole process. Leaves with 1 when a goal is missed.

A profile sees the thread of the engine's loop alone (not the database's threads) and makes everything slower: use it to
compare functions with each other. ``--profile`` also writes ``FILE`` when given ``--profile-file FILE`` (for pstats).
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import importlib
import json
import pkgutil
import platform
import pstats
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tests.benchmarks import rows
from tests.benchmarks.bench import Bench, bench_server
from tests.benchmarks.measuring import Figure

_ORDER = (
    "server",
    "single",
    "batches",
    "reading",
    "latency",
    "limits",
    "ledger",
    "start",
    "mapping",
    "memory",
    "unchanged",
    "window",
    "peers",
)
_QUICK = 0.1


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def found_rows() -> dict[str, Any]:
    """Every row by its name, in the order of the table."""
    names = [each.name for each in pkgutil.iter_modules(rows.__path__)]
    modules = [importlib.import_module(f"{rows.__name__}.{name}") for name in names]
    by_name = {module.NAME: module for module in modules}
    return dict(sorted(by_name.items(), key=lambda pair: _place(pair[0])))


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print the names and leave")
    parser.add_argument("--quick", action="store_true", help="a tenth of the records, one round")
    parser.add_argument("--scale", type=float, help="multiplies how many records are measured")
    parser.add_argument("--rounds", type=int, help="how often every variant runs (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples; - for standard output")
    parser.add_argument("--folder", type=Path, help="where data folders are made; on a real disk")
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter that has the extra bench")
    parser.add_argument("--profile", action="store_true", help="print where the engine's time goes")
    parser.add_argument("--profile-file", type=Path, metavar="FILE")
    parser.add_argument("--sort", default="tottime", help="how a profile is sorted (tottime)")
    parser.add_argument("--lines", type=int, default=40, help="of a profile (40)")
    return parser.parse_args(arguments)


async def measured(bench: Bench, chosen: Iterable[Any], listen: Any) -> list[dict[str, Any]]:
    results = []
    for row in chosen:
        began = time.perf_counter()
        figures: Sequence[Figure] = await row.measure(bench)
        for figure in figures:
            listen(row.TITLE, figure)
        results.append(
            {
                "row": row.NAME,
                "title": row.TITLE,
                "took_s": round(time.perf_counter() - began, 1),
                "figures": [
                    {**asdict(replace(each, goal=each.goal)), "goal": str(each.goal), "ok": each.is_ok}
                    for each in figures
                ],
            }
        )
    return results


def line(title: str, figure: Figure) -> str:
    if figure.skipped:
        return f"{title:30} {figure.what:40} {'-':>12} {figure.goal!s:>8}  skipped: {figure.skipped}"
    verdict = ("ok" if figure.is_ok else "MISSED") if str(figure.goal) else ""
    value = f"{figure.value:,.3f}" if abs(figure.value) < 100 else f"{figure.value:,.0f}"
    return f"{title:30} {figure.what:40} {value + ' ' + figure.unit:>12} {figure.goal!s:>8}  {verdict:6} {figure.note}"


def main(arguments: Sequence[str]) -> int:
    given = parsed(arguments)
    known = found_rows()
    if given.list:
        for row in known.values():
            say(f"{row.NAME:12} {row.TITLE}")
        return 0
    if unknown := [name for name in given.names if name not in known]:
        say(f"There is no row {', '.join(unknown)}. There are: {', '.join(known)}")
        return 2
    chosen = [row for name, row in known.items() if not given.names or name in given.names]
    profiler = cProfile.Profile() if given.profile or given.profile_file else None
    to_output = str(given.json) == "-"

    def listen(title: str, figure: Figure) -> None:
        if not to_output:
            say(line(title, figure))

    with bench_server() as server:
        bench = Bench(
            server=server,
            folder=given.folder or Path(tempfile.gettempdir()),
            rounds=given.rounds or (1 if given.quick or profiler else 3),
            scale=given.scale or (_QUICK if given.quick else 1.0),
            profiler=profiler,
            peer_python=given.peer_python,
        )
        results = asyncio.run(measured(bench, chosen, listen))
    is_ok = all(figure["ok"] for row in results for figure in row["figures"])
    if given.json:
        machine = {"python": platform.python_version(), "machine": platform.platform()}
        document = json.dumps({"ok": is_ok, **machine, "rounds": bench.rounds, "scale": bench.scale, "rows": results})
        if to_output:
            say(document)
        else:
            given.json.write_text(document + "\n")
    if profiler:
        tell_profile(profiler, given)
    return 0 if is_ok else 1


def tell_profile(profiler: cProfile.Profile, given: argparse.Namespace) -> None:
    statistics = pstats.Stats(profiler)
    statistics.sort_stats(given.sort).print_stats(given.lines)
    if given.profile_file:
        statistics.dump_stats(given.profile_file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
