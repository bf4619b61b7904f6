import pytest

from app.core.errors import ConfigError
from app.core.fields import FieldRule
from app.services import Services
from tests.services.market import Market


async def test_the_target_s_fields_are_listed_and_new_ones_created(shop: Services, market: Market) -> None:
    assert [each.label for each in await shop.fields.remote_fields("daily")] == ["PHONE"]
    made = await shop.fields.create_field("daily", " Shoe size ")
    assert made.label == "Shoe size"
    assert [each.label for each in await shop.fields.remote_fields("daily")] == ["PHONE", "Shoe size"]
    assert len(market.warehouse.simulator.writes) == 1


async def test_rules_are_saved_with_their_conditions(shop: Services) -> None:
    rules = (FieldRule("contact.phone", "PHONE"), FieldRule("contact.custom.size", "SIZE", on_update=False))
    await shop.fields.save("daily", rules)
    assert await shop.fields.rules("daily") == rules
    assert "contact.custom.size" in {field.path for field in await shop.fields.source_fields("daily")}


async def test_two_rules_for_one_field_are_refused(shop: Services) -> None:
    with pytest.raises(ConfigError) as caught:
        await shop.fields.save("daily", [FieldRule("contact.phone", "PHONE"), FieldRule("contact.city", "PHONE")])
    assert caught.value.field == "fields"
    assert await shop.fields.rules("daily") == ()


async def test_a_new_field_needs_a_name(shop: Services, market: Market) -> None:
    with pytest.raises(ConfigError):
        await shop.fields.create_field("daily", "  ")
    assert market.warehouse.simulator.writes == []
