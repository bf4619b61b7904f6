"""What arrives is proven, answered with OK and kept once; everything else is turned away or not kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.connectors.digistore24.manifest import MANIFEST
from app.connectors.digistore24.settings import Digistore24Settings
from app.connectors.digistore24.simulated_pushes import connection_test, push_of, signed_push
from app.connectors.digistore24.world import KEY, PASSPHRASE
from app.core.records import Kind
from app.sdk.pushes import Accepted, Declined, Push
from app.sdk.settings import parse
from tests.connectors.digistore24.conftest import BEGIN

SETTINGS = parse(Digistore24Settings, {"api_key": KEY, "ipn_passphrase": PASSPHRASE})
WITHOUT = parse(Digistore24Settings, {"api_key": KEY})


def received(push, settings=SETTINGS):
    assert MANIFEST.receives is not None
    return MANIFEST.receives.accept(settings, push)


@pytest.fixture
def bought(world):
    return world.add_purchase(world.add_buyer(0, BEGIN), [512345, 512350], BEGIN)["id"]


def test_a_payment_is_kept_under_a_key_of_its_own_for_each_item(world, bought):
    first, second = [received(push_of(world, "on_payment", bought, item=item)) for item in (0, 1)]
    again = received(push_of(world, "on_payment", bought))
    assert isinstance(first, Accepted)
    assert (first.reply.status, first.reply.body) == (200, "OK")
    assert first.reply.content_type.startswith("text/plain")
    assert first.kinds == (Kind.ORDERS,), "buyers are read whole, which is too much for every push"
    assert bought in first.people
    assert first.key == again.key != second.key


def test_the_key_holds_no_personal_data(world, bought):
    kept = received(push_of(world, "on_payment", bought))
    assert "@" not in kept.key
    assert "Müller" not in f"{kept.key}{kept.words}"


def test_two_missed_payments_of_one_order_are_no_repeats(world, bought):
    first = received(push_of(world, "on_payment_missed", bought, pay_sequence_no="2"))
    second = received(push_of(world, "on_payment_missed", bought, pay_sequence_no="3"))
    assert first.key != second.key
    assert first.key == received(push_of(world, "on_payment_missed", bought, pay_sequence_no="2")).key


@pytest.mark.parametrize("event", ["eticket", "custom_form", "on_affiliation", "payment", "on_something_new"])
def test_other_events_are_answered_with_ok_and_not_kept(world, bought, event):
    found = received(push_of(world, event, bought))
    assert isinstance(found, Accepted)
    assert (found.reply.body, found.kinds) == ("OK", ())


def test_the_connection_test_is_answered_and_not_kept():
    found = received(connection_test())
    assert isinstance(found, Accepted)
    assert (found.reply.body, found.kinds) == ("OK", ())


def test_the_address_answers_when_digistore24_looks_at_it():
    found = received(Push(method="GET"))
    assert isinstance(found, Accepted)
    assert (found.reply.status, found.kinds) == (200, ())


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (lambda world, number: push_of(world, "on_payment", number, passphrase="wrong"), SETTINGS),
        (lambda world, number: push_of(world, "on_payment", number), WITHOUT),
        (lambda _world, _number: connection_test("wrong"), SETTINGS),
        (lambda _world, _number: Push(method="POST", body=b"event=on_payment"), SETTINGS),
        (lambda _world, _number: Push(method="GET", query="event=on_payment&order_id=A1"), SETTINGS),
    ],
    ids=["wrong passphrase", "no passphrase", "wrong test", "no form", "no signature"],
)
def test_what_is_not_proven_is_turned_away(world, bought, make, settings):
    found = received(make(world, bought), settings)
    assert isinstance(found, Declined)
    assert found.reply.status == 403
    assert not found.reply.body.startswith("OK")
    assert str(found.words)


def test_upper_case_names_are_read_like_the_others(world, bought):
    plain = dict(push_of(world, "on_payment", bought).fields)
    plain.pop("sha_sign")
    found = received(signed_push({name.upper(): value for name, value in plain.items()}, PASSPHRASE))
    assert isinstance(found, Accepted)
    assert found.kinds


def test_a_changed_field_is_noticed(world, bought):
    push = push_of(world, "on_payment", bought)
    changed = push.body.replace(b"amount_brutto=78.90", b"amount_brutto=7.89")
    assert changed != push.body
    assert isinstance(received(Push(method="POST", headers=push.headers, body=changed)), Declined)


def test_pushes_outlive_the_repeats_and_the_longest_delay():
    assert MANIFEST.receives is not None
    assert MANIFEST.receives.kept_for > timedelta(days=90)
