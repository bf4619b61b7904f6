"""Lists of contacts and of products, and what follows from order lines."""

from datetime import date

from app.core.consent import ConsentState
from app.core.records import Contact, Kind, Unreadable
from tests.connectors.files.conftest import ReadFile

ORDERS = "Order;Date;Customer ID;City;SKU;Description;Quantity;Unit price\n"


async def test_a_list_of_contacts_keeps_every_column(read: ReadFile) -> None:
    content = (
        "Kundennummer;E-Mail;Vorname;Nachname;Geburtstag;PLZ;Ort;Land;Newsletter;Kunde seit;Tags;Lieblingsfarbe\n"
        "0007; Joerg@Example.COM ;Jörg;Müller;31.12.1980;01067;Dresden;DE;ja;01.02.2020 08:30;vip, neu;Blau\n"
    )
    (contact,) = await read(content, Kind.CONTACTS)
    assert (contact.id, contact.email) == ("0007", "joerg@example.com")
    assert contact.birthday == date(1980, 12, 31)
    assert contact.address.postcode == "01067"
    assert contact.consent.state is ConsentState.YES
    assert contact.created_at.isoformat() == "2020-02-01T08:30:00+01:00"
    assert contact.tags == ("vip", "neu")
    assert contact.custom == {"Lieblingsfarbe": "Blau"}


async def test_a_person_in_several_rows_is_one_contact_and_a_withdrawal_wins(read: ReadFile) -> None:
    rows = "a@x.pl;Anna;wypisany\nb@x.pl;Bogdan;tak\nA@x.pl;Ania;tak\n"
    found = await read("E-mail;Imię;Zgoda\n" + rows, Kind.CONTACTS)
    people = {contact.email: contact for contact in found}
    assert people["a@x.pl"].first_name == "Ania"
    assert people["a@x.pl"].consent.state is ConsentState.WITHDRAWN
    assert people["b@x.pl"].consent.state is ConsentState.YES


async def test_an_id_never_holds_an_address(read: ReadFile) -> None:
    content = "E-mail;Geburtstag\nanna@example.com;1.1.1980\nanna2@example.com;soon\n"
    found = await read(content, Kind.CONTACTS)
    assert [type(each) for each in found] == [Contact, Unreadable]
    assert not any("anna" in each.id or "@" in each.id for each in found)
    assert found == await read(content, Kind.CONTACTS)


async def test_an_empty_consent_is_absent_never_a_yes(read: ReadFile) -> None:
    found = await read("E-mail;Newsletter\na@x.pl;\nb@x.pl;nie\n", Kind.CONTACTS)
    assert [contact.consent.state for contact in found] == [ConsentState.ABSENT, ConsentState.NO]


async def test_customers_of_credit_notes_alone_and_nameless_guests_are_no_contacts(read: ReadFile) -> None:
    rows = "1;2026-01-01;7;Old;A;Cup;1;1\n2;2026-03-01;7;New;A;Cup;1;1\nC3;2026-01-01;8;X;A;Cup;-1;1\n"
    content = ORDERS + rows + "4;2026-01-01;;X;A;Cup;1;1\n5;2026-01-01;9;X;A;Cup;1;bad\n"
    contacts = await read(content, Kind.CONTACTS)
    assert [(contact.id, contact.address.city) for contact in contacts] == [("7", "New")]


async def test_with_refunds_the_customer_of_a_lone_credit_note_is_a_contact(read: ReadFile) -> None:
    content = ORDERS + "C3;2026-01-01;8;X;A;Cup;-1;1\n"
    contacts = await read(content, Kind.CONTACTS, options={"credit_notes": "refund"})
    assert [contact.id for contact in contacts] == ["8"]


async def test_the_newest_order_tells_where_a_customer_lives_whatever_the_order_of_rows(read: ReadFile) -> None:
    rows = "2;2026-03-01;7;New;A;Cup;1;1\n1;2026-01-01;7;Old;A;Cup;1;1\n"
    (contact,) = await read(ORDERS + rows, Kind.CONTACTS)
    assert contact.address.city == "New"


async def test_products_follow_from_order_lines_without_postage(read: ReadFile) -> None:
    rows = "1;2026-01-01;7;X;00017;;1;1\n1;2026-01-01;7;X;POST;Postage;1;4\n2;2026-01-01;7;X;00017;Cup;1;1,20\n"
    (product,) = await read(ORDERS + rows, Kind.PRODUCTS)
    assert (product.id, product.sku, product.name, str(product.price)) == ("00017", "00017", "Cup", "1.20 EUR")


async def test_a_list_of_products_is_read_with_gtin_stock_and_plain_description(read: ReadFile) -> None:
    content = (
        "SKU,Name,Regular price,Sale price,GTIN,Stock,Published,Categories,Images,Description\n"
        '00017,Cup,12.50,,4006381333931,5,1,"Home > Cups, Sale","https://x.example/1.jpg, https://x.example/2.jpg",'
        '"<p>Big &amp; blue</p>\\nSecond line<br>Third"\n'
        "B,Mug,12.50,9.99,,,-1,,,\n"
    )
    cup, mug = await read(content, Kind.PRODUCTS)
    assert (cup.id, cup.ean, str(cup.price), cup.quantity) == ("00017", "4006381333931", "12.50 EUR", 5)
    assert cup.categories == (("Home", "Cups"), ("Sale",))
    assert cup.image_url == "https://x.example/1.jpg"
    assert cup.description == "Big & blue\n\nSecond line\nThird"
    assert (str(mug.price), mug.is_active) == ("9.99 EUR", False)


async def test_variations_find_their_parent_by_id_or_sku_before_or_after_it(read: ReadFile) -> None:
    content = (
        "ID,Type,SKU,Name,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)\n"
        "45,variation,cup-red,Cup red,5,id:44,Colour,Red\n"
        '44,variable,cup,Cup,,,Colour,"Red, Blue"\n'
        "50,simple,mug,Mug,4,,,\n"
        "46,variation,cup-blue,Cup blue,6,id:44,Colour,Blue\n"
        "47,variation,lost,Lost,6,gone,Colour,Blue\n"
    )
    found = {product.id: product for product in await read(content, Kind.PRODUCTS)}
    assert [variant.sku for variant in found["44"].variants] == ["cup-red", "cup-blue"]
    assert found["44"].attributes == {"Colour": ("Red", "Blue")}
    assert found["50"].variants == ()
    assert isinstance(found["47"], Unreadable)
    assert found["47"].where == "line 6"


async def test_a_product_without_a_name_is_listed_with_its_line(read: ReadFile) -> None:
    found = await read("SKU,Name,Price\nA,,1\nB,Mug,cheap\nC,Cup,1\n", Kind.PRODUCTS)
    assert [getattr(each, "where", "") for each in found] == ["line 2", "line 3", ""]
