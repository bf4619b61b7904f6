"""Packages of Debian and Ubuntu: installed when we may, else named in one command."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrapping.processes import run_watched
from bootstrapping.reports import SetupError, say

QT_WITHOUT_SCREEN = (
    "libgl1",
    "libegl1",
    "libfontconfig1",
    "libfreetype6",
    "libglib2.0-0",
    "libdbus-1-3",
    "libxkbcommon0",
    "fontconfig",
)
QT_WITH_SCREEN = (
    *QT_WITHOUT_SCREEN,
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-image0",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
)


def is_debian() -> bool:
    return sys.platform == "linux" and shutil.which("apt-get") is not None


def may_install() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def installation_command(packages: Sequence[str]) -> str:
    return f"sudo apt-get install {' '.join(packages)}"


def install(packages: Sequence[str]) -> None:
    """Installs with apt-get, as root.

    Raises:
        SetupError: when apt-get fails; its own lines have been shown.
    """
    say(f"Installing system packages: {' '.join(packages)} …")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    folder = Path("/")
    run_watched(["apt-get", "update", "-qq"], folder, quiet)  # an unreachable list need not matter: install decides
    installed = run_watched(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], folder, quiet)
    if not installed.is_ok:
        raise SetupError(
            "apt-get could not install them; its lines above say why. Check the internet connection, then run: "
            f"{installation_command(packages)}"
        )


def provide_venv_module() -> None:
    """Debian ships Python without the module that fills a virtual environment.

    Raises:
        SetupError: with the one command to run, where we may not install it ourselves.
    """
    packages = (f"python{sys.version_info.major}.{sys.version_info.minor}-venv",)
    if not is_debian():
        raise SetupError(
            "This Python has no module 'ensurepip', so no virtual environment can be made. Install the package of your "
            "system that contains it (often called python3-venv or python3-pip), or Python from its website, and "
            "start again."
        )
    if not may_install():
        raise SetupError(
            "This Python lacks the module for virtual environments. Run this one command, then start again: "
            f"{installation_command(packages)}"
        )
    install(packages)
