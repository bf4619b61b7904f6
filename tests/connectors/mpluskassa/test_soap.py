"""Envelopes by hand: order, characters, recovery, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.mpluskassa.simulated_soap import ClientFaultError, answered, asked
from app.connectors.mpluskassa.soap import decoded, envelope
from app.core.errors import ProtocolError
from app.sdk.answers import Answer


def answer(content: bytes, status: int = 200) -> Answer:
    return Answer(status, {}, content, "https://register.example/")


def test_elements_stand_in_the_order_of_the_description_whatever_the_order_of_the_mapping() -> None:
    relation = {"companyName": "Groß & Söhne", "email": "a@example.com", "name": "Groß & Söhne", "relationNumber": 7}
    words = envelope({"createRelation": {"relation": relation}}).decode()
    places = [words.index(f":{name}>") for name in ("relationNumber", "name", "email", "companyName")]
    assert places == sorted(places)
    assert "Groß &amp; Söhne" in words


def test_an_empty_list_that_must_be_there_is_sent_empty() -> None:
    words = envelope({"getProducts": {"request": {"pluNumbers": {}, "syncMarker": 0}}}).decode()
    assert "<ns1:pluNumbers" in words
    assert words.index("pluNumbers") < words.index("syncMarker")


def test_what_no_xml_can_hold_is_left_out_of_a_request() -> None:
    operation, content = asked(envelope({"createRelation": {"relation": {"name": "A\x00B\x0b\ud800C"}}}))
    assert (operation, content["relation"]["name"]) == ("createRelation", "ABC")


def test_control_characters_in_an_answer_do_not_hide_the_rest() -> None:
    content = answered("getRelationsResponse", {"relationList": {"relation": [{"relationNumber": 1, "name": "AB"}]}})
    for broken in (
        content.replace(b"AB", b"A\x02B"),
        content.replace(b"AB", b"A&#x2;B"),
        content.replace(b"AB", b"A&#11;B"),
    ):
        assert decoded(answer(broken))["relationList"]["relation"][0]["name"] == "AB"


def test_elements_of_a_newer_register_are_kept_where_they_stood() -> None:
    content = answered(
        "GetProductsResponse", {"productList": {"product": [{"productNumber": 1, "description": "Krug"}]}}
    )
    newer = content.replace(b"</ns1:description>", b"</ns1:description><ns1:mood><ns1:deep>blue</ns1:deep></ns1:mood>")
    (product,) = decoded(answer(newer))["productList"]["product"]
    assert product["mood"] == {"deep": "blue"}
    words = envelope({"updateProduct": {"product": {**product, "extraText": "neu"}}}).decode()
    places = [words.index(f"<ns1:{name}>") for name in ("description", "mood", "extraText")]
    assert places == sorted(places)


def test_the_first_letter_of_an_answer_may_be_small_or_large() -> None:
    content = answered("getBranchesResponse", {"branches": {}})
    assert decoded(answer(content)) == decoded(answer(content.replace(b"getBranchesResponse", b"GetBranchesResponse")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Onderhoud</body></html>",
        b'{"relations": []}',
        b"<a/>",
        b'<E:Envelope xmlns:E="x"><E:Body/></E:Envelope>',
        b'<E:Envelope xmlns:E="x"><E:Body><unknown/></E:Body></E:Envelope>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><E:Envelope xmlns:E="x"><E:Body><a>&b;</a></E:Body></E:Envelope>',
        b'<E:Envelope xmlns:E="x"><E:Body><SetStockResponse/></E:Body></E:Envelope>',
    ],
)
def test_whatever_is_no_answer_of_a_register_is_said_in_words(content: bytes) -> None:
    with pytest.raises(ProtocolError) as raised:
        decoded(answer(content))
    assert str(raised.value.message)
    assert str(raised.value.remedy)


_SAFE = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=60)


@given(name=_SAFE, active=st.booleans(), number=st.integers(min_value=1, max_value=2**63 - 1))
def test_what_is_written_is_what_arrives(name: str, active: bool, number: int) -> None:
    relation = {"relationNumber": number, "active": active, "name": name}
    assert asked(envelope({"createRelation": {"relation": relation}})) == ("createRelation", {"relation": relation})


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"urn:mplusqapi", b"urn:other", "namespace"),
        (b"<ns1:name>A</ns1:name>", b"<ns1:name>A</ns1:name><ns1:mood>x</ns1:mood>", "mood"),
        (b"<ns1:name>A</ns1:name>", b"<ns1:email>a</ns1:email><ns1:name>A</ns1:name>", "misplaced"),
        (b"<ns1:active>true</ns1:active>", b"<ns1:active></ns1:active>", "boolean"),
        (b"<ns1:relationNumber>5<", b"<ns1:relationNumber>five<", "five"),
        (b"<ns1:relationNumber>5<", b"<ns1:relationNumber>9223372036854775808<", "range"),
        (b"createRelation", b"syncRelation", "not implemented"),
    ],
)
def test_the_practice_register_refuses_what_the_real_one_refuses(before: bytes, after: bytes, words: str) -> None:
    content = envelope({"createRelation": {"relation": {"relationNumber": 5, "active": True, "name": "A"}}})
    assert before in content
    with pytest.raises(ClientFaultError) as raised:
        asked(content.replace(before, after))
    assert words in raised.value.words


def test_the_practice_register_asks_for_everything_that_must_be_there() -> None:
    with pytest.raises(ClientFaultError) as raised:
        asked(envelope({"getProducts": {"request": {"syncMarker": 0}}}))
    assert "pluNumbers is missing" in raised.value.words
