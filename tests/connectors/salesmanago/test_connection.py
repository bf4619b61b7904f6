"""Signing in, refusals in words a shop owner understands, and what never leaves the program."""

from __future__ import annotations

import json

import pytest

from app.connectors.salesmanago.answers import classify
from app.connectors.salesmanago.manifest import MANIFEST
from app.connectors.salesmanago.settings import SalesmanagoSettings
from app.connectors.salesmanago.wire import USERS, Wire, signature
from app.connectors.salesmanago.world import API_SECRET, OWNER
from app.core.errors import AddressError, ConfigError, ProtocolError, RateLimitError, SignInError
from app.core.events import Event, RunMode, StageState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.answers import Answer, RejectedError
from app.sdk.check import run_probes
from app.sdk.settings import field_specs, parse, plain_values, problems_of
from app.sdk.target import Timing
from tests.connectors.salesmanago.conftest import SHOP, integration
from tests.connectors.salesmanago.records import drafted, order

ALL = (*(each.kind for each in MANIFEST.writes), *(each.kind for each in MANIFEST.reads))


async def stages(access, *kinds):
    found = [each async for each in run_probes(MANIFEST.probes(access, kinds or ALL))]
    return {each.name: each for each in found if each.state is not StageState.RUNNING}


def entered(**changes):
    values = {"client_id": "abcd1234", "api_secret": "s3cr3t-value", "owner": OWNER, "endpoint": "app2.sm.example"}
    return {**values, "currency": "pln", **changes}


@pytest.mark.parametrize(
    "pasted",
    [
        "app2.salesmanago.com",
        " https://app2.salesmanago.com/ ",
        "http://app2.salesmanago.com/api",
        "https://app2.salesmanago.com/api/",
    ],
)
def test_every_pasted_form_of_the_endpoint_becomes_the_same(pasted):
    settings = parse(SalesmanagoSettings, entered(endpoint=pasted))

    assert MANIFEST.base_url(settings) == "https://app2.salesmanago.com"
    assert settings.currency == "PLN"
    assert {"api_secret", "callback_parameter"}.isdisjoint(plain_values(settings))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "salesmanago"),
        ("endpoint", "app2 salesmanago.com"),
        ("owner", "somebody"),
        ("currency", "E1"),
        ("location", "two words"),
        ("callback_parameter", "seventeen-letters"),
        ("client_id", '"><script>'),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(field, value):
    assert field in problems_of(SalesmanagoSettings, entered(**{field: value}))


def test_the_security_parameter_is_counted_while_typing():
    spec = next(each for each in field_specs(SalesmanagoSettings) if each.name == "callback_parameter")

    assert (spec.setting.has_counter, spec.max_length, spec.is_required) == (True, 16, False)


def test_the_signature_is_the_one_of_the_documentation():
    """The worked example: API key, client id and API secret, in this order."""
    made = signature("a1b2c3d4e5f60718293a4b5c6d7e8f90", "abcd1234efgh5678", "s3cr3tValue")

    assert made == "823375cd6f23df04debad1d88bf516da56f1c9e0"


async def test_every_request_is_signed_anew_in_milliseconds_and_never_holds_the_secret(stage):
    wire = Wire(await stage.access())
    for _ in range(2):
        await wire.ask(USERS, {})

    first, second = [each.json() for each in stage.simulator.journal]
    assert first["apiKey"] != second["apiKey"]
    assert first["sha"] == signature(first["apiKey"], first["clientId"], API_SECRET)
    assert first["requestTime"] > 10**12
    assert API_SECRET not in json.dumps([first, second])


async def test_no_plan_and_no_log_holds_what_signs(stage):
    events: list[Event] = []
    access = await stage.access(emit=events.append)
    assert MANIFEST.open_target is not None
    target = MANIFEST.open_target(access, parse(MANIFEST.target_options, {}), SHOP)
    await target.open([Kind.ORDERS], Timing.HISTORICAL)
    draft = drafted(target.draft(order(1)))
    plan = target.plan([(draft, (await target.look_up([draft]))[draft.key])])

    told = repr(plan) + repr(events)
    assert '"sha"' not in told
    assert "'sha'" not in told
    assert "apiKey" not in told


@pytest.mark.proves("salesmanago", "renew_secret")
async def test_a_wrong_secret_is_named_at_its_field_and_the_right_one_works(stage):
    stage.world.api_secret = "renewed-secret-of-salesmanago"
    old = await stages(await stage.access())
    new = await stages(await stage.access(api_secret="renewed-secret-of-salesmanago"))

    assert (old["sign_in"].state, old["sign_in"].field) == (StageState.FAILED, "api_secret")
    assert "Copy both again" in str(old["sign_in"].remedy)
    assert new["sign_in"].state is StageState.OK


