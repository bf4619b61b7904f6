"""What the connection test finds, and what it advises."""

from __future__ import annotations

import base64

import pytest

from app.connectors.woocommerce.frontage import Frontage
from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.refusals import refusal
from app.connectors.woocommerce.settings import WooCommerceSettings
from app.connectors.woocommerce.world import KEY, SECRET, Key
from app.core.errors import AddressError
from app.core.events import StageState
from app.core.records import Kind
from app.sdk.answers import Answer
from app.sdk.check import run_probes
from app.sdk.settings import parse
from tests.connectors.woocommerce.conftest import mug

_KINDS = (Kind.ORDERS, Kind.CONTACTS, Kind.PRODUCTS, Kind.OPT_OUTS)


async def _stages(account, kinds=_KINDS):
    probes = MANIFEST.probes(account.access, list(kinds))
    return {stage.name: stage async for stage in run_probes(probes) if stage.state is not StageState.RUNNING}


async def _sign_in(shop, **changes):
    async with shop(**changes) as account:
        return (await _stages(account))["sign_in"]


async def test_a_shop_that_works_passes_every_stage_and_tells_its_time(shop, world):
    world.add_order([mug()], customer_id=world.add_customer("vera@example.com"))
    world.add_product("Becher", "10.00")
    async with shop() as account:
        stages = await _stages(account)
        assert account.simulator.writes[0].status == 404
        assert len(account.simulator.writes) == 1
    assert {stage.state for stage in stages.values()} == {StageState.OK}
    assert "Blattgrün" in str(stages["sign_in"].message)
    assert "v•••@example.com" not in str(stages["sample"].message)


@pytest.mark.proves("woocommerce", "renew_secret")
async def test_a_wrong_key_and_a_wrong_secret_are_named_at_their_fields_and_new_ones_work(shop, world):
    world.keys["ck_new"] = Key(secret="cs_new")
    wrong_key = await _sign_in(shop, secrets={"consumer_key": "ck_unknown"})
    wrong_secret = await _sign_in(shop, secrets={"consumer_secret": "cs_wrong"})
    renewed = await _sign_in(shop, secrets={"consumer_key": "ck_new", "consumer_secret": "cs_new"})
    assert (wrong_key.state, wrong_key.field) == (StageState.FAILED, "consumer_key")
    assert (wrong_secret.state, wrong_secret.field) == (StageState.FAILED, "consumer_secret")
    assert renewed.state is StageState.OK


async def test_a_key_of_a_deleted_user_is_told_as_such_a_possibility(shop, world):
    world.keys[KEY].has_user = False
    found = await _sign_in(shop)
    assert found.field == "consumer_key"
    assert "deleted users" in str(found.remedy)


async def test_a_server_that_takes_the_key_out_of_the_header_is_found_out(shop, world):
    world.setup.drops_header = True
    found = await _sign_in(shop)
    assert (found.state, found.field) == (StageState.FAILED, "sign_in")
    assert "header" in str(found.message)
    assert SECRET not in f"{found.message}{found.remedy}"


async def test_with_the_key_in_the_address_such_a_server_is_no_obstacle(shop, world):
    world.setup.drops_header = True
    assert (await _sign_in(shop, settings={"sign_in": "query"})).state is StageState.OK


async def test_who_wants_the_header_only_never_has_the_key_in_an_address(shop, world):
    world.setup.drops_header = True
    async with shop(settings={"sign_in": "header"}) as account:
        found = (await _stages(account))["sign_in"]
        assert not any("consumer" in each.query for each in account.simulator.journal)
    assert found.field == "consumer_key"


async def test_the_first_look_carries_no_key(shop):
    async with shop(settings={"sign_in": "query"}) as account:
        await _stages(account)
        first = account.simulator.journal[0]
    assert first.path == "/wp-json/"
    assert "authorization" not in first.headers
    assert "consumer" not in first.query


async def test_a_wordpress_that_takes_itself_for_unencrypted_is_told(shop, world):
    world.setup.is_plain_http = True
    world.setup.home = "http://shop.example"
    found = await _sign_in(shop)
    assert (found.state, found.field) == (StageState.FAILED, "shop_address")
    assert "https://" in str(found.remedy)


