"""Opt-outs and hard bounces come back: by polling, and what was pushed as well."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.connectors.brevo.pushes import RECEIVES, handouts, push_token
from app.connectors.brevo.settings import BrevoSettings, SourceOptions
from app.connectors.brevo.source import BrevoSource
from app.connectors.brevo.wire import Place, Wire
from app.core.records import Bounce, Deletion, Kind, OptOut
from app.sdk.pushes import Accepted, Declined, Push, SavedPush
from app.sdk.settings import parse
from app.sdk.source import ReadRequest
from app.sdk.target import Suggests
from tests.connectors.brevo.conftest import staged

LATER = datetime(2030, 1, 1, tzinfo=UTC)
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def source(stage, **options):
    return BrevoSource(stage.access, SourceOptions(**options))


async def read(found, kind, **values):
    request = ReadRequest(**{"kind": kind, "until": LATER, **values})
    return [record async for page in found.read(request) for record in page.records]


async def test_everybody_who_left_is_read_and_bounces_are_no_opt_outs():
    async with staged(120) as stage:
        opt_outs = await read(source(stage), Kind.OPT_OUTS)
        bounces = await read(source(stage), Kind.BOUNCES)
    numbers = range(1, 121)
    bounced = [each for each in numbers if each % 25 == 0 and each % 10]
    left = [each for each in numbers if each % 10 == 0 or (each % 17 == 0 and each not in bounced)]
    assert {each.email for each in opt_outs} == {f"kunde{each:04d}@example.com" for each in left}
    assert {each.email for each in bounces} == {
        *(f"kunde{each:04d}@example.com" for each in bounced),
        "zurueck@example.com",
    }
    assert all(isinstance(each, OptOut) for each in opt_outs)
    assert all(isinstance(each, Bounce) and each.is_hard for each in bounces)


async def test_by_hand_is_told_apart_and_the_time_is_that_of_the_event(stage):
    stage.world.unsubscribe("a@example.com", AT)
    stage.world.unsubscribe("b@example.com", AT, by_hand=True)
    own, by_hand = await read(source(stage), Kind.OPT_OUTS)
    assert (own.at, own.reason) == (AT, "")
    assert (by_hand.at, by_hand.reason) == (AT, "unsubscribed by hand in Brevo")


async def test_leaving_one_of_several_lists_is_no_opt_out_unless_it_is_the_chosen_one(stage):
    one = stage.world.add("eine@example.com")
    one |= {"listIds": [5], "listUnsubscribed": [2]}
    assert await read(source(stage), Kind.OPT_OUTS) == []
    (chosen,) = await read(source(stage, opt_out_list="2"), Kind.OPT_OUTS)
    assert (chosen.email, chosen.list_name) == ("eine@example.com", "Newsletter")


async def test_only_what_changed_since_is_asked_for_and_what_comes_later_waits(stage):
    stage.world.unsubscribe("alt@example.com", AT)
    stage.world.unsubscribe("neu@example.com", AT + timedelta(days=2))
    stage.world.unsubscribe("spaeter@example.com", AT + timedelta(days=9))
    found = await read(source(stage), Kind.OPT_OUTS, since=AT + timedelta(days=1), until=AT + timedelta(days=5))
    assert [each.email for each in found] == ["neu@example.com"]


async def test_nobody_is_missed_when_contacts_vanish_between_two_pages(stage):
    for number in range(20):
        stage.world.unsubscribe(f"p{number:02d}@example.com", AT)
    seen = []
    pages = Wire(stage.access).contact_pages({}, Place(), limit=6)
    async for rows, _ in pages:
        seen += [row["email"] for row in rows]
        for gone in seen[:2]:
            stage.world.delete_by_hand(gone)
    assert set(seen) >= {f"p{number:02d}@example.com" for number in range(20)}
    assert len(seen) == len(set(seen))


async def test_named_people_are_fetched_again_and_who_vanished_is_a_deletion(stage):
    left = stage.world.unsubscribe("a@example.com", AT)
    back = stage.world.add("b@example.com")
    pages = source(stage).fetch(Kind.OPT_OUTS, [str(left["id"]), str(back["id"]), "999"])
    records = [record async for page in pages for record in page.records]
    assert isinstance(records[0], OptOut)
    assert records[1:] == [Deletion(id=str(back["id"]), kind=Kind.OPT_OUTS), Deletion(id="999", kind=Kind.OPT_OUTS)]


async def test_counting_and_sweeping_are_left_out_honestly(stage):
    found = source(stage)
    assert await found.count(ReadRequest(kind=Kind.OPT_OUTS, until=LATER)) is None
    assert [ids async for ids in found.all_ids(Kind.OPT_OUTS)] == []
    assert isinstance(found, Suggests)
    assert [each.label for each in await found.suggestions("lists")] == ["Neuheiten", "Newsletter"]


# Pushes --------------------------------------------------------------------------------------------------------------


class Inbox:
    def __init__(self, *pushes: Push) -> None:
        self.saved = [SavedPush(id=str(place), at=AT, push=push) for place, push in enumerate(pushes)]

    async def pushes(self, *, since, until):
        return [each for each in self.saved if (since is None or each.at >= since) and each.at < until]


def push(body, *, query="", **headers):
    return Push(method="POST", query=query, headers=headers, body=json.dumps(body).encode())


def unsubscribed(email, **more):
    return {"event": "unsubscribe", "email": email, "id": 1, "list_id": [2], "ts_event": 1780315200, **more}


def token(stage):
    return push_token(stage.access.settings)


async def test_a_push_is_kept_only_with_the_token_of_the_account(stage):
    body = unsubscribed("a@example.com")
    accept = RECEIVES.accept
    by_query = accept(stage.access.settings, push(body, query=f"token={token(stage)}"))
    by_header = accept(stage.access.settings, push(body, authorization=f"Bearer {token(stage)}"))
    assert isinstance(by_query, Accepted)
    assert isinstance(by_header, Accepted)
    assert (by_query.kinds, by_query.people) == ((Kind.OPT_OUTS,), ("a@example.com",))
    assert by_query.key == by_header.key
    for wrong in ("", "token=", "token=nonsense"):
        assert isinstance(accept(stage.access.settings, push(body, query=wrong)), Declined)
    assert "a@example.com" not in str(by_query.words)


async def test_events_that_concern_nobody_are_answered_and_not_kept(stage):
    accept = RECEIVES.accept
    query = f"token={token(stage)}"
    found = accept(stage.access.settings, push({"event": "contact_deleted", "email": ["a@example.com"]}, query=query))
    assert isinstance(found, Accepted)
    assert found.kinds == ()
    assert isinstance(accept(stage.access.settings, push("kein Objekt", query=query)), Declined)
    assert isinstance(accept(stage.access.settings, Push(method="POST", query=query, body=b"<x/>")), Declined)


async def test_a_batch_of_events_and_both_spellings_are_understood(stage):
    events = [
        unsubscribed("a@example.com"),
        {"event": "hardBounce", "email": "b@example.com"},
        {"event": "hard_bounce", "email": "c@example.com"},
        {"event": "opened", "email": "d@example.com"},
    ]
    found = RECEIVES.accept(stage.access.settings, push(events, query=f"token={token(stage)}"))
    assert isinstance(found, Accepted)
    assert found.kinds == (Kind.OPT_OUTS, Kind.BOUNCES)
    assert found.people == ("a@example.com", "b@example.com", "c@example.com")


async def test_a_pushed_opt_out_is_read_once_with_what_brevo_says_today(stage):
    stage.world.unsubscribe("a@example.com", AT - timedelta(days=30))
    stage.access = replace(stage.access, inbox=Inbox(push(unsubscribed("a@example.com"))))
    both = await read(source(stage), Kind.OPT_OUTS)
    only_pushed = await read(source(stage), Kind.OPT_OUTS, since=AT - timedelta(hours=1))
    assert [each.id for each in both] == [each.id for each in only_pushed] != []


async def test_a_push_about_somebody_whom_brevo_forgot_tells_by_itself(stage):
    stage.access = replace(stage.access, inbox=Inbox(push(unsubscribed("weg@example.com"))))
    found = source(stage)
    (record,) = await read(found, Kind.OPT_OUTS)
    assert (record.email, record.at) == ("weg@example.com", datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert "@" not in record.id
    again = [each async for page in found.fetch(Kind.OPT_OUTS, [record.id]) for each in page.records]
    assert again == [record]


async def test_who_came_back_since_the_push_is_left_alone(stage):
    stage.world.join(stage.world.add("zurueck.da@example.com"), 2)
    stage.access = replace(stage.access, inbox=Inbox(push(unsubscribed("zurueck.da@example.com"))))
    assert await read(source(stage), Kind.OPT_OUTS) == []


def test_the_address_for_brevo_holds_no_key_and_is_empty_without_a_receiver():
    settings = parse(BrevoSettings, {"api_key": "xkeysib-0123456789"})
    (with_address,) = handouts(settings, "https://tunnel.example/in/1")
    (without,) = handouts(settings, "")
    assert with_address.content == f"https://tunnel.example/in/1?token={push_token(settings)}"
    assert "0123456789" not in with_address.content
    assert without.content == ""
