"""Signing in, refusals in words a shop owner understands, and the account's pace."""

from __future__ import annotations

import time

import pytest

from app.connectors.activecampaign.manifest import MANIFEST
from app.connectors.activecampaign.people import People
from app.connectors.activecampaign.settings import ActiveCampaignSettings
from app.connectors.activecampaign.simulator import LIMITED_KEY
from app.connectors.activecampaign.wire import PACE, Wire, learn_pace
from app.core.errors import (
    AddressError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from app.core.events import StageState
from app.core.records import Kind
from app.sdk.answers import RejectedError
from app.sdk.check import run_probes
from app.sdk.settings import parse, plain_values, problems_of
from tests.connectors.activecampaign.conftest import staged

PAGE = "<!doctype html><title>Maintenance</title>"


async def stages(access, *kinds):
    found = [each async for each in run_probes(MANIFEST.probes(access, kinds))]
    return {each.name: each for each in found if each.state is not StageState.RUNNING}


@pytest.mark.parametrize(
    "pasted",
    [
        "https://shop.api-us1.com",
        "https://shop.api-us1.com/",
        "shop.api-us1.com",
        " http://shop.api-us1.com/api/3/ ",
        "https://shop.api-us1.com/api/3",
    ],
)
def test_every_pasted_form_of_the_address_becomes_the_same(pasted):
    settings = parse(ActiveCampaignSettings, {"api_url": pasted, "api_key": "k" * 20})

    assert MANIFEST.base_url(settings) == "https://shop.api-us1.com"
    assert "api_key" not in plain_values(settings)


@pytest.mark.parametrize("pasted", ["myaccount", "https://myaccount/", "my account.com", ""])
def test_what_cannot_be_an_address_is_refused_beside_its_field(pasted):
    assert "api_url" in problems_of(ActiveCampaignSettings, {"api_url": pasted, "api_key": "k"})


async def test_a_good_key_passes_every_stage_and_writing_is_said_to_be_unproven(stage):
    found = await stages(await stage.access(read_only=True), *(Kind.CONTACTS, Kind.ORDERS, Kind.CARTS, Kind.OPT_OUTS))

    assert found["sign_in"].state is StageState.OK
    assert "p•••@example.com" in str(found["sign_in"].message)
    assert found["writing"].state is StageState.NOTE
    assert {each.state for each in found.values()} == {StageState.OK, StageState.NOTE}
    assert not stage.simulator.writes


async def test_a_wrong_key_is_named_beside_its_field_and_stops_the_test(stage):
    found = await stages(await stage.access(key="wrong-key"), Kind.CONTACTS)

    assert (found["sign_in"].state, found["sign_in"].field) == (StageState.FAILED, "api_key")
    assert found["permission:contacts"].state is StageState.NOT_TRIED


async def test_an_answer_that_is_none_of_activecampaigns_is_no_sign_in(stage):
    stage.simulator.fail(path="users/me", status=200, body="{}", times=-1)
    found = await stages(await stage.access(), Kind.CONTACTS)

    assert (found["sign_in"].state, found["sign_in"].field) == (StageState.FAILED, "api_url")


async def test_a_list_without_its_rows_is_never_taken_for_an_empty_one(stage):
    """Otherwise everybody would count as new, also those who unsubscribed."""
    stage.simulator.fail(path="/contacts", status=200, body='{"meta":{"total":"3"}}', times=-1)

    with pytest.raises(ProtocolError, match="unknown form"):
        await People(Wire(await stage.access()), "1").find(["kunde0001@example.com"])


async def test_a_missing_permission_turns_exactly_its_line_red(stage):
    found = await stages(await stage.access(key=LIMITED_KEY), Kind.CONTACTS)

    assert [name for name, each in found.items() if each.state is StageState.FAILED] == ["permission:lists"]


async def test_only_what_the_wanted_kinds_need_is_tested(stage):
    found = await stages(await stage.access(), Kind.BOUNCES)

    assert list(found) == ["sign_in", "permission:contacts", "sample"]


async def test_an_account_without_graphql_is_told_about_rest(stage):
    stage.simulator.fail(path="ecom/graphql", status=404, body='{"message":"No Route found"}')
    found = await stages(await stage.access(), Kind.ORDERS)

    assert found["permission:ecom/graphql"].state is StageState.FAILED
    assert "REST" in str(found["permission:ecom/graphql"].remedy)


async def test_an_empty_account_has_no_sample_and_says_so(stage):
    found = await stages(await stage.access())

    assert "no contacts yet" in str(found["sample"].message)


@pytest.mark.proves("activecampaign", "errors_in_words")
@pytest.mark.parametrize(
    ("status", "body", "expected", "words"),
    [
        (403, '{"message":"Forbidden"}', PermissionMissingError, "tags"),
        (403, '{"errors":[{"status":403,"title":"Forbidden","detail":"No"}]}', PermissionMissingError, "tags"),
        (404, PAGE, AddressError, "web page"),
        (200, PAGE, AddressError, "web page"),
        (200, "[]", ProtocolError, "unknown form"),
        (422, '{"errors":[{"title":"Bad","detail":"name is taken","code":"duplicate"}]}', RejectedError, "Bad name"),
        (422, '{"errors":"plain words"}', RejectedError, "plain words"),
        (400, '{"success":0,"message":"No","failureReasons":["why"]}', RejectedError, "why"),
        (400, '{"success":0,"message":"Rate limit exceeded."}', RateLimitError, "slow down"),
        (429, "", RateLimitError, "slow down"),
        (503, PAGE, RateLimitError, "slow down"),
        (500, "", UnreachableError, "fault"),
        (422, "", RejectedError, "422"),
    ],
)
async def test_every_shape_of_refusal_is_understood(stage, status, body, expected, words):
    wire = Wire(await stage.access(tries=1))
    stage.simulator.fail(path="tags", status=status, body=body, times=-1)

    with pytest.raises(expected) as caught:
        await wire.get("tags")

    assert words in str(caught.value)
    assert "practice-key" not in caught.value.detail


async def test_a_refused_sign_in_asks_for_url_and_key(stage):
    wire = Wire(await stage.access(key="wrong"))

    with pytest.raises(SignInError) as caught:
        await wire.get("users/me")

    assert caught.value.field == "api_key"


async def test_the_pace_stays_below_the_limit_without_a_single_refusal():
    """Five requests in any second are allowed; sixty requests take about thirteen seconds."""
    async with staged() as stage:
        stage.world.per_second = 5
        wire = Wire(await stage.access(pace=PACE))
        started = time.monotonic()
        for _ in range(60):
            await wire.get("tags", {"limit": "1"})
        took_s = time.monotonic() - started

        assert {each.status for each in stage.simulator.journal} == {200}
        assert took_s < 60 / (0.8 * 5)


@pytest.mark.proves("activecampaign", "rate_limit")
@pytest.mark.parametrize("status", [429, 503])
async def test_an_overloaded_account_is_waited_for_and_nothing_is_lost(status):
    async with staged() as stage:
        stage.world.per_second = 5
        stage.world.overload_status = status
        wire = Wire(await stage.access())
        for _ in range(7):
            await wire.get("tags", {"limit": "1"})

        assert [each.status for each in stage.simulator.journal].count(200) == 7
        assert status in {each.status for each in stage.simulator.journal}


def test_the_headers_of_the_account_hold_back_for_a_moment():
    hint = learn_pace({"ratelimit-limit": "5", "ratelimit-remaining": "0"})

    assert hint is not None
    assert (hint.remaining, hint.reset_s) == (0, 0.2)
    assert learn_pace({}) is None
