"""Signing in, the choice of audience and store, and refusals in words a shop owner understands."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.connectors.mailchimp.manifest import MANIFEST
from app.connectors.mailchimp.practice import AUDIENCE, OTHER_AUDIENCE
from app.connectors.mailchimp.practice import STORE as WOO
from app.connectors.mailchimp.settings import MailchimpSettings
from app.connectors.mailchimp.simulator import KEY, VIEWER_KEY
from app.connectors.mailchimp.wire import PACE, Wire
from app.core.errors import ConfigError, DataError, PermissionMissingError, RateLimitError, SignInError
from app.core.events import StageState
from app.core.records import Kind
from app.sdk.answers import Answer, RejectedError
from app.sdk.check import run_probes
from app.sdk.settings import parse, problems_of
from app.sdk.target import Suggests, Timing
from tests.connectors.mailchimp.conftest import staged
from tests.connectors.standard import read_all

PROBLEM = '{"title": "%s", "status": 400, "detail": "%s"}'


async def stages(access, *kinds):
    found = [each async for each in run_probes(MANIFEST.probes(access, kinds))]
    return {each.name: each for each in found if each.state is not StageState.RUNNING}


def test_the_ending_of_the_key_is_the_host():
    settings = parse(MailchimpSettings, {"api_key": " 0123456789abcdef0123456789abcdef-us7 "})
    assert MANIFEST.base_url(settings) == "https://us7.api.mailchimp.com"


@pytest.mark.parametrize("key", ["0123456789abcdef0123456789abcdef", "0123456789abcdef-", "md-abc-", "key-12345"])
def test_a_key_without_its_data_centre_is_refused_before_any_call(key):
    problems = problems_of(MailchimpSettings, {"api_key": key})
    assert "lacks its ending" in str(problems["api_key"])
    assert key not in str(problems["api_key"])


@pytest.mark.proves("mailchimp", "renew_secret")
async def test_a_wrong_key_is_named_at_its_field_and_a_new_one_works():
    async with staged(3, secrets={"api_key": "revoked0000000000-us19"}) as stage:
        found = (await stages(stage.account.access))["sign_in"]
        assert (found.state, found.field) == (StageState.FAILED, "api_key")
        assert "data centre" in str(found.message)
        simulator = stage.simulator
    async with staged(3, simulator=simulator, secrets={"api_key": KEY}) as stage:
        found = await stages(stage.account.access, Kind.CONTACTS, Kind.ORDERS)
    assert {each.state for each in found.values()} == {StageState.OK, StageState.NOTE}
    assert "i•••@teeladen.example" in str(found["sign_in"].message)


async def test_a_key_of_another_data_centre_is_refused():
    async with staged(secrets={"api_key": KEY.replace("us19", "us2")}) as stage:
        with pytest.raises(SignInError):
            await Wire(stage.account.access).get("ping")


async def test_a_user_who_may_not_see_stores_is_told_beside_that_line_only():
    async with staged(3, secrets={"api_key": VIEWER_KEY}) as stage:
        found = await stages(stage.account.access, Kind.CONTACTS, Kind.ORDERS)
    assert found["permission:people"].state is StageState.OK
    assert found["permission:stores"].state is StageState.FAILED
    assert "Manager" in str(found["permission:stores"].remedy)


async def test_several_audiences_need_a_choice_and_are_named(stage):
    async with staged(settings={"audience": ""}, simulator=stage.simulator) as open_stage:
        with pytest.raises(ConfigError) as told:
            await open_stage.target().open([Kind.CONTACTS], Timing.LIVE)
        source = open_stage.account.source()
        assert isinstance(source, Suggests)
        offered = await source.suggestions("audiences")
    assert told.value.field == "audience"
    assert "Teeladen Newsletter" in str(told.value)
    assert [each.value for each in offered] == [AUDIENCE, OTHER_AUDIENCE]


async def test_the_only_audience_needs_no_choice():
    async with staged(3, settings={"audience": ""}) as stage:
        del stage.world.lists[OTHER_AUDIENCE]
        assert len(await read_all(stage.account.source(), Kind.CONTACTS)) == 3


async def test_an_audience_that_is_gone_is_named_at_its_field():
    async with staged(settings={"audience": "0000000000"}) as stage:
        found = (await stages(stage.account.access))["audience"]
    assert (found.state, found.field) == (StageState.FAILED, "audience")


async def test_stores_of_others_are_offered_for_reading_and_never_for_writing(stage):
    source, target = stage.account.source(), stage.target()
    assert WOO in [each.value for each in await source.suggestions("stores")]
    assert WOO not in [each.value for each in await target.suggestions("own_stores")]
    with pytest.raises(ConfigError) as told:
        await stage.target(write_to_store=WOO).open([Kind.ORDERS], Timing.LIVE)
    assert told.value.field == "write_to_store"


# Refusals in words ----------------------------------------------------------------------------------------------------


def answered(status: int, body: str = "") -> Answer:
    return Answer(status, {}, body.encode(), "https://us1.api.mailchimp.com/3.0/lists")


def read_as(status: int, body: str = ""):
    settings = parse(MailchimpSettings, {"api_key": KEY})
    classify = MANIFEST.http_options(settings).classify
    assert classify is not None
    return classify(answered(status, body))


@pytest.mark.proves("mailchimp", "errors_in_words")
@pytest.mark.parametrize(
    ("title", "detail", "reason"),
    [
        ("Member In Compliance State", "x is in a compliance state and cannot be subscribed.", "compliance_state"),
        ("Forgotten Email Not Subscribed", "x was permanently deleted.", "forgotten_email"),
        ("Invalid Resource", "x looks fake or invalid, please enter a real email address.", "fake_address"),
        ("Invalid Resource", "x has too many recent signup requests.", "signup_flood"),
    ],
)
def test_every_refusal_of_a_person_has_a_reason_with_a_next_step(title, detail, reason):
    error = read_as(400, PROBLEM % (title, detail))
    assert isinstance(error, DataError)
    assert error.reason == reason
    (words,) = [each for each in MANIFEST.reasons if each.code == reason]
    assert str(words.words)
    assert str(words.next_step)


@pytest.mark.proves("mailchimp", "errors_in_words")
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, PROBLEM % ("API Key Invalid", "Your API key may be invalid"), SignInError),
        (403, PROBLEM % ("Forbidden", "You don't have permission"), PermissionMissingError),
        (403, PROBLEM % ("User Disabled", "This account has been deactivated."), PermissionMissingError),
        (403, "", RateLimitError),
        (403, "<html>Access denied</html>", RateLimitError),
        (429, "", RateLimitError),
        (429, PROBLEM % ("Too Many Requests", "10 connections"), RateLimitError),
        (426, PROBLEM % ("Upgrade Required", "TLS"), ConfigError),
        (404, PROBLEM % ("Resource Not Found", "The requested resource could not be found."), RejectedError),
        (404, "<html>404</html>", RejectedError),
    ],
)
def test_each_kind_of_refusal_is_read_by_its_meaning(status, body, kind):
    error = read_as(status, body)
    assert isinstance(error, kind)
    assert str(error.message)


def test_fields_that_a_refusal_names_are_told_and_addresses_masked():
    body = (
        '{"title": "Invalid Resource", "detail": "vera@example.com is wrong.", "errors": [{"field": "MMERGE4", '
        '"message": "Please enter a value"}]}'
    )
    error = read_as(400, body)
    assert isinstance(error, RejectedError)
    assert error.words == "v•••@example.com is wrong. MMERGE4: Please enter a value"


# The limit ------------------------------------------------------------------------------------------------------------


@pytest.mark.proves("mailchimp", "rate_limit")
@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 403}])
async def test_a_refusal_without_a_body_is_waited_out(fault):
    async with staged(5) as stage:
        stage.simulator.fail(**fault, times=3)
        assert len(await read_all(stage.account.source(), Kind.CONTACTS)) == 5


@pytest.mark.proves("mailchimp", "rate_limit")
async def test_no_more_than_four_requests_are_under_way_at_once():
    """Ten are permitted for everybody together; the simulator refuses the eleventh."""
    async with staged(5, pace=replace(PACE, per_second=10_000)) as stage:
        stage.world.delay_s = 0.01
        wire = Wire(stage.account.access)
        await asyncio.gather(*(wire.get("ping") for _ in range(30)))
    assert stage.world.refused_busy == 0
    assert PACE.parallel == 4
