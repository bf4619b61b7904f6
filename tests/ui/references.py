"""Renews the pictures that screens are compared with: `python -m tests.ui.references [SCREEN]...`.

Look at every changed picture before it is committed: from then on it is what is right.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).resolve().with_name("fonts.conf"))

import qasync
from PySide6.QtWidgets import QApplication

from tests.ui.picture_files import save_small
from tests.ui.reference_screens import SCREENS, render

FOLDER = Path(__file__).resolve().parent / "reference_pictures"


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.png"


async def renew(application: QApplication, names: list[str]) -> None:
    for screen in SCREENS:
        if not names or screen.name in names:
            path = path_of(screen.name)
            size = save_small(await render(application, screen), path)
            print(f"{path} · {size // 1024} kB")  # noqa: T201 - tells what was saved


def main() -> int:
    names = sys.argv[1:]
    unknown = set(names) - {screen.name for screen in SCREENS}
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}", file=sys.stderr)  # noqa: T201 - the answer to a wrong call
        return 2
    application = QApplication(sys.argv[:1])
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(renew(application, names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
