"""What people paste into the form, and what becomes of it."""

import pytest

from app.connectors.bigcommerce.settings import BigCommerceSettings
from app.sdk.settings import parse, problems_of

_TOKEN = "abcDEF123456"


@pytest.mark.parametrize(
    "pasted",
    [
        "abc123",
        "  ABC123 ",
        "https://api.bigcommerce.com/stores/abc123/v3/",
        "https://api.bigcommerce.com/stores/abc123",
        "api.bigcommerce.com/stores/abc123/v2/orders",
        "/stores/abc123/v3",
        "https://store-abc123.mybigcommerce.com",
        "https://store-abc123.mybigcommerce.com/manage/dashboard",
        "store-abc123.mybigcommerce.com",
        "https://store-abc123-1.mybigcommerce.com/admin?x=1",
    ],
)
def test_the_store_hash_is_cut_out_of_what_is_pasted(pasted):
    assert parse(BigCommerceSettings, {"store_hash": pasted, "access_token": _TOKEN}).store_hash == "abc123"


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "https://www.my-shop.example/",
        "my shop",
        "https://api.bigcommerce.com/stores/",
        "store-hash!",
        "ab",
        "https://store-abc123.mybigcommerce.com.evil.example/",
    ],
)
def test_anything_else_is_refused_beside_the_field(pasted):
    problems = problems_of(BigCommerceSettings, {"store_hash": pasted, "access_token": _TOKEN})
    assert list(problems) == ["store_hash"]
    assert "abc123" in str(problems["store_hash"])


@pytest.mark.parametrize("token", ["", "   ", "two words", "tökén", "line\nbreak"])
def test_a_token_that_fits_no_header_is_refused_without_repeating_it(token):
    problems = problems_of(BigCommerceSettings, {"store_hash": "abc123", "access_token": token})
    assert list(problems) == ["access_token"]
    assert not token.strip() or token not in str(problems["access_token"])


def test_a_token_is_trimmed():
    settings = parse(BigCommerceSettings, {"store_hash": "abc123", "access_token": f" {_TOKEN}\n"})
    assert settings.access_token.get_secret_value() == _TOKEN
    assert _TOKEN not in repr(settings)
