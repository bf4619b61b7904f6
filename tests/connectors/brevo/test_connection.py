"""The connection test, the errors of Brevo in words, and its limits by bucket."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.connectors.brevo.manifest import MANIFEST
from app.connectors.brevo.settings import BrevoSettings
from app.connectors.brevo.wire import PACE, Wire
from app.connectors.brevo.world import World
from app.core.errors import ConfigError, PermissionMissingError, RateLimitError, SignInError
from app.core.events import StageState
from app.core.records import Kind
from app.sdk.answers import RejectedError
from app.sdk.check import run_probes
from app.sdk.pacing import Pacer
from app.sdk.settings import SettingsError, parse
from app.sdk.target import Timing
from tests.connectors.standard import opened

KINDS = [Kind.CONTACTS, Kind.ORDERS, Kind.OPT_OUTS, Kind.BOUNCES]


async def stages(access):
    found = [each async for each in run_probes(MANIFEST.probes(access, KINDS))]
    return {each.name: each for each in found if each.state is not StageState.RUNNING}


@pytest.mark.proves("brevo", "renew_secret")
async def test_a_wrong_key_is_named_at_its_field_and_the_new_one_works(stage):
    good = stage.access.settings.api_key.get_secret_value()
    async with opened(MANIFEST, simulator=stage.simulator, secrets={"api_key": "xkeysib-old"}) as account:
        refused = (await stages(account.access))["sign_in"]
    assert (refused.state, refused.field) == (StageState.FAILED, "api_key")
    assert "API keys" in str(refused.remedy)
    async with opened(MANIFEST, simulator=stage.simulator, secrets={"api_key": good}) as account:
        found = await stages(account.access)
    assert (await stages(stage.access))["sign_in"].state is StageState.OK
    assert not [each for each in found.values() if each.state is StageState.FAILED]


@pytest.mark.proves("brevo", "errors_in_words")
async def test_a_blocked_address_is_no_wrong_key_and_the_way_is_shown(stage):
    stage.world.refuses_address = True
    refused = (await stages(stage.access))["sign_in"]
    assert (refused.state, refused.field) == (StageState.FAILED, None)
    assert "does not accept requests from the address" in str(refused.message)
    assert '"Security", "Authorized IPs"' in str(refused.remedy)


def test_an_smtp_key_is_refused_while_typing():
    with pytest.raises(SettingsError, match="This is an SMTP key") as caught:
        parse(BrevoSettings, {"api_key": "xsmtpsib-1234"})
    assert caught.value.field == "api_key"
    assert "1234" not in str(caught.value)


@pytest.mark.proves("brevo", "errors_in_words")
@pytest.mark.parametrize(
    ("status", "body", "expected", "words"),
    [
        (401, '{"code":"unauthorized","message":"authentication not found in headers"}', SignInError, "did not accept"),
        (402, '{"code":"not_enough_credits","message":"x"}', PermissionMissingError, "not enough credits"),
        (403, '{"code":"permission_denied","message":"x"}', PermissionMissingError, "does not permit"),
        (403, '{"code":"account_under_validation","message":"x"}', PermissionMissingError, "validating"),
        (400, '{"code":"invalid_parameter","message":"Invalid phone number"}', RejectedError, "Invalid phone number"),
        (400, '{"code":"duplicate_request","message":"x"}', RateLimitError, "slow down"),
        (429, '{"message":"x"}', RateLimitError, "slow down"),
    ],
)
async def test_each_refusal_becomes_a_sentence_with_a_next_step(stage, status, body, expected, words):
    headers = {"x-sib-ratelimit-reset": "500"}
    stage.simulator.fail(status=status, body=body, path="contacts/lists", headers=headers, times=-1)
    with pytest.raises(expected, match=words) as caught:
        await _impatient(stage).get("contacts/lists")
    assert str(caught.value.remedy).strip() or expected is RejectedError


def _impatient(stage):
    stage.access.http.options = replace(stage.access.http.options, longest_wait_s=0)
    return Wire(stage.access)


async def test_an_inactive_shop_is_a_note_and_not_a_failure(stage):
    stage.world.is_shop_active = False
    found = await stages(stage.access)
    assert found["permission:orders"].state is StageState.NOTE
    assert "first run activates it" in str(found["permission:orders"].message)


async def test_the_account_is_shown_masked(stage):
    words = str((await stages(stage.access))["account"].message)
    assert "Übungsladen" in words
    assert "inhaberin@" not in words


# Limits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "is_free"),
    [
        ("contacts", True),
        ("contacts/doubleOptinConfirmation", True),
        ("events", True),
        ("orders", False),
        ("account", False),
    ],
)
def test_requests_belong_to_their_bucket(path, is_free):
    pacer = Pacer(PACE)
    assert (pacer.of("GET", path) is pacer) is is_free
    assert pacer.of("GET", "smtp/blockedContacts") is not pacer.of("GET", "smtp/templates")


@pytest.mark.proves("brevo", "rate_limit")
async def test_a_used_up_hour_of_orders_leaves_contacts_at_work():
    async with opened(MANIFEST, pace=PACE) as account:
        assert isinstance(account.simulator.world, World)
        account.simulator.world.per_hour = 2
        wire = Wire(account.access)
        await wire.get("orders", {"limit": "1"})
        await wire.get("orders", {"limit": "1"})
        await wire.get("contacts", {"limit": "1"})
        waiting = asyncio.create_task(wire.get("orders", {"limit": "1"}))
        await wire.get("contacts", {"limit": "1"})
        assert not waiting.done()
        assert "allows only so many requests" in str(account.access.http.waits.words())
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert not [each for each in account.simulator.journal if each.status == 429]


async def test_a_test_does_not_wait_for_the_next_hour():
    async with opened(MANIFEST, pace=PACE) as account:
        account.access.http.pacer.of("GET", "orders").refused(3000)
        found = await stages(account.access)
    assert (found["sign_in"].state, found["permission:contacts"].state) == (StageState.OK, StageState.OK)
    assert (found["account"].state, found["permission:orders"].state) == (StageState.NOTE, StageState.NOTE)
    assert "in 50 minutes" in str(found["permission:orders"].message)


@pytest.mark.proves("brevo", "rate_limit")
async def test_a_refusal_for_too_many_requests_is_waited_for_as_long_as_brevo_says():
    async with opened(MANIFEST) as account:
        headers = {"x-sib-ratelimit-reset": "0.01"}
        account.simulator.fail(status=429, path="/contacts", headers=headers, times=2)
        assert "contacts" in await Wire(account.access).get("contacts", {"limit": "1"})


async def test_the_simulator_refuses_what_exceeds_the_limit_of_a_second(stage):
    stage.world.per_second = 3
    stage.world.monotonic = lambda: 0.0
    wire = _impatient(stage)
    for _ in range(3):
        await wire.get("contacts", {"limit": "1"})
    with pytest.raises(RateLimitError):
        await wire.get("contacts", {"limit": "1"})


async def test_pages_above_the_cap_are_refused(stage):
    with pytest.raises(RejectedError, match="Limit exceeds"):
        await Wire(stage.access).get("contacts", {"limit": "1001"})


async def test_opening_without_permission_is_a_config_error(stage):
    stage.simulator.fail(status=403, body='{"code":"permission_denied","message":"x"}', path="contacts/attributes")
    with pytest.raises(ConfigError):
        await stage.target().open([Kind.CONTACTS], Timing.LIVE)
