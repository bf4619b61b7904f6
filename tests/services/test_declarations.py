import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.core.configuration import ProductRow
from app.core.errors import ConfigError, StorageError
from app.core.fields import FieldRule
from app.services import Services
from app.services.declarationfile import line_of
from app.services.declarations import Change
from tests.services.conftest import Open
from tests.services.market import KEY, TOKEN

GOOD = """
[accounts.my-stall]
system = "stall"
settings = { street = "Main Street" }
secrets = { token = "env:STALL_TOKEN" }

[accounts.my-depot]
system = "depot"
title = "The depot"
secrets = { key = "env:DEPOT_KEY" }
api_address = "http://127.0.0.1:1"

[integrations.daily]
source = "my-stall"
target = "my-depot"
flows = ["orders"]
options = { guest_orders = "send" }
products = { "*" = "4999", "SKU-1" = "4011" }

[integrations.daily.fields]
"contact.phone" = "PHONE"
"contact.city" = { target = "CITY", on_update = false, empty_overwrites = true }
"""


@pytest.fixture
def environ() -> dict[str, str]:
    return {"STALL_TOKEN": TOKEN, "DEPOT_KEY": KEY}


@pytest.fixture
def declare(tmp_path: Path):
    def write(words: str = GOOD) -> Path:
        path = tmp_path / "shop.toml"
        path.write_text(words, encoding="utf-8")
        return path

    return write


async def test_a_declaration_creates_everything_and_a_second_time_changes_nothing(services: Services, declare) -> None:
    applied = await services.declarations.apply(declare())
    assert set(applied.accounts.values()) == {Change.CREATED}
    view = await services.integrations.get("daily")
    assert view.target is not None
    assert (view.target.title, view.target.missing_secrets) == ("The depot", ())
    assert view.integration.options == {"guest_orders": "send"}
    assert view.integration.fields == (
        FieldRule("contact.phone", "PHONE"),
        FieldRule("contact.city", "CITY", on_update=False, empty_overwrites=True),
    )
    assert [(row.key, row.number) for row in await services.products.rows("daily")] == [
        ("*", "4999"),
        ("SKU-1", "4011"),
    ]
    again = await services.declarations.apply(declare())
    assert {*again.accounts.values(), *again.integrations.values()} == {Change.UNCHANGED}


async def test_a_changed_declaration_updates_and_keeps_other_product_rows(services: Services, declare) -> None:
    await services.declarations.apply(declare())
    rows = await services.products.rows("daily")
    await services.products.save("daily", [*rows, ProductRow(key="SKU-2", sku="SKU-2", number="7")])
    applied = await services.declarations.apply(declare(GOOD.replace('"4999"', '"5000"')))
    assert applied.integrations == {"daily": Change.UPDATED}
    assert [row.number for row in await services.products.rows("daily")] == ["5000", "4011", "7"]


@pytest.mark.parametrize(
    ("good", "bad", "place", "words"),
    [
        ("street =", "streat =", "accounts.my-stall.settings.streat", "street"),
        ('system = "stall"', 'sistem = "stall"', "accounts.my-stall", "system"),
        ('system = "stall"', 'system = "booth"', "accounts.my-stall.system", "depot"),
        ('flows = ["orders"]', 'flow = ["orders"]', "integrations.daily", "flows"),
        ('flows = ["orders"]', 'flows = ["ordrs"]', "integrations.daily.flows", "orders"),
        ('flows = ["orders"]', 'flows = ["carts"]', "integrations.daily.flows", "orders"),
        ('flows = ["orders"]', "flows = 3", "integrations.daily.flows", "integrations.daily.flows"),
        ("guest_orders =", "guestorders =", "integrations.daily.options.guestorders", "guest_orders"),
        ('"send"', '"perhaps"', "integrations.daily.options.guest_orders", "skip"),
        ("token =", "tokn =", "accounts.my-stall.secrets.tokn", "token"),
        ('"env:STALL_TOKEN"', '"plain-secret"', "accounts.my-stall.secrets.token", "env:NAME"),
        ("street =", 'token = "plain-secret", street =', "accounts.my-stall.settings.token", 'token = "env:NAME"'),
        ("env:STALL_TOKEN", "env:NOT_SET", "accounts.my-stall.secrets.token", "NOT_SET"),
        ('source = "my-stall"', 'source = "nobody"', "integrations.daily.source", "my-stall"),
        ('"contact.phone" =', '"contact.fone" =', "fields", "contact.fone"),
        ('"4011"', '"40x1"', "integrations.daily.products", "SKU-1"),
        ("on_update =", "on_updat =", "integrations.daily.fields.contact.city.on_updat", "on_update"),
        ("[accounts.my-stall]", "[accounts.My_Stall]", "accounts.My_Stall", "lower-case"),
        ("http://127.0.0.1:1", "http://depot.invalid", "api_address", "https"),
        ("[integrations.daily]", "[integration.daily]", "integration", "integrations"),
        ("[integrations.daily]", "[integrations.daily", "path", "TOML"),
    ],
)
async def test_what_is_wrong_is_named_with_its_place_and_nothing_is_applied(
    services: Services, declare, good: str, bad: str, place: str, words: str
) -> None:
    assert good in GOOD
    with pytest.raises(ConfigError) as caught:
        await services.declarations.apply(declare(GOOD.replace(good, bad, 1)))
    assert (caught.value.field or "").startswith(place)
    assert words in str(caught.value)
    assert "plain-secret" not in str(caught.value)
    assert await services.accounts.all() == ()
    assert await services.integrations.all() == ()


