"""Which computer this is, as the operating system numbers it; never stored as such."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_CONTAINER_FILES = (Path("/.dockerenv"), Path("/run/.containerenv"))
_CONTAINER_VARIABLES = {"container", "KUBERNETES_SERVICE_HOST", "CI"}


def computer_id(environ: Mapping[str, str] = os.environ) -> str:
    """Empty where nothing can be said: in containers and on build machines, whose number changes with every start."""
    if _CONTAINER_VARIABLES & set(environ) or any(path.exists() for path in _CONTAINER_FILES):
        return ""
    try:
        return _system_id()
    except (OSError, AttributeError, ValueError):  # a system that does not tell is none that could be recognised
        return ""


if sys.platform == "win32":
    import winreg

    def _system_id() -> str:
        """Made when Windows is installed."""
        place = r"SOFTWARE\Microsoft\Cryptography"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
elif sys.platform == "darwin":
    import ctypes

    def _system_id() -> str:
        """The hardware's own, by gethostuuid(2)."""
        found, wait = (ctypes.c_ubyte * 16)(), (ctypes.c_long * 2)(1, 0)
        is_known = ctypes.CDLL(None).gethostuuid(found, wait) == 0
        return bytes(found).hex() if is_known else ""
else:

    def _system_id() -> str:
        """Made when the system is installed (https://www.freedesktop.org/software/systemd/man/latest/machine-id.html)."""
        for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
            if path.is_file() and (found := path.read_text(encoding="ascii").strip()) not in {"", "uninitialized"}:
                return found
        return ""
