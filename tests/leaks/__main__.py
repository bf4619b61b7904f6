"""``python -m tests.leaks``: every secret of the list in every refusal, for every connector. Takes some minutes.

Prints what leaked; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from itertools import product
from pathlib import Path

from app.sdk.registry import Registry
from app.sdk.settings import secret_names
from tests.conftest import MemoryKeyring
from tests.leaks.canaries import SECRETS
from tests.leaks.laboratory import leaks_of
from tests.leaks.mirror import EVERY_MODE


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    parser.add_argument("--secrets", type=int, default=len(SECRETS), help="how many of the list")
    parser.add_argument("--system", action="append", help="only this connector")
    arguments = parser.parse_args()
    has_leaked = False
    for manifest in Registry.discover():
        if not secret_names(manifest.settings) or (arguments.system and manifest.system not in arguments.system):
            continue
        cases = list(product(range(arguments.secrets), EVERY_MODE))
        with tempfile.TemporaryDirectory(prefix="koppler-leaks-") as folder:
            leaks = asyncio.run(leaks_of(manifest, cases, Path(folder), MemoryKeyring()))
        print(f"{manifest.system}: {len(cases)} cases, {len(leaks)} leaks", *leaks, sep="\n  ")  # noqa: T201 - the result
        has_leaked = has_leaked or bool(leaks)
    return int(has_leaked)


if __name__ == "__main__":
    sys.exit(main())
