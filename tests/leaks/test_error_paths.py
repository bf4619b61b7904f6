"""Fifty made-up secrets in every secret field of every connector, through every refusal: none of them gets anywhere.

``python -m tests.leaks`` does the same with every secret in every refusal.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap import opened
from app.core.events import RunMode
from app.core.records import Kind
from app.sdk.manifest import Manifest
from app.sdk.redaction import Redactor
from app.sdk.registry import Registry
from app.sdk.settings import secret_names
from app.sdk.simulator import serve
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from tests.conftest import MemoryKeyring
from tests.leaks.canaries import PEOPLE, SECRETS, addresses_in_files, forms_of, traces, traces_in_files
from tests.leaks.harvest import everything_logged, market_accounts
from tests.leaks.laboratory import leaks_of
from tests.leaks.mirror import EVERY_MODE
from tests.services.market import TOKEN, Market

WITH_SECRETS = [manifest for manifest in Registry.discover() if secret_names(manifest.settings)]


@pytest.mark.parametrize("manifest", WITH_SECRETS, ids=lambda manifest: manifest.system)
async def test_no_secret_leaves_through_any_error_path(
    manifest: Manifest, tmp_path: Path, memory_keyring: MemoryKeyring, expected_warnings
) -> None:
    expected_warnings("", is_certain=False)  # libraries warn at the highest level; what they say is searched as well
    cases = [(number, EVERY_MODE[number % len(EVERY_MODE)]) for number in range(len(SECRETS))]
    found = await leaks_of(manifest, cases, tmp_path, memory_keyring)
    assert not found, "\n".join(found)


async def test_an_exception_inside_a_connector_is_told_without_its_secret(
    tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    market, told, redactor = Market(), list[str](), Redactor()

    def stumble(_page: int) -> None:
        raise RuntimeError(f"unexpected {TOKEN} in {TOKEN.encode().hex()} of paula.poststempel@canary.example")

    market.source.on_page = stumble
    keystore = Keystore(lambda: memory_keyring)
    folder = DataFolder(tmp_path / "data")
    with everything_logged(told.append, redactor):
        async with (
            serve(market.warehouse.simulator) as depot,
            opened(folder, registry=market.registry(), keystore=keystore, environ={}, redactor=redactor) as services,
        ):
            services.events.subscribe(lambda event: told.append(repr(event)))
            await market_accounts(services, depot)
            await services.integrations.create("Way", "my-stall", "my-depot", [Kind.ORDERS])
            result = await (await services.runs.start("way", RunMode.HISTORICAL)).wait()
            assert result.error is not None
            told += [str(result.error), result.error.detail]
            told.append(repr(await services.runs.recent("way")))
    words = "\n".join(told)
    assert "RuntimeError" in words
    assert traces(words, [TOKEN]) == []
    assert traces_in_files(folder.root, [TOKEN]) + addresses_in_files(folder.root) == []


@pytest.mark.parametrize("canary", SECRETS, ids=range(len(SECRETS)))
def test_the_search_itself_finds_every_form(canary: str) -> None:
    found = [form for form in forms_of(canary) if len(form.encode()) >= 5]
    assert [form for form in found if not traces(f"… {form} …", [canary])] == []
    assert traces("\n    ".join((canary[:3], canary[3:])), [canary])
    assert PEOPLE
