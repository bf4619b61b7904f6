"""One set-up at a time per checkout."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bootstrapping.reports import SetupError, say


@contextlib.contextmanager
def hold_setup(guard: Path) -> Iterator[None]:
    """Waits for another set-up of the same checkout; the operating system frees the lock if that one is killed."""
    try:
        stream = guard.open("a+b")
    except OSError as error:
        raise SetupError(
            f"Koppler cannot write into its own folder {guard.parent} ({error.strerror}). "
            "Copy the folder to a place that belongs to you, for example your home folder, and start again."
        ) from error
    with stream:
        if not _lock(stream, is_waiting=False):
            say("Another set-up of this folder is running; waiting for it to finish …")
            _lock(stream, is_waiting=True)
        try:
            yield
        finally:
            _unlock(stream)


if sys.platform == "win32":
    import msvcrt
    import time

    def _lock(stream: IO[bytes], *, is_waiting: bool) -> bool:
        while True:
            try:
                stream.seek(0)
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                if not is_waiting:
                    return False
                time.sleep(0.5)  # Windows' own waiting mode gives up after ten seconds
            else:
                return True

    def _unlock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[bytes], *, is_waiting: bool) -> bool:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | (0 if is_waiting else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
