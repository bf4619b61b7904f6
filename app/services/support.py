"""A file for whoever supports the person: what is set up and what happened, without anybody's data or any secret.

It is composed first and can be read in full; what is saved is exactly what was shown.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import app
from app.core.addresses import masked_words
from app.core.configuration import Account, Integration
from app.core.events import now
from app.core.outcomes import FlowBalance
from app.core.reasons import ReasonTexts
from app.core.texts import Text, _, current_language, text
from app.sdk.manifest import Manifest
from app.sdk.redaction import Redactor
from app.sdk.settings import Settings, field_specs
from app.services.anonymous import Placeholders, choices_kept
from app.services.log import Log
from app.services.systems import Systems
from app.storage.accounts import AccountsStore
from app.storage.integrations import IntegrationsStore
from app.storage.ledger import Ledger
from app.storage.products import ProductsStore
from app.storage.replacing import replace_file
from app.storage.runs import Runs as RunBook

Health = Callable[[], Awaitable[Mapping[str, Any]]]
_LINES, _RUNS = 2_000, 50
_PARTS = ("PySide6-Essentials", "httpx", "pydantic", "keyring", "msgspec", "cryptography", "qasync")


@dataclass(frozen=True, slots=True)
class SupportFile:
    name: str
    title: Text
    content: str


@dataclass(frozen=True, slots=True)
class SupportBundle:
    files: tuple[SupportFile, ...]
    made_at: datetime

    @property
    def suggested_name(self) -> str:
        return f"koppler-support-{self.made_at:%Y%m%d-%H%M}.zip"


class Support:
    def __init__(
        self,
        *,
        systems: Systems,
        accounts: AccountsStore,
        integrations: IntegrationsStore,
        products: ProductsStore,
        ledger: Ledger,
        book: RunBook,
        log: Log,
        reasons: ReasonTexts,
        health: Health,
        redactor: Redactor,
    ) -> None:
        self._systems = systems
        self._accounts = accounts
        self._integrations = integrations
        self._products = products
        self._ledger = ledger
        self._book = book
        self._log = log
        self._reasons = reasons
        self._health = health
        self._redactor = redactor

    async def compose(self) -> SupportBundle:
        """Changes nothing. Raises StorageError."""
        accounts, integrations = await self._accounts.all(), await self._integrations.all()
        names = Placeholders(_names(accounts, integrations), self._reasons.codes(), _private(accounts, integrations))
        parts = {
            "about.json": (text("This program and this computer"), _json(_about())),
            "configuration.json": (
                text("What is set up, without texts that you entered"),
                _json(await self._configuration(names, accounts, integrations)),
            ),
            "runs.json": (text("The latest runs, in numbers"), _json(await self._runs(names))),
            "database.json": (text("State of the database"), _json(await self._health())),
            "log.txt": (text("The latest lines of the log, without names and numbers"), await self._lines(names)),
        }
        files = [SupportFile("README.txt", text("What this file is"), _readme())]
        for name, (title, content) in parts.items():
            files.append(SupportFile(name, title, self._redactor(masked_words(content))))
        return SupportBundle(tuple(files), now())

    async def save(self, bundle: SupportBundle, path: str | Path) -> None:
        """Exactly what was composed. Raises StorageError; an existing file is replaced by a whole one."""
        await asyncio.to_thread(replace_file, Path(path), partial(_write, bundle))

    async def _configuration(
        self, names: Placeholders, accounts: Sequence[Account], integrations: Sequence[Integration]
    ) -> Mapping[str, Any]:
        by_key = {each.key: each for each in accounts}
        return {
            "accounts": [self._account(names, each) for each in accounts],
            "integrations": [await self._integration(names, each, by_key) for each in integrations],
        }

    def _account(self, names: Placeholders, account: Account) -> Mapping[str, Any]:
        manifest = self._manifest(account.system)
        return {
            "name": names.name(account.key),
            "system": manifest.system if manifest else "unknown",
            "is_practice": account.is_practice,
            "has_own_address": bool(account.api_address),
            "check_passed": account.check_passed,
            "checked_at": account.checked_at.isoformat() if account.checked_at else None,
            "settings": choices_kept(account.settings, _choices(manifest.settings) if manifest else {}),
        }

    async def _integration(
        self, names: Placeholders, integration: Integration, accounts: Mapping[str, Account]
    ) -> Mapping[str, Any]:
        rows = await self._products.rows(integration.key)
        choices: dict[str, frozenset[str]] = {}
        systems = [accounts[key].system for key in (integration.source, integration.target) if key in accounts]
        if len(systems) == 2 and all(map(self._manifest, systems)):
            for group in self._systems.options_model(*systems):
                choices |= _choices(group.model)
        return {
            "name": names.name(integration.key),
            "source": names.name(integration.source),
            "target": names.name(integration.target),
            "flows": [kind.value for kind in integration.flows],
            "is_active": integration.is_active,
            "is_draft": integration.is_draft,
            "options": choices_kept(integration.options, choices),
            "field_rules": len(integration.fields),
            "products": dict(Counter(row.match.value for row in rows)),
        }

    def _manifest(self, system: str) -> Manifest | None:
        return next((each for each in self._systems.all() if each.system == system), None)

    async def _runs(self, names: Placeholders) -> Sequence[Mapping[str, Any]]:
        found = []
        for run in await self._book.recent(limit=_RUNS):
            balance = await self._ledger.balance(run.id)
            found.append(
                {
                    "id": run.id,
                    "integration": names.name(run.integration),
                    "mode": run.mode.value,
                    "state": run.state.value,
                    "started_at": run.started_at.isoformat(),
                    "ended_at": run.ended_at.isoformat() if run.ended_at else None,
                    "limit": run.limit,
                    "balances": balance.balances,
                    "flows": {kind.value: _flow(names, flow) for kind, flow in balance.flows.items()},
                    "done": [mark.kind.value for mark in run.marks if mark.is_done],
                }
            )
        return found

    async def _lines(self, names: Placeholders) -> str:
        rows = await self._log.query(limit=_LINES)
        return names.blanked("".join(f"{names.line(row.event)}\n" for row in reversed(rows)))


def _flow(names: Placeholders, flow: FlowBalance) -> Mapping[str, Any]:
    return {**flow.as_numbers(), "reasons": {names.reason(code): count for code, count in flow.reasons.items()}}


def _names(accounts: Iterable[Account], integrations: Iterable[Integration]) -> Mapping[str, str]:
    found = {each.key: f"account {number}" for number, each in enumerate(accounts, 1)}
    return {**found, **{each.key: f"integration {number}" for number, each in enumerate(integrations, 1)}}


def _private(accounts: Iterable[Account], integrations: Iterable[Integration]) -> Iterable[str]:
    """Titles, addresses and texts of settings, wherever a line of the log might repeat them. The other parts are made
    of the program's own words and of numbers; blanking "BigCommerce" there would hide of which system an account is."""
    for account in accounts:
        yield from (account.title, account.api_address)
        yield from (each for each in account.settings.values() if isinstance(each, str) and not _is_common(each))
    for integration in integrations:
        yield integration.title


