"""The connection test, refusals in words, and the way the wire is spoken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.connectors.digistore24.manifest import MANIFEST
from app.connectors.digistore24.settings import Digistore24Settings
from app.connectors.digistore24.simulator import build_simulator
from app.connectors.digistore24.wire import call, form
from app.connectors.digistore24.world import KEY, PASSPHRASE, READ_ONLY_KEY
from app.core.errors import PermissionMissingError, ProtocolError, SignInError, UnreachableError
from app.core.events import StageState
from app.core.records import Kind
from app.sdk.answers import RejectedError
from app.sdk.check import run_probes
from app.sdk.settings import SettingsError, parse, problems_of
from tests.connectors.digistore24.conftest import BEGIN, NOW, shop_with
from tests.connectors.standard import opened

KINDS = (Kind.PRODUCTS, Kind.CONTACTS, Kind.ORDERS)
ADDRESS = "https://pushes.example.org/in/4f2a"


async def stages(account):
    probes = MANIFEST.probes(account.access, KINDS)
    return {each.name: each async for each in run_probes(probes) if each.state is not StageState.RUNNING}


async def test_the_test_tells_who_signed_in_and_what_is_there():
    async with opened(MANIFEST) as account:
        found = await stages(account)
        assert account.simulator.writes == []
    assert str(found["sign_in"].message) == "Signed in as kurshaus."
    assert str(found["permission:products"].message) == "6 products found."
    assert found["pushes"].state is StageState.NOTE


async def test_a_read_only_key_is_enough():
    async with opened(MANIFEST, secrets={"api_key": READ_ONLY_KEY}) as account:
        found = await stages(account)
    assert StageState.FAILED not in {each.state for each in found.values()}


async def test_somebody_who_sells_nothing_is_told(world):
    world.roles = "user,affiliate"
    async with shop_with(world) as shop:
        found = await stages(shop.account)
    assert "no vendor" in str(found["sign_in"].message)
    assert found["sign_in"].state is StageState.NOTE


async def test_a_clock_of_another_zone_is_noticed(world):
    world.clock = lambda: NOW + timedelta(hours=6)
    async with shop_with(world) as shop:
        found = await stages(shop.account)
    assert found["sign_in"].state is StageState.NOTE
    assert "360 minutes" in str(found["sign_in"].message)


@pytest.mark.proves("digistore24", "renew_secret")
@pytest.mark.parametrize("with_200", [False, True])
async def test_a_deleted_key_is_named_at_its_field_and_the_new_one_works(world, with_200):
    world.answers_errors_with_200 = with_200
    world.keys = {"9-NeuerSchluessel": False}
    world.clock = lambda: datetime.now(UTC)
    simulator = build_simulator(0, world)
    async with opened(MANIFEST, simulator=simulator) as account:
        failed = (await stages(account))["sign_in"]
    async with opened(MANIFEST, simulator=simulator, secrets={"api_key": "9-NeuerSchluessel"}) as account:
        assert (await stages(account))["sign_in"].state is StageState.OK
    assert (failed.state, failed.field) == (StageState.FAILED, "api_key")


@pytest.mark.proves("digistore24", "errors_in_words")
@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, 0, SignInError),
        (200, 2, SignInError),
        (200, 10, SignInError),
        (200, 5, PermissionMissingError),
        (403, 0, PermissionMissingError),
        (200, 3, RejectedError),
        (200, 4, RejectedError),
        (200, 9, RejectedError),
        (404, 4, RejectedError),
        (200, 11, UnreachableError),
        (200, 0, RejectedError),
    ],
)
async def test_each_error_has_words_whatever_its_status(shop, status, code, error):
    body = f'{{"result": "error", "code": {code}, "message": "Fehler {code}"}}'
    shop.account.simulator.fail(status=status, body=body, times=-1)
    with pytest.raises(error) as raised:
        await call(shop.account.access.http, "ping")
    assert str(raised.value.message)
    assert "Fehler" in raised.value.detail


@pytest.mark.proves("digistore24", "errors_in_words")
async def test_a_function_that_is_not_permitted_fails_alone(world):
    world.denied = {"listBuyers"}
    async with opened(MANIFEST, simulator=build_simulator(0, world)) as account:
        found = await stages(account)
    assert found["permission:contacts"].state is StageState.FAILED
    assert "listBuyers" in str(found["permission:contacts"].message)
    assert found["permission:orders"].state is StageState.OK


async def test_an_answer_without_an_envelope_is_not_taken_for_success(shop):
    shop.account.simulator.fail(status=200, body='{"data": []}')
    with pytest.raises(ProtocolError):
        await call(shop.account.access.http, "listProducts")


@pytest.mark.proves("digistore24", "rate_limit")
@pytest.mark.parametrize("with_200", [False, True])
async def test_too_many_requests_are_heeded_and_nothing_is_lost(world, with_200):
    world.answers_errors_with_200 = with_200
    buyer = world.add_buyer(0, BEGIN)
    numbers = [world.add_purchase(buyer, [512345], BEGIN)["id"] for _ in range(3)]
    world.calls_before_429 = 1
    async with shop_with(world) as shop:
        assert sorted(await shop.orders()) == sorted(numbers)


@pytest.mark.proves("digistore24", "duplicates_answered")
async def test_reading_twice_brings_no_order_twice(world):
    buyer = world.add_buyer(0, BEGIN)
    for _ in range(55):
        world.add_purchase(buyer, [512345], BEGIN)
    async with shop_with(world) as shop:
        first, second = await shop.orders(), await shop.orders()
    assert first == second


def test_forms_carry_brackets_and_letters():
    sent = {"search": {"role": "vendor"}, "load_transactions": True, "force": False, "q": "Jörg & Söhne"}
    expected = b"search%5Brole%5D=vendor&load_transactions=Y&force=N&q=J%C3%B6rg+%26+S%C3%B6hne"
    assert form(sent) == expected


async def test_the_key_travels_in_its_header_only(shop):
    await shop.contacts()
    for exchange in shop.account.simulator.journal:
        assert exchange.headers["x-ds-api-key"] == KEY
        assert KEY not in f"{exchange.path}{exchange.query}{exchange.body!r}"
        assert exchange.path.endswith("/format/json")


def test_the_push_address_is_handed_out_with_the_way_to_enter_it():
    assert MANIFEST.handouts is not None
    ready = parse(Digistore24Settings, {"api_key": KEY, "ipn_passphrase": PASSPHRASE})
    (handout,) = MANIFEST.handouts(ready, ADDRESS)
    (waiting,) = MANIFEST.handouts(parse(Digistore24Settings, {"api_key": KEY}), ADDRESS)
    assert handout.content == ADDRESS
    assert "Integrations (IPN)" in str(handout.help)
    assert (waiting.content, "passphrase" in str(waiting.help)) == ("", True)
    assert PASSPHRASE not in f"{handout.content}{handout.help}"


@pytest.mark.parametrize("values", [{"api_key": "123 456 789"}, {"api_key": KEY, "ipn_passphrase": "x" * 64}])
def test_settings_that_cannot_work_are_refused_while_typing(values):
    with pytest.raises(SettingsError):
        parse(Digistore24Settings, values)
    assert all(str(each) for each in problems_of(Digistore24Settings, values).values())


def test_an_empty_passphrase_is_none():
    assert parse(Digistore24Settings, {"api_key": KEY, "ipn_passphrase": ""}).ipn_passphrase is None


async def test_products_are_suggested_for_the_filter(shop):
    found = await shop.source().suggestions("products")
    assert found[0].value == "512345"
    assert "Kurs Grundlagen" in found[0].label
