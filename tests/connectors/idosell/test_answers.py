"""What answers mean: faults inside 200, gateways, scopes, quotas, versions."""

from __future__ import annotations

import json
from functools import partial

import pytest

from app.connectors.idosell.answers import classify, list_in, repaired
from app.connectors.idosell.client import Api
from app.connectors.idosell.reading import by, numbered
from app.connectors.idosell.settings import ApiVersion
from app.core.errors import (
    AddressError,
    PermissionMissingError,
    ProtocolError,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from app.core.records import Kind
from app.sdk.answers import Answer, RejectedError
from tests.connectors.standard import read_all

_URL = "https://client1.idosell.com/api/admin/v8/orders/orders/search"


def _answer(status: int = 200, body: object = "", **headers: str) -> Answer:
    content = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content.encode(), _URL)


def _fault(code: object, words: str, status: int = 200) -> Answer:
    return _answer(status, {"errors": {"faultCode": code, "faultString": words}})


@pytest.mark.parametrize("errors", [{"faultCode": 0, "faultString": ""}, {"faultCode": "0"}, [], {}, None])
def test_no_fault_is_no_error(errors):
    assert classify(_answer(200, {"results": [], "errors": errors})) is None


def test_an_empty_result_is_an_empty_list_and_no_error():
    answer = _fault(2, "Wynik zapytania jest pusty")
    assert classify(answer) is None
    assert list_in(answer, "results") == []


@pytest.mark.parametrize("name", ["results", "Results", "RESULTS"])
def test_the_list_is_found_whatever_its_case(name):
    assert list_in(_answer(200, {name: [{"orderId": "a-1"}]}), "results") == [{"orderId": "a-1"}]


def test_an_empty_object_written_as_a_list_is_understood():
    assert list_in(_answer(200, {"results": {}}), "results") == []
    with pytest.raises(ProtocolError):
        list_in(_answer(200, {"somethingElse": 1}), "results")


@pytest.mark.parametrize("code", [7, "7", 0])
def test_a_fault_inside_200_is_told_in_the_shops_words(code):
    error = classify(_fault(code, "Nieznany parametr"))
    assert isinstance(error, RejectedError)
    assert "Nieznany parametr" in str(error)


def test_a_list_of_faults_is_understood():
    error = classify(_answer(200, {"errors": [{"faultCode": 5, "faultString": "Zły zakres dat"}]}))
    assert isinstance(error, RejectedError)
    assert "Zły zakres dat" in str(error)


@pytest.mark.proves("idosell", "errors_in_words")
@pytest.mark.parametrize(
    ("answer", "kind", "field", "remedy"),
    [
        (_fault(1, "Invalid API key", 401), SignInError, "api_key", "Administration"),
        (_answer(403, {}, x_error="Access denied"), SignInError, "api_key", "Administration"),
        (_fault(1, "Błędny klucz API"), SignInError, "api_key", "Administration"),
        (_answer(403, {}, x_error="Scope: crm, level: rw"), PermissionMissingError, "api_key", "tick this permission"),
        (_fault(3, "Scope: oms, level: r"), PermissionMissingError, "api_key", "tick this permission"),
        (_fault(13, "Przekroczono limit wywołań API"), RateLimitError, None, "order more"),
        (_answer(429, "slow"), RateLimitError, None, "few minutes"),
        (_answer(502, "<html>Bad Gateway</html>"), UnreachableError, None, "few minutes"),
        (_answer(200, "<html>Przerwa techniczna</html>"), UnreachableError, None, "few minutes"),
        (_answer(200, ""), UnreachableError, None, "few minutes"),
        (_answer(301, "", location="https://sklep.example/api"), AddressError, "panel_address", "panel"),
    ],
)
def test_every_refusal_says_in_words_what_to_do(answer, kind, field, remedy):
    error = classify(answer)
    assert isinstance(error, kind)
    assert error.field == field
    assert remedy in str(error.remedy)


@pytest.mark.parametrize(("level", "words"), [("r", "CRM: read"), ("rw", "CRM: read and write")])
def test_a_missing_permission_is_named_by_module_and_level(level, words):
    error = classify(_answer(403, {}, x_error=f"Brak uprawnień. Scope: crm, level: {level}"))
    assert isinstance(error, PermissionMissingError)
    assert words in str(error)
    assert error.permission == f"CRM:{level}"


def test_a_redirect_from_http_to_https_is_explained_and_not_followed():
    error = classify(_answer(301, "", location="https://client1.idosell.com/api/admin/v8/x?key=abc"))
    assert isinstance(error, AddressError)
    assert "never sent along a redirect" in str(error.remedy)
    assert error.suggestion == "https://client1.idosell.com/api/admin/v8/x"


def test_words_that_were_encoded_twice_are_repaired():
    told = "Podany klucz jest nieprawidłowy: żółć"
    twice = told.encode().decode("latin-1")
    assert repaired(twice) == told
    assert repaired(twice.encode().decode("latin-1")) == told
    assert repaired(told) == told
    assert repaired("Müller") == "Müller"


