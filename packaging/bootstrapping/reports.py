"""What the set-up says on the terminal, and the one error every step raises."""

import contextlib
import io
import sys


class SetupError(Exception):
    """A step failed; the text tells a person what happened and what to do next."""


def make_streams_tolerant() -> None:
    """Lets a terminal that cannot show a letter print a substitute: folder names may hold any letter."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError):  # already detached
                stream.reconfigure(errors="replace")


def say(line: str) -> None:
    """Progress goes to standard error: standard output belongs to the program that is started afterwards."""
    if sys.stderr is not None:  # None under pythonw
        print(line, file=sys.stderr, flush=True)
