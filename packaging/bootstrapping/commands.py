"""The commands of `packaging/bootstrap.py`."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrapping.checkout import Checkout, find_checkout
from bootstrapping.environment import ensure_environment, remove_environment
from bootstrapping.processes import hand_over, run_watched
from bootstrapping.qt_libraries import ensure_qt_libraries
from bootstrapping.reports import SetupError, make_streams_tolerant, say
from bootstrapping.screens import why_no_screen

_DESCRIPTION = """\
Sets Koppler up in the folder .venv beside its source code and starts it.
The first time needs the internet and a few minutes; afterwards it takes seconds.

run [ARGUMENTS]   open the window; without a screen, show the practice import in the terminal
                  (arguments go to koppler)
test [ARGUMENTS]  run the tests (arguments go to pytest)
lint              check style, types, imports and translations
wheel             build the installable package into the folder dist
setup             only set up
clean             delete the set-up and what was built
"""
_MOST_TEST_PROCESSES = 4
_OPTIONS_WITH_VALUE = frozenset({"--data-dir"})
_OPTIONS_COMPLETE_ALONE = frozenset({"-h", "--help", "--version", "--self-test"})
_OPTIONS_AGAINST_PARALLEL = ("-n", "--numprocesses", "--pdb", "--trace", "--co", "--collect-only", "-s", "--dist")


def main(arguments: Sequence[str]) -> int:
    make_streams_tolerant()
    command, rest = _parse(arguments)
    checkout = find_checkout()
    try:
        return _COMMANDS[command](checkout, rest)
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Start the same command again to continue.")
        return 130


def _parse(arguments: Sequence[str]) -> tuple[str, list[str]]:
    parser = argparse.ArgumentParser(
        prog="packaging/bootstrap.py", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=sorted(_COMMANDS))
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on as they are")
    parsed = parser.parse_args(arguments)
    rest: list[str] = parsed.arguments
    return parsed.command, rest[1:] if rest[:1] == ["--"] else rest


def _run(checkout: Checkout, arguments: list[str]) -> int:
    ensure_environment(checkout, for_development=False)
    is_window_wanted = not names_command(arguments)
    if is_window_wanted:
        reason = why_no_screen(os.environ)
        if reason is None:
            ensure_qt_libraries(checkout, needs_screen=_shows_x11_window())
            return hand_over([checkout.window_python, "-m", "app", *arguments], checkout.root)
        say(f"No window can be opened, because {reason}. Showing the practice import in the terminal instead:")
        arguments = [*arguments, "demo"]
    return hand_over([checkout.python, "-m", "app", *arguments], checkout.root)


def names_command(arguments: Sequence[str]) -> bool:
    """Whether the arguments ask for a command of the command line, so that no window is meant."""
    remaining = iter(arguments)
    for argument in remaining:
        if argument in _OPTIONS_COMPLETE_ALONE or not argument.startswith("-"):
            return True
        if argument in _OPTIONS_WITH_VALUE:
            next(remaining, None)
    return False


def _shows_x11_window() -> bool:
    return not os.environ.get("QT_QPA_PLATFORM") and bool(os.environ.get("DISPLAY"))


def _test(checkout: Checkout, arguments: list[str]) -> int:
    ensure_environment(checkout, for_development=True)
    ensure_qt_libraries(checkout, needs_screen=False)
    return hand_over(
        [checkout.python, "-m", "pytest", *parallel_options(arguments, os.cpu_count() or 1), *arguments],
        checkout.root,
        {"QT_QPA_PLATFORM": "offscreen"},
    )


def parallel_options(arguments: Sequence[str], cores: int) -> list[str]:
    """Several processes, unless the person chose otherwise or wants to talk to the tests."""
    processes = min(cores, _MOST_TEST_PROCESSES)
    is_refused = "no:xdist" in " ".join(arguments) or any(
        argument.startswith(_OPTIONS_AGAINST_PARALLEL) for argument in arguments
    )
    if processes < 2 or is_refused:
        return []
    return ["-n", str(processes), "--dist", "worksteal"]


def _lint(checkout: Checkout, arguments: list[str]) -> int:
    _refuse(arguments, "lint")
    ensure_environment(checkout, for_development=True)
    python = checkout.python
    checks: tuple[list[str | Path], ...] = (
        [python, "-m", "ruff", "check"],
        [python, "-m", "ruff", "format", "--check"],
        [python, "-m", "mypy"],
        [python, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        [python, "packaging/catalogues.py", "check"],
    )
    failed = 0
    for check in checks:
        say(f"$ {shlex.join(map(str, ['python', *check[1:]]))}")
        failed += hand_over(check, checkout.root) != 0
    return 1 if failed else 0


def _wheel(checkout: Checkout, arguments: list[str]) -> int:
    ensure_environment(checkout, for_development=True)
    target = checkout.root / "dist"
    built = run_watched(
        [checkout.python, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, *arguments], checkout.root
    )
    return built.exit_code


def _setup(checkout: Checkout, arguments: list[str]) -> int:
    _refuse(arguments, "setup")
    ensure_environment(checkout, for_development=True)
    ensure_qt_libraries(checkout, needs_screen=False)
    return 0


def _clean(checkout: Checkout, arguments: list[str]) -> int:
    _refuse(arguments, "clean")
    remove_environment(checkout)
    return 0


def _refuse(arguments: Sequence[str], command: str) -> None:
    if arguments:
        raise SetupError(f"'{command}' takes no arguments; {shlex.join(arguments)} was not understood.")


_COMMANDS = {"run": _run, "test": _test, "lint": _lint, "wheel": _wheel, "setup": _setup, "clean": _clean}

if __name__ == "__main__":
    sys.exit("Start packaging/bootstrap.py instead.")
