"""Names the packages Koppler comes with and their licences.

    python packaging/licences.py    write resources/licences/third-party.md anew, from the packages in .venv

The full texts stand in every installed package; a bundle gets copies of them.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNTIME_LOCK = ROOT / "packaging" / "requirements.lock"
TABLE = ROOT / "resources" / "licences" / "third-party.md"
# Packages for one operating system cannot be asked on another.
ELSEWHERE = {"pywin32-ctypes": "BSD-3-Clause"}
_BUILD_TOOLS = frozenset({"pip", "pyinstaller", "pyinstaller-hooks-contrib", "altgraph", "setuptools", "koppler"})
_LONGEST_EXPRESSION = 80
_CLASSIFIERS = {"MIT License": "MIT", "BSD License": "BSD-3-Clause"}
_INTRODUCTION = """\
# Software that Koppler is built on

Koppler itself is under the MIT licence. It comes with, or installs, the packages below; each stays under its own
licence, whose text is part of the package and lies in the folder `licences` of a bundled Koppler. Qt and PySide6 are
used under the LGPL 3.0 as separate libraries that may be replaced. The fonts Inter and JetBrains Mono are under the SIL
Open Font Licence.

| Package | Licence |
| --- | --- |
"""


def locked_names() -> list[str]:
    lines = RUNTIME_LOCK.read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if line[:1].isalpha()]


def licence_of(name: str) -> str:
    """The licence a package declares, as an SPDX expression where it says so.

    Raises:
        LookupError: when the package is neither installed nor known, or declares nothing.
    """
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    try:
        declared = metadata.metadata(name)
    except metadata.PackageNotFoundError as error:
        raise LookupError(f"{name} is not installed; run this with the Python in .venv") from error
    expressions = [*(declared.get_all("License-Expression") or []), *(declared.get_all("License") or [])]
    for expression in expressions:
        if len(expression) < _LONGEST_EXPRESSION:  # some packages put the whole text there
            return str(expression)
    for classifier in declared.get_all("Classifier") or []:
        if classifier.startswith("License :: OSI Approved :: "):
            licence = str(classifier).rpartition(" :: ")[2]
            return _CLASSIFIERS.get(licence, licence)
    raise LookupError(f"{name} declares no licence")


def write_table() -> str:
    return _INTRODUCTION + "".join(f"| {name} | {licence_of(name)} |\n" for name in locked_names())


def copy_texts(environment: Path, target: Path) -> int:
    """Copies the licence files of every package in a virtual environment; returns how many packages had any."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy2(TABLE, target)
    shutil.copy2(ROOT / "LICENSE", target / "Koppler.txt")
    copied = 0
    for folder in sorted(environment.rglob("*.dist-info")):
        name = re.sub(r"[-_.]+", "-", folder.name.partition("-")[0]).lower()
        texts = [] if name in _BUILD_TOOLS else list(_licence_files(folder))
        for text in texts:
            place = target / name / text.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(text, place)
        copied += bool(texts)
    return copied


def _licence_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and re.match(r"(licen[cs]e|copying|notice|authors)", path.name, re.IGNORECASE):
            yield path


def main() -> int:
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(write_table(), encoding="utf-8", newline="\n")
    print(f"Wrote {TABLE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
