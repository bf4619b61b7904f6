"""Koppler: moves customers, orders and products from a shop or from files to marketing tools."""

from importlib import metadata
from pathlib import Path


def _read_version() -> str:
    """The installed distribution's version; in a bare checkout, what pyproject.toml declares."""
    try:
        return metadata.version("koppler")
    except metadata.PackageNotFoundError:
        import tomllib

        declaration = Path(__file__).parents[1] / "pyproject.toml"
        if not declaration.is_file():
            return "0"
        project = tomllib.loads(declaration.read_text(encoding="utf-8"))["project"]
        return str(project["version"])


__version__ = _read_version()
