"""Secrets are removed by value, whatever form they take."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

from hypothesis import given
from hypothesis import strategies as st

from app.sdk.redaction import MARK, Redactor

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


@given(secrets)
def test_a_secret_survives_no_quotation_of_python_json_html_or_bytes(secret: str) -> None:
    redact = Redactor([secret])
    raw = secret.encode()
    twice = json.dumps(json.dumps(secret))
    for form in (
        repr(secret)[1:-1],
        repr(raw)[2:-1],
        ascii(secret)[1:-1],
        json.dumps(secret)[1:-1],
        twice[1:-1],
        html.escape(secret),
        raw.hex(),
        raw.hex().upper(),
        quote(secret),
    ):
        assert form not in redact(f"<{form}>")


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFG0123456789+/_-.", min_size=30, max_size=400), st.integers(0, 76)
)
def test_a_secret_wrapped_over_lines_does_not_survive(secret: str, before: int) -> None:
    words = "." * before + secret
    for broken in ("\n", "\r\n", "\n    ", "\\n"):
        wrapped = broken.join(words[at : at + 76] for at in range(0, len(words), 76))
        left = Redactor([secret])(wrapped)
        assert [piece for piece in _pieces(secret, 8) if piece in left.replace(MARK, "\0")] == []


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=32, max_size=80), st.data())
def test_a_piece_of_a_long_secret_is_removed_where_the_rest_was_cut_off(secret: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(secret) - 15))
    end = data.draw(st.integers(begin + 15, len(secret)))
    assert Redactor([secret])(f"key {secret[begin:end]}… refused") == f"key {MARK}… refused"


def test_words_that_a_secret_shares_with_a_sentence_stay() -> None:
    redact = Redactor(["correct horse battery staple"])
    assert redact("the correct horse won") == "the correct horse won"
    assert redact("correct horse battery staple") == MARK


def test_many_secrets_are_learned_one_after_another() -> None:
    redact = Redactor()
    for number in range(50):
        redact.learn([f"canary-{number:02d}-{'x' * number}"])
    assert redact("canary-07-xxxxxxx; canary-49-" + "x" * 49 + "; canary") == f"{MARK}; {MARK}; canary"


def _pieces(secret: str, length: int) -> list[str]:
    return [secret[at : at + length] for at in range(len(secret) - length + 1)]