@pytest.mark.parametrize("table", ["account", "preference", "secret", "integration", "product"])
async def test_a_disk_that_fills_up_leaves_nothing_half_applied(
    open_services: Open, declare, tmp_path: Path, table: str
) -> None:
    async with open_services() as services:
        await services.secrets.open()
        await services.preferences.set("before", 1)
    database = tmp_path / "data" / "koppler.db"
    fault = f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(fault)
    async with open_services() as services:
        with pytest.raises(StorageError):
            await services.declarations.apply(declare())
        assert await services.accounts.all() == ()
        assert await services.integrations.all() == ()
        assert await services.preferences.get("secret_sources") is None
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM secret").fetchone() == (0,)
        connection.execute("DROP TRIGGER full")
    async with open_services() as services:
        assert set((await services.declarations.apply(declare())).integrations.values()) == {Change.CREATED}


async def test_an_unknown_key_is_named_with_its_line(services: Services, declare) -> None:
    with pytest.raises(ConfigError) as caught:
        await services.declarations.apply(declare(GOOD.replace("flows =", "flowz =")))
    assert "line 16" in str(caught.value)
    with pytest.raises(ConfigError) as caught:
        await services.declarations.apply(declare(GOOD.replace("street =", "streat =")))
    assert "line 4" in str(caught.value)


def test_lines_are_found_in_nested_tables() -> None:
    assert line_of(GOOD, ("integrations", "daily", "fields", "contact.phone")) == 21
    assert line_of(GOOD, ("nothing", "here")) == 0


async def test_without_a_keystore_the_environment_is_read_at_every_call(
    open_services: Open, declare, environ: dict[str, str]
) -> None:
    from keyring.backends.fail import Keyring

    from app.storage.keystore import Keystore

    keystore = Keystore(Keyring)
    async with open_services(keystore=keystore) as services:
        await services.declarations.apply(declare())
    async with open_services(keystore=keystore) as services:
        assert (await services.accounts.get("my-stall")).missing_secrets == ()
        assert [stage async for stage in services.checks.check("my-stall")][-1].state == "ok"
    del environ["STALL_TOKEN"]
    async with open_services(keystore=keystore) as services:
        assert (await services.accounts.get("my-stall")).missing_secrets == ("token",)


async def test_with_a_keystore_the_secret_is_kept_there(open_services: Open, declare, environ: dict[str, str]) -> None:
    async with open_services() as services:
        await services.declarations.apply(declare())
    environ.clear()
    async with open_services() as services:
        assert [stage async for stage in services.checks.check("my-stall")][-1].state == "ok"


async def test_an_account_is_not_turned_into_another_system(services: Services, declare) -> None:
    await services.declarations.apply(declare())
    changed = GOOD.replace('system = "stall"\nsettings = { street = "Main Street" }', 'system = "depot"').replace(
        "token =", "key =", 1
    )
    with pytest.raises(ConfigError) as caught:
        await services.declarations.apply(declare(changed))
    assert caught.value.field == "accounts.my-stall.system"


async def test_a_flow_that_cannot_run_is_named_with_its_integration(services: Services, declare) -> None:
    with pytest.raises(ConfigError) as caught:
        await services.declarations.apply(declare(GOOD.replace('flows = ["orders"]', 'flows = ["bounces"]')))
    assert caught.value.field == "integrations.daily.flows"
    assert str(caught.value.message).startswith("integrations.daily.flows: ")
    assert "orders" in str(caught.value.remedy)
