import pytest

from app.core.errors import ConfigError
from app.storage.database import Database
from app.storage.folder import DataFolder
from app.storage.practice import PracticeStore
from app.storage.preferences import LANGUAGE, LOG_DAYS, WINDOW, Preferences, peek


@pytest.fixture
def preferences(database: Database) -> Preferences:
    return Preferences(database)


async def test_preferences_come_back_as_json(preferences: Preferences) -> None:
    assert await preferences.get(LANGUAGE, "en") == "en"
    await preferences.set(LANGUAGE, "pl")
    await preferences.set(WINDOW, {"sizes": [1, 2], "is_maximised": True})
    assert await preferences.all() == {LANGUAGE: "pl", WINDOW: {"sizes": [1, 2], "is_maximised": True}}
    await preferences.set(LANGUAGE, None)
    assert await preferences.get(LANGUAGE) is None


@pytest.mark.parametrize("days", [0, 91, "14", True, 1.5])
async def test_impossible_days_of_log_are_refused(preferences: Preferences, days: object) -> None:
    with pytest.raises(ConfigError) as raised:
        await preferences.set(LOG_DAYS, days)
    assert raised.value.field == LOG_DAYS
    assert await preferences.log_days() == 14


async def test_days_of_log_are_kept(preferences: Preferences) -> None:
    await preferences.set(LOG_DAYS, 90)
    assert await preferences.log_days() == 90


async def test_a_damaged_value_costs_that_preference_alone(preferences: Preferences, database: Database) -> None:
    await preferences.set(LANGUAGE, "de")
    await preferences.set(WINDOW, {})
    await database.write(lambda c: c.execute("UPDATE preference SET value = '{' WHERE name = 'window'"))
    assert await preferences.all() == {LANGUAGE: "de"}


async def test_a_damaged_value_is_put_aside_once_and_nothing_is_lost(
    preferences: Preferences, database: Database
) -> None:
    await preferences.set(LANGUAGE, "de")
    await preferences.set(WINDOW, {})
    await database.write(lambda c: c.execute("UPDATE preference SET value = '{\"log' WHERE name = 'window'"))
    await database.write(lambda c: c.execute("INSERT INTO preference VALUES ('theme', CAST(x'ff22' AS TEXT))"))
    assert sorted(await preferences.put_damaged_aside()) == ["theme", "window"]
    assert await preferences.get("window.damaged") == '{"log'
    assert await preferences.get(LANGUAGE) == "de"
    assert await preferences.put_damaged_aside() == ()


async def test_the_language_is_known_before_the_database_is_open(
    preferences: Preferences, database: Database, folder: DataFolder
) -> None:
    assert peek(folder.root / "nowhere.db") == {}
    await preferences.set(LANGUAGE, "de")
    assert peek(folder.database) == {LANGUAGE: "de"}
    await database.close()
    assert peek(folder.database) == {LANGUAGE: "de"}
    folder.database.write_bytes(b"damaged" * 1_000)
    assert peek(folder.database) == {}


async def test_practice_accounts_remember_their_state(database: Database) -> None:
    practice = PracticeStore(database)
    assert await practice.load("practice-shop") is None
    await practice.save("practice-shop", {"orders": [{"id": 1, "name": "ß"}]})
    assert await practice.load("practice-shop") == {"orders": [{"id": 1, "name": "ß"}]}
    await database.write(lambda c: c.execute("UPDATE practice SET snapshot = '{'"))
    assert await practice.load("practice-shop") is None
    await practice.delete("practice-shop")
    assert await practice.load("practice-shop") is None
