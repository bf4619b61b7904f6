"""How refusals read, and what the rate-limit headers teach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.connectors.bigcommerce.client import PACE, ServerFaultError, learn, refusal, wait_s
from app.connectors.bigcommerce.manifest import MANIFEST
from app.core.errors import (
    AddressError,
    ConfigError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from app.core.records import Kind
from app.sdk.answers import Answer
from app.sdk.pacing import Hint
from app.sdk.simulator import FaultKind
from tests.connectors.standard import read_all

_STORE = "https://api.example.com/stores/abc123/v2/store"
_SCOPE = b'{"status": 403, "title": "You don\'t have a required scope to access the endpoint", "errors": {}}'


def _answer(status: int, body: bytes = b"", url: str = _STORE, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, url)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_hash_and_a_wrong_token_cannot_be_told_apart(status):
    error = refusal(_answer(status))
    assert isinstance(error, SignInError)
    assert error.field == "access_token"
    assert "do not belong together" in str(error)


@pytest.mark.proves("bigcommerce", "errors_in_words")
@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("v2/store", "Information & settings: read-only"),
        ("v2/orders", "Orders: read-only"),
        ("v2/order_statuses", "Orders: read-only"),
        ("v3/orders/payment_actions/refunds", "Order transactions: read-only"),
        ("v3/customers", "Customers: read-only"),
        ("v3/customers/subscribers", "Customers: read-only"),
        ("v3/customers/subscribers/17", "Customers: modify"),
        ("v3/catalog/products", "Products: read-only"),
        ("v3/catalog/trees/categories", "Products: read-only"),
    ],
)
def test_a_missing_permission_is_named_as_the_control_panel_names_it(path, scope):
    error = refusal(_answer(403, _SCOPE, f"https://api.example.com/stores/abc123/{path}"))
    assert isinstance(error, PermissionMissingError)
    assert error.permission == scope
    assert scope in str(error)
    assert "create a new one" in str(error)


def test_not_found_elsewhere_is_read_like_everywhere():
    assert refusal(_answer(404, url="https://api.example.com/stores/abc123/v2/orders/7")) is None
    assert refusal(_answer(200)) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x_rate_limit_time_reset_ms": "1500"}, 1.5),
        ({"x_rate_limit_time_reset_ms": "1500", "x_retry_after": "9"}, 1.5),
        ({"x_retry_after": "9"}, 9.0),
        ({}, None),
        ({"x_rate_limit_time_reset_ms": "soon"}, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_best_header(headers, seconds):
    answer = _answer(429, **headers)
    assert wait_s(answer.headers) == seconds
    error = refusal(answer)
    assert isinstance(error, RateLimitError)
    assert error.retry_after_s == seconds


def test_a_tenth_of_the_quota_stays_for_the_owners_other_apps():
    headers = {
        "x-rate-limit-requests-left": "15",
        "x-rate-limit-requests-quota": "150",
        "x-rate-limit-time-reset-ms": "12000",
    }
    assert learn(headers) == Hint(remaining=15, reset_s=12.0, reserve=15)
    assert learn({}) is None
    assert PACE.learn is learn


def test_a_suspended_shop_waits_for_its_owner():
    error = refusal(_answer(503, b"This store is suspended"))
    assert isinstance(error, ConfigError)
    assert error.field == "store_hash"


def test_maintenance_outlasts_the_tries_and_lets_the_run_wait():
    error = refusal(_answer(503, b"Down for maintenance"))
    assert isinstance(error, UnreachableError)
    assert (error.retry_after_s or 0) > MANIFEST.http_options(_settings()).longest_wait_s
    assert refusal(_answer(503)) is None


@pytest.mark.parametrize("status", [500, 502, 504])
def test_faults_of_the_server_are_told_apart_from_a_missing_network(status):
    assert isinstance(refusal(_answer(status)), ServerFaultError)


def _settings():
    return MANIFEST.settings.model_validate({"store_hash": "abc123", "access_token": "abcdef"})


# Over the socket ------------------------------------------------------------------------------------------------------


@pytest.mark.proves("bigcommerce", "rate_limit")
async def test_one_refusal_is_waited_out(shop, world):
    world.add_customer("a@example.com")
    async with shop() as account:
        account.simulator.fail(status=429, headers={"X-Rate-Limit-Time-Reset-Ms": "20"}, times=1)
        assert len(await read_all(account.source(), Kind.CONTACTS)) == 1
        assert [each.status for each in account.simulator.journal][:2] == [429, 200]


async def test_general_overload_has_no_headers_and_is_waited_out_too(shop, world):
    world.add_customer("a@example.com")
    async with shop() as account:
        account.simulator.fail(status=429, times=2)
        assert len(await read_all(account.source(), Kind.CONTACTS)) == 1


async def test_the_quota_is_never_used_up(shop, world):
    """Sixty a window, six of them reserved: the client waits for the next window before it is refused."""
    world.quota.requests = 60
    world.quota.window_s = 0.4
    for number in range(60):
        world.add_order(guest=("A", "B", f"a{number}@example.com"), items=[])
    async with shop(pace=replace(PACE, per_second=100_000)) as account:
        await read_all(account.source(), Kind.ORDERS, limit=1)
        refused = [each for each in account.simulator.journal if each.status == 429]
        assert len(account.simulator.journal) > 2 * world.quota.requests
    assert refused == []


async def test_a_shop_that_answers_with_a_web_page_is_told_so(shop, world):
    async with shop() as account:
        account.simulator.fail(status=200, body="<html>Wartung</html>", times=-1)
        with pytest.raises(ProtocolError, match="web page"):
            await read_all(account.source(), Kind.CONTACTS)


@pytest.mark.parametrize("body", ['{"data": {}}', "[]", '{"errors": []}', "7"])
async def test_an_unknown_shape_stops_the_reading(shop, world, body):
    async with shop() as account:
        account.simulator.fail(status=200, body=body, times=-1)
        with pytest.raises(ProtocolError):
            await read_all(account.source(), Kind.PRODUCTS)


async def test_a_redirect_is_explained_and_never_followed(shop, world):
    async with shop() as account:
        account.simulator.fail(status=301, headers={"location": "https://elsewhere.example/"}, times=-1)
        with pytest.raises(AddressError) as caught:
            await read_all(account.source(), Kind.ORDERS)
        assert len(account.simulator.journal) == 1
    assert caught.value.suggestion == "https://elsewhere.example/"


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER])
async def test_a_broken_connection_is_tried_again(shop, world, kind):
    world.add_customer("a@example.com")
    async with shop() as account:
        account.simulator.fail(kind=kind, times=1)
        assert len(await read_all(account.source(), Kind.CONTACTS)) == 1


async def test_the_token_travels_in_its_header_and_nowhere_else(shop, world):
    async with shop() as account:
        await read_all(account.source(), Kind.ORDERS)
        secret = account.simulator.secrets["access_token"]
        for exchange in account.simulator.journal:
            assert exchange.headers["x-auth-token"] == secret
            assert exchange.headers["accept"] == "application/json"
            assert secret not in f"{exchange.path}?{exchange.query}"
