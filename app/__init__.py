"""Koppler: moves customers, orders and products from a shop or from files to marketing tools."""

import importlib.util
import os
import sys

# Plugins of other packages have no business in here; looking for them reads the metadata of everything installed.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# The Excel library would rather use lxml where somebody has installed it, which fetches external entities.
os.environ.setdefault("OPENPYXL_LXML", "False")
# httpx loads a command line of its own, with libraries for colours and markup, wherever these happen to be installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
if importlib.util.find_spec("sniffio") is None:
    # httpcore tries to import it several times per request; searching every folder anew for what is not installed took
    # a third of a request's time.
    sys.modules["sniffio"] = None  # type: ignore[assignment]


def _read_version() -> str:
    """The installed distribution's version; in a bare checkout, what pyproject.toml declares."""
    from importlib import metadata
    from pathlib import Path

    try:
        return metadata.version("koppler")
    except metadata.PackageNotFoundError:
        import tomllib

        declaration = Path(__file__).parents[1] / "pyproject.toml"
        if not declaration.is_file():
            return "0"
        project = tomllib.loads(declaration.read_text(encoding="utf-8"))["project"]
        return str(project["version"])


def __getattr__(name: str) -> str:
    """``__version__`` is read when somebody asks: it takes longer than a third of starting."""
    if name != "__version__":
        raise AttributeError(name)
    return _read_version()
