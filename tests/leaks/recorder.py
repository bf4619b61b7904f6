"""Koppler with a recorder in its ears: ``python -m tests.leaks.recorder RECORD window|COMMAND…`` writes down every name
that is looked up and every address that is connected to, one per line."""

from __future__ import annotations

import sys
from pathlib import Path


def record(path: Path) -> None:
    stream = path.open("a", buffering=1, encoding="utf-8")

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
            address = arguments[1]
            words = f"{address[0]}:{address[1]}" if isinstance(address, tuple) else f"local {address!r}"
            stream.write(f"{words}\n")
        elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            name = arguments[0]
            shown = name.decode() if isinstance(name, bytes) else str(name)
            if shown not in {"127.0.0.1", "localhost"}:
                stream.write(f"name {shown}\n")

    sys.addaudithook(hear)


def show_window(folder: Path) -> int:
    """Starts the window, looks at every section, and closes."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.bootstrap import opened
    from app.storage.folder import DataFolder
    from app.ui import navigation
    from app.ui.application import run
    from app.ui.pages.home import HomePage
    from app.ui.shell import Shell

    application = QApplication([])
    sections = [navigation.ACCOUNTS, navigation.ACTIVITY, navigation.SETTINGS, navigation.INTEGRATIONS]

    def step() -> None:
        shell = next((each for each in application.topLevelWidgets() if isinstance(each, Shell)), None)
        if shell is None or (len(sections) == 4 and not isinstance(shell.navigator.page(), HomePage)):
            return
        if sections:
            shell.navigator.open_section(sections.pop(0))
        else:
            timer.stop()
            shell.close()

    timer = QTimer(interval=200)
    timer.timeout.connect(step)
    timer.start()
    return run(DataFolder(folder), lambda: opened(DataFolder(folder), practice_records=20))


def main(arguments: list[str]) -> int:
    record(Path(arguments[0]))
    if arguments[1] == "window":
        return show_window(Path(arguments[2]))
    from app.__main__ import main as koppler

    return koppler(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