async def test_an_account_that_is_not_active_is_said_to_be_so(stage):
    stage.world.is_active = False
    found = await stages(await stage.access())

    assert found["sign_in"].state is StageState.FAILED
    assert "inactive" in str(found["sign_in"].message)


async def test_an_unknown_owner_is_named_at_its_field(stage):
    found = await stages(await stage.access(owner="nobody@example.com"))

    assert (found["sign_in"].state, found["sign_in"].field) == (StageState.FAILED, "owner")


async def test_the_owner_is_compared_with_the_users_whatever_their_shape(stage):
    answer = {"success": True, "message": None, "users": [{"email": "Someone@Example.com"}]}
    stage.simulator.fail(status=200, path="listByClient", body=json.dumps(answer))
    found = await stages(await stage.access())

    assert (found["sign_in"].state, found["sign_in"].field) == (StageState.FAILED, "owner")
    assert "s•••@example.com" in str(found["sign_in"].remedy)


async def test_another_server_of_the_same_kind_of_address_is_named_at_the_endpoint(stage):
    access = await stage.access()
    stage.simulator.fail(status=404, path="listByClient", body="<html>no</html>")
    found = await stages(access)

    assert (found["sign_in"].state, found["sign_in"].field) == (StageState.FAILED, "endpoint")


async def test_without_a_security_parameter_the_test_says_that_the_program_asks_by_itself(stage):
    found = await stages(await stage.access(callback_parameter=""), Kind.OPT_OUTS)

    assert found["permission:opt_outs"].state is StageState.NOTE
    assert "asks SALESmanago" in str(found["permission:opt_outs"].message)


def answered(message, *, status=200):
    body = json.dumps({"success": False, "message": message}).encode()
    return Answer(status, {}, body)


@pytest.mark.proves("salesmanago", "errors_in_words")
@pytest.mark.parametrize(
    ("message", "error", "field", "words"),
    [
        (["User not authenticated"], SignInError, "api_secret", "client ID"),
        ("Not authenticated", SignInError, "client_id", "inactive"),
        (["Owner does not exist"], ConfigError, "owner", "owner"),
        (["Too many requests"], RateLimitError, None, "slow down"),
        (["Invalid email address: vera@example.com"], RejectedError, None, "Correct it in the shop"),
        (["Contact not found"], RejectedError, None, "entered first"),
        (["Event not found"], RejectedError, None, "sent anew"),
        (["Incorrect birthday"], RejectedError, None, "birthday"),
        (["Too long value of products, maximum is 512"], RejectedError, None, "Shorten"),
        (["Incorrect tag"], RejectedError, None, "category names"),
        (["Unknown state X"], RejectedError, None, "report"),
        (["Incorrect date"], RejectedError, None, "then retry"),
        (["Something of vera@example.com nobody knows"], RejectedError, None, "v•••@example.com"),
        (None, RejectedError, None, "without a reason"),
    ],
)
def test_every_text_of_the_vendor_becomes_a_sentence_with_a_next_step(message, error, field, words):
    found = classify(answered(message))

    assert found is not None
    assert type(found) is error
    assert words in str(found)
    assert found.field == field
    assert "vera@" not in f"{found} {found.detail}"


def test_a_success_and_a_gateways_fault_are_left_to_the_common_reading():
    assert classify(Answer(200, {}, b'{"success": true, "message": []}')) is None
    assert classify(Answer(502, {}, b"<html>Bad gateway</html>")) is None
    assert isinstance(classify(Answer(404, {}, b"")), AddressError)


async def test_an_answer_without_the_envelope_is_no_success(stage):
    stage.simulator.fail(status=200, path="listByClient", body='{"users": []}')

    with pytest.raises(ProtocolError):
        await Wire(await stage.access()).ask(USERS, {})


@pytest.mark.proves("salesmanago", "rate_limit")
@pytest.mark.parametrize(
    "refusal",
    [
        {"status": 429, "headers": {"Retry-After": "0"}},
        {"status": 200, "body": json.dumps({"success": False, "message": ["Too many requests"]})},
    ],
    ids=["by its status", "inside 200"],
)
async def test_a_refusal_for_speed_is_waited_out_and_nothing_is_doubled(stage, refusal):
    running = integration(stage, orders=[order(number) for number in range(1, 4)])
    stage.simulator.fail(path="batchAddContactExtEvent", times=2, **refusal)
    stage.simulator.fail(path="batchupsert", times=1, **refusal)

    result = await running.run(RunMode.HISTORICAL)

    assert result.balance.total.count(Outcome.CREATED) == 3
    assert stage.simulator.summary()["events"] == {"PURCHASE": 3}
