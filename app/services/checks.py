"""The staged connection test, for saved accounts and for forms that are not saved yet."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from app.core.addresses import masked_words
from app.core.configuration import Account
from app.core.errors import AddressError, AppError
from app.core.events import Emit, StageEvent, StageState, now
from app.core.records import Kind
from app.core.texts import Text, _, text
from app.sdk.check import Probe, run_probes
from app.sdk.manifest import Manifest
from app.sdk.redaction import Redactor
from app.sdk.registry import Registry
from app.sdk.settings import Settings, parse
from app.services.accounts import Accounts
from app.services.bus import clean_stage
from app.services.opening import Opener

STATE_WORDS: Mapping[StageState, Text] = {
    StageState.RUNNING: text("running"),
    StageState.OK: text("passed"),
    StageState.NOTE: text("passed, with a note"),
    StageState.FAILED: text("failed"),
    StageState.NOT_TRIED: text("not tried"),
}


class Checks:
    def __init__(self, registry: Registry, accounts: Accounts, opener: Opener, redactor: Redactor, emit: Emit) -> None:
        self._registry = registry
        self._accounts = accounts
        self._opener = opener
        self._redact = redactor
        self._emit = emit

    async def check(self, key: str, kinds: Sequence[Kind] = ()) -> AsyncGenerator[StageEvent, None]:
        """Every stage as RUNNING, then as its result. Closing the iterator ends the test at once. Without ``kinds``
        everything is tried that the system can take part in.

        Settings that are not complete come as a failed stage ``settings``. Raises ConfigError for an unknown account.
        """
        account = await self._accounts.stored(key)
        has_failed = False
        async with aclosing(self._saved_stages(account, kinds)) as stages:
            async for each in stages:
                stage = clean_stage(each, self._redact)
                has_failed = has_failed or stage.state is StageState.FAILED
                self._emit(stage)
                yield stage
        await self._accounts.record_check(key, passed=not has_failed, at=now())

    async def check_draft(
        self,
        system: str,
        settings: Mapping[str, object],
        secrets: Mapping[str, str],
        api_address: str = "",
        kinds: Sequence[Kind] = (),
    ) -> AsyncGenerator[StageEvent, None]:
        """The same for a form: nothing is saved. Raises SettingsError for a form that is not complete."""
        manifest = self._registry.of(system)
        given = {name: value for name, value in secrets.items() if value.strip()}
        self._redact.learn(given.values())
        parsed = parse(manifest.settings, {**settings, **given})
        draft = Account(key=f"draft-{system}", title=manifest.name, system=system, api_address=api_address.strip())
        async with aclosing(self._stages(draft, parsed, kinds)) as stages:
            async for each in stages:
                stage = clean_stage(each, self._redact)
                self._emit(stage)
                yield stage

    def support_text(self, stages: Sequence[StageEvent]) -> str:
        """The results as plain text without secrets, addresses of people masked."""
        results = {stage.name: stage for stage in stages if stage.state is not StageState.RUNNING}
        lines = [_("Koppler connection test")]
        for stage in results.values():
            parts = (str(stage.message), str(stage.remedy), stage.suggestion or "")
            words = " ".join(part for part in parts if part)
            lines.append(f"[{STATE_WORDS[stage.state]}] {stage.title}: {words}".rstrip(": "))
        return masked_words(self._redact("\n".join(lines)))

    async def _saved_stages(self, account: Account, kinds: Sequence[Kind]) -> AsyncGenerator[StageEvent, None]:
        try:
            settings = await self._opener.settings_of(account)
        except AppError as error:
            yield _failed("settings", text("Settings"), error)
            return
        async with aclosing(self._stages(account, settings, kinds)) as stages:
            async for stage in stages:
                yield stage

    async def _stages(
        self, account: Account, settings: Settings, kinds: Sequence[Kind]
    ) -> AsyncGenerator[StageEvent, None]:
        manifest = self._registry.of(account.system)
        address = await self._opener.address_of(account, settings)
        from app.sdk.network_check import NetworkCheck  # late: a run has no use for certificates

        network: Sequence[Probe] = NetworkCheck(address).probes() if address else ()
        try:
            async with self._opener.opened_with(manifest, settings, address, account=account) as opened:
                probes = [*network, *manifest.probes(opened.access, kinds or _everything(manifest))]
                async with aclosing(run_probes(probes)) as stages:
                    async for stage in stages:
                        yield stage
        except AddressError as error:  # an address that no client is built for, such as http to another computer
            yield _failed("address", text("Address"), error)
            for probe in network[1:]:
                yield StageEvent(name=probe.name, title=probe.title, state=StageState.NOT_TRIED)


def _everything(manifest: Manifest) -> Sequence[Kind]:
    able = {each.kind for each in manifest.reads} | {each.kind for each in manifest.writes}
    return [kind for kind in Kind if kind in able]


def _failed(name: str, title: Text, error: AppError) -> StageEvent:
    return StageEvent(
        name=name,
        title=title,
        state=StageState.FAILED,
        message=error.message,
        remedy=error.remedy,
        field=error.field,
        suggestion=error.suggestion if isinstance(error, AddressError) else None,
    )
