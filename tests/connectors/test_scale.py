"""The connector scale: every connector proves every trait by a test, or says why its system cannot have it."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from app.sdk.manifest import Manifest
from app.sdk.registry import Registry
from app.sdk.scale import Trait

_FOLDER = Path(__file__).parent
_MANIFESTS = list(Registry.discover())
PROVEN_FOR_ALL = {
    Trait.TEST_BEFORE_SAVE: "test_good_credentials_pass_every_stage",
    Trait.RENEW_SECRET: "test_a_wrong_secret_fails_at_sign_in_beside_its_field",
    Trait.PAGING_ENDS: "test_every_declared_kind_is_read_whole",
    Trait.CANCEL: "test_cancelling_leaves_nothing_running",
    Trait.PREVIEW_WRITES_NOTHING: "test_a_preview_writes_nothing",
    Trait.NO_SECRETS_TOLD: "test_secrets_are_secrets",
    Trait.KNOWN_LIMITS: "test_the_manifest_is_complete",
}
"""Traits that the common tests prove for every connector, and the test that does."""


def _marks() -> dict[str, set[str]]:
    """Traits by system, as the tests' own marks name them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(_FOLDER.glob("*/test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for system, traits in filter(None, map(_proof, node.decorator_list)):
                    found[system] |= traits
    return found


def _proof(decorator: ast.expr) -> tuple[str, set[str]] | None:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.proves":
        return None
    system, *traits = (str(ast.literal_eval(each)) for each in decorator.args)
    return system, set(traits)


@pytest.mark.parametrize("manifest", _MANIFESTS, ids=lambda manifest: manifest.system)
def test_no_connector_stays_below_the_scale(manifest: Manifest) -> None:
    proven = _marks()[manifest.system]
    open_traits = {each.value for each in Trait} - {each.value for each in PROVEN_FOR_ALL} - proven
    missing = open_traits - {each.value for each in manifest.exempt}
    assert not missing, f"{manifest.system} neither proves nor excuses: {', '.join(sorted(missing))}"


@pytest.mark.parametrize("manifest", _MANIFESTS, ids=lambda manifest: manifest.system)
def test_an_exemption_has_a_reason_and_no_proof(manifest: Manifest) -> None:
    for trait, reason in manifest.exempt.items():
        assert str(reason).strip()
        assert trait.value not in _marks()[manifest.system], f"{trait} is proven, so it needs no exemption"


def test_marks_name_traits_and_systems_that_exist() -> None:
    systems = {manifest.system for manifest in _MANIFESTS}
    for system, traits in _marks().items():
        assert system in systems
        assert traits <= {each.value for each in Trait}


def test_the_common_tests_are_there() -> None:
    common = (_FOLDER / "test_standard.py").read_text(encoding="utf-8")
    assert [name for name in PROVEN_FOR_ALL.values() if f"def {name}(" not in common] == []
