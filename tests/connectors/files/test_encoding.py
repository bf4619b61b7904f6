"""Character sets, with and without a mark."""

import codecs

import pytest

from app.connectors.files.detection import open_file
from app.connectors.files.encoding import most_sensible
from app.core.records import Kind
from tests.connectors.files.conftest import ReadFile, WriteFile, settings_for

HEAD = "Kundennummer;E-Mail;Vorname;Nachname;Ort\n"
GERMAN = HEAD + "1;a@example.com;Jörg;Müßig;Köln\n2;b@example.com;Änne;Groß;Lübeck\n"
POLISH = (
    HEAD
    + "1;a@example.com;Łucja;Wiśniewska;Łódź\n2;b@example.com;Zażółć;Gęślą;Kraków\n3;c@example.com;Paweł;Żak;Świdnica\n"
)
FRENCH = HEAD + "1;a@example.com;Émilie;Lefèvre;Besançon\n2;b@example.com;Loïc;Benoît;Orléans\n"


@pytest.mark.parametrize(
    ("content", "encoding", "names"),
    [
        (GERMAN, "utf-8", ["Jörg", "Änne"]),
        (GERMAN, "utf-8-sig", ["Jörg", "Änne"]),
        (GERMAN, "utf-16", ["Jörg", "Änne"]),
        (GERMAN, "utf-16-le", ["Jörg", "Änne"]),
        (GERMAN, "utf-16-be", ["Jörg", "Änne"]),
        (GERMAN, "cp1252", ["Jörg", "Änne"]),
        (FRENCH, "cp1252", ["Émilie", "Loïc"]),
        (POLISH, "utf-8", ["Łucja", "Zażółć", "Paweł"]),
        (POLISH, "cp1250", ["Łucja", "Zażółć", "Paweł"]),
        (POLISH, "iso-8859-2", ["Łucja", "Zażółć", "Paweł"]),
    ],
)
async def test_names_survive_every_character_set(read: ReadFile, content: str, encoding: str, names: list[str]) -> None:
    contacts = await read(content, Kind.CONTACTS, encoding=encoding)
    assert [contact.first_name for contact in contacts] == names


def test_utf_16_with_the_other_byte_order_is_read(write: WriteFile) -> None:
    path = write(codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be"))
    assert open_file(settings_for(path)).table.headings[0] == "Kundennummer"


def test_a_chosen_character_set_is_used(write: WriteFile) -> None:
    path = write(POLISH, encoding="cp1250")
    rows = list(open_file(settings_for(path, encoding="iso-8859-1")).table.rows())
    assert rows[0].cells[2] == "£ucja"


async def test_one_broken_byte_in_utf_8_breaks_its_line_alone(read: ReadFile) -> None:
    content = POLISH.encode() + b"4;d@example.com;Fran\xffois;X;Y\n" + "5;e@example.com;Żaneta;X;Y\n".encode()
    contacts = await read(content, Kind.CONTACTS)
    assert [contact.id for contact in contacts] == ["1", "2", "3", "4", "5"]
    assert contacts[3].where == "line 5"
    assert "character set" in contacts[3].message
    assert contacts[4].first_name == "Żaneta"


async def test_letters_far_behind_the_beginning_are_seen(read: ReadFile) -> None:
    plain = "".join(f"{n};p{n}@example.com;Jan;Nowak;Krakow\n" for n in range(100, 40_000))
    contacts = await read((HEAD + plain + "7;z@example.com;Łucja;Wiśniewska;Łódź\n").encode("cp1250"), Kind.CONTACTS)
    assert contacts[-1].address.city == "Łódź"


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Kraków; Gdańsk", "cp1250"),
        ("ul. Długa 5, Łódź", "iso-8859-2"),
        ("Świdnica, Wiśniewska", "cp1250"),
        ("Señor Muñoz; Peña", "cp1252"),
        ("Größe; façade; sœur – „Straße“ 5 €", "cp1252"),
        ("Ångström, Tromsø, Ærø", "cp1252"),
    ],
)
def test_a_few_words_are_enough_to_tell_character_sets_apart(words: str, encoding: str) -> None:
    sample = words.encode(encoding)
    assert sample.decode(most_sensible(sample)) == words
