"""What of pip's output a person sees: one line that keeps moving, and what went wrong if something did."""

import re
import sys
from collections.abc import Callable

from bootstrapping.reports import say

_STEP = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([\w.-]+)")
_PACKAGE_COUNT_WIDTH = 50
_MOST_TROUBLES = 15


class PipProgress:
    def __init__(self, on_unpacking: Callable[[], None]) -> None:
        self._on_unpacking = on_unpacking
        self._is_live = sys.stderr is not None and sys.stderr.isatty()
        self._count = 0
        self._troubles: dict[str, None] = {}

    def show(self, line: str) -> None:
        if line.startswith(("ERROR", "WARNING", "error")):
            self._troubles[line] = None
        step = _STEP.match(line)
        if step:
            self._count += 1
            self._rewrite(f"  {self._count}: {step[1]}")
        elif line.startswith("Installing collected packages"):
            self._on_unpacking()
            self._rewrite("  unpacking …")

    def finish(self, *, is_ok: bool) -> None:
        """Pip's remarks are of no interest after a success; after a failure a supporter will want the last of them."""
        self._rewrite("")
        if not is_ok:
            for line in list(self._troubles)[-_MOST_TROUBLES:]:
                say(line)

    def _rewrite(self, line: str) -> None:
        if self._is_live:
            sys.stderr.write(f"\r{line:<{_PACKAGE_COUNT_WIDTH}}\r{line}")
            sys.stderr.flush()
