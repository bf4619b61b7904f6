"""Puts the resources into the wheel as app/resources, with every translation catalogue compiled.

A checkout compiles catalogues in memory when they are shown; an installed program should start without that work.
"""

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_TARGET = "app/resources"
NOT_SHIPPED = {"pictures"}
"""Folders of the resources that the README alone shows."""


class ResourcesBuildHook(BuildHookInterface[Any]):
    """Found by hatchling because it is the only hook in the file that pyproject.toml names."""

    PLUGIN_NAME = "koppler-resources"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._compiled = tempfile.TemporaryDirectory(prefix="koppler-catalogues-")
        included = wheel_resources(Path(self.root) / "resources", Path(self._compiled.name))
        build_data["force_include"].update(included)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._compiled.cleanup()


def wheel_resources(resources: Path, compiled: Path) -> dict[str, str]:
    """Files on disk and their places in the wheel; catalogues are compiled into the folder `compiled`."""
    included: dict[str, str] = {}
    for source in sorted(path for path in resources.rglob("*") if path.is_file()):
        relative = source.relative_to(resources)
        if source.suffix in {".mo", ".pot"} or relative.parts[0] in NOT_SHIPPED:
            continue
        if source.suffix == ".po":
            relative = relative.with_suffix(".mo")
            source = compile_catalogue(source, compiled / relative)  # noqa: PLW2901 - the compiled file goes instead
        included[str(source)] = f"{_TARGET}/{relative.as_posix()}"
    return included


def compile_catalogue(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as po, target.open("wb") as mo:
        write_mo(mo, read_po(po))
    return target
