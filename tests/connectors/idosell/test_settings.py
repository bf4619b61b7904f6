"""What a person may enter."""

from __future__ import annotations

import pytest

from app.connectors.idosell.manifest import MANIFEST
from app.connectors.idosell.settings import IdoSellSettings
from app.sdk.settings import SettingsError, parse, problems_of


def _parsed(**values: str) -> IdoSellSettings:
    return parse(IdoSellSettings, {"panel_address": "client1.idosell.com", "api_key": "abc-123", **values})


@pytest.mark.parametrize(
    "entered",
    [
        "client1.idosell.com",
        "https://client1.idosell.com/",
        "http://client1.idosell.com",
        " HTTPS://Client1.IdoSell.com/panel/main.php?x=1 ",
        "client1.idosell.com/api/admin/v8",
    ],
)
def test_a_pasted_address_is_cut_to_the_host_and_asked_over_https(entered):
    settings = _parsed(panel_address=entered)
    assert settings.panel_address == "client1.idosell.com"
    assert MANIFEST.base_url(settings) == "https://client1.idosell.com"


@pytest.mark.parametrize("entered", ["", "idosell", "https://", "client one.idosell.com", "[::1", "-.com"])
def test_what_is_no_address_is_refused(entered):
    with pytest.raises(SettingsError) as caught:
        _parsed(panel_address=entered)
    assert caught.value.field == "panel_address"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("api_key", "with space"),
        ("api_key", "zażółć"),
        ("shop_id", "main"),
        ("time_zone", "Warsaw"),
        ("storefront", "x"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field(field, value):
    values = {"panel_address": "client1.idosell.com", "api_key": "abc-123", field: value}
    assert set(problems_of(IdoSellSettings, values)) == {field}


def test_the_number_of_the_shop_is_taken_without_leading_zeros():
    assert _parsed(shop_id="02").shop_id == "2"
    assert not _parsed().shop_id
