"""Secrets are removed by value, whatever form they take."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus, urlencode

from hypothesis import given
from hypothesis import strategies as st

from app.sdk.redaction import Redactor

secrets = st.text(min_size=8, max_size=40).filter(lambda words: words.strip() == words and len(set(words)) > 3)


@given(secrets, st.text(max_size=12), st.text(max_size=12))
def test_a_plain_or_quoted_secret_never_survives(secret: str, before: str, after: str) -> None:
    redact = Redactor([secret])
    for form in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret, ensure_ascii=False)[1:-1]):
        assert form not in redact(f"{before}{form}{after}")


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40),
    st.binary(max_size=8),
)
def test_a_secret_inside_base64_does_not_survive(secret: str, before: bytes) -> None:
    encoded = base64.b64encode(before + secret.encode()).decode()
    for part in Redactor([secret])(encoded).split("•••"):
        for start in range(4):
            whole = part[start : start + (len(part) - start) // 4 * 4]
            assert secret.encode() not in base64.b64decode(whole.rstrip("=") + "==")


def test_a_secret_in_an_address_is_removed() -> None:
    address = f"https://api.example.com/?{urlencode({'token': 'pa ss/wörd+1'})}"
    assert Redactor(["pa ss/wörd+1"])(address) == "https://api.example.com/?token=•••"


def test_ordinary_words_stay() -> None:
    assert Redactor(["abc"])("abcdef") == "abcdef"
