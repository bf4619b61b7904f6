"""Every connector at hand, found by its folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec

from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.manifest import Manifest

_PACKAGE = "app.connectors"


class Registry:
    def __init__(self, manifests: Mapping[str, Manifest]) -> None:
        self._manifests = dict(sorted(manifests.items(), key=lambda pair: pair[1].name.casefold()))

    @classmethod
    def discover(cls) -> Registry:
        """Imports the manifest of every package under ``app.connectors``; clients and simulators stay unimported."""
        package = import_module(_PACKAGE)
        packages = (found.name for found in pkgutil.iter_modules(package.__path__) if found.ispkg)
        names = [name for name in packages if find_spec(f"{_PACKAGE}.{name}.manifest") is not None]
        manifests = (import_module(f"{_PACKAGE}.{name}.manifest").MANIFEST for name in names)
        return cls({manifest.system: manifest for manifest in manifests})

    def __iter__(self) -> Iterator[Manifest]:
        return iter(self._manifests.values())

    def __len__(self) -> int:
        return len(self._manifests)

    def __contains__(self, system: str) -> bool:
        return system in self._manifests

    def of(self, system: str) -> Manifest:
        """Raises ConfigError that names the known systems."""
        if system not in self._manifests:
            raise ConfigError(
                text('There is no system "{system}".', system=system),
                remedy=text("Known systems: {systems}.", systems=", ".join(self._manifests)),
                field="system",
            )
        return self._manifests[system]
