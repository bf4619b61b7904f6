"""Builds the bundled program: `python packaging/bundle.py` leaves it in dist/koppler.

It is made from the wheel, in an environment of its own with locked packages, so that it holds what was tested and
nothing else. Afterwards the bundle itself is asked whether it is whole.
"""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

import licences

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "bundle"
TARGET = ROOT / "dist"


def main() -> int:
    environment = WORK / "venv"
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(environment)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install: list[str | Path] = [
        python,
        "-I",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "--quiet",
    ]
    lock = ROOT / "packaging" / "requirements-bundle.lock"
    run([*install, "--only-binary", ":all:", "--require-hashes", "--requirement", lock])
    run([*install, "--no-deps", "--no-index", build_wheel()])
    spec = ROOT / "packaging" / "koppler.spec"
    run([python, "-m", "PyInstaller", "--noconfirm", "--distpath", TARGET, "--workpath", WORK / "pyinstaller", spec])
    bundle = TARGET / "koppler"
    written = licences.copy_texts(environment, bundle / "licences")
    program = bundle / ("koppler.exe" if os.name == "nt" else "koppler")
    run([program, "--version"])
    run([program, "--self-test"])
    size = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{bundle}: {size / 1_000_000:.0f} MB, licences of {written} packages")
    return 0


def build_wheel() -> Path:
    wheels = WORK / "wheel"
    for old in wheels.glob("*.whl"):
        old.unlink()
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", wheels, ROOT])
    return next(wheels.glob("*.whl"))


def run(command: Sequence[str | Path]) -> None:
    """In the work folder, so that `import app` finds the installed wheel and not the checkout."""
    shown = " ".join(str(part) for part in command)
    print(f"$ {shown}", flush=True)
    WORK.mkdir(parents=True, exist_ok=True)
    if subprocess.run([str(part) for part in command], cwd=WORK, stdin=subprocess.DEVNULL, check=False).returncode:
        sys.exit(f"{shown}\nfailed")


if __name__ == "__main__":
    sys.exit(main())
