"""One data folder in which every given secret meets its refusal; afterwards everything is searched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from keyring.backend import KeyringBackend

from app.bootstrap import opened
from app.core.records import Kind
from app.engine.life import Patience
from app.sdk.manifest import Manifest
from app.sdk.redaction import Redactor
from app.sdk.simulator import serve
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from app.ui.log_feed import LogFeed
from tests.leaks.canaries import SECRETS, addresses_in_files, people_in, traces, traces_in_files
from tests.leaks.harvest import Harvest, everything_logged, market_accounts, registry_with, secrets_for
from tests.leaks.mirror import EVERY_MODE, mirrored
from tests.services.market import KEY, TOKEN, Market

Case = tuple[int, str]
"""The number of a secret and the kind of refusal that it meets."""


async def leaks_of(manifest: Manifest, cases: Sequence[Case], folder: Path, keyring: KeyringBackend) -> list[str]:
    """What was found, with its place; empty when nothing leaked."""
    market, redactor = Market(), Redactor()
    data, outputs, certificates = folder / "data", folder / "outputs", folder / "certificates"
    outputs.mkdir()
    certificates.mkdir()
    settings = dict(manifest.simulator(1).settings)
    kinds = _kinds(manifest)
    async with mirrored(certificates) as mirror, serve(market.warehouse.simulator) as depot:
        services_of = opened(
            DataFolder(data),
            registry=registry_with(manifest, market),
            keystore=Keystore(lambda: keyring),
            environ={},
            patience=Patience(()),
            redactor=redactor,
        )
        async with services_of as services:
            harvest = Harvest(services, outputs)
            services.events.subscribe(harvest.hear)
            with everything_logged(harvest.words.append, redactor):
                await market_accounts(services, depot)
                for number, mode in cases:
                    secrets, address = secrets_for(manifest, number), mirror.address_of(mode)
                    await harvest.check_draft(manifest.system, settings, secrets, address)
                    if number % 5 == 0:
                        await harvest.suggest(manifest.system, settings, secrets, address)
                    key = await harvest.account(manifest.system, number, settings, secrets, address)
                    if key is not None:
                        await harvest.check(key)
                    if key is not None and kinds and number < len(EVERY_MODE):
                        await harvest.run(manifest, key, number, kinds)
                await services.log.save_report(outputs / "report.txt")
                bundle = await services.support.compose()
                harvest.words += [file.content for file in bundle.files]
                leaks = [f"support: {found}" for file in bundle.files for found in people_in(file.content)]
            leaks += traces_in_files(data, _secrets(cases, manifest))
        harvest.words += [line.message for line in LogFeed().lines(harvest.events)]
    secrets_used = _secrets(cases, manifest)
    for place in (data, outputs):
        leaks += traces_in_files(place, secrets_used) + addresses_in_files(place)
    leaks += [f"told: {found}" for found in traces("\n\n".join(dict.fromkeys(harvest.words)), secrets_used)]
    assert len(harvest.words) > len(cases), "nothing was harvested: the search proves nothing"
    return sorted(set(leaks))


def _kinds(manifest: Manifest) -> Sequence[Kind]:
    """What the made-up systems at the other end can take part in."""
    if manifest.is_source:
        return [Kind.ORDERS] if manifest.reads_kind(Kind.ORDERS) else []
    return [Kind.ORDERS] if manifest.writes_kind(Kind.ORDERS) else []


def _secrets(cases: Sequence[Case], manifest: Manifest) -> list[str]:
    used = {value for number, _ in cases for value in secrets_for(manifest, number).values()}
    return [secret for secret in SECRETS if secret in used] + [KEY, TOKEN]