# What stands in front -------------------------------------------------------------------------------------------------


async def test_plain_permalinks_are_found_and_both_ways_out_are_named(shop, world):
    world.setup.has_plain_permalinks = True
    found = await _sign_in(shop)
    assert (found.state, found.field) == (StageState.FAILED, "permalinks")
    assert "Post name" in str(found.remedy)


@pytest.mark.parametrize("looks_at_every_key", [False, True])
async def test_with_plain_permalinks_chosen_everything_works_on_old_and_new_versions(shop, world, looks_at_every_key):
    world.setup.has_plain_permalinks = True
    world.setup.looks_at_every_key = looks_at_every_key
    world.add_order([mug()], customer_id=world.add_customer("vera@example.com"))
    world.add_product("Becher", "10.00")
    async with shop(settings={"permalinks": "rest_route"}) as account:
        stages = await _stages(account)
    assert {stage.state for stage in stages.values()} == {StageState.OK}


async def test_the_key_is_looked_at_only_where_the_text_stands_with_its_slashes(shop, world):
    """Fact: encoded as %2F it is not looked at. What a client library makes of it decides."""
    world.setup.has_plain_permalinks = True
    async with shop(settings={"permalinks": "rest_route", "sign_in": "query"}) as account:
        stages = await _stages(account, [Kind.ORDERS])
        signed = [each for each in account.simulator.journal if "rest_route=/wc/v3/" in each.query]
    assert stages["sign_in"].state is StageState.OK
    assert signed
    assert all("&x=wp-json/wc/" in each.query for each in signed)


async def test_a_shop_in_a_folder_is_reached_there(shop, world):
    world.setup.folder = "/laden"
    assert (await _sign_in(shop)).field == "shop_address"


async def test_another_configured_address_is_suggested(shop, world):
    values = {"shop_address": "https://shop.example", "consumer_key": "ck_1", "consumer_secret": "cs_1"}
    frontage = Frontage("https://shop.example", parse(WooCommerceSettings, values))
    with pytest.raises(AddressError) as caught:
        frontage._site({"home": "https://www.shop.example/laden", "namespaces": ["wc/v3"]})
    assert caught.value.suggestion == "https://www.shop.example/laden"
    assert frontage._site({"home": "http://shop.example", "namespaces": ["wc/v3"]}).is_secure is False


async def test_a_shop_without_woocommerce_is_told(shop):
    async with shop() as account:
        account.simulator.fail(status=200, body='{"home": "", "namespaces": ["wp/v2"]}', times=1)
        found = (await _stages(account))["sign_in"]
    assert "WooCommerce" in str(found.message)


_FRONTS = {
    "maintenance, as data": ({"status": 503, "headers": {"Retry-After": "600"}, "body": "{}"}, "maintenance"),
    "maintenance, as a page": ({"status": 503, "body": "<html>Maintenance</html>"}, "maintenance"),
    "a page of a plug-in": ({"status": 200, "body": "<html>Coming soon</html>"}, "web page"),
    "a firewall": ({"status": 403, "body": "<html>Forbidden</html>"}, "security plug-in"),
    "mod_security": ({"status": 406, "body": "<html>Not acceptable</html>"}, "security plug-in"),
    "a password of a test copy": (
        {"status": 401, "headers": {"WWW-Authenticate": 'Basic realm="Test"'}, "body": "<html>401</html>"},
        "password",
    ),
    "another address": ({"status": 301, "headers": {"Location": "https://www.shop.example/wp-json/"}}, "redirects"),
}


@pytest.mark.proves("woocommerce", "errors_in_words")
@pytest.mark.parametrize("front", _FRONTS)
async def test_what_stands_in_front_of_the_shop_is_told_in_words(shop, front):
    fault, word = _FRONTS[front]
    async with shop() as account:
        account.simulator.fail(**fault, times=-1)
        found = (await _stages(account))["sign_in"]
    assert found.state is StageState.FAILED
    assert word in str(found.message)
    assert str(found.remedy).strip()


