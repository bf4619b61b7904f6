"""Whether a window can be seen where this command runs."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_INVISIBLE_PLATFORMS = frozenset({"offscreen", "minimal", "minimalegl"})
_DISPLAY_PORT = 6000
_PATIENCE_S = 1.0


def why_no_screen(environment: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """The reason why no window can be shown, or nothing when one can."""
    chosen = environment.get("QT_QPA_PLATFORM", "").partition(":")[0].strip().lower()
    if chosen in _INVISIBLE_PLATFORMS:
        return f"QT_QPA_PLATFORM is set to {chosen}"
    if platform in {"win32", "darwin"}:
        is_remote = any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
        return "this is a remote terminal (SSH)" if is_remote else None
    if chosen or environment.get("WAYLAND_DISPLAY"):
        return None
    display = environment.get("DISPLAY", "")
    if not display:
        return "there is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set"
    return None if _answers(display) else f"the screen {display} named in DISPLAY does not answer"


def parse_display(display: str) -> tuple[str, int] | None:
    """Host (empty for this computer) and number of an X display such as `:0`, `localhost:10.0`, `unix:1`."""
    host, colon, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdecimal():
        return None
    return ("" if host in {"", "unix"} else host.strip("[]")), int(number)


def _answers(display: str) -> bool:
    parsed = parse_display(display)
    if parsed is None:
        return True  # macOS names a socket file here; let Qt decide
    host, number = parsed
    if host:
        try:
            socket.create_connection((host, _DISPLAY_PORT + number), _PATIENCE_S).close()
        except OSError:
            return False
        return True
    return any(_accepts(address) for address in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"))  # noqa: S108 - fixed by X11


def _accepts(address: str) -> bool:
    if not address.startswith("\0") and not Path(address).exists():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE_S)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
