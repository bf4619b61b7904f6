"""Where things are in a source checkout and its virtual environment."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Checkout:
    """A source folder; its virtual environment stands inside it as `.venv`."""

    root: Path
    is_windows: bool = os.name == "nt"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def scripts(self) -> Path:
        return self.venv / ("Scripts" if self.is_windows else "bin")

    @property
    def python(self) -> Path:
        return self.scripts / ("python.exe" if self.is_windows else "python")

    @property
    def window_python(self) -> Path:
        """The interpreter without a console: on Windows only, and only wanted when we ourselves have none."""
        if self.is_windows and Path(sys.executable).stem.lower() == "pythonw":
            return self.scripts / "pythonw.exe"
        return self.python

    @property
    def runtime_lock(self) -> Path:
        return self.root / "packaging" / "requirements.lock"

    @property
    def development_lock(self) -> Path:
        return self.root / "packaging" / "requirements-dev.lock"

    @property
    def setup_guard(self) -> Path:
        """Locked while a set-up runs; outside the environment, which a repair deletes."""
        return self.root / ".venv.lock"


def find_checkout() -> Checkout:
    return Checkout(Path(__file__).resolve().parents[2])