async def test_a_redirecting_shop_is_suggested_without_the_interface(shop):
    async with shop() as account:
        account.simulator.fail(status=301, headers={"Location": "https://www.shop.example/wp-json/?a=b"}, times=-1)
        found = (await _stages(account))["sign_in"]
    assert found.suggestion == "https://www.shop.example"


@pytest.mark.parametrize(
    ("location", "field", "suggestion"),
    [
        ("https://www.shop.example/wp-json/wc/v3/orders?a=b", "shop_address", "https://www.shop.example"),
        ("https://shop.example/laden/wp-json/wc/v3/orders", "shop_address", "https://shop.example/laden"),
        ("/laden/wp-json/wc/v3/orders", "shop_address", "https://shop.example/laden"),
        ("http://shop.example/wp-json/wc/v3/orders", "shop_address", None),
        ("https://shop.example/wp-login.php?redirect_to=x", "permalinks", None),
        ("/wp-json/wc/v3/orders/", "permalinks", None),
        ("", "permalinks", None),
    ],
)
def test_a_redirect_suggests_an_address_only_where_one_helps(location, field, suggestion):
    headers = {"location": location} if location else {}
    error = refusal(Answer(302, headers, b"", "https://shop.example/wp-json/wc/v3/orders"))
    assert isinstance(error, AddressError)
    assert (error.field, error.suggestion) == (field, suggestion)


async def test_real_maintenance_is_told_for_data_and_pages(shop, world):
    world.setup.is_in_maintenance = True
    found = await _sign_in(shop)
    assert "maintenance" in str(found.message)


async def test_an_index_that_a_plug_in_hides_is_no_obstacle(shop, world):
    world.setup.hides_index = True
    assert (await _sign_in(shop)).state is StageState.OK


async def test_a_password_before_the_site_is_passed_by_a_key_in_the_address(shop):
    async with shop(settings={"sign_in": "query"}) as account:
        realm = {"WWW-Authenticate": 'Basic realm="Test"'}
        account.simulator.fail(status=401, headers=realm, body="<html>401</html>", times=2)
        found = (await _stages(account))["sign_in"]
    assert found.state is StageState.OK


# Permissions ----------------------------------------------------------------------------------------------------------


async def test_a_key_that_may_only_read_fails_at_writing_alone(shop, world):
    world.keys[KEY].can_write = False
    async with shop() as account:
        stages = await _stages(account)
    failed = [name for name, stage in stages.items() if stage.state is StageState.FAILED]
    assert failed == ["permission:opt_outs"]
    assert "Read/Write" in str(stages["permission:opt_outs"].remedy)


async def test_a_key_that_may_only_write_is_told(shop, world):
    world.keys[KEY].can_read = False
    found = await _sign_in(shop)
    assert "may not read" in str(found.message)


async def test_a_key_of_somebody_without_rights_is_told(shop, world):
    world.keys[KEY].is_of_manager = False
    found = await _sign_in(shop)
    assert (found.state, found.field) == (StageState.FAILED, "consumer_key")
    assert "shop manager" in str(found.remedy)


async def test_what_a_shop_manager_may_not_write_is_told_beforehand(shop, world):
    world.keys[KEY].is_of_administrator = False
    async with shop() as account:
        found = (await _stages(account))["permission:opt_outs"]
    assert found.state is StageState.NOTE
    assert "administrator" in str(found.message)


async def test_without_a_field_for_consent_the_test_says_what_that_means(shop):
    async with shop(settings={"consent_preset": "none", "consent_key": "", "bounce_key": ""}) as account:
        stages = await _stages(account)
        assert account.simulator.writes == []
    assert stages["permission:contacts"].state is StageState.NOTE
    assert stages["permission:opt_outs"].state is StageState.NOTE
    assert "by hand" in str(stages["permission:opt_outs"].message)


async def test_a_preview_does_not_try_to_write(shop):
    async with shop(read_only=True) as account:
        stages = await _stages(account)
        assert account.simulator.writes == []
    assert stages["permission:opt_outs"].state is StageState.NOTE


async def test_the_header_is_plain_basic(shop):
    async with shop() as account:
        await account.access.http.get("wp-json/wc/v3/orders")
        sent = account.simulator.journal[-1].headers["authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")).decode() == f"{KEY}:{SECRET}"
