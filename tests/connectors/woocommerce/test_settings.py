"""What a person may enter."""

from __future__ import annotations

import pytest

from app.connectors.woocommerce.manifest import MANIFEST
from app.connectors.woocommerce.settings import WooCommerceSettings
from app.sdk.settings import SettingsError, parse, problems_of

_NEEDED = {"shop_address": "https://shop.example", "consumer_key": "ck_1", "consumer_secret": "cs_1"}


@pytest.mark.parametrize(
    ("entered", "address"),
    [
        ("shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        (" https://www.shop.example/laden/ ", "https://www.shop.example/laden"),
        ("https://shop.example/laden/wp-json/wc/v3/", "https://shop.example/laden"),
        ("https://shop.example/wp-admin/admin.php?page=wc-settings", "https://shop.example"),
        ("https://shop.example/?rest_route=/wc/v3", "https://shop.example"),
        ("https://shop.example/index.php/wp-json/", "https://shop.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_the_address_of_the_shop_is_found_in_what_people_paste(entered, address):
    settings = parse(WooCommerceSettings, {**_NEEDED, "shop_address": entered})
    assert settings.shop_address == MANIFEST.base_url(settings) == address


def test_a_shop_without_encryption_is_refused_with_the_way_out():
    """Facts 3: over plain http the key is not looked at, and could be read on its way."""
    problem = str(problems_of(WooCommerceSettings, {**_NEEDED, "shop_address": "http://shop.example"})["shop_address"])
    assert "https://" in problem


@pytest.mark.parametrize("entered", ["", "https://", "ftp://shop.example", "https://a:b@shop.example", "my shop"])
def test_what_is_no_address_is_refused(entered):
    assert "shop_address" in problems_of(WooCommerceSettings, {**_NEEDED, "shop_address": entered})


@pytest.mark.parametrize(
    ("field", "entered"),
    [
        ("consumer_key", "cs_1"),
        ("consumer_secret", "ck_1"),
        ("consumer_key", "abcd efgh ijkl"),
        ("consumer_secret", "cs_ä"),
        ("consumer_key", "“ck_1”"),
    ],
)
def test_swapped_keys_and_passwords_are_refused_without_repeating_them(field, entered):
    problem = str(problems_of(WooCommerceSettings, {**_NEEDED, field: entered})[field])
    assert entered not in problem


def test_a_blank_copied_behind_a_key_is_taken_off():
    """Facts 2: the shop trims it as well."""
    settings = parse(WooCommerceSettings, {**_NEEDED, "consumer_key": " ck_1\n"})
    assert settings.consumer_key.get_secret_value() == "ck_1"


@pytest.mark.parametrize("field", ["consent_key", "bounce_key"])
def test_a_field_of_customers_with_a_leading_underscore_is_refused(field):
    """Facts 13: the shop drops it without a word."""
    with pytest.raises(SettingsError) as caught:
        parse(WooCommerceSettings, {**_NEEDED, "consent_preset": "own", field: "_optin"})
    assert caught.value.field == field
    assert "underscore" in str(caught.value)


def test_at_orders_such_a_field_is_kept():
    values = {**_NEEDED, "consent_preset": "own", "consent_key": "_optin", "consent_place": "orders"}
    assert parse(WooCommerceSettings, values).consent_key == "_optin"


@pytest.mark.parametrize("value", ["yes", "YES", "1"])
def test_an_opt_out_cannot_be_written_as_a_yes(value):
    assert "opt_out_value" in problems_of(WooCommerceSettings, {**_NEEDED, "opt_out_value": value})


def test_a_form_in_which_the_field_is_still_to_be_chosen_is_complete_enough_to_ask_for_suggestions():
    assert problems_of(WooCommerceSettings, {**_NEEDED, "consent_preset": "own"}) == {}
