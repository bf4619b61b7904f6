import json
import unicodedata
from urllib.parse import quote

import pytest

from app.core.errors import ConfigError
from app.core.person import BLANK, AskedBy, Traces, person_words

ANNA = person_words("Anna.Groß@Example.com")


@pytest.mark.parametrize(
    ("raw", "asked_by", "words", "masked"),
    [
        (" Anna@Example.COM ", AskedBy.EMAIL, "anna@example.com", "a•••@example.com"),
        ("#2024/INV-0077", AskedBy.NUMBER, "2024/inv-0077", "2•••"),
        ("Łucja  Wiśniewska", AskedBy.NAME, "łucja wiśniewska", "ł••• w•••"),
    ],
)
def test_what_was_asked_for_is_recognised_and_masked(raw: str, asked_by: AskedBy, words: str, masked: str) -> None:
    person = person_words(raw)
    assert (person.asked_by, person.words, person.masked) == (asked_by, words, masked)


@pytest.mark.parametrize("raw", ["", "   ", "Anna", "anna@", "anna@example", "Al X"])
def test_words_that_could_be_many_people_are_refused(raw: str) -> None:
    with pytest.raises(ConfigError) as caught:
        person_words(raw)
    assert caught.value.field == "words"
    assert caught.value.remedy


@pytest.mark.parametrize(
    "words",
    [
        "to anna.groß@example.com.",
        "ANNA.GROSS@EXAMPLE.COM",
        f"https://a.example/x?email={quote('anna.groß@example.com')}&b=1",
        json.dumps({"email": "anna.groß@example.com"}),
        unicodedata.normalize("NFD", "anna.groß@example.com"),
    ],
)
def test_an_address_is_found_however_it_was_written(words: str) -> None:
    assert ANNA.is_in(words)
    assert "example.com" not in ANNA.without(words)


@pytest.mark.parametrize(
    "words", ["hanna.groß@example.com", "anna.groß@example.com.au", "x-anna.groß@example.com", "anna@example.com", ""]
)
def test_another_persons_address_is_left_alone(words: str) -> None:
    assert not ANNA.is_in(words)
    assert ANNA.without(words) == words


@pytest.mark.parametrize(
    "words", ["Paula Poststempel", "Poststempel, Paula", "x;Paula;Poststempel;80331", "PAULA POSTSTEMPEL"]
)
def test_a_name_is_found_in_either_order(words: str) -> None:
    assert person_words("Paula Poststempel").is_in(words)


def test_a_name_in_two_fields_of_one_record_is_found() -> None:
    person = person_words("Paula Poststempel")
    row = {"id": 5, "firstName": "Paula", "lastName": "Poststempel"}
    assert person.is_in_fields({"contacts": [row]})
    assert person.is_in_fields([["5", "Paula", "Poststempel"]])
    assert not person.is_in_fields({"contacts": [{"firstName": "Paula"}, {"lastName": "Poststempel"}]})


def test_a_short_number_counts_only_as_a_whole_value() -> None:
    person = person_words("#55")
    assert person.is_in('{"number":"55"}')
    assert person.is_in_fields({"order": 55})
    assert not person.is_in("55 records in 55 ms")
    assert person_words("100055").is_in("order 100055 failed")


def test_values_of_settings_are_blanked_and_empty_ones_left_out() -> None:
    traces = Traces(person_words("paula@example.com"))
    before = {"login": "Paula@example.com", "note": "ask Paula@example.com", "size": 3, "list": ["a"]}
    assert traces.blanked_in(before) == {"note": f"ask {BLANK}", "size": 3, "list": ["a"]}


def test_an_address_that_is_only_known_by_its_hash_counts_too() -> None:
    traces = Traces(person_words("100055"), lambda address: address == "paula@example.com")
    assert traces.are_in("mail of paula%40example.com bounced")
    assert traces.blanked("mail of Paula@example.com bounced") == f"mail of {BLANK} bounced"
    assert not traces.are_in("mail of paul@example.com bounced")
