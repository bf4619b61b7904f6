"""The tests that every connector passes. Nothing here knows a vendor."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from app.core.consent import ConsentState
from app.core.events import StageEvent, StageState
from app.core.outcomes import Outcome
from app.core.records import Deletion, Kind, Unreadable
from app.core.rules import Refusal
from app.sdk.check import run_probes
from app.sdk.manifest import Category, Manifest
from app.sdk.options import CommonOptions
from app.sdk.plan import Draft, Known, Plan
from app.sdk.redaction import Redactor
from app.sdk.registry import Registry
from app.sdk.settings import InputKind, field_specs, parse, secret_names
from app.sdk.simulator import FaultKind
from app.sdk.target import Timing, Undoes
from tests.connectors.standard import (
    TYPES,
    Opened,
    fetched,
    fingerprint,
    ids_in,
    opened,
    own_tasks,
    pages_of,
    read_all,
    records_in,
    sample_records,
    send,
    set_up,
)
from tests.connectors.standard import (
    request as asked,
)

_MANIFESTS = list(Registry.discover())
_READS = [(each, reads.kind) for each in _MANIFESTS for reads in each.reads]
_SWEEPS = [(each, reads.kind) for each in _MANIFESTS for reads in each.reads if reads.sweeps]
_WRITES = [(each, writes.kind) for each in _MANIFESTS for writes in each.writes]
_WITH_SECRETS = [
    (each, name)
    for each in _MANIFESTS
    for name in secret_names(each.settings)
    if each.receives is None or name not in each.receives.secrets
]
_ON_THE_NET = [each for each in _MANIFESTS if each.category is not Category.FILE]
_SPEAKS_FOR_ITSELF = {InputKind.BOOLEAN, InputKind.CHOICE}
_SECRET_NAME = re.compile(r"(token|secret|password|passphrase|api_key|apikey)$")


def _names(value: object) -> str:
    return value.system if isinstance(value, Manifest) else str(value)


every_connector = pytest.mark.parametrize("manifest", _MANIFESTS, ids=_names)
every_read = pytest.mark.parametrize(("manifest", "kind"), _READS, ids=_names)
every_write = pytest.mark.parametrize(("manifest", "kind"), _WRITES, ids=_names)


# What a connector says of itself --------------------------------------------------------------------------------------


@every_connector
def test_the_manifest_is_complete(manifest: Manifest) -> None:
    assert import_module(f"app.connectors.{manifest.system}.manifest").MANIFEST is manifest
    assert re.fullmatch(r"[a-z][a-z0-9_]*", manifest.system)
    assert manifest.name.strip()
    assert re.fullmatch(r"#[0-9A-Fa-f]{6}", manifest.colour)
    assert re.fullmatch(r"\w{1,3}", manifest.monogram)
    assert str(manifest.summary).strip()
    assert manifest.limits, "every system has limits that people should know"
    assert manifest.documents, "facts have sources"
    assert all(each.startswith("https://") for each in manifest.documents)
    texts = [*manifest.limits, *manifest.permissions, *(each.words for each in manifest.reasons)]
    assert all(str(each).strip() for each in texts)


@every_connector
def test_a_role_can_be_opened_exactly_if_it_is_declared(manifest: Manifest) -> None:
    assert manifest.reads or manifest.writes
    assert (manifest.open_source is not None) is bool(manifest.reads)
    assert (manifest.open_target is not None) is bool(manifest.writes)
    for kinds in ([each.kind for each in manifest.reads], [each.kind for each in manifest.writes]):
        assert len(set(kinds)) == len(kinds)


@every_connector
def test_every_field_can_be_shown_in_a_form(manifest: Manifest) -> None:
    for model in (manifest.settings, manifest.source_options, manifest.target_options):
        for spec in field_specs(model):
            assert str(spec.label).strip(), spec.name
            explained = f"{spec.setting.help}{spec.setting.where}".strip()
            assert explained or spec.input in _SPEAKS_FOR_ITSELF, f"{spec.name} needs a help text"
            if spec.input in {InputKind.CHOICE, InputKind.CHOICES}:
                values = {value for value, _ in spec.choices}
                assert set(spec.setting.choices) <= values, f"{spec.name}: a choice is named that cannot be made"
                unnamed = values - set(spec.setting.choices)
                assert [each for each in unnamed if "_" in each] == [], f"{spec.name}: this choice needs a name"


@every_connector
def test_secrets_are_secrets(manifest: Manifest) -> None:
    for model in (manifest.settings, manifest.source_options, manifest.target_options):
        for spec in field_specs(model):
            assert not _SECRET_NAME.search(spec.name) or spec.input is InputKind.SECRET, spec.name
    assert not secret_names(manifest.source_options)
    assert not secret_names(manifest.target_options)


@every_connector
def test_options_have_names_of_their_own(manifest: Manifest) -> None:
    """Options of both ends stand side by side in one integration."""
    own = [*manifest.source_options.model_fields, *manifest.target_options.model_fields]
    assert [name for name, times in Counter(own).items() if times > 1] == []
    assert set(own).isdisjoint(CommonOptions.model_fields)


def test_options_of_any_two_connectors_differ() -> None:
    names = Counter(
        name
        for manifest in _MANIFESTS
        for name in {*manifest.source_options.model_fields, *manifest.target_options.model_fields}
    )
    sources = Counter(name for each in _MANIFESTS for name in each.source_options.model_fields)
    targets = Counter(name for each in _MANIFESTS for name in each.target_options.model_fields)
    assert [name for name in names if sources[name] and targets[name]] == []


@every_connector
def test_the_simulator_opens_with_its_own_credentials(manifest: Manifest) -> None:
    simulator = manifest.simulator(20)
    assert simulator.system == manifest.system
    assert set(simulator.secrets) <= set(secret_names(manifest.settings))
    assert isinstance(parse(manifest.settings, {**simulator.settings, **simulator.secrets}), manifest.settings)
    assert simulator.summary()


@every_connector
def test_the_simulator_is_the_same_every_time(manifest: Manifest) -> None:
    assert fingerprint(manifest.simulator(20).snapshot()) == fingerprint(manifest.simulator(20).snapshot())


# Testing the connection -----------------------------------------------------------------------------------------------


async def _stages(account: Opened, kinds: list[Kind] | None = None) -> list[StageEvent]:
    manifest = account.manifest
    declared = [*(each.kind for each in manifest.reads), *(each.kind for each in manifest.writes)]
    probes = manifest.probes(account.access, declared if kinds is None else kinds)
    return [stage async for stage in run_probes(probes) if stage.state is not StageState.RUNNING]


@every_connector
async def test_good_credentials_pass_every_stage(manifest: Manifest) -> None:
    async with opened(manifest) as account:
        stages = await _stages(account)
    assert stages
    assert len({stage.name for stage in stages}) == len(stages)
    assert [(each.name, str(each.message)) for each in stages if each.state is StageState.FAILED] == []
    assert all(str(stage.title).strip() and str(stage.message).strip() for stage in stages)


@pytest.mark.parametrize(("manifest", "secret"), _WITH_SECRETS, ids=_names)
async def test_a_wrong_secret_fails_at_sign_in_beside_its_field(manifest: Manifest, secret: str) -> None:
    simulator = manifest.simulator(20)
    wrong = simulator.secrets[secret][::-1]
    async with opened(manifest, simulator=simulator, secrets={secret: wrong}) as account:
        first, *rest = await _stages(account)
    assert first.name == "sign_in"
    assert first.state is StageState.FAILED
    assert first.field in manifest.settings.model_fields
    assert str(first.message).strip()
    assert str(first.remedy).strip()
    assert wrong not in f"{first.message} {first.remedy}"
    assert {stage.state for stage in rest} <= {StageState.NOT_TRIED}


_FAULTS: dict[str, dict[str, Any]] = {
    "a web page": {"status": 200, "body": "<html><body>Wartung</body></html>"},
    "a fault": {"status": 500, "body": "oops"},
    "a gateway's page": {"status": 502, "body": "<html>Bad gateway</html>"},
    "an empty answer": {"status": 200, "body": ""},
    "a redirect": {"status": 301, "headers": {"location": "https://elsewhere.example/"}},
    "a refusal": {"status": 400, "body": "{}"},
    "not there": {"status": 404, "body": ""},
    "half a body": {"kind": FaultKind.CUT},
    "no answer": {"kind": FaultKind.DROP_BEFORE},
}


@pytest.mark.parametrize("manifest", _ON_THE_NET, ids=_names)
@pytest.mark.parametrize("fault", _FAULTS)
async def test_stages_fail_with_words_whatever_is_answered(manifest: Manifest, fault: str) -> None:
    async with opened(manifest, records=20) as account:
        account.simulator.fail(**_FAULTS[fault], times=-1)
        stages = await _stages(account)
    assert StageState.FAILED in {stage.state for stage in stages}
    assert all(str(stage.message).strip() for stage in stages if stage.state is StageState.FAILED)


# Reading --------------------------------------------------------------------------------------------------------------


@every_read
async def test_every_declared_kind_is_read_whole(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        source = account.source()
        pages = await pages_of(source, asked(kind))
        expected = await source.count(asked(kind))
        writes = account.simulator.writes
    records = records_in(pages)
    assert records, "the practice system has some of everything it offers"
    assert [each for each in records if not isinstance(each, TYPES[kind] | Unreadable)] == []
    assert [each for each in records if isinstance(each, Unreadable)] == []
    assert [key for key, times in Counter(ids_in(pages)).items() if times > 1] == []
    assert expected in {None, len(records)}
    assert writes == []
    assert [each for each in records if (at := getattr(each, "updated_at", None)) and at.tzinfo is None] == []


@every_read
async def test_two_readings_bring_the_same(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        wanted = asked(kind)
        first, second = [records_in(await pages_of(account.source(), wanted)) for _ in range(2)]
    assert first == second


@every_read
async def test_reading_continues_after_any_page(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        # Small pages, and no more than the first of them: the rest is read from its place.
        whole = await pages_of(account.source(), asked(kind, limit=5))
        everything = set(ids_in(await pages_of(account.source(), asked(kind))))
        for number in range(0, len(whole), max(1, len(whole) // 4)):
            before = whole[: number + 1]
            wanted = asked(kind, cursor=before[-1].cursor)
            after = await pages_of(account.source(), wanted)
            assert set(ids_in(before)) | set(ids_in(after)) >= everything
            repeated = set(ids_in(before)) & set(ids_in(after))
            assert not repeated, f"page {number} is read again"
    assert "@" not in "".join(page.cursor for page in whole), "a cursor is kept: no personal data"


@every_read
async def test_a_limit_brings_small_pages(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest, records=200) as account:
        source = account.source()
        pages = source.read(asked(kind, limit=1))
        first = await anext(pages)
        await pages.aclose()  # type: ignore[attr-defined]
    assert len(first.records) <= 25


@every_read
async def test_named_records_are_fetched_again_and_vanished_ones_told(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        source = account.source()
        some = (await read_all(source, kind))[:3]
        gone = f"{some[0].id}98765"
        found = await fetched(source, kind, [*(each.id for each in some), gone])
    assert {each.id: each for each in found if not isinstance(each, Deletion)} == {each.id: each for each in some}
    assert [each for each in found if isinstance(each, Deletion)] == [Deletion(id=gone, kind=kind)]


@pytest.mark.parametrize(("manifest", "kind"), _SWEEPS, ids=_names)
async def test_a_sweep_lists_every_id(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        source = account.source()
        listed = {each async for ids in source.all_ids(kind) for each in ids}
        read = {each.id for each in await read_all(source, kind)}
    assert read <= listed


@every_read
async def test_cancelling_leaves_nothing_running(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        account.simulator.fail(kind=FaultKind.SLOW, delay_s=0.2, times=-1)
        before = own_tasks()
        reading = asyncio.create_task(pages_of(account.source(), asked(kind)))
        await _until(lambda: bool(own_tasks() - before) or reading.done())
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await _until(lambda: not own_tasks() - before)
        assert own_tasks() <= before


async def _until(happened: Callable[[], bool]) -> None:
    for _ in range(50):
        if happened():
            return
        await asyncio.sleep(0.01)


# Writing --------------------------------------------------------------------------------------------------------------


async def _samples(account: Opened, kind: Kind) -> list[Any]:
    """Opt-outs and bounces need people whom the system knows; everything else may be new."""
    if not kind.runs_back or account.manifest.reads_kind(Kind.CONTACTS) is None:
        return sample_records(kind)
    people = await read_all(account.source(), Kind.CONTACTS)
    agreed = [each.email for each in people if each.consent.state is ConsentState.YES]
    return sample_records(kind, agreed[:2])


@every_write
async def test_drafts_are_pure(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        records = await _samples(account, kind)
        drafts = []
        for _ in range(2):
            target = account.target()
            await target.open([kind], Timing.HISTORICAL)
            asked_before = len(account.simulator.journal)
            drafts.append([target.draft(record) for record in records])
            assert len(account.simulator.journal) == asked_before, "a draft asks nobody"
    assert [each for each in drafts[0] if isinstance(each, Draft)], "at least one sample can be sent"
    assert [_fingerprint(each) for each in drafts[0]] == [_fingerprint(each) for each in drafts[1]]


def _fingerprint(draft: Draft | Refusal) -> str:
    return fingerprint(draft.content) if isinstance(draft, Draft) else draft.reason


@every_write
async def test_a_preview_writes_nothing(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest, read_only=True) as account:
        records = await _samples(account, kind)
        target = account.target()
        await target.open([kind], Timing.HISTORICAL)
        target.setup()
        drafts = [each for each in map(target.draft, records) if isinstance(each, Draft)]
        known = await target.look_up(drafts)
        plans = [target.plan([(each, known.get(each.key, Known()))]) for each in drafts]
        again = [target.plan([(each, known.get(each.key, Known()))]) for each in drafts]
        assert account.simulator.writes == []
    assert plans == again, "a plan is pure"
    for plan in plans:
        writes = {Outcome.CREATED, Outcome.UPDATED} & {each.outcome for each in plan.records}
        assert bool(plan.steps) is bool(writes)
        assert {key for step in plan.steps for key in step.keys} <= set(plan.keys)


@every_write
async def test_what_was_sent_is_known_and_not_created_again(manifest: Manifest, kind: Kind) -> None:
    async with opened(manifest) as account:
        records = await _samples(account, kind)
        target = account.target()
        await target.open([kind], Timing.HISTORICAL)
        await set_up(target, account.access.http)
        await target.open([kind], Timing.HISTORICAL)
        drafts = [each for each in map(target.draft, records) if isinstance(each, Draft)]
        for draft in drafts:
            known = await target.look_up([draft])
            plan = target.plan([(draft, known.get(draft.key, Known()))])
            settled = await target.confirm(plan, await send(target, account.access.http, plan))
            assert {each.outcome for each in settled.values()} <= {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
            assert set(settled) == {draft.key}
        looks_up = manifest.writes_kind(kind)
        assert looks_up is not None
        if not looks_up.looks_up:
            return
        known = await target.look_up(drafts)
        again = [target.plan([(draft, known.get(draft.key, Known()))]) for draft in drafts]
    assert Outcome.CREATED not in {record.outcome for plan in again for record in plan.records}


@every_write
async def test_what_can_be_undone_is_looked_back_at_without_a_write_and_then_gone(
    manifest: Manifest, kind: Kind
) -> None:
    async with opened(manifest) as account:
        records = await _samples(account, kind)
        target = account.target()
        await target.open([kind], Timing.HISTORICAL)
        if not isinstance(target, Undoes) or kind not in target.undo_order():
            pytest.skip("it offers no way back")
        await set_up(target, account.access.http)
        await target.open([kind], Timing.HISTORICAL)
        drafts = [each for each in map(target.draft, records) if isinstance(each, Draft)]
        known = await target.look_up(drafts)
        for draft in drafts:
            plan = target.plan([(draft, known.get(draft.key, Known()))])
            await target.confirm(plan, await send(target, account.access.http, plan))
        writes = len(account.simulator.writes)
        found = await target.look_back(drafts)
        assert len(account.simulator.writes) == writes
        assert all(found[draft.key].is_same for draft in drafts)
        for draft in drafts:
            removal = target.removal(draft, found[draft.key], {})
            assert removal == target.removal(draft, found[draft.key], {}), "it is pure"
            assert removal.steps
            assert all(step.is_repeatable and not step.saves for step in removal.steps)
            await send(target, account.access.http, Plan((), removal.steps))
        assert not any(each.exists for each in (await target.look_back(drafts)).values())


@every_connector
def test_practice_keys_hide_no_name_of_a_practice_account(manifest: Manifest) -> None:
    name = f"practice-{manifest.system}"
    every_secret = [secret for each in _MANIFESTS for secret in each.simulator(3).secrets.values()]
    assert Redactor(every_secret)(name) == name
