"""Mailchimp and MplusKASSA: readers and orders into the till, the till's customers and sales into the newsletter."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.mailchimp.practice import AUDIENCE, STORE
from app.connectors.mailchimp.wire import cents, stamp, subscriber_hash
from app.connectors.mailchimp.world import World as Letters
from app.connectors.mpluskassa.practice import CONSENT_FIELD
from app.connectors.mpluskassa.simulator import World as Till
from app.core.events import now
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.simulator import Simulator
from tests.pairs.conftest import Pair, Program, written

TO_TILL = {"shipping_article": "8001", "discount_article": "8002", "other_article": "4999"}


def letters_of(simulator: Simulator) -> Letters:
    assert isinstance(simulator.world, Letters)
    return simulator.world


def till_of(simulator: Simulator) -> Till:
    assert isinstance(simulator.world, Till)
    return simulator.world


@pytest.fixture
async def into_till(program: Program) -> Pair:
    return await program.connect("mailchimp", "mpluskassa", TO_TILL)


@pytest.fixture
async def into_letters(program: Program) -> Pair:
    return await program.connect("mpluskassa", "mailchimp", {"newsletter": "subscribe"})


def rows(till: Till, table: str) -> list[dict[str, Any]]:
    return list(till.register.table(table).values())


def arrived_in_till(till: Till) -> dict[str, Decimal]:
    """Totals by the number in the store; each order stands there once."""
    found = [each for each in rows(till, "orders") if each.get("extOrderId")]
    assert len({each["extOrderId"] for each in found}) == len(found)
    return {each["extOrderId"]: Decimal(each["totalInclAmount"]) / 100 for each in found}


def own_orders(letters: Letters) -> dict[str, Decimal]:
    """Of the store that the program keeps for the register."""
    (own,) = [
        each for each, row in letters.stores.items() if each.startswith("ci_") and row["name"] == "Practice MplusKASSA"
    ]
    return {number: cents(each["order_total"]) for number, each in letters.orders[own].items()}


def relation(till: Till, email: str) -> dict[str, Any]:
    (found,) = [each for each in rows(till, "relations") if each.get("email", "").casefold() == email]
    return dict(found)


def change_relation(till: Till, number: int, **changes: Any) -> None:
    row = {**till.register.table("relations")[str(number)], **changes, "relationNumber": number}
    till.people.operations["updateRelation"]({"relation": row})


def consent(row: dict[str, Any]) -> bool | None:
    flags = [
        each for each in row.get("customFieldList", {}).get("customField", []) if each["fieldName"] == CONSENT_FIELD
    ]
    return flags[0]["boolValue"] if flags else None


def with_consent(row: dict[str, Any], *, agrees: bool) -> dict[str, Any]:
    others = [
        each for each in row.get("customFieldList", {}).get("customField", []) if each["fieldName"] != CONSENT_FIELD
    ]
    flag = {"fieldName": CONSENT_FIELD, "dataType": "DATA-TYPE-BOOL", "boolValue": agrees}
    return {"customFieldList": {"customField": [flag, *others]}}


def member(letters: Letters, email: str) -> dict[str, Any]:
    return letters.members[AUDIENCE][subscriber_hash(email)]


def change_member(letters: Letters, email: str, **changes: Any) -> None:
    member(letters, email).update({**changes, "last_changed": stamp(now() - timedelta(seconds=1))})


def subscribed_by_consent(till: Till, letters: Letters) -> str:
    return next(
        email
        for row in rows(till, "relations")
        if consent(row) and row["active"] and (email := row.get("email", "").casefold())
        if letters.members[AUDIENCE].get(subscriber_hash(email), {}).get("status") == "subscribed"
    )


# Mailchimp into the register -----------------------------------------------------------------------------------------


async def test_the_readers_and_orders_arrive_in_the_till_to_the_cent_and_only_once(into_till: Pair) -> None:
    letters, till = letters_of(into_till.source), till_of(into_till.target)
    first = await into_till.import_history()

    assert set(await into_till.held()) <= {"partial_refund"}
    totals = arrived_in_till(till)
    created = written(first, Kind.ORDERS)[0]
    assert len(totals) == created > 8
    sold = {number: cents(row["order_total"]) for number, row in letters.orders[STORE].items()}
    assert sorted(totals.values()) == sorted(sold[number] for number in sold if any(number in each for each in totals))
    emails = [row["email"].casefold() for row in rows(till, "relations") if row.get("email")]
    assert len([each for each in set(emails) if emails.count(each) > 1]) <= 1  # two of the register's own share one
    assert into_till.source.writes == []
    await into_till.sync_quietly()
    await into_till.sync_quietly()


async def test_what_changes_at_mailchimp_arrives_in_the_till(into_till: Pair) -> None:
    letters, till = letters_of(into_till.source), till_of(into_till.target)
    await into_till.import_history()
    number = next(each for each, row in letters.orders[STORE].items() if row["financial_status"] == "paid")
    template = letters.orders[STORE][number]
    moment = stamp(now())
    letters.orders[STORE]["5001"] = {
        **template,
        "id": "5001",
        "processed_at_foreign": moment,
        "updated_at_foreign": moment,
    }
    email = "leser0011@example.com"
    fields = member(letters, email)["merge_fields"]
    change_member(letters, email, merge_fields={**fields, "LNAME": "Müller-Weiß"}, full_name="Zoë Müller-Weiß")
    del letters.members[AUDIENCE][subscriber_hash("leser0002@example.com")]

    result = await into_till.sync()

    assert written(result, Kind.ORDERS)[0] == 1
    assert cents(template["order_total"]) == next(
        total for each, total in arrived_in_till(till).items() if "5001" in each
    )
    assert "Müller-Weiß" in relation(till, email)["name"]
    assert relation(till, "leser0002@example.com")["active"] is True
    await into_till.sync_quietly()


async def test_without_articles_for_shipping_the_orders_wait_with_a_reason_and_arrive_afterwards(
    program: Program,
) -> None:
    pair = await program.connect("mailchimp", "mpluskassa")
    await pair.import_history()
    assert {"shipping_article_missing"} <= set(await pair.held())

    await pair.services.integrations.update(pair.key, options=TO_TILL)
    result = await (await pair.services.runs.retry(pair.key)).wait()
    assert result.balance.flows[Kind.ORDERS].count(Outcome.CREATED) > 8
    assert set(await pair.held()) <= {"partial_refund"}


async def test_an_old_order_does_not_bring_back_an_old_name(into_till: Pair) -> None:
    letters, till = letters_of(into_till.source), till_of(into_till.target)
    email = "leser0001@example.com"
    fields = member(letters, email)["merge_fields"]
    change_member(letters, email, merge_fields={**fields, "LNAME": "Müller-Weiß"})
    await into_till.import_history()
    assert relation(till, email)["name"].endswith("Müller-Weiß")
    await into_till.sync_quietly()


# The register into Mailchimp -----------------------------------------------------------------------------------------


async def test_the_customers_and_sales_arrive_at_mailchimp_to_the_cent_and_only_once(into_letters: Pair) -> None:
    till, letters = till_of(into_letters.source), letters_of(into_letters.target)
    first = await into_letters.import_history()

    assert set(await into_letters.held()) <= {"no_email"}
    totals = own_orders(letters)
    assert len(totals) == written(first, Kind.ORDERS)[0] > 8
    sold = {each["orderId"]: Decimal(each["totalInclAmount"]) / 100 for each in rows(till, "orders")}
    assert {number: sold[number] for number in totals} == totals
    assert (letters.resubscribed, letters.mismatched) == (0, 0)
    assert set(letters.fired) <= {"welcome"}  # which belongs to the audience and cannot be paused from here
    for row in rows(till, "relations"):
        held = letters.members[AUDIENCE].get(subscriber_hash(row.get("email", "").casefold()))
        assert held is None or held["status"] != "subscribed" or consent(row)
    assert into_letters.source.writes == []
    await into_letters.sync_quietly()
    await into_letters.sync_quietly()


async def test_what_changes_in_the_till_arrives_at_mailchimp(into_letters: Pair) -> None:
    till, letters = till_of(into_letters.source), letters_of(into_letters.target)
    await into_letters.import_history()
    email = subscribed_by_consent(till, letters)
    row = relation(till, email)
    template = next(each for each in rows(till, "orders") if each["relationNumber"] == row["relationNumber"])
    new = {
        name: template[name] for name in ("orderType", "entryBranchNumber", "employeeNumber", "vatMethod", "lineList")
    }
    made = till.sales.operations["createOrder"](
        {"order": {**new, "orderId": "", "relationNumber": row["relationNumber"]}}
    )
    change_relation(till, row["relationNumber"], name="Änne Bos-Müller")

    result = await into_letters.sync()

    assert written(result, Kind.ORDERS)[0] == 1
    assert own_orders(letters)[made["info"]["orderId"]] == Decimal(template["totalInclAmount"]) / 100
    assert "Bos-Müller" in member(letters, email)["merge_fields"]["LNAME"]
    await into_letters.sync_quietly()


async def test_a_customer_switched_off_at_the_till_comes_back_nowhere(into_letters: Pair) -> None:
    till, letters = till_of(into_letters.source), letters_of(into_letters.target)
    await into_letters.import_history()
    email = subscribed_by_consent(till, letters)
    row = relation(till, email)
    change_relation(till, row["relationNumber"], active=False)  # switched off: the register's way of deleting
    await into_letters.sync()
    assert letters.resubscribed == 0
    await into_letters.sync_quietly()


async def test_whoever_unsubscribes_from_the_newsletter_loses_the_tick_in_the_till(into_letters: Pair) -> None:
    till, letters = till_of(into_letters.source), letters_of(into_letters.target)
    await into_letters.import_history()
    email = subscribed_by_consent(till, letters)
    change_member(letters, email, status="unsubscribed", unsubscribe_reason="NORMAL")

    result = await into_letters.sync()

    assert written(result, Kind.OPT_OUTS) == (0, 1)
    assert consent(relation(till, email)) is False
    await into_letters.sync_quietly()
    assert member(letters, email)["status"] == "unsubscribed"
    assert letters.resubscribed == 0

    change_relation(till, relation(till, email)["relationNumber"], **with_consent(relation(till, email), agrees=True))
    await into_letters.sync()
    assert member(letters, email)["status"] == "unsubscribed"  # who left there comes back by themselves alone
    assert letters.resubscribed == 0


async def test_a_member_deleted_at_mailchimp_does_not_come_back(into_letters: Pair) -> None:
    till, letters = till_of(into_letters.source), letters_of(into_letters.target)
    await into_letters.import_history()
    email = subscribed_by_consent(till, letters)
    member(letters, email)["status"] = "archived"
    change_relation(till, relation(till, email)["relationNumber"], telephone="+31 30 999")
    await into_letters.sync()
    assert member(letters, email)["status"] == "archived"
    await into_letters.sync_quietly()


# Both beside each other ----------------------------------------------------------------------------------------------


async def test_both_directions_beside_each_other_send_nothing_in_circles(program: Program) -> None:
    there = await program.connect("mailchimp", "mpluskassa", TO_TILL)
    back = await program.connect("mpluskassa", "mailchimp", {"newsletter": "subscribe"})
    letters, till = letters_of(there.source), till_of(there.target)
    orders = len(letters.orders[STORE])
    await there.import_history()
    await back.import_history()
    for _ in range(4):  # what changed in the second in which a run began is read by the next one
        await there.sync()
        await back.sync()

    held = (till.summary(), letters.summary())
    for _ in range(2):
        await there.sync_quietly()
        await back.sync_quietly()
    assert (till.summary(), letters.summary()) == held
    assert len(letters.orders[STORE]) == orders
    assert letters.resubscribed == 0
    emails = [each.get("email", "").casefold() for each in rows(till, "relations")]
    assert {each for each in emails if each and emails.count(each) > 1} <= {
        "samen@example.com"
    }  # shared from the start
