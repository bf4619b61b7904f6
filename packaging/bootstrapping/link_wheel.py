"""Installs Koppler into the virtual environment as a link to the checkout.

pip's own editable mode would need the build backend, which a person who only wants to run the program does not have.
The wheel written here holds a path file, the metadata and the entry points; pip makes the `koppler` command from it on
every system.
"""

import base64
import hashlib
import os
import sysconfig
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bootstrapping.checkout import Checkout

_WHEEL = "Wheel-Version: 1.0\nGenerator: koppler\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_link_wheel(checkout: Checkout, folder: Path) -> Path:
    project = tomllib.loads((checkout.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    metadata_folder = f"{name}-{version}.dist-info"
    members = {
        f"{name}-checkout.pth": path_line(checkout),
        f"{metadata_folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{metadata_folder}/WHEEL": _WHEEL,
        f"{metadata_folder}/entry_points.txt": entry_points(project),
    }
    members[f"{metadata_folder}/RECORD"] = _record(members, f"{metadata_folder}/RECORD")
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return wheel


def path_line(checkout: Checkout) -> str:
    """The way from site-packages to the checkout.

    Relative, so plain ASCII: up to Python 3.12 path files are read in the system's legacy encoding, where a folder name
    with an umlaut would be misread (https://docs.python.org/3/library/site.html).
    """
    scheme = "nt_venv" if checkout.is_windows else "posix_venv"
    site_packages = sysconfig.get_path("purelib", scheme, {"base": str(checkout.venv), "platbase": str(checkout.venv)})
    return os.path.relpath(checkout.root, site_packages) + "\n"


def entry_points(project: Mapping[str, Mapping[str, str]]) -> str:
    groups = {"console_scripts": project.get("scripts", {}), "gui_scripts": project.get("gui-scripts", {})}
    lines: list[str] = []
    for group, scripts in groups.items():
        lines.append(f"[{group}]")
        lines.extend(f"{command} = {target}" for command, target in scripts.items())
    return "\n".join(lines) + "\n"


def _record(members: Mapping[str, str], record: str) -> str:
    lines = []
    for member, content in members.items():
        raw = content.encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()
        lines.append(f"{member},sha256={digest},{len(raw)}")
    return "\n".join([*lines, f"{record},,"]) + "\n"
