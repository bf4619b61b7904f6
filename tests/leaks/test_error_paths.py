"""Fifty made-up secrets in every secret field of every connector, through every refusal: none of them gets anywhere.

``python -m tests.leaks`` does the same with every secret in every refusal.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.sdk.manifest import Manifest
from app.sdk.registry import Registry
from app.sdk.settings import secret_names
from tests.conftest import MemoryKeyring
from tests.leaks.canaries import PEOPLE, SECRETS, forms_of, traces
from tests.leaks.laboratory import leaks_of
from tests.leaks.mirror import EVERY_MODE

WITH_SECRETS = [manifest for manifest in Registry.discover() if secret_names(manifest.settings)]


@pytest.mark.parametrize("manifest", WITH_SECRETS, ids=lambda manifest: manifest.system)
async def test_no_secret_leaves_through_any_error_path(
    manifest: Manifest, tmp_path: Path, memory_keyring: MemoryKeyring, expected_warnings
) -> None:
    expected_warnings("", is_certain=False)  # libraries warn at the highest level; what they say is searched as well
    cases = [(number, EVERY_MODE[number % len(EVERY_MODE)]) for number in range(len(SECRETS))]
    found = await leaks_of(manifest, cases, tmp_path, memory_keyring)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("canary", SECRETS, ids=range(len(SECRETS)))
def test_the_search_itself_finds_every_form(canary: str) -> None:
    found = [form for form in forms_of(canary) if len(form.encode()) >= 5]
    assert [form for form in found if not traces(f"… {form} …", [canary])] == []
    assert traces("\n    ".join((canary[:3], canary[3:])), [canary])
    assert PEOPLE
