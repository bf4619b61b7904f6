"""Accounts, integrations and the product mapping."""

import pytest

from app.core.configuration import Account, Integration, Match, ProductRow
from app.core.errors import ConfigError, StorageError
from app.core.fields import FieldRule
from app.core.records import Kind
from app.storage.accounts import AccountsStore
from app.storage.database import Database
from app.storage.integrations import IntegrationsStore
from app.storage.ledger import Ledger
from app.storage.products import ProductsStore
from tests.storage.samples import MOMENT, entry


@pytest.fixture
def accounts(database: Database) -> AccountsStore:
    return AccountsStore(database)


@pytest.fixture
def integrations(database: Database) -> IntegrationsStore:
    return IntegrationsStore(database)


@pytest.fixture
def products(database: Database) -> ProductsStore:
    return ProductsStore(database)


def account(key: str = "my-shop", **changes) -> Account:
    values = {"key": key, "title": "Mein Shop", "system": "bigcommerce"}
    return Account(**{**values, **changes})


def integration(key: str = "shop-to-mail", **changes) -> Integration:
    values = {"key": key, "title": "Shop → Mail", "source": "my-shop", "target": "my-mail", "flows": (Kind.ORDERS,)}
    return Integration(**{**values, **changes})


@pytest.fixture
async def both_accounts(accounts: AccountsStore) -> None:
    await accounts.save(account("my-shop"))
    await accounts.save(account("my-mail", title="Mail"))


async def test_an_account_comes_back_as_it_was_saved(accounts: AccountsStore) -> None:
    full = account(
        settings={"store_hash": "ä1", "pages": [1, 2], "deep": {"on": True}},
        api_address="http://127.0.0.1:1",
        is_practice=True,
        created_at=MOMENT,
        checked_at=MOMENT,
        check_passed=False,
    )
    await accounts.save(full)
    assert await accounts.get("my-shop") == full
    await accounts.save(account("second"))
    assert [each.key for each in await accounts.all()] == ["my-shop", "second"]
    assert (await accounts.all())[1].check_passed is None


async def test_saving_again_replaces_and_keeps_the_place_in_the_list(accounts: AccountsStore) -> None:
    for key in ("a", "b"):
        await accounts.save(account(key))
    await accounts.save(account("a", title="New"))
    assert [(each.key, each.title) for each in await accounts.all()] == [("a", "New"), ("b", "Mein Shop")]
    assert not await accounts.is_key_unique("a")
    assert await accounts.is_key_unique("c")


@pytest.mark.usefixtures("both_accounts")
async def test_an_account_in_use_is_not_deleted_and_its_users_are_named(
    accounts: AccountsStore, integrations: IntegrationsStore
) -> None:
    await integrations.save(integration())
    with pytest.raises(ConfigError, match="Shop → Mail"):
        await accounts.delete("my-mail")
    await integrations.delete("shop-to-mail")
    await accounts.delete("my-mail")
    assert await accounts.get("my-mail") is None


async def test_damaged_settings_of_one_account_are_named(accounts: AccountsStore, database: Database) -> None:
    await accounts.save(account())
    await database.write(lambda c: c.execute("UPDATE account SET settings = '{broken'"))
    with pytest.raises(StorageError, match="Mein Shop"):
        await accounts.all()


@pytest.mark.usefixtures("both_accounts")
async def test_an_integration_comes_back_as_it_was_saved(integrations: IntegrationsStore) -> None:
    full = integration(
        flows=(Kind.CONTACTS, Kind.ORDERS),
        options={"guest_orders": "skip", "tags": ["a"]},
        fields=(FieldRule("contact.phone", "PHONE", on_update=False, empty_overwrites=True),),
        is_active=False,
        is_draft=True,
        created_at=MOMENT,
    )
    await integrations.save(full)
    assert await integrations.get(full.key) == full
    assert await integrations.using("my-shop") == await integrations.using("my-mail") == (full,)
    assert await integrations.using("other") == ()


