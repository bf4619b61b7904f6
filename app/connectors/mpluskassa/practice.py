"""The practice register: a shop for household goods in Utrecht, with everything that goes wrong elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.connectors.mpluskassa.register import ZONE, Register, State
from app.connectors.mpluskassa.simulated_goods import SimulatedGoods
from app.connectors.mpluskassa.simulated_sales import SimulatedSales
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import day_parts, moment_parts

CONSENT_FIELD = "Nieuwsbrief"
PROPERTY = "Herkunftsland"
_BEGIN = datetime(2026, 1, 5, 9, 30, tzinfo=ZONE)
_FIRST = ("Anna", "Jürgen", "Zoë", "Łukasz", "Mieke", "Søren", "Renée", "Óscar", "Grzegorz", "Änne")
_LAST = ("de Vries", "Müller", "Groß", "Wiśniewska", "van den Berg", "Jørgensen", "Lefèvre", "Núñez", "O'Neill", "Bos")
_CITIES = (
    ("Utrecht", "3511 AB", "NL"),
    ("Köln", "50667", "DE"),
    ("Gent", "9000", "BE"),
    ("Kraków", "30-001", "PL"),
    ("Rotterdam", "3011 AA", "Netherlands"),
)
_GOODS = ("Kaffeebecher", "Theepot", "Schüssel", "Snijplank", "Karaffe", "Kaarsen", "Salzstreuer", "Vaas")
_COLOURS, _SIZES = ("Rood", "Grün"), ("S", "L")
_LOOSE = 5
"""Articles at the end that are never ordered at the counter."""
_GROUPS = (("Keuken", 0), ("Serviesgoed", 1), ("Glas & Kristall", 1), ("Wonen", 0), ("Kerzen", 4))


def practice_state(records: int) -> State:
    """About so many records, the same every time."""
    register = Register(_empty_state(), clock=lambda: _BEGIN)
    goods = SimulatedGoods(register)
    sales = SimulatedSales(register, goods)
    _fill_goods(register, goods, max(8, records // 6))
    _fill_people(register, max(12, records // 3))
    _fill_sales(register, sales, max(15, records // 3))
    return register.state


def _empty_state() -> State:
    return {
        "marker": 0,
        "relations": {},
        "products": {},
        "groups": {},
        "stock": {},
        "orders": {},
        "invoices": {},
        "branches": {str(number): _branch(number, name) for number, name in ((1, "Utrecht"), (2, "Amersfoort"))},
        "employees": {
            "999999": {"employeeNumber": 999_999, "name": "Superuser", "active": True},
            "12": {"employeeNumber": 12, "name": "Fenna", "active": True},
        },
        "categories": {
            "relationCardCategoryList": {
                "cardCategory": [
                    {"categoryId": 1, "name": "Stammkunde", "isVipGroup": True, "isSupplierGroup": False},
                    {"categoryId": 2, "name": "Groothandel", "isVipGroup": False, "isSupplierGroup": False},
                ]
            }
        },
        "fields": {
            "articleCustomFieldList": {"customField": [_field(PROPERTY, "STRING"), _field("Breekbaar", "BOOL")]},
            "relationCustomFieldList": {"customField": [_field(CONSENT_FIELD, "BOOL"), _field("Notitie", "STRING")]},
        },
        "payment_methods": [
            _method("CASH", "Contant", "PAYMENT"),
            _method("PIN", "Pinbetaling", "EFT"),
            _method("WEB", "Webshop", "PAYMENT"),
            {**_method("OLD", "Chipknip", "PAYMENT"), "active": False},
        ],
        "turnover_groups": [_turnover(1, "Huishoudelijk"), _turnover(2, "Boeken"), _turnover(80, "Verzendkosten")],
        "tax_codes": [
            *(_tax(code, "NLD", rate) for code, rate in ((1, 21), (2, 9), (0, 0))),
            *(_tax(code, "DEU", rate) for code, rate in ((1, 19), (2, 7), (0, 0))),
            *(_tax(code, "BEL", rate) for code, rate in ((1, 21), (2, 6), (0, 0))),
        ],
    }


def _branch(number: int, name: str) -> Row:
    country = {"countryCode": 528, "countryIso3": "NLD", "countryName": "Netherlands"}
    return {"branchNumber": number, "branchName": name, "abbreviation": name[:3].upper(), **country}


def _field(name: str, kind: str) -> Row:
    return {"fieldName": name, "dataType": f"DATA-TYPE-{kind}"}


def _method(method: str, description: str, kind: str) -> Row:
    words = {"method": method, "description": description, "buttonText": description}
    return {**words, "allowNegativeAmount": True, "active": True, "type": f"PAYMENT-METHOD-TYPE-{kind}"}


def _turnover(number: int, name: str) -> Row:
    kind = "TURNOVER-GROUP-TYPE-TURNOVER"
    return {"turnoverGroupType": kind, "turnoverGroup": number, "turnoverGroupName": name}


def _tax(code: int, country: str, rate: int) -> Row:
    return {"branchNumber": 1, "countryIso3": country, "vatCode": code, "vatPercentage": rate}


# Goods ----------------------------------------------------------------------------------------------------------------


def _fill_goods(register: Register, goods: SimulatedGoods, count: int) -> None:
    operations = goods.operations
    for name, parent in _GROUPS:
        request = {"parentGroupNumber": parent, "name": name, "text": name}
        operations["newArticleGroup"]({"request": request})
    for number in range(1, count + 1):
        product = _product(number)
        made = operations["createProduct"]({"product": product})
        request = {"groupNumber": number % len(_GROUPS) + 1, "productNumbers": {"number": [made["productNumber"]]}}
        operations["addProductsToArticleGroup"]({"request": request})
    for article, name in (
        (4001, "Becher"),
        (4002, "Becher groot"),
        (4999, "Diversen"),
        (8001, "Verzendkosten"),
        (8002, "Korting"),
    ):
        row = {"articleNumber": article, "description": name, "priceIncl": 0, "turnoverGroup": 80, "vatCode": 1}
        operations["createProduct"]({"product": {"description": name, "articleList": {"article": [row]}}})
    for index, row in enumerate(register.table("stock").values(), 1):
        row[:] = [40 + index, index % 4, 5 * (index % 3), 0]
    weighed = next(iter(register.table("stock").values()))
    weighed[:] = [12_500, 1_250, 0, 3]


def _product(number: int) -> Row:
    """Every fourth one comes in colours and sizes, one is switched off."""
    name = _GOODS[number % len(_GOODS)]
    looks = [(colour, size) for colour in _COLOURS for size in _SIZES] if number % 4 == 0 else [("", "")]
    articles = [_article(1000 + 10 * number + place, number, name, look) for place, look in enumerate(looks)]
    return {"description": f"{name} {number}", "extraText": "", "articleList": {"article": articles}}


def _article(article: int, number: int, name: str, look: tuple[str, str]) -> dict[str, Any]:
    colour, size = look
    row = {
        "articleNumber": article,
        "active": number % 7 != 6,
        "description": f"{name} {number}",
        **({"colour": colour, "size": size} if colour else {}),
        "receiptText": name[:20],
        "barcode": f"87{article:011d}",
        "brandName": "Blå & Søn",
        "extraText": f"{name} aus Steingut, spülmaschinenfest. 100 % “handgemaakt” <oven & magnetron>.",
        "turnoverGroup": 1,
        "vatCode": 1,
        "priceIncl": 995 + 50 * number,
        "webshop": True,
        "stockArticle": number % 5 != 4,
        "salesPriceList": {"salesPrice": {"salesPriceNumber": "1", "priceIncl": str(945 + 50 * number)}},
    }
    if number % 3 == 0:
        row["customFieldList"] = {"customField": [{**_field(PROPERTY, "STRING"), "strValue": "Portugal"}]}
    return row


# People ---------------------------------------------------------------------------------------------------------------


def _fill_people(register: Register, count: int) -> None:
    for index in range(count):
        row = _relation(index)
        at = _BEGIN + timedelta(days=index, minutes=7 * index)
        row |= {"createTimestamp": moment_parts(at, ZONE), "changeTimestamp": moment_parts(at, ZONE)}
        register.table("relations")[str(row["relationNumber"])] = row
        register.marked(row)


def _relation(index: int) -> dict[str, Any]:
    """Companies, somebody without an address for mail, somebody who was switched off, and two with one address."""
    person = f"{_FIRST[index % len(_FIRST)]} {_LAST[(index * 3) % len(_LAST)]}"
    city, postcode, country = _CITIES[index % len(_CITIES)]
    company = f"Bedrijf {index} B.V." if index % 5 == 3 else ""
    row: dict[str, Any] = {
        "relationNumber": 100_001 + index,
        "active": index != 6,
        "name": company or person,
        "address": f"Oudegracht {index + 1}",
        "zipcode": postcode,
        "city": city,
        "country": country,
        "telephone": f"+31 30 20000{index:02d}",
        "points": 10 * index,
    }
    if company:
        row |= {"contact": person, "companyName": company, "vatNumber": f"NL00000000{index % 10}B01"}
    if index != 8:
        row["email"] = "samen@example.com" if index in {9, 10} else f"klant{index:03d}@example.com"
        if index == 11:
            row["email"] = "Klant011@Example.COM"
    if index % 3 == 0:
        row["categoryIds"] = {"category": [1 + index % 2]}
    if index % 2 == 0:
        row["birthDate"] = day_parts(datetime(1960 + index % 40, 1 + index % 12, 11, tzinfo=ZONE).date())
    if index % 4 != 3:
        flag = {**_field(CONSENT_FIELD, "BOOL"), "boolValue": index % 4 == 0}
        row["customFieldList"] = {"customField": [flag, {**_field("Notitie", "STRING"), "strValue": "vaste klant"}]}
    return row


# Sales ----------------------------------------------------------------------------------------------------------------


def _fill_sales(register: Register, sales: SimulatedSales, count: int) -> None:
    operations = sales.operations
    articles = [article for row in register.table("products").values() for article in row["articleList"]["article"]]
    people = sorted(register.table("relations"), key=int)
    for index in range(count):
        at = _BEGIN + timedelta(days=2 * index, hours=index % 9)
        lines = [
            _order_line(articles[(index + step) % (len(articles) - _LOOSE)], 1 + step) for step in range(1 + index % 3)
        ]
        order = {
            "orderId": "",
            "orderType": "ORDER-TYPE-SALES-ORDER",
            "entryBranchNumber": 1,
            "employeeNumber": 12,
            "entryTimestamp": moment_parts(at, ZONE),
            "relationNumber": int(people[index % len(people)]),
            "financialDate": day_parts(at.date()),
            "reference": f"Telefon {index}" if index % 4 == 1 else "",
            "vatMethod": "VAT-METHOD-INCLUSIVE",
            "lineList": {"line": lines},
        }
        made = operations["createOrder"]({"order": order})
        _go_on(sales, made["info"]["orderId"], index)
    _sell_at_the_counter(register, sales, count)


def _order_line(article: Row, number: int) -> Row:
    data = {"quantity": number, "decimalPlaces": 0, "price": article["priceIncl"], "vatCode": article["vatCode"]}
    return {"articleNumber": article["articleNumber"], "text": article["description"], "data": data}


def _go_on(sales: SimulatedSales, order_id: str, index: int) -> None:
    """Most orders are handed over, some are open, one is cancelled, one is credited."""
    match index % 6:
        case 0 | 1 | 2:
            invoice = sales.invoice(order_id)
            if index == 2:
                sales.operations["creditInvoice"]({"invoiceId": invoice})
        case 4:
            sales.operations["cancelOrder"]({"orderId": order_id})
        case _:
            return


def _sell_at_the_counter(register: Register, sales: SimulatedSales, count: int) -> None:
    """Invoices without an order, to nobody known."""
    template = next(iter(register.table("orders").values()))
    for index in range(max(3, count // 5)):
        at = _BEGIN + timedelta(days=index, hours=2)
        sale = {**template, "entryTimestamp": moment_parts(at, ZONE), "financialDate": day_parts(at.date())}
        sale.pop("relationNumber", None)
        sales.add_invoice(sale, order_ids=[])
