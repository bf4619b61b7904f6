"""Starting other programs: with their output passed on, and remembered where a failure has to be explained."""

import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootstrapping.reports import say

_REMEMBERED_LINES = 400
_KILLED_BY_SIGNAL = 128  # shells add the number of the signal


@dataclass(frozen=True, slots=True)
class Finished:
    exit_code: int
    errors: str

    @property
    def is_ok(self) -> bool:
        return self.exit_code == 0


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without what would make a virtual environment's Python look for modules elsewhere."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "__PYVENV_LAUNCHER__"}
    }
    return environment | dict(extra or {})


def run_watched(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    show: Callable[[str], None] = say,
) -> Finished:
    """Shows the program's output line by line while it runs, and keeps the end of it for an explanation."""
    remembered: deque[str] = deque(maxlen=_REMEMBERED_LINES)
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=child_environment(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in process.stdout:
            remembered.append(line)
            show(line.rstrip())
    return Finished(process.returncode, "".join(remembered))


def run_quietly(command: Sequence[str | Path], folder: Path) -> Finished:
    """For short questions to another program; both of its outputs come back as text."""
    try:
        result = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        return Finished(127, str(error))
    return Finished(result.returncode, result.stdout)


def hand_over(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> int:
    """Runs the program on our own terminal and returns its exit code as a shell would.

    Ctrl+C reaches the program directly and is its own to handle; a request to end is passed on to it.
    """
    with subprocess.Popen([str(part) for part in command], cwd=folder, env=child_environment(environment)) as process:
        previous = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            exit_code = _wait_through_interrupts(process)
        finally:
            signal.signal(signal.SIGTERM, previous)
    return exit_code if exit_code >= 0 else _KILLED_BY_SIGNAL - exit_code


def _wait_through_interrupts(process: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
