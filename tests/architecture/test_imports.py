"""The rules between the layers, checked by import-linter; the contracts stand in pyproject.toml."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
QT = {"PySide6", "shiboken6", "qasync", "qtawesome", "qtpy"}


def imported_packages(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), str(source))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_outside(*exempt: str) -> list[Path]:
    exempt_places = [APP / place for place in exempt]
    return [
        path
        for path in sorted(APP.rglob("*.py"))
        if not any(path == place.with_suffix(".py") or path.is_relative_to(place) for place in exempt_places)
    ]


@pytest.mark.skipif(not (APP / "__main__.py").is_file(), reason="not every layer is there")
def test_the_layers_hold() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_qt_is_known_to_the_window_alone() -> None:
    offenders = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules_outside("ui")
        for name in imported_packages(path)
        if name.partition(".")[0] in QT
    ]
    assert offenders == []


def test_httpx_is_known_to_the_wire_alone() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in modules_outside("sdk/http", "sdk/lanes", "sdk/knocking", "sdk/wire_faults")
        if any(name.partition(".")[0] == "httpx" for name in imported_packages(path))
    ]
    assert offenders == []


def test_no_connector_is_imported_by_name() -> None:
    """Tests of the whole tree, late imports included, so that a new connector really is one folder."""
    vendors = {folder.name for folder in (APP / "connectors").iterdir() if (folder / "__init__.py").is_file()}
    offenders = []
    for path in modules_outside():
        inside = path.relative_to(APP)
        own = inside.parts[1] if inside.parts[0] == "connectors" and len(inside.parts) > 2 else None
        for name in imported_packages(path):
            parts = name.split(".")
            if parts[:2] == ["app", "connectors"] and len(parts) > 2 and parts[2] in vendors - {own}:
                offenders.append(f"app/{inside} imports {name}")
    assert offenders == []


def test_every_package_has_its_init_file() -> None:
    """Without it import-linter and the frozen program pass over the package."""
    folders = {path.parent for path in modules_outside()}
    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
