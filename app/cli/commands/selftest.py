"""``koppler --self-test``: is everything there that the program needs, in a wheel or a bundle as well?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from app import __version__
from app.cli.exits import Exit
from app.cli.session import Session
from app.core.errors import StorageError
from app.core.resources import resource_path
from app.core.texts import LANGUAGES, _, current_language, text, use_language
from app.sdk.registry import Registry
from app.storage.folder import DataFolder


async def self_test(session: Session) -> Exit:
    """Raises AppError for what is missing."""
    registry = Registry.discover()
    if not len(registry):
        raise StorageError(text("The installation has no connectors."), remedy=text("Install the program again."))
    with tempfile.TemporaryDirectory(prefix="koppler-self-test-", ignore_cleanup_errors=True) as folder:
        async with session.open_services(DataFolder(Path(folder))) as services:
            accounts = len(await services.accounts.all())
    found = {
        "version": __version__,
        "connectors": len(registry),
        "systems": [manifest.system for manifest in registry],
        "database": accounts == 0,
        "languages": _languages(),
        "icon": resource_path("icons", "koppler.svg").is_file(),
    }
    session.output.event("self_test", {**found, "ok": True})
    session.output.say(
        _("Koppler {version} is complete: {connectors} connectors, database and texts work.").format(
            version=__version__, connectors=len(registry)
        )
    )
    return Exit.DONE


def _languages() -> list[str]:
    before, found = current_language(), []
    for language in LANGUAGES:
        use_language(language)
        if resource_path("locale", language).is_dir() or language == "en":
            found.append(language)
    use_language(before)
    return found
