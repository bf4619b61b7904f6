"""Everything that leaves a program which meets every refusal: events, exceptions, reports, lists, log records."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.core.errors import AppError
from app.core.events import Event, RunMode, StageEvent
from app.core.records import Kind
from app.sdk.http import HttpOptions
from app.sdk.manifest import Manifest
from app.sdk.pacing import Pace
from app.sdk.registry import Registry
from app.sdk.settings import SettingsError, secret_names
from app.services import Services
from tests.leaks.canaries import SECRETS
from tests.services.market import KEY, TOKEN, Market

_FAST = Pace(per_second=100_000, parallel=4)


def hasty(manifest: Manifest) -> Manifest:
    """The same system without patience: refusals are repeated at once, and once only."""

    def options(settings: Any) -> HttpOptions:
        return replace(manifest.http_options(settings), backoff_s=0.001, tries=2)

    return replace(manifest, http_options=options, pace=_FAST)


def registry_with(manifest: Manifest, market: Market) -> Registry:
    return Registry({manifest.system: hasty(manifest), "stall": market.stall(), "depot": market.depot()})


def secrets_for(manifest: Manifest, number: int) -> dict[str, str]:
    """Every secret field of the system has a canary of its own."""
    names = secret_names(manifest.settings)
    return {name: SECRETS[(number + 17 * place) % len(SECRETS)] for place, name in enumerate(names)}


@dataclass
class Harvest:
    services: Services
    folder: Path
    words: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self.words.append(repr(event))
        self.words += [str(getattr(event, name)) for name in ("message", "remedy", "title") if hasattr(event, name)]

    def keep_error(self, error: BaseException) -> None:
        seen: BaseException | None = error
        while seen is not None:
            self.words += [str(seen), repr(seen)]
            if isinstance(seen, AppError):
                self.words += [f"{name}: {value} {value!r}" for name, value in vars(seen).items()]
            seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        self.words += traceback.format_exception(error)

    async def check(self, key: str) -> None:
        stages: list[StageEvent] = []
        try:
            async for stage in self.services.checks.check(key):
                stages.append(stage)
                self.hear(stage)
        except AppError as error:
            self.keep_error(error)
        self.words.append(self.services.checks.support_text(stages))

    async def check_draft(
        self, system: str, settings: Mapping[str, object], secrets: Mapping[str, str], at: str
    ) -> None:
        try:
            async for stage in self.services.checks.check_draft(system, settings, secrets, at):
                self.hear(stage)
        except AppError as error:
            self.keep_error(error)

    async def suggest(self, system: str, settings: Mapping[str, object], secrets: Mapping[str, str], at: str) -> None:
        for name in ("lists", "columns", "halls"):
            try:
                self.words.append(repr(await self.services.accounts.suggestions(system, settings, secrets, name, at)))
            except AppError as error:
                self.keep_error(error)

    async def account(
        self, system: str, number: int, settings: Mapping[str, object], secrets: Mapping[str, str], at: str
    ) -> str | None:
        """The key of the account, or None where the system does not take such a secret."""
        try:
            made = await self.services.accounts.create(system, f"Account {number}", settings, secrets, api_address=at)
        except SettingsError as error:
            self.keep_error(error)
            self.words += [str(each) for each in error.problems.values()]
            return None
        self.words += [repr(made), str(made.secret_place)]
        return made.key

    async def run(self, manifest: Manifest, key: str, number: int, kinds: Sequence[Kind]) -> None:
        ends = (key, "my-depot") if manifest.is_source else ("my-stall", key)
        runs = self.services.runs
        try:
            made = await self.services.integrations.create(f"Way {number}", *ends, list(kinds))
            name = made.key
            self.words.append(repr(await self.services.previews.preview(name, limit=3)))
        except AppError as error:
            self.keep_error(error)
            if isinstance(error, SettingsError) or "made" not in locals():
                return
        try:
            handle = await runs.start(name, RunMode.HISTORICAL)
            result = await handle.wait()
            self.words.append(repr(result))
            if result.error is not None:
                self.keep_error(result.error)
        except AppError as error:
            self.keep_error(error)
        self.words.append(repr(await runs.problems(name)))
        self.words.append(repr(await runs.recent(name)))
        for ending in ("csv", "xlsx"):
            await runs.export_problems(name, self.folder / f"problems-{number}.{ending}")


async def market_accounts(services: Services, depot_address: str) -> None:
    await services.accounts.create("stall", "My stall", {"street": "Main Street"}, {"token": TOKEN})
    await services.accounts.create("depot", "My depot", {}, {"key": KEY}, api_address=depot_address)


@contextmanager
def everything_logged(keep: Callable[[str], object], redact: Callable[[str], str]) -> Iterator[None]:
    """The highest log level of every library, through the formatter of the program."""
    from app.services.crash import _WithoutSecrets

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            keep(self.format(record))

    handler, root = Keeping(logging.DEBUG), logging.getLogger()
    handler.setFormatter(_WithoutSecrets(redact))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