async def test_an_integration_needs_accounts_that_exist(integrations: IntegrationsStore) -> None:
    with pytest.raises(ConfigError) as raised:
        await integrations.save(integration(target=""))
    assert raised.value.field == "source"
    assert await integrations.all() == ()


async def test_a_draft_may_lack_its_accounts(integrations: IntegrationsStore) -> None:
    draft = integration(source="", target="", is_draft=True)
    await integrations.save(draft)
    assert await integrations.get(draft.key) == draft


@pytest.mark.usefixtures("both_accounts")
async def test_a_new_key_takes_mapping_and_ledger_along(
    integrations: IntegrationsStore, products: ProductsStore, database: Database
) -> None:
    await integrations.save(integration())
    await integrations.save(integration("other"))
    await products.replace("shop-to-mail", [ProductRow(key="*", number="1")])
    await Ledger(database).record([entry(integration="shop-to-mail")])
    with pytest.raises(ConfigError):
        await integrations.rename("shop-to-mail", "other")
    await integrations.rename("shop-to-mail", "new")
    assert await products.numbers("new") == {"*": "1"}
    assert await Ledger(database).count("new") == 1
    assert await integrations.keys() == {"new", "other"}


@pytest.mark.usefixtures("both_accounts")
async def test_another_account_has_received_nothing_yet(
    integrations: IntegrationsStore,
    accounts: AccountsStore,
    products: ProductsStore,
    database: Database,
) -> None:
    ledger = Ledger(database)
    await accounts.save(account("new-mail", title="New mail"))
    await integrations.save(integration())
    await products.replace("shop-to-mail", [ProductRow(key="SKU-1", number="4011", match=Match.BY_HAND)])
    await ledger.record([entry("1", integration="shop-to-mail")])

    await integrations.save(integration(title="Other title"))
    assert await ledger.count("shop-to-mail") == 1
    await integrations.save(integration(target="new-mail"))

    assert await ledger.count("shop-to-mail") == 0
    assert await products.numbers("shop-to-mail") == {"SKU-1": "4011"}


@pytest.mark.usefixtures("both_accounts")
async def test_deleting_an_integration_takes_mapping_and_ledger_along(
    integrations: IntegrationsStore, products: ProductsStore, database: Database
) -> None:
    await integrations.save(integration())
    await products.replace("shop-to-mail", [ProductRow(key="*", number="1")])
    await Ledger(database).record([entry(integration="shop-to-mail")])
    await integrations.delete("shop-to-mail")
    assert await products.rows("shop-to-mail") == ()
    assert await Ledger(database).count("shop-to-mail") == 0


async def test_a_mapping_of_a_hundred_thousand_rows_keeps_its_order(products: ProductsStore) -> None:
    rows = tuple(ProductRow(key=f"{99_999 - n:05}", name=f"Größe {n}", number=f"0{n}") for n in range(100_000))
    await products.replace("shop", rows)
    assert await products.rows("shop") == rows


async def test_changed_rows_stay_in_place_and_new_ones_come_last(products: ProductsStore) -> None:
    await products.replace("shop", [ProductRow(key="*"), ProductRow(key="a"), ProductRow(key="b")])
    changed = ProductRow(key="a", sku="A", ean="007", name="Ä", number="0042", match=Match.BY_HAND, confidence=100)
    await products.update("shop", [ProductRow(key="c"), changed])
    assert await products.rows("shop") == (ProductRow(key="*"), changed, ProductRow(key="b"), ProductRow(key="c"))
    await products.delete("shop", ["b"])
    assert [row.key for row in await products.rows("shop")] == ["*", "a", "c"]


async def test_only_numbers_that_somebody_decided_on_are_used(products: ProductsStore) -> None:
    await products.replace(
        "shop",
        [
            ProductRow(key="*", number="1"),
            ProductRow(key="a", number="007", match=Match.SKU),
            ProductRow(key="b", number="9", match=Match.NAME, confidence=91),
            ProductRow(key="c", number="9", match=Match.CONFIRMED),
            ProductRow(key="d"),
        ],
    )
    assert await products.numbers("shop") == {"*": "1", "a": "007", "c": "9"}
