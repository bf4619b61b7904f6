"""Reading back: opt-outs and dead addresses, without an echo of what was written from here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.connectors.salesmanago.callbacks import key_of
from app.connectors.salesmanago.newcomers import is_marked
from app.connectors.salesmanago.source import SalesmanagoSource
from app.connectors.salesmanago.world import PARAMETER
from app.core.events import RunMode
from app.core.records import Deletion, Kind
from app.sdk.pushes import Push, SavedPush
from app.sdk.settings import NoSettings
from tests.connectors.salesmanago.conftest import integration
from tests.connectors.salesmanago.records import contact, order
from tests.connectors.standard import fetched, ids_in, pages_of, read_all, request

START = datetime(2025, 6, 1, tzinfo=UTC)


def milliseconds(moment):
    return int(moment.timestamp() * 1000)


@dataclass
class FakeInbox:
    saved: list[SavedPush]

    async def pushes(self, *, since, until):
        return [each for each in self.saved if (since is None or each.at >= since) and each.at < until]


def called(email, at=START, event="optout"):
    query = f"event={event}&email={email}&key={key_of(email, PARAMETER)}"
    return SavedPush(id="1", at=at, push=Push(method="GET", query=query))


async def source(stage, *saved):
    return SalesmanagoSource(await stage.access(inbox=FakeInbox(list(saved))), NoSettings())


def person(stage, number, at=START, **changes):
    row = stage.world.new_contact(f"klient{number:04d}@example.com", milliseconds(at))
    row |= {"optedOut": False, **changes}
    return row


async def test_who_left_is_an_opt_out_and_who_is_invalid_is_dead(stage):
    person(stage, 1)
    left = person(stage, 2, optedOut=True)
    dead = person(stage, 3, invalid=True)
    person(stage, 4, optedOut=True, deleted=True)
    opened = await source(stage)

    (opt_out,) = await read_all(opened, Kind.OPT_OUTS)
    (bounce,) = await read_all(opened, Kind.BOUNCES)

    assert (opt_out.id, opt_out.email, opt_out.at) == (left["id"], "klient0002@example.com", None)
    assert (bounce.id, bounce.email, bounce.is_hard) == (dead["id"], "klient0003@example.com", True)


async def test_only_what_changed_since_is_read_and_what_changes_meanwhile_waits(stage):
    person(stage, 1, START - timedelta(days=2), optedOut=True)
    person(stage, 2, START, optedOut=True)
    person(stage, 3, START + timedelta(days=2), optedOut=True)
    opened = await source(stage)

    found = await read_all(opened, Kind.OPT_OUTS, since=START, until=START + timedelta(days=1))

    assert [each.email for each in found] == ["klient0002@example.com"]


async def test_what_was_written_from_here_is_the_same_record_again(stage):
    """An own upsert counts as a change there: the record says nothing that such a change would move."""
    left = person(stage, 1, optedOut=True)
    opened = await source(stage)
    before = await read_all(opened, Kind.OPT_OUTS)

    await integration(stage, contacts=[contact(1, "no", first_name="Nowa")]).run(RunMode.CHANGES)
    after = await read_all(opened, Kind.OPT_OUTS, until=datetime.now(UTC) + timedelta(minutes=1))

    assert left["modifiedOn"] > milliseconds(START)
    assert before == after


async def test_a_subscription_given_from_here_never_comes_back_as_an_opt_out(stage):
    running = integration(stage, contacts=[contact(number, "yes") for number in range(1, 6)])
    await running.run(subscribe_who_agreed=True)

    assert await read_all(await source(stage), Kind.OPT_OUTS) == []


async def test_nobody_who_was_entered_without_a_subscription_counts_as_having_left(stage):
    """The consent that they gave in the shop would end there, although they said nothing."""
    agreed, buyer = contact(1, "yes"), order(2)
    await integration(stage, contacts=[agreed], orders=[buyer]).run()
    opened = await source(stage, called(agreed.email, datetime.now(UTC)))

    assert {row["optedOut"] for row in stage.world.contacts.values()} == {True}
    found = await read_all(opened, Kind.OPT_OUTS, since=START, until=datetime.now(UTC) + timedelta(minutes=1))
    assert [each.email for each in found] == [agreed.email]  # by the call-back alone, which is word of the person
    assert await read_all(await source(stage), Kind.OPT_OUTS) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{"name": "koppler_never_subscribed", "value": "yes"}], True),
        ({"koppler_never_subscribed": "yes"}, True),
        ([{"name": "grupa", "value": "Hurt"}], False),
        (None, False),
        ("", False),
    ],
)
def test_the_mark_is_found_however_properties_are_told(told, expected):
    assert is_marked({"properties": told}) is expected


async def test_a_frame_with_too_many_people_is_halved_until_it_fits(stage):
    stage.world.page_cap = 10
    for number in range(1, 61):
        person(stage, number, START + timedelta(hours=number), optedOut=True)
    found = await read_all(await source(stage), Kind.OPT_OUTS, since=START, until=START + timedelta(days=30))

    assert sorted(each.email for each in found) == [f"klient{number:04d}@example.com" for number in range(1, 61)]


async def test_thousands_in_one_moment_are_read_by_pages(stage):
    stage.world.page_cap = 10
    for number in range(1, 36):
        person(stage, number, optedOut=True)
    found = await read_all(await source(stage), Kind.OPT_OUTS, since=START - timedelta(hours=1))

    assert len({each.id for each in found}) == len(found) == 35


async def test_a_frame_that_is_refused_is_asked_for_in_days(stage):
    stage.world.longest_frame_ms = 86_400_000
    person(stage, 1, optedOut=True)
    found = await read_all(await source(stage), Kind.OPT_OUTS, since=START - timedelta(days=5), until=_later(9))

    assert [each.email for each in found] == ["klient0001@example.com"]


async def test_a_reading_goes_on_after_a_person_whatever_changed_meanwhile(stage):
    rows = [person(stage, number, optedOut=True) for number in range(1, 41)]
    opened = await source(stage)
    wanted = request(Kind.OPT_OUTS, limit=10)
    pages = opened.read(wanted)
    first = await anext(pages)
    await pages.aclose()
    rows[0]["modifiedOn"] = milliseconds(datetime.now(UTC) + timedelta(days=1))  # it moves out of the frame

    rest = await pages_of(opened, request(Kind.OPT_OUTS, limit=10, cursor=first.cursor))

    assert set(ids_in([first])) | set(ids_in(rest)) == {row["id"] for row in rows}
    assert json.loads(first.cursor).keys() == {"from", "after"}


async def test_somebody_who_joined_again_is_gone_from_the_opt_outs(stage):
    row = person(stage, 1, optedOut=True)
    opened = await source(stage)
    row["optedOut"] = False

    assert await fetched(opened, Kind.OPT_OUTS, [row["id"]]) == [Deletion(id=row["id"], kind=Kind.OPT_OUTS)]


@pytest.mark.proves("salesmanago", "deletions")
async def test_a_call_back_and_the_question_tell_one_opt_out_not_two(stage):
    row = person(stage, 1, optedOut=True)
    opened = await source(stage, called("klient0001@example.com"))

    assert [each.id for each in await read_all(opened, Kind.OPT_OUTS)] == [row["id"]]


async def test_a_call_back_reaches_the_shop_although_nobody_is_listed_as_changed(stage):
    """The list of changes may lag behind; then the call itself is enough."""
    row = person(stage, 1, START - timedelta(days=90), optedOut=True)
    opened = await source(stage, called("Klient0001@Example.com"))
    found = await read_all(opened, Kind.OPT_OUTS, since=START - timedelta(hours=1))

    assert [(each.id, each.email) for each in found] == [(row["id"], "klient0001@example.com")]
    assert await read_all(opened, Kind.BOUNCES, since=START - timedelta(hours=1)) == []


async def test_a_repeated_old_call_back_unsubscribes_nobody_who_has_joined_again(stage):
    person(stage, 1, START - timedelta(days=90))
    opened = await source(stage, called("klient0001@example.com"))

    assert await read_all(opened, Kind.OPT_OUTS, since=START - timedelta(hours=1)) == []


async def test_whoever_left_and_was_deleted_since_still_counts(stage):
    opened = await source(stage, called("gone%2Bshop@example.com".replace("%2B", "+")))
    (found,) = await read_all(opened, Kind.OPT_OUTS)

    assert (found.email, found.at) == ("gone+shop@example.com", START)
    assert "gone" not in found.id


@pytest.mark.parametrize("name", ["modifiedContacts", "createdContacts"])
async def test_either_name_of_the_list_and_a_single_contact_instead_of_a_list_are_understood(stage, name):
    row = {"contactId": "c1", "email": "Ewa@Example.com", "optedOut": True, "deleted": False, "invalid": False}
    answers: dict[str, dict[str, object]] = {
        "paginatedModifiedContacts": {name: [{"id": "c1", "email": row["email"]}]},
        "basic": {"contacts": row},
    }
    for path, body in answers.items():
        stage.simulator.fail(status=200, path=path, body=json.dumps({"success": True, "message": None, **body}))

    found = await read_all(await source(stage), Kind.OPT_OUTS, since=datetime.now(UTC) - timedelta(hours=1))

    assert [(each.id, each.email) for each in found] == [("c1", "ewa@example.com")]


def _later(days):
    return START + timedelta(days=days)
