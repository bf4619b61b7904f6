"""Gives life to the program under test, again and again: a process that has imported everything forks for each life.

A fresh interpreter would take most of a second before the first line of the program; a fork takes milliseconds, and is
a process of its own all the same. One line of JSON on standard input is one life; two come back, its process id and, at
its end, its exit code (negative: the signal that killed it).
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from importlib import import_module
from pathlib import Path

from tests.faults.life import live


def main() -> None:
    for line in sys.stdin:
        gc.freeze()
        _tell(pid=(pid := _forked(line)))
        _, status = os.waitpid(pid, 0)
        _tell(code=os.waitstatus_to_exitcode(status))
        _learn(Path(json.loads(line)["report"]))


def _forked(line: str) -> int:
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = live(line)
        finally:
            os._exit(code)
    return pid


def _tell(**facts: int) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _learn(report: Path) -> None:
    """What one life had to import, the next ones find in place."""
    names: list[str] = []
    with contextlib.suppress(OSError, ValueError):  # killed before it could tell, or forgotten meanwhile
        names = json.loads(report.read_text(encoding="utf-8"))["modules"]
    for name in names:
        if name not in sys.modules:
            with contextlib.suppress(ImportError):
                import_module(name)


if __name__ == "__main__":
    main()
