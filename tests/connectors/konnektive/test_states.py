"""Codes of states against the list that the API accepted."""

from __future__ import annotations

import json

import pytest

from app.connectors.konnektive.states import BY_NAME, state_code


@pytest.mark.shared
def test_every_code_is_one_that_the_api_accepted(shared):
    listed = json.loads((shared / "specs" / "konnektive" / "countries_states.json").read_text("utf-8"))
    for country, codes in BY_NAME.items():
        assert set(codes.values()) <= set(listed[country]["states"])


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("US", "California", "CA"),
        ("US", "ca", "CA"),
        ("US", "US-NY", "NY"),
        ("DE", "Thüringen", "TH"),
        ("DE", "Irgendwo", ""),
        ("IT", "RM", "RM"),
        ("IT", "Roma", ""),
        ("DE", "", ""),
    ],
)
def test_a_name_becomes_its_code_and_an_unknown_one_is_left_out(country, region, code):
    assert state_code(country, region) == code
