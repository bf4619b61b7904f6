"""The connection test, refusals in words, and what the wire may do."""

from __future__ import annotations

import pytest

from app.connectors.konnektive.manifest import MANIFEST
from app.connectors.konnektive.settings import KonnektiveSettings, TargetOptions
from app.connectors.konnektive.simulator import build_simulator
from app.connectors.konnektive.wire import form
from app.core.errors import AddressError, PermissionMissingError, SignInError
from app.core.events import StageState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.answers import RejectedError
from app.sdk.check import run_probes
from app.sdk.settings import SettingsError, field_specs, parse, problems_of
from tests.connectors.konnektive.conftest import driven, order
from tests.connectors.standard import opened

KINDS = (Kind.CONTACTS, Kind.ORDERS)


async def stages(account):
    probes = MANIFEST.probes(account.access, KINDS)
    return {each.name: each async for each in run_probes(probes) if each.state is not StageState.RUNNING}


async def test_the_test_proves_sign_in_and_campaign_and_says_that_writing_is_not_tried():
    async with opened(MANIFEST) as account:
        found = await stages(account)
        assert account.simulator.writes == []
    assert found["campaign"].state is StageState.OK
    assert str(found["campaign"].message) == "Online-Kurse: 4 products. Currency: EUR."
    assert "no test mode" in str(found["sample"].message)


@pytest.mark.proves("konnektive", "renew_secret")
async def test_a_changed_password_is_named_at_its_field_and_the_new_one_works(world):
    world.password = "Neues-Kennwort-1"
    simulator = build_simulator(0, world)
    async with opened(MANIFEST, simulator=simulator) as account:
        failed = (await stages(account))["sign_in"]
        asked = len(simulator.journal)
    async with opened(MANIFEST, simulator=simulator, secrets={"password": world.password}) as account:
        assert (await stages(account))["sign_in"].state is StageState.OK
    assert (failed.state, failed.field) == (StageState.FAILED, "password")
    assert asked == 1, "a refused sign-in is never repeated"


@pytest.mark.proves("konnektive", "errors_in_words")
async def test_an_address_that_is_not_allowed_is_named_with_what_to_do(world):
    world.blocked_address = "203.0.113.7"
    async with opened(MANIFEST, simulator=build_simulator(0, world)) as account:
        failed = (await stages(account))["sign_in"]
    assert failed.field == "login_id"
    assert "not on the list" in str(failed.message)
    assert "203.0.113.7" in str(failed.remedy)


@pytest.mark.proves("konnektive", "errors_in_words")
async def test_an_endpoint_that_is_not_ticked_is_named(world):
    world.denied = {"transactions/query"}
    async with opened(MANIFEST, simulator=build_simulator(0, world)) as account:
        found = await stages(account)
        assert found["permission:contacts"].state is StageState.OK
        assert found["permission:orders"].state is StageState.FAILED
        assert "transactions/query" in str(found["permission:orders"].message)
        with pytest.raises(PermissionMissingError):
            await account.access.http.request("POST", "transactions/query/", body={"orderId": "1"}, is_read=True)


@pytest.mark.proves("konnektive", "errors_in_words")
async def test_a_refused_field_is_told_in_the_vendors_words():
    async with driven() as konnektive:
        with pytest.raises(RejectedError) as refused:
            await konnektive.account.access.http.request("POST", "leads/import/", body={"campaignId": "11"})
    assert refused.value.words == "firstName: is required; lastName: is required"


@pytest.mark.proves("konnektive", "errors_in_words")
@pytest.mark.parametrize(
    "message",
    ['{"ipAddress": "must be an IP address"}', '{"orderId": "no permission for this"}', '"PREPAID is not allowed"'],
)
async def test_what_concerns_one_order_stops_no_run(message):
    async with driven() as konnektive:
        konnektive.account.simulator.fail(
            status=200, path="order/import", body=f'{{"result": "ERROR", "message": {message}}}'
        )
        with pytest.raises(RejectedError) as refused:
            await konnektive.send(order())
    assert refused.value.words


async def test_a_missing_slash_is_told_as_a_redirect_and_not_followed():
    async with opened(MANIFEST) as account:
        with pytest.raises(AddressError):
            await account.access.http.request("POST", "order/query", body={}, is_read=True)


async def test_a_redirect_to_a_payment_page_is_a_refusal():
    async with driven() as konnektive:
        konnektive.account.simulator.fail(
            status=200, path="order/import", body='{"result": "MERC_REDIRECT", "message": {"url": "https://pay"}}'
        )
        with pytest.raises(RejectedError):
            await konnektive.send(order())


@pytest.mark.proves("konnektive", "rate_limit")
async def test_a_request_to_slow_down_is_heeded_and_the_order_arrives_once():
    async with driven() as konnektive:
        konnektive.account.simulator.fail(status=429, headers={"Retry-After": "0"}, path="order/import", times=2)
        settled = await konnektive.send(order())
        assert settled.outcome is Outcome.CREATED
        assert len(konnektive.orders) == 1
    assert MANIFEST.pace.parallel == 1


async def test_answers_are_read_whatever_their_content_type(world):
    world.is_text_html = True
    async with driven(world) as konnektive:
        assert (await konnektive.send(order())).outcome is Outcome.CREATED


async def test_no_password_is_in_a_plan_or_an_address():
    async with driven() as konnektive:
        await konnektive.send(order())
        password = konnektive.account.access.settings.password.get_secret_value()
        assert all(password not in str(step) for plan in konnektive.plans for step in plan.steps)
        assert all(password not in each.query for each in konnektive.account.simulator.journal)


async def test_reading_goes_on_past_the_largest_page():
    async with opened(MANIFEST, records=450) as account:
        from app.connectors.konnektive.wire import query

        asked = {"startDate": "01/01/2026", "endDate": "12/31/2026"}
        found = await query(account.access.http, "order/query/", asked)
    assert len({row["orderId"] for row in found}) == 450


def test_yes_and_no_go_out_as_one_and_zero():
    assert form({"skipQA": True, "forceQA": False, "lastName": "Müller & Söhne"}) == (
        b"skipQA=1&forceQA=0&lastName=M%C3%BCller+%26+S%C3%B6hne"
    )


def test_a_password_with_an_ampersand_is_refused_while_typing():
    problems = problems_of(KonnektiveSettings, {"login_id": "api", "password": "a&b"})
    assert "&" in str(problems["password"])
    assert "a&b" not in str(problems["password"])


@pytest.mark.parametrize(
    "options",
    [
        {"fields_product": {"product_id": "custom1"}},
        {"fields_product": {"product_id": "custom2"}, "fields_amounts": {"total": "custom2"}},
        {"fields_address": {"city": "custom9"}},
        {"actions": {"payment": "sometimes"}},
        {"order_id_field": "affId"},
        {"pay_source": "CREDITCARD"},
    ],
)
def test_options_that_contradict_each_other_are_refused(options):
    with pytest.raises(SettingsError):
        parse(TargetOptions, options)


def test_the_form_begins_with_campaign_and_action_and_ends_with_the_groups_of_fields():
    names = [spec.name for spec in field_specs(TargetOptions)]
    assert names[:2] == ["campaign", "actions"]
    assert names[-5:] == [
        "fields_additional",
        "fields_affiliates",
        "fields_product",
        "fields_address",
        "fields_amounts",
    ]


async def test_sign_in_fails_loudly_while_orders_are_sent(world):
    async with driven(world) as konnektive:
        world.password = "Neues-Kennwort-1"
        with pytest.raises(SignInError):
            await konnektive.send(order())