def _is_common(words: str) -> bool:
    """Blanking "yes" or "eur" would blank out half of the file."""
    return len(words) < 6 and words.isalpha()


def _choices(model: type[Settings]) -> Mapping[str, frozenset[str]]:
    return {spec.name: frozenset(value for value, _label in spec.choices) for spec in field_specs(model)}


def _about() -> Mapping[str, Any]:
    return {
        "program": app.__version__,
        "is_packaged": bool(getattr(sys, "frozen", False)),
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "language": current_language(),
        "hours_from_utc": str(datetime.now().astimezone().utcoffset()),
        "parts": {name: _version(name) for name in _PARTS},
    }


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:  # a packaged program may come without the distributions' own notes
        return ""


def _readme() -> str:
    lines = (
        _("Koppler made this file for whoever supports you."),
        "",
        _(
            "It holds versions, what is set up (switches and choices, no texts), runs in numbers, the state of the "
            "database, and the latest lines of the log."
        ),
        _(
            "It holds no names, addresses, telephone numbers, order numbers, keys or passwords. What anybody entered, "
            "and what a system said in its own words, is replaced by numbers such as ‹3›; the same words have the same "
            "number."
        ),
        _("Nothing was sent to anybody: you decide who gets it."),
    )
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write(bundle: SupportBundle, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in bundle.files:
            archive.writestr(each.name, each.content)
