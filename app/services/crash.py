"""What the program says to standard error of its own faults: whole, for whoever mends them, but without secrets."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from app.core.addresses import masked_words
from app.sdk.redaction import Redact


class _WithoutSecrets(logging.Formatter):
    def __init__(self, redact: Redact) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        # The whole is looked at, traceback included: a secret may stand in any part of it.
        return masked_words(self._redact(super().format(record)))


class _Faults:
    def __init__(self, redact: Redact) -> None:
        self._redact = redact

    def tell(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        words = "".join(traceback.format_exception(kind, error, trace))
        print(masked_words(self._redact(words)), file=sys.stderr, end="")  # noqa: T201 - the hook's very task

    def tell_of_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_type is not SystemExit:
            self.tell(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def tell_unraisable(self, arguments: sys.UnraisableHookArgs) -> None:
        self.tell(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


@contextmanager
def guarded_standard_error(redact: Redact) -> Iterator[None]:
    """While it lasts, log records and unexpected exceptions of every thread go through ``redact``."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutSecrets(redact))
    handler.setLevel(logging.WARNING)
    faults = _Faults(redact)
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    logging.getLogger().addHandler(handler)
    sys.excepthook, threading.excepthook = faults.tell, faults.tell_of_thread
    sys.unraisablehook = faults.tell_unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
        logging.getLogger().removeHandler(handler)
