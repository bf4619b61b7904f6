"""Libraries of the operating system that Qt's own package does not bring: only Linux can lack any."""

import re
import sys
from pathlib import Path

from bootstrapping import debian
from bootstrapping.checkout import Checkout
from bootstrapping.processes import run_quietly
from bootstrapping.reports import SetupError

_ASK_IMPORT = "import PySide6.QtCore, PySide6.QtGui, PySide6.QtNetwork, PySide6.QtSvg, PySide6.QtWidgets"
_NOT_FOUND = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)
_CANNOT_OPEN = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")


def ensure_qt_libraries(checkout: Checkout, *, needs_screen: bool) -> None:
    """Tries what the program will do, and provides what is missing.

    Raises:
        SetupError: with the one command to run, where we may not install packages.
    """
    if not sys.platform.startswith("linux"):
        return
    missing = find_missing_libraries(checkout, needs_screen=needs_screen)
    if not missing:
        return
    packages = debian.QT_WITH_SCREEN if needs_screen else debian.QT_WITHOUT_SCREEN
    if debian.is_debian() and debian.may_install():
        debian.install(packages)
        missing = find_missing_libraries(checkout, needs_screen=needs_screen)
        if not missing:
            return
    raise SetupError(explain_missing(missing, packages if debian.is_debian() else ()))


def explain_missing(missing: list[str], packages: tuple[str, ...]) -> str:
    names = ", ".join(missing)
    if packages:
        return (
            f"The window needs system libraries that are not installed ({names}). "
            f"Run this one command, then start again: {debian.installation_command(packages)}"
        )
    return (
        f"The window needs system libraries that are not installed: {names}. "
        "Install the packages of your distribution that contain them, then start again."
    )


def find_missing_libraries(checkout: Checkout, *, needs_screen: bool) -> list[str]:
    missing: set[str] = set()
    imported = run_quietly([checkout.python, "-I", "-c", _ASK_IMPORT], checkout.root)
    if not imported.is_ok:
        missing |= parse_import_failure(imported.errors)
    for plugin in _platform_plugins(checkout, needs_screen=needs_screen):
        listed = run_quietly(["ldd", plugin], checkout.root)
        if listed.is_ok:  # systems without ldd rely on the import alone
            missing |= parse_ldd(listed.errors)
    return sorted(missing)


def parse_ldd(output: str) -> set[str]:
    return set(_NOT_FOUND.findall(output))


def parse_import_failure(output: str) -> set[str]:
    """The library the loader names; an import that fails otherwise is shown as it is."""
    return set(_CANNOT_OPEN.findall(output)) or {output.strip().splitlines()[-1] if output.strip() else "PySide6"}


def _platform_plugins(checkout: Checkout, *, needs_screen: bool) -> list[Path]:
    name = "libqxcb.so" if needs_screen else "libqoffscreen.so"
    return sorted(checkout.venv.glob(f"lib/python3*/site-packages/PySide6/Qt/plugins/platforms/{name}"))
