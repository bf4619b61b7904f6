"""The fields that a column can be mapped to, and the headings by which they are recognised.

Headings are compared without case, accents, spaces and punctuation, in English, German and Polish: names that common
shop, invoice and spreadsheet exports use.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.core.texts import Text, text

NOT_USED = "-"
"""Mapped to this, a field is left out although a heading would fit."""


@dataclass(frozen=True, slots=True)
class Field:
    """``headings`` fit exactly, in order of preference; ``layouts`` (their initial letters: l, o, c, p) say where."""

    name: str
    label: Text
    layouts: str
    headings: str


_DOCUMENT = (
    Field(
        "document",
        text("Order number"),
        "lo",
        "order number|order no|order id|order|invoice no|invoice number|invoice|document|document no|document number|"
        "receipt|receipt no|Bestellnummer|Bestell-Nr|Bestellung|Auftragsnummer|Auftrag|Auftragsnr|Rechnungsnummer|"
        "Rechnungsnr|Rechnung|Belegnummer|Belegnr|Beleg|numer zamówienia|nr zamówienia|zamówienie|id zamówienia|"
        "numer faktury|nr faktury|faktura|numer dokumentu|nr dokumentu|dokument|paragon|nr",
    ),
    Field(
        "date",
        text("Order date"),
        "lo",
        "order date|invoice date|date|created at|date created|created|document date|purchase date|ordered at|"
        "Bestelldatum|Auftragsdatum|Rechnungsdatum|Belegdatum|Datum|Kaufdatum|Erstellt am|"
        "data zamówienia|data faktury|data wystawienia|data dokumentu|data|data sprzedaży|data zakupu|utworzono",
    ),
    Field(
        "status",
        text("Order status"),
        "lo",
        "order status|status|Bestellstatus|Auftragsstatus|status zamówienia|stan zamówienia|stan",
    ),
    Field("currency", text("Currency"), "lop", "currency|currency code|order currency|Währung|waluta|kod waluty"),
    Field(
        "total",
        text("Order total"),
        "lo",
        "order total|total|grand total|total amount|amount|invoice total|total price|Gesamtbetrag|Gesamtsumme|Summe|"
        "Rechnungsbetrag|Bestellwert|Gesamt|Endbetrag|Bruttobetrag|Betrag|wartość zamówienia|suma|razem|"
        "kwota|kwota brutto|do zapłaty|łącznie|wartość brutto",
    ),
    Field(
        "shipping",
        text("Shipping costs"),
        "lo",
        "shipping|shipping cost|shipping costs|shipping total|postage|delivery cost|Versandkosten|Versand|Porto|"
        "Lieferkosten|koszt wysyłki|koszt dostawy|wysyłka|koszty wysyłki",
    ),
    Field(
        "discount",
        text("Discount"),
        "lo",
        "discount|discount amount|discount total|order discount|Rabatt|Nachlass|Rabattbetrag|Gutschein|rabat|zniżka|"
        "kwota rabatu",
    ),
    Field(
        "tax",
        text("Tax"),
        "lo",
        "tax|tax total|tax amount|vat|vat amount|total tax|MwSt|USt|Mehrwertsteuer|Umsatzsteuer|Steuer|podatek|"
        "kwota vat|podatek vat",
    ),
    Field(
        "refunded",
        text("Refunded amount"),
        "lo",
        "refunded|refunded amount|refund|refund amount|Erstattet|Erstattung|Erstattungsbetrag|zwrot|kwota zwrotu|"
        "zwrócono",
    ),
    Field(
        "original_document",
        text("Original order of a credit note"),
        "lo",
        "original order|original invoice|original document|refers to|corrected invoice|Ursprungsbestellung|"
        "Ursprungsrechnung|Originalrechnung|Bezug|Originalbeleg|zamówienie pierwotne|faktura pierwotna|"
        "faktura korygowana|dokument pierwotny|dotyczy",
    ),
    Field(
        "payment_method",
        text("Payment method"),
        "lo",
        "payment method|payment|Zahlungsart|Zahlungsmethode|Zahlweise|metoda płatności|płatność|forma płatności",
    ),
    Field(
        "shipping_method",
        text("Shipping method"),
        "lo",
        "shipping method|delivery method|carrier|Versandart|Lieferart|Versandmethode|metoda wysyłki|sposób dostawy|"
        "metoda dostawy|przewoźnik",
    ),
    Field(
        "note",
        text("Note"),
        "lo",
        "note|notes|comment|customer note|remark|Bemerkung|Anmerkung|Kommentar|Notiz|uwagi|komentarz|notatka",
    ),
)

_PERSON = (
    Field(
        "customer_id",
        text("Customer number"),
        "loc",
        "customer id|customer number|customer no|customer|client id|user id|Kundennummer|Kundennr|Kunden-ID|Kunde|"
        "Debitor|Debitorennummer|numer klienta|nr klienta|id klienta|klient|kontrahent",
    ),
    Field("customer_id", text("Customer number"), "c", "customer id|customer number|Kundennummer|numer klienta|id"),
    Field(
        "email",
        text("E-mail"),
        "loc",
        "email|e-mail|email address|e-mail address|mail|customer email|billing email|contact email|E-Mail-Adresse|"
        "Mailadresse|E-Mail Kunde|adres e-mail|adres email|e-mail klienta|poczta|poczta e-mail",
    ),
    Field(
        "first_name",
        text("First name"),
        "loc",
        "first name|firstname|given name|forename|billing first name|Vorname|Rechnung Vorname|imię|imię klienta",
    ),
    Field(
        "last_name",
        text("Last name"),
        "loc",
        "last name|lastname|surname|family name|billing last name|Nachname|Familienname|Zuname|nazwisko",
    ),
    Field(
        "full_name",
        text("Full name"),
        "loc",
        "full name|customer name|name|client name|billing name|contact|Kundenname|Vollständiger Name|Ansprechpartner|"
        "imię i nazwisko|nazwa klienta|nabywca|Name",
    ),
    Field(
        "company",
        text("Company"),
        "loc",
        "company|company name|billing company|organisation|organization|Firma|Unternehmen|Firmenname|firma|"
        "nazwa firmy|przedsiębiorstwo",
    ),
    Field(
        "phone",
        text("Phone"),
        "loc",
        "phone|phone number|telephone|mobile|billing phone|tel|Telefon|Telefonnummer|Mobil|Handy|Rufnummer|"
        "numer telefonu|komórka|nr telefonu",
    ),
    Field(
        "street",
        text("Street"),
        "loc",
        "street|address|address 1|address line 1|street address|billing address 1|Straße|Strasse|Adresse|Anschrift|"
        "Straße und Hausnummer|ulica|adres|ulica i numer",
    ),
    Field(
        "street_2",
        text("Address line 2"),
        "loc",
        "address 2|address line 2|street 2|billing address 2|Adresszusatz|Adresszeile 2|Zusatz|adres 2|adres cd",
    ),
    Field(
        "postcode",
        text("Postcode"),
        "loc",
        "postcode|post code|postal code|zip|zip code|billing postcode|PLZ|Postleitzahl|kod pocztowy|kod",
    ),
    Field(
        "city",
        text("City"),
        "loc",
        "city|town|billing city|Ort|Stadt|Wohnort|miasto|miejscowość",
    ),
    Field(
        "region",
        text("Region"),
        "loc",
        "region|state|province|county|billing state|Bundesland|Kanton|województwo",
    ),
    Field(
        "country",
        text("Country"),
        "loc",
        "country|country code|billing country|Land|Ländercode|Lieferland|kraj|państwo",
    ),
    Field(
        "consent",
        text("Newsletter consent"),
        "loc",
        "consent|newsletter|newsletter consent|accepts marketing|email consent|opt in|subscribed|marketing consent|"
        "Einwilligung|Newsletter-Einwilligung|Newsletter Status|Werbeeinwilligung|Newsletter abonniert|zgoda|"
        "zgoda marketingowa|zgoda na newsletter|zgoda marketing|zapisany",
    ),
    Field(
        "consent_at",
        text("Newsletter consent changed"),
        "loc",
        "consent date|consent changed|opt in date|subscribed at|Einwilligung am|Einwilligungsdatum|data zgody",
    ),
    Field("language", text("Language"), "loc", "language|locale|Sprache|język"),
    Field("group", text("Customer group"), "loc", "customer group|group|Kundengruppe|Gruppe|grupa klientów|grupa"),
    Field(
        "birthday",
        text("Birthday"),
        "c",
        "birthday|date of birth|birth date|dob|Geburtstag|Geburtsdatum|data urodzenia|urodziny",
    ),
    Field(
        "created",
        text("Customer since"),
        "c",
        "created|created at|customer since|registered|registration date|date created|Kunde seit|Registriert am|"
        "Angelegt am|Erstellt am|Registrierungsdatum|data rejestracji|klient od|utworzono",
    ),
    Field("tags", text("Tags"), "c", "tags|labels|Schlagworte|Tags|etykiety|tagi"),
)

_ARTICLE = (
    Field(
        "product_id",
        text("Product id"),
        "lp",
        "product id|item id|article id|Produkt-ID|Artikel-ID|id produktu|id towaru|id",
    ),
    Field(
        "sku",
        text("SKU"),
        "lop",
        "sku|stock code|item code|product code|product sku|article number|item number|item no|model|Artikelnummer|"
        "Artikelnr|Art-Nr|Artikel-Nr|Produktnummer|Bestellartikel|symbol|kod produktu|kod towaru|indeks|"
        "numer artykułu|nr artykułu|symbol produktu",
    ),
    Field(
        "name",
        text("Product name"),
        "p",
        "name|product name|item name|title|product|Artikelbezeichnung|Bezeichnung|Artikelname|Produktname|Artikel|"
        "Produkt|nazwa produktu|nazwa towaru|nazwa|produkt|towar|description|Beschreibung",
    ),
    Field(
        "name",
        text("Product name"),
        "lo",
        "description|product name|item name|item|product|title|article|name|Artikelbezeichnung|Bezeichnung|Artikel|"
        "Artikelname|Produkt|Produktname|Beschreibung|nazwa produktu|nazwa towaru|nazwa|produkt|towar|opis",
    ),
    Field(
        "quantity",
        text("Quantity"),
        "lo",
        "quantity|qty|amount ordered|pieces|units|item quantity|Menge|Anzahl|Stück|Stückzahl|ilość|liczba|szt|sztuk",
    ),
    Field(
        "unit_price",
        text("Unit price"),
        "lo",
        "unit price|price|item price|price each|price per unit|gross price|Einzelpreis|Stückpreis|Preis|"
        "Einzelpreis brutto|Bruttopreis|VK-Preis|cena jednostkowa|cena|cena brutto|cena jedn",
    ),
    Field(
        "line_total",
        text("Line total"),
        "lo",
        "line total|item total|row total|subtotal|line amount|Positionssumme|Zeilensumme|Positionsbetrag|Gesamtpreis|"
        "Zwischensumme|wartość|wartość pozycji|suma pozycji|wartość linii",
    ),
    Field(
        "ean",
        text("EAN"),
        "lop",
        "ean|gtin|barcode|upc|isbn|gtin upc ean or isbn|ean code|Strichcode|kod ean|kod kreskowy|global unique id",
    ),
    Field(
        "category",
        text("Category"),
        "lop",
        "categories|category|product category|product type|Kategorie|Kategorien|Warengruppe|kategoria|kategorie",
    ),
    Field(
        "url", text("Product address"), "lp", "product url|url|link|external url|permalink|Produkt-URL|adres produktu"
    ),
    Field(
        "image_url",
        text("Picture address"),
        "lp",
        "images|image|image url|picture|image link|Bild|Bilder|Bild-URL|zdjęcie|zdjęcia|obraz|adres zdjęcia",
    ),
)

_PRODUCT = (
    Field(
        "price",
        text("Price"),
        "p",
        "price|sale price|Preis|Aktionspreis|Verkaufspreis|cena|cena promocyjna|cena sprzedaży",
    ),
    Field(
        "regular_price",
        text("Regular price"),
        "p",
        "regular price|list price|rrp|Normalpreis|regulärer Preis|UVP|Listenpreis|cena regularna|cena katalogowa",
    ),
    Field(
        "description",
        text("Description"),
        "p",
        "description|long description|product description|body|Beschreibung|Langtext|opis|opis produktu",
    ),
    Field(
        "short_description",
        text("Short description"),
        "p",
        "short description|summary|excerpt|Kurzbeschreibung|Kurztext|krótki opis|opis skrócony",
    ),
    Field("type", text("Product kind"), "p", "type|product type|Typ|Produkttyp|Art|typ|typ produktu|rodzaj"),
    Field(
        "parent",
        text("Parent product"),
        "p",
        "parent|parent sku|parent id|Eltern|Elternartikel|Hauptartikel|"
        "Übergeordnetes Produkt|nadrzędny|rodzic|produkt nadrzędny",
    ),
    Field("brand", text("Brand"), "p", "brand|brands|manufacturer|vendor|Marke|Hersteller|marka|producent"),
    Field(
        "stock",
        text("Stock"),
        "p",
        "stock|stock quantity|inventory|quantity|qty|Bestand|Lagerbestand|Lager|stan magazynowy|stan|magazyn|ilość",
    ),
    Field(
        "active",
        text("Published"),
        "p",
        "published|active|enabled|visible|Veröffentlicht|Aktiv|Sichtbar|opublikowany|aktywny|widoczny|opublikowano",
    ),
)

FIELDS = (*_DOCUMENT, *_ARTICLE, *_PERSON, *_PRODUCT)

DATE_FIELDS = ("date", "birthday", "created", "consent_at")
NUMBER_FIELDS = (
    *("quantity", "unit_price", "line_total", "total", "shipping", "discount", "tax", "refunded"),
    *("price", "regular_price", "stock"),
)


def field_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name for each in FIELDS))


@lru_cache(maxsize=1)
def labels() -> dict[str, Text]:
    return {each.name: each.label for each in FIELDS}


@lru_cache(maxsize=4096)
def folded(heading: str) -> str:
    """``Bestell-Nr.`` and ``bestellnr`` are one; ``ł`` and ``ß`` have no decomposition and are spelled out."""
    plain = heading.casefold().replace("ł", "l").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    return re.sub(r"[\W_]+", "", bare)


@lru_cache(maxsize=256)
def headings_of(each: Field) -> tuple[str, ...]:
    """Folded, in order of preference."""
    return tuple(folded(heading) for heading in each.headings.split("|"))


@lru_cache(maxsize=1)
def known_headings() -> frozenset[str]:
    return frozenset(heading for each in FIELDS for heading in headings_of(each))
