"""What stays readable in a support file although people call their accounts as they like."""

import json
import re

import pytest

from app.services import Services
from app.services.anonymous import Placeholders
from app.services.support import SupportBundle
from tests.services.market import KEY, TOKEN


def content(bundle: SupportBundle, name: str) -> str:
    return next(each.content for each in bundle.files if each.name == name)


@pytest.mark.parametrize("title", ["Stall", "2026", "true", "orders", "Name", "250", "null", "settings", "UTC"])
async def test_a_title_that_is_a_word_of_the_program_blanks_nothing(services: Services, title: str) -> None:
    await services.accounts.create("stall", title, {"street": title}, {"token": TOKEN})
    bundle = await services.support.compose()
    (account,) = json.loads(content(bundle, "configuration.json"))["accounts"]
    assert (account["name"], account["system"]) == ("account 1", "stall")
    assert account["settings"] == {"street": "filled"}
    assert json.loads(content(bundle, "database.json"))["check"] == "ok"
    assert "‹–›" not in content(bundle, "about.json")


async def test_an_account_that_was_given_no_title_tells_its_system(services: Services) -> None:
    await services.accounts.create("depot", "", {}, {"key": KEY}, api_address="http://127.0.0.1:9")
    (account,) = json.loads(content(await services.support.compose(), "configuration.json"))["accounts"]
    assert (account["system"], account["has_own_address"]) == ("depot", True)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://shop.example/api/3/contacts/17", "‹›/api/3/contacts/‹›"),
        ("https://shop.example/stores/12/v2/orders/7", "‹›/stores/‹›/v2/orders/‹›"),
        ("https://shop.example/v3/customers?limit=50&page=2", "‹›/v3/customers?limit=50&page=2"),
    ],
)
def test_the_number_of_a_version_stays_and_that_of_a_person_does_not(address: str, told: str) -> None:
    names = Placeholders({}, ())
    assert re.sub(r"‹\d+›", "‹›", names.address(address)) == told