async def test_the_words_of_a_refusal_arrive_readable_through_the_wire(shop, world):
    world.keys = {}
    async with shop() as account:
        with pytest.raises(SignInError) as caught:
            await read_all(account.source(), Kind.CATEGORIES)
    assert "nieprawidłowy lub nieaktywny" in caught.value.detail


def test_results_of_single_elements_are_left_to_who_asked():
    body = {"results": [{"errors": {"faultCode": 101}}], "errors": {"faultCode": 9, "faultString": "some failed"}}
    assert classify(_answer(207, body)) is None
    assert isinstance(classify(_fault(9, "nothing done", 207)), RejectedError)


@pytest.mark.parametrize("total", [None, "", "many"])
async def test_a_list_that_does_not_count_itself_is_read_to_its_end(shop, world, total):
    pages = [
        {"results": [{"clientId": number} for number in range(start, min(start + 2, 5))], "resultsNumberAll": total}
        for start in range(0, 5, 2)
    ]
    async with shop() as account:
        for page in pages:
            account.simulator.fail(path="clients/clients", status=200, body=json.dumps(page))
        api = Api(account.access.http, ApiVersion.AUTO)
        load = partial(api.got, "clients/clients", {})
        found = [row["clientId"] async for rows, _ in numbered(api, load, key=by("clientId"), limit=2) for row in rows]
    assert found == [0, 1, 2, 3, 4]


# Versions -------------------------------------------------------------------------------------------------------------


def _versions(account) -> list[str]:
    return [each.path.split("/")[3] for each in account.simulator.journal]


async def test_an_old_shop_is_asked_in_the_version_that_it_knows(shop, world):
    world.versions = {"v6"}
    async with shop() as account:
        products = await read_all(account.source(), Kind.PRODUCTS)
        asked = _versions(account)
    assert [each.name for each in products] == ["Kubek", "Fartuch"]
    assert asked[:3] == ["v8", "v7", "v6"]
    assert set(asked[3:]) == {"v6"}, "what is known is not tried again"


async def test_a_node_that_only_an_older_version_has_is_found_there(shop, world):
    async with shop() as account:
        account.simulator.fail(status=404, path="/v8/products/categories", times=-1)
        categories = await read_all(account.source(), Kind.CATEGORIES)
        products = await read_all(account.source(), Kind.PRODUCTS)
    assert len(categories) == 3
    assert len(products) == 2


async def test_a_fixed_version_is_the_only_one_that_is_tried(shop, world):
    async with shop(settings={"api_version": "v5"}) as account:
        with pytest.raises(AddressError) as caught:
            await read_all(account.source(), Kind.CATEGORIES)
        assert set(_versions(account)) == {"v5"}
    assert caught.value.field == "api_version"


async def test_an_address_without_the_api_is_named(shop, world):
    world.versions = set()
    async with shop() as account:
        with pytest.raises(AddressError) as caught:
            await read_all(account.source(), Kind.CATEGORIES)
    assert caught.value.field == "panel_address"
    assert "client12345.idosell.com" in str(caught.value.remedy)


# Rate and load --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("idosell", "rate_limit")
async def test_a_shop_that_asks_to_slow_down_is_waited_for(shop, world):
    async with shop() as account:
        account.simulator.fail(status=429, headers={"Retry-After": "0"}, times=3)
        assert len(await read_all(account.source(), Kind.CATEGORIES)) == 3


@pytest.mark.proves("idosell", "rate_limit")
async def test_calls_that_are_used_up_end_the_reading_with_a_time_to_wait(shop, world):
    world.calls_included = 0
    async with shop() as account:
        with pytest.raises(RateLimitError) as caught:
            await read_all(account.source(), Kind.CATEGORIES)
    assert caught.value.retry_after_s == 3600
    assert "used up" in str(caught.value)


async def test_web_pages_of_the_gateway_are_asked_again(shop, world):
    world.gateway_fails_every = 2
    for number in range(30):
        world.add_client(f"k{number}@example.com")
    async with shop() as account:
        assert len(await read_all(account.source(), Kind.CONTACTS)) == 30


async def test_an_overloaded_shop_is_left_alone_for_five_minutes(shop, world):
    world.is_overloaded = True
    clock = iter([0.0, 10.0, 400.0, 400.0, 500.0])
    async with shop() as account:
        api = Api(account.access.http, ApiVersion.AUTO, clock=lambda: next(clock))
        await api.make_way()
        assert not account.simulator.journal, "a short reading asks nothing"
        with pytest.raises(UnreachableError) as caught:
            await api.make_way()
        await api.make_way()
        assert len(account.simulator.journal) == 1, "and not again for five minutes"
    assert caught.value.retry_after_s == 300


async def test_a_key_that_may_not_ask_for_the_load_goes_on(shop, world):
    world.keys = {key: {**held, "SYSTEM": ""} for key, held in world.keys.items()}
    clock = iter([0.0, 400.0, 400.0])
    async with shop() as account:
        await Api(account.access.http, ApiVersion.AUTO, clock=lambda: next(clock)).make_way()
