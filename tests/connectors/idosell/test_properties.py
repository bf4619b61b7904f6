"""What holds whatever the shop answers."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.connectors.idosell.amounts import amounts_of
from app.connectors.idosell.answers import classify, fault_of, repaired
from app.connectors.idosell.values import as_filter, moment, rows_of, words
from app.connectors.idosell.world_rows import Item, line, order
from app.core.errors import AppError
from app.core.money import Money
from app.core.records import Order, OrderLine, OrderStatus
from app.core.rules import money_refusal
from app.sdk.answers import Answer
from tests.connectors.idosell.conftest import START

_WARSAW = ZoneInfo("Europe/Warsaw")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_CENTS = st.integers(min_value=1, max_value=99_999).map(lambda cents: Decimal(cents) / 100)
_BUYER = {
    **dict.fromkeys(("clientId", "clientLogin", "clientCodeExternal", "clientEmail"), ""),
    "clientBillingAddress": {"clientFirstName": "", "clientLastName": ""},
}


@given(
    st.lists(st.tuples(_CENTS, st.integers(min_value=1, max_value=9)), min_size=1, max_size=6),
    st.sampled_from([0, 5, 10, 33]),
    st.booleans(),
    _CENTS,
)
def test_an_order_comes_to_the_cent_to_what_was_paid(goods, rebate, is_net, shipping):
    lines = [
        line(Item(product_id="1", quantity=quantity, price=price), {}, place)
        for place, (price, quantity) in enumerate(goods)
    ]
    row = order(1, _BUYER, lines, "2026-05-01 10:00:00", {"rebate": rebate, "is_net": is_net, "shipping": shipping})
    found = amounts_of(row, lines, "PLN")
    made = Order(
        id="1",
        number="1",
        email="",
        status=OrderStatus.COMPLETED,
        created_at=START,
        total=found.total,
        shipping=found.shipping,
        discounts=found.discounts,
        adjustments=found.adjustments,
        lines=tuple(
            OrderLine(id=str(place), name="", quantity=Decimal(quantity), unit_price=Money(price, "PLN"))
            for place, (price, quantity) in enumerate(goods)
        ),
    )
    assert money_refusal(made) is None


@given(st.sampled_from([200, 207, 301, 400, 401, 403, 404, 429, 500, 502]), st.binary(max_size=60))
def test_no_answer_breaks_the_reading_of_answers(status, content):
    error = classify(Answer(status, {"x-error": content.decode("latin-1")}, content, "https://x.example/"))
    assert error is None or isinstance(error, AppError)


@given(_JSON)
def test_no_errors_part_breaks_the_reading_of_faults(errors):
    code, told = fault_of(Answer(200, {}, json.dumps({"errors": errors, "fault": 1}).encode()))
    assert isinstance(code, int)
    assert isinstance(told, str)


@given(st.text(max_size=40))
def test_repairing_is_done_once_and_for_all(told):
    once = repaired(told)
    assert repaired(once) == once or len(repaired(once)) < len(once)


@given(_JSON)
def test_odd_values_become_words_and_rows_or_nothing(value):
    assert isinstance(words(value), str)
    assert all(isinstance(each, dict) for each in rows_of(value))


@given(st.datetimes(min_value=START.replace(tzinfo=None), max_value=START.replace(year=2030, tzinfo=None)))
def test_a_local_time_goes_out_as_it_came_in_but_for_the_hour_that_does_not_exist(naive):
    told = naive.replace(microsecond=0).isoformat(sep=" ")
    found = moment(told, _WARSAW)
    assert found is not None
    back = moment(as_filter(found, _WARSAW), _WARSAW)
    assert back is not None
    assert abs(back - found) <= timedelta(hours=1)
    is_real = found.astimezone(_WARSAW).replace(tzinfo=None, fold=0) == naive.replace(microsecond=0)
    assert not is_real or as_filter(found, _WARSAW) == told
