"""Builds the wheel, installs it into a throw-away environment and starts it far from the checkout.

The environment borrows the dependencies of `.venv`, so nothing is downloaded; the path file that links `.venv` to the
checkout is not read from there, so what starts really is the wheel.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

from build_hook import NOT_SHIPPED

ROOT = Path(__file__).resolve().parents[1]
START_CHECKS = (("--version",), ("--self-test",))
_BORROWED = "borrowed-dependencies.pth"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="koppler-wheel-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        wheel = build_wheel(place / "dist")
        problems = find_missing_members(wheel)
        for problem in problems:
            print(problem)
        if problems:
            return 1
        scripts = install_wheel(wheel, place / "venv")
        for arguments in START_CHECKS:
            run([scripts / _program("koppler"), *arguments], place, clean_environment(place))
        print(f"{wheel.name} ({wheel.stat().st_size // 1024} KiB) builds, installs and starts.")
    return 0


def build_wheel(target: Path) -> Path:
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT], ROOT, dict(os.environ))
    return next(target.glob("koppler-*.whl"))


def find_missing_members(wheel: Path) -> list[str]:
    """What the program reads at run time must be in the wheel: every module, every resource, catalogues compiled."""
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "app").rglob("*.py")}
    resources = ROOT / "resources"
    for path in resources.rglob("*"):
        is_shipped = path.relative_to(resources).parts[0] not in NOT_SHIPPED
        if path.is_file() and is_shipped and path.suffix not in {".pot", ".mo"}:
            shipped = path.with_suffix(".mo") if path.suffix == ".po" else path
            wanted.add(f"app/{shipped.relative_to(ROOT).as_posix()}")
    with zipfile.ZipFile(wheel) as archive:
        present = set(archive.namelist())
    return [f"{wheel.name} lacks {name}" for name in sorted(wanted - present)]


def install_wheel(wheel: Path, environment: Path) -> Path:
    """Returns the folder with the installed commands."""
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(environment)
    scheme = "nt_venv" if os.name == "nt" else "posix_venv"
    paths = sysconfig.get_paths(scheme, {"base": str(environment), "platbase": str(environment)})
    # A plain path entry, unlike a site folder, does not have its own path files read.
    (Path(paths["purelib"]) / _BORROWED).write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = Path(paths["scripts"]) / _program("python")
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "--disable-pip-version-check",
        "--no-input",
        "install",
    ]
    run([*pip, "--quiet", "--no-index", "--no-deps", "--ignore-installed", wheel], environment, dict(os.environ))
    return Path(paths["scripts"])


def clean_environment(home: Path) -> dict[str, str]:
    """As on a fresh account: its own home, no settings of ours, no way back to the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KOPPLER_", "PYTHON", "XDG_"))}
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    return (
        kept | keyring | {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home)}
    )


def run(command: Sequence[str | Path], folder: Path, environment: dict[str, str]) -> None:
    shown = " ".join(str(part) for part in command)
    print(f"$ {shown}", flush=True)
    finished = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    if finished.returncode:
        sys.exit(f"{shown}\nended with exit code {finished.returncode}")


def _program(name: str) -> str:
    return f"{name}.exe" if os.name == "nt" else name


if __name__ == "__main__":
    sys.exit(main())
