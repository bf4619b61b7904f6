"""A small shop in Kraków that sells ceramics and linen, made up for practice: always the same for the same size."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.connectors.idosell.world import World
from app.connectors.idosell.world_rows import Item

_END = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
_FIRST_NAMES = (
    *("Zofia", "Jan", "Łucja", "Stanisław", "Małgorzata", "Wojciech", "Żaneta", "Paweł", "Agnieszka", "Michał"),
    *("Jürgen", "Käthe", "Zoë", "Ewa", "Krzysztof", "Świętosława"),
)
_LAST_NAMES = (
    *("Nowak", "Wiśniewska", "Łoś", "Żółć", "Dąbrowski", "Kowalczyk", "Zając", "Müller", "Gąsior", "Jeleń"),
    *("Krawczyk-Wójcik", "Pająk", "Groß", "O'Brien"),
)
_PLACES = (
    ("ul. Długa 3", "31-146", "Kraków"),
    ("ul. Święty Marcin 24", "61-805", "Poznań"),
    ("al. Zwycięstwa 9", "80-219", "Gdańsk"),
)
_CATEGORIES = (("Ceramika", ("Kubki", "Talerze")), ("Tekstylia", ("Ściereczki", "Obrusy")), ("Prezenty", ("Zestawy",)))
_GOODS = (
    ("Kubek kamionkowy „Mgła”", "Kubki", "49.90", ()),
    ("Talerz śniadaniowy", "Talerze", "39.00", ()),
    ("Ściereczka lniana", "Ściereczki", "24.50", ()),
    ("Fartuch lniany", "Tekstylia", "119.00", ("S", "M", "L")),
    ("Obrus żakardowy", "Obrusy", "189.99", ("140 cm", "180 cm")),
    ("Zestaw dla dwojga", "Zestawy", "149.00", ()),
)
_STATUSES = (
    "finished",
    "finished",
    "finished_ext",
    "new",
    "payment_waiting",
    "packed",
    "ready",
    "canceled",
    "suspended",
)


def practice_world(records: int) -> World:
    """About so many customers and orders together, a few dozen products, and people on the newsletter list alone."""
    world = World(clock=lambda: datetime.now(UTC))
    chance = random.Random(20261031)  # noqa: S311 - made-up practice data
    _fill_catalogue(world, max(len(_GOODS) + 2, min(records // 5, 120)))
    people = max(8, records * 2 // 5)
    for number in range(people):
        _add_person(world, chance, number)
    crowd = _Crowd.of(world)
    for number in range(max(14, records - people)):
        _add_order(world, chance, number, crowd)
    clients = sorted(world.clients)
    for number in range(max(3, records // 25)):
        client = clients[-1 - number % len(clients)]
        world.leave_order(client, _items(world, chance, 1), status="new", at=_END - timedelta(hours=40 - number % 30))
    for number in range(max(6, records // 8)):
        email = f"czytelnik{number + 1:04d}@example.org"
        # Every fourth left again; one signed up with the address of an account.
        world.sign_up(email, approves=number % 4 != 3, at=_END - timedelta(days=3 + number, minutes=number))
    buyers = {str(row["clientResult"]["clientAccount"]["clientId"]) for row in world.orders.values()}
    world.delete_client(max(each for each in buyers if each in world.clients))
    last = next(row for row in reversed(world.clients.values()) if not row["clientEmail"].endswith("allegromail.pl"))
    world.sign_up(last["clientEmail"], at=_END - timedelta(days=2))
    return world


def _fill_catalogue(world: World, count: int) -> None:
    names: dict[str, str] = {}
    for root, children in _CATEGORIES:
        names[root] = world.add_category(root)
        names |= {child: world.add_category(child, names[root]) for child in children}
    for number in range(count):
        name, category, price, sizes = _GOODS[number % len(_GOODS)]
        series = number // len(_GOODS)
        world.add_product(
            f"{name} nr {series + 1}" if series else name,
            price=str(Decimal(price) + series),
            category=names[category],
            sizes=sizes,
            stock=-1 if number % 7 == 5 else str(number % 9) if number % 3 == 0 else 4 + number % 9,
            at=_END - timedelta(days=300 - number % 90),
        )
    parent, version = list(world.products)[0:2]
    world.products[version]["productVersion"] = {"versionParentId": int(parent), "versionPriority": 2}
    last = list(world.products)[-2:]
    world.delete_product(last[0])
    world.delete_product(last[1], to_trash=True)
    for each in last:
        world.products[each]["productModificationTime"] = world.local(_END - timedelta(days=9))


def _add_person(world: World, chance: random.Random, number: int) -> None:
    first, last = chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES)
    street, code, city = chance.choice(_PLACES)
    at = _END - timedelta(days=chance.randint(30, 900), minutes=number)
    is_masked, is_guest = number % 13 == 11, number % 8 == 5
    email = (
        f"{number + 1:04d}+x{number * 7919 % 9973}@allegromail.pl"
        if is_masked
        else f"klient{number + 1:04d}@example.com"
    )
    client = world.add_client(
        email.upper() if number == 4 else email,
        first,
        last,
        is_guest=is_guest or is_masked,
        at=at,
        clientFirm="Pracownia Żółć sp. z o.o." if number % 11 == 6 else "",
        clientStreet=street,
        clientZipCode=code,
        clientCity=city,
        birthday=f"19{60 + number % 40}-0{1 + number % 9}-1{number % 9}" if number % 3 == 0 else "0000-00-00",
    )
    # A third agreed, some of them left again, the others never ticked the box.
    if number % 3 != 1:
        return
    world.say(client, approves=True, at=at + timedelta(days=1))
    if number % 9 == 4:
        world.say(client, approves=False, at=at + timedelta(days=20))


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Who may buy: ``hidden`` come from a marketplace. The last fifth of the others has never bought."""

    hidden: Sequence[str]
    buyers: Sequence[str]

    @classmethod
    def of(cls, world: World) -> _Crowd:
        hidden = {each for each, row in world.clients.items() if row["clientEmail"].endswith("allegromail.pl")}
        buyers = [each for each in sorted(world.clients) if each not in hidden]
        return cls(sorted(hidden), buyers[: max(1, len(buyers) * 4 // 5)])


def _add_order(world: World, chance: random.Random, number: int, crowd: _Crowd) -> None:
    at = _END - timedelta(days=chance.randint(1, 400), minutes=number * 7 % 1440)
    is_hidden = bool(crowd.hidden) and number % 9 == 8
    order = world.add_order(
        chance.choice(crowd.hidden if is_hidden else crowd.buyers),
        _items(world, chance, 1 + number % 4),
        status=_STATUSES[number % len(_STATUSES)],
        at=at,
        shipping="0" if number % 10 == 0 else "14.90",
        payment_fee="5.00" if number % 7 == 3 else "0",
        rebate=10 if number % 6 == 2 else 0,
        currency="EUR" if number % 14 == 9 else "PLN",
        marketplace="allegro" if is_hidden else "",
        pickup="KRA01M" if number % 4 == 1 else "",
        payment="cash_on_delivery" if number % 8 == 6 else "prepaid",
    )
    if world.orders[order]["orderDetails"]["orderStatus"] == "finished" and number % 5 == 0:
        amount = str(world.total_of(order)) if number % 2 else "5.00"
        world.repay(order, amount)
        world.orders[order]["orderDetails"]["orderChangeDate"] = world.local(at + timedelta(days=5))
        world.orders[order]["orderDetails"]["prepaids"][-1]["paymentAddDate"] = world.local(at + timedelta(days=5))


def _items(world: World, chance: random.Random, count: int) -> list[Item]:
    chosen = chance.sample(sorted(world.products), min(count, len(world.products)))
    return [Item(product, chance.choice((1, 1, 2, 3))) for product in chosen]
