"""Signing in with a token, its renewal, and what is said where nothing answers any more."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.connectors.newsletter2go.manifest import MANIFEST
from app.connectors.newsletter2go.session import TokenSession
from app.connectors.newsletter2go.settings import Newsletter2GoSettings
from app.connectors.newsletter2go.wire import Wire
from app.core.errors import AddressError, PermissionMissingError, RateLimitError, SignInError, UnreachableError
from app.core.events import Event, StageState
from app.core.records import Kind
from app.sdk.answers import RejectedError
from app.sdk.check import run_probes
from app.sdk.http import HttpClient
from app.sdk.settings import SettingsError, parse
from tests.connectors.newsletter2go.records import agreed
from tests.connectors.standard import FAST, opened


def sign_ins(stage):
    return [each.json() for each in stage.simulator.journal if each.path == "/oauth/v2/token"]


async def stages(access):
    found = [each async for each in run_probes(MANIFEST.probes(access, [Kind.CONTACTS]))]
    return {each.name: each for each in found if each.state is not StageState.RUNNING}


async def test_the_token_is_fetched_once_for_everybody(stage):
    wire = Wire(stage.access)
    await asyncio.gather(*(wire.list_names() for _ in range(5)))
    assert [each["grant_type"] for each in sign_ins(stage)] == ["https://nl2go.com/jwt"]


@pytest.mark.proves("newsletter2go", "renew_secret")
async def test_an_expired_token_is_renewed_and_the_write_sent_once(stage):
    await Wire(stage.access).list_names()
    stage.world.tokens.clear()
    await stage.contacts(agreed(1), new_people="add")
    assert [each["grant_type"] for each in sign_ins(stage)] == [
        "https://nl2go.com/jwt",
        "https://nl2go.com/jwt_refresh",
    ]
    assert stage.world.by_email("neu0001@example.com") is not None


async def test_a_refresh_that_is_refused_signs_in_anew(stage):
    await Wire(stage.access).list_names()
    stage.world.tokens.clear()
    stage.world.refreshes.clear()
    await Wire(stage.access).list_names()
    assert [each["grant_type"].rpartition("/")[2] for each in sign_ins(stage)] == ["jwt", "jwt_refresh", "jwt"]


async def test_a_token_is_renewed_before_it_ends(stage):
    now = 0.0
    session = TokenSession(stage.access.settings, clock=lambda: now)
    first = await session.headers(stage.access.http)
    now = 7000.0
    assert await session.headers(stage.access.http) == first
    now = 7150.0
    assert await session.headers(stage.access.http) != first


@pytest.mark.proves("newsletter2go", "renew_secret")
@pytest.mark.parametrize(("name", "field"), [("password", "password"), ("auth_key", "auth_key")])
async def test_what_is_wrong_is_named_at_its_field_and_the_new_one_works(stage, name, field):
    good = stage.simulator.secrets[name]
    async with opened(MANIFEST, simulator=stage.simulator, secrets={name: "veraltet:x"}) as account:
        refused = (await stages(account.access))["sign_in"]
    assert (refused.state, refused.field) == (StageState.FAILED, field)
    assert "Brevo" in str(refused.remedy)
    async with opened(MANIFEST, simulator=stage.simulator, secrets={name: good}) as account:
        assert (await stages(account.access))["sign_in"].state is StageState.OK


def test_an_auth_key_without_its_colon_is_refused_while_typing():
    values = {"username": "a@example.com", "password": "geheim", "auth_key": "halb-0815"}
    with pytest.raises(SettingsError, match="two parts") as caught:
        parse(Newsletter2GoSettings, values)
    assert caught.value.field == "auth_key"
    assert "0815" not in str(caught.value)


@pytest.mark.proves("newsletter2go", "errors_in_words")
async def test_a_host_that_does_not_answer_leads_to_brevo(stage):
    options = MANIFEST.http_options(stage.access.settings)
    quick = replace(options, tries=1)
    async with HttpClient("http://127.0.0.1:1", pace=FAST, options=quick) as http:
        with pytest.raises(UnreachableError) as caught:
            await http.get("companies")
    assert "moved to Brevo" in str(caught.value.remedy)


@pytest.mark.proves("newsletter2go", "errors_in_words")
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 404, "body": ""}, AddressError),
        ({"status": 200, "body": "<html>Brevo</html>"}, AddressError),
        ({"status": 400, "body": '{"error":"invalid_grant"}'}, SignInError),
        ({"status": 403, "body": '{"error":"access_denied"}'}, SignInError),
    ],
)
async def test_a_sign_in_that_is_gone_or_refused_leads_to_brevo(stage, fault, expected):
    stage.simulator.fail(path="/oauth/v2/token", times=-1, **fault)
    with pytest.raises(expected) as caught:
        await Wire(stage.access).list_names()
    assert "Brevo" in str(caught.value.remedy)


@pytest.mark.proves("newsletter2go", "errors_in_words")
@pytest.mark.parametrize(
    ("status", "body", "expected", "words"),
    [
        (400, '{"status":400,"code":1062,"error_message":"Duplicate entry"}', RejectedError, "Duplicate entry"),
        (400, '{"message":"so nicht"}', RejectedError, "so nicht"),
        (401, '{"error_message":"invalid"}', SignInError, "does not accept the sign-in"),
        (403, "{}", PermissionMissingError, "may not do that"),
        (404, "{}", RejectedError, "refused"),
    ],
)
async def test_each_refusal_becomes_a_sentence(stage, status, body, expected, words):
    stage.simulator.fail(status=status, body=body, path="/lists", times=-1)
    with pytest.raises(expected, match=words):
        await Wire(stage.access).list_names()


@pytest.mark.proves("newsletter2go", "rate_limit")
async def test_a_wish_to_slow_down_is_obeyed(stage):
    stage.simulator.fail(status=429, headers={"Retry-After": "0"}, path="/lists", times=3)
    assert len(await Wire(stage.access).list_names()) == 2
    stage.simulator.fail(status=429, headers={"Retry-After": "4000"}, path="/lists")
    with pytest.raises(RateLimitError) as caught:
        await Wire(stage.access).list_names()
    assert caught.value.retry_after_s == 4000


async def test_an_account_that_may_not_mail_yet_is_a_note(stage):
    stage.world.state = "pending"
    found = (await stages(stage.access))["sign_in"]
    assert found.state is StageState.NOTE
    assert "not verified" in str(found.message)


async def test_tokens_and_passwords_reach_no_event():
    events = list[Event]()
    async with opened(MANIFEST, emit=events.append) as account:
        await Wire(account.access).list_names()
        told = repr(events)
        tokens = [*account.simulator.world.tokens, *account.simulator.secrets.values()]  # type: ignore[attr-defined]
    assert not [each for each in tokens if each in told]
