"""People become leads; a known customer is brought up to date."""

from __future__ import annotations

from app.core.consent import Consent, ConsentState
from app.core.outcomes import Outcome
from app.core.records import Address, Contact
from tests.connectors.konnektive.conftest import HOME, driven, order


def person(**changes):
    values = {
        "id": "333222",
        "email": "Kaeufer@example.de",
        "first_name": "Jörg",
        "last_name": "Müller",
        "address": HOME,
        "consent": Consent(ConsentState.YES),
        **changes,
    }
    return Contact(**values)


async def test_a_new_person_becomes_a_lead_once():
    async with driven(fields_additional={"newsletter_choice": "custom2", "customer_number": "custom3"}) as konnektive:
        first = await konnektive.send(person())
        again = await konnektive.send(person())
        (lead,) = konnektive.orders
        (customer,) = konnektive.world.customers.values()
    assert (first.outcome, again.outcome) == (Outcome.CREATED, Outcome.UNCHANGED)
    assert first.target_id == customer["customerId"]
    assert (lead["orderStatus"], lead["custom"]) == ("PARTIAL", {"custom2": "yes", "custom3": "333222"})


async def test_a_move_reaches_the_customer_and_blanks_nothing():
    async with driven() as konnektive:
        await konnektive.send(order(phone="0341 5"))
        moved = person(address=Address(street="Ring 1", postcode="1010", city="Wien", country="AT"))
        settled = await konnektive.send(moved)
        (customer,) = konnektive.world.customers.values()
    assert settled.outcome is Outcome.UPDATED
    assert (customer["city"], customer["phoneNumber"]) == ("Wien", "0341-5")


async def test_a_person_without_a_name_is_not_given_one_over_the_known():
    async with driven() as konnektive:
        await konnektive.send(person())
        settled = await konnektive.send(person(first_name="", last_name="", address=None))
        (customer,) = konnektive.world.customers.values()
    assert settled.outcome is Outcome.UNCHANGED
    assert customer["lastName"] == "Müller"


async def test_a_lead_is_no_order_when_orders_are_looked_for():
    async with driven() as konnektive:
        await konnektive.send(person())
        assert (await konnektive.send(order())).outcome is Outcome.CREATED
        assert len(konnektive.world.customers) == 1


async def test_nobody_without_an_address_is_sent():
    async with driven() as konnektive:
        settled = await konnektive.send(person(email=""))
    assert (settled.outcome, settled.reason) == (Outcome.HELD, "no_email")
