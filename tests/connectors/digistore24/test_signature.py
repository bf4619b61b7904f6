"""A push is genuine when Digistore24's own rule says so."""

from __future__ import annotations

import json

import pytest

from app.connectors.digistore24.signature import is_genuine, signature

WORKED = {
    "event": "on_payment",
    "order_id": "A1B2C3D4",
    "product_id": "512345",
    "email": "kaeufer@example.de",
    "address_company": "",
    "amount_brutto": "49.00",
    "currency": "EUR",
    "buyer_first_name": "Jörg",
}
WORKED_SIGNATURE = (
    "B76634839F300D3579245592E043B1FAA691C4EBC6AEBCB539E7F2AE3C2F69B59A6B7ACA681D283C7FBE74321072DA219FF6BF99F1B1FC1D"
    "92A750E6B6F54D46"
)
TESTED = {
    "event": "connection_test",
    "merchant_id": "39499382",
    "merchant_name": "vendorname",
    "product_ids": "all",
}
TESTED_SIGNATURE = (
    "59B181408E82725DB7BCF137C4B0DEF63A127D11C958BEE5F7D215A83948F972331E3DA2EF9A302AA36CC6CA6DA3C425F84A593A4D020224"
    "3EB485A5D62F026F"
)


def cases(shared):
    told = json.loads((shared / "specs" / "digistore24" / "ipn-signature-vectors.json").read_text("utf-8"))
    return told["passphrase"], told["vectors"]


@pytest.mark.shared
def test_all_nine_vectors_of_the_vendor_are_reproduced(shared):
    passphrase, vectors = cases(shared)
    assert len(vectors) == 9
    for each in vectors:
        found = signature(each["params"], passphrase, has_upper_keys=each["uppercaseKeys"])
        assert found == each["expected"], each["name"]


@pytest.mark.shared
def test_each_vector_is_genuine_with_its_signature_and_none_with_another(shared):
    passphrase, vectors = cases(shared)
    for each in vectors:
        signed = {**each["params"], "sha_sign": each["expected"]}
        assert is_genuine(signed, passphrase), each["name"]
        assert not is_genuine(signed, passphrase + " "), each["name"]
        assert not is_genuine({**signed, "order_id": "OTHER"}, passphrase), each["name"]


@pytest.mark.shared
def test_the_captured_push_counts_its_zeros(shared):
    """Leaving "0" out, as many do with empty values, breaks the one real push."""
    passphrase, vectors = cases(shared)
    real = vectors[-1]
    assert len(real["params"]) > 170
    without = {name: value for name, value in real["params"].items() if value != "0"}
    assert signature(without, passphrase) != real["expected"]


@pytest.mark.parametrize(("fields", "expected"), [(WORKED, WORKED_SIGNATURE), (TESTED, TESTED_SIGNATURE)])
def test_worked_examples(fields, expected):
    assert signature(fields, "geheim-123") == expected
    assert is_genuine({**fields, "sha_sign": expected.lower()}, "geheim-123")
    assert is_genuine({**fields, "SHASIGN": expected}, "geheim-123")


def test_upper_case_keys_of_older_connections_are_genuine_too():
    expected = signature(WORKED, "geheim-123", has_upper_keys=True)
    assert expected != WORKED_SIGNATURE
    assert is_genuine({**WORKED, "sha_sign": expected}, "geheim-123")


def test_neither_a_missing_signature_nor_a_missing_passphrase_is_ever_genuine():
    assert not is_genuine(WORKED, "geheim-123")
    assert not is_genuine({**WORKED, "sha_sign": ""}, "geheim-123")
    assert not is_genuine({**WORKED, "sha_sign": signature(WORKED, "")}, "")


def test_spaces_are_signed_as_they_were_sent():
    spaced = {**WORKED, "buyer_first_name": " Jörg "}
    assert signature(spaced, "geheim-123") != WORKED_SIGNATURE


def test_arrays_are_left_out():
    assert signature({**WORKED, "tags[0]": "a"}, "geheim-123") == WORKED_SIGNATURE
