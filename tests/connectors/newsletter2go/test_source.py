"""Opt-outs and bounces come back from the whole address book."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.connectors.newsletter2go.settings import SourceOptions
from app.connectors.newsletter2go.source import Newsletter2GoSource
from app.core.errors import ConfigError
from app.core.records import Deletion, Kind, OptOut
from app.sdk.source import ReadRequest
from tests.connectors.newsletter2go.conftest import staged

LATER = datetime(2030, 1, 1, tzinfo=UTC)
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def source(stage, **options):
    return Newsletter2GoSource(stage.access, SourceOptions(**options))


async def read(found, kind, **values):
    request = ReadRequest(**{"kind": kind, "until": LATER, **values})
    return [record async for page in found.read(request) for record in page.records]


@pytest.mark.parametrize("as_text", [True, False])
async def test_everybody_who_left_is_read_across_pages(as_text):
    async with staged(230) as stage:
        stage.world.texts_for_booleans = as_text
        opt_outs = await read(source(stage), Kind.OPT_OUTS)
        bounces = await read(source(stage), Kind.BOUNCES)
    assert {each.email for each in opt_outs} == {f"kunde{each:04d}@example.com" for each in range(10, 231, 10)}
    assert len(bounces) == len([each for each in range(1, 231) if each % 25 == 0 and each % 10])


async def test_nobody_is_missed_where_a_page_holds_fewer_than_asked_for():
    async with staged(60) as stage:
        stage.world.most_rows = 7
        assert len(await read(source(stage), Kind.OPT_OUTS)) == 6


async def test_time_reason_and_list_are_handed_on_and_blocked_counts_as_left(stage):
    stage.world.unsubscribe("a@example.com", AT, "zu viel")
    stage.world.blacklist("b@example.com", AT)
    left, blocked = await read(source(stage), Kind.OPT_OUTS)
    assert (left.at, left.reason, left.list_name) == (AT, "zu viel", "Standard")
    assert (blocked.at, blocked.reason) == (AT, "blocked in Newsletter2Go")


async def test_an_account_that_does_not_tell_times_is_read_without(stage):
    stage.world.tells_statistics = False
    row = stage.world.unsubscribe("a@example.com", AT)
    found = source(stage)
    (left,) = await read(found, Kind.OPT_OUTS)
    assert (left.email, left.at) == ("a@example.com", None)
    (again,) = [each async for page in source(stage).fetch(Kind.OPT_OUTS, [row["id"]]) for each in page.records]
    assert isinstance(again, OptOut)


async def test_named_people_are_fetched_again_and_who_vanished_is_a_deletion(stage):
    left = stage.world.unsubscribe("a@example.com")
    back = stage.world.put("b@example.com", {})
    pages = source(stage).fetch(Kind.OPT_OUTS, [left["id"], back["id"], "zzzzzzzz"])
    records = [record async for page in pages for record in page.records]
    assert isinstance(records[0], OptOut)
    assert [each.id for each in records[1:] if isinstance(each, Deletion)] == [back["id"], "zzzzzzzz"]


async def test_an_address_book_that_is_not_there_is_named(stage):
    with pytest.raises(ConfigError) as caught:
        await read(source(stage, opt_out_address_book="nix"), Kind.OPT_OUTS)
    assert caught.value.field == "opt_out_address_book"


async def test_counting_and_sweeping_are_left_out_honestly(stage):
    found = source(stage)
    assert await found.count(ReadRequest(kind=Kind.OPT_OUTS, until=LATER)) is None
    assert [ids async for ids in found.all_ids(Kind.OPT_OUTS)] == []
    assert len(await found.suggestions("lists")) == 2
