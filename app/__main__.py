"""Starts Koppler: ``python -m app`` and the installed commands ``koppler`` and ``koppler-window``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import ConfigError, StorageError
from app.core.texts import text

if TYPE_CHECKING:
    from app.cli.session import OpenServices
    from app.sdk.redaction import Redactor
    from app.services import Services
    from app.storage.folder import DataFolder


_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
_TRY_LATER = 4


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code, as the command line documents it."""
    try:
        return _started(argv)
    except KeyboardInterrupt:
        # While modules are still being read nothing is open yet, and nothing needs to be said.
        return _TRY_LATER


def _started(argv: Sequence[str] | None) -> int:
    from app.cli.main import main as run_command_line
    from app.sdk.redaction import Redactor
    from app.services.crash import guarded_standard_error
    from app.services.demo import Demo

    redactor = Redactor()

    def open_services(folder: DataFolder) -> AbstractAsyncContextManager[Services]:
        return _open_services(folder, redactor)

    def open_window(folder: DataFolder) -> int:
        return _open_window(folder, open_services)

    with guarded_standard_error(redactor):
        return run_command_line(
            argv,
            open_services=open_services,
            open_window=open_window,
            demo=Demo(_open_practice),
            redactor=redactor,
        )


def window() -> int:
    """For a start without a console."""
    return main(sys.argv[1:])


def _open_services(folder: DataFolder, redactor: Redactor) -> AbstractAsyncContextManager[Services]:
    from app.bootstrap import opened

    return opened(folder, redactor=redactor)


def _open_practice(folder: Path, records: int) -> AbstractAsyncContextManager[Services]:
    from app.bootstrap import opened_for_practice

    return opened_for_practice(folder, records)


def _open_window(folder: DataFolder, open_services: OpenServices) -> int:
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _SCREENS):
        raise ConfigError(
            text("There is no screen to open the window on."),
            remedy=text("Use the command line: koppler --help, or see a practice import: koppler demo"),
        )
    try:
        from app.ui.application import run
    except ImportError as error:
        raise StorageError(
            text("The window cannot be shown: a system library is missing ({library}).", library=str(error)),
            remedy=text("Install Qt's system libraries, or use the command line: koppler --help"),
            detail=str(error),
        ) from error
    return run(folder, lambda: open_services(folder))


if __name__ == "__main__":
    sys.exit(main())
