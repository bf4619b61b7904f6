"""Opt-outs and hard bounces come back, nobody is missed, and leaving one of several lists is not leaving all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.connectors.activecampaign.manifest import MANIFEST
from app.connectors.activecampaign.settings import SourceOptions
from app.connectors.activecampaign.source import ActiveCampaignSource
from app.core.records import Bounce, Deletion, Kind, OptOut
from app.sdk.source import ReadRequest
from app.sdk.target import Suggests
from tests.connectors.activecampaign.conftest import staged

LATER = datetime(2030, 1, 1, tzinfo=UTC)


async def source(stage, **options):
    return ActiveCampaignSource(await stage.access(), SourceOptions(**options))


async def read(found, kind, **values):
    request = ReadRequest(**{"kind": kind, "until": LATER, **values})
    return [record async for page in found.read(request) for record in page.records]


def person(stage, number, **statuses):
    row, _ = stage.world.put_contact(f"kunde{number:04d}@example.com", {})
    for list_id, status in statuses.items():
        stage.world.set_membership(row["id"], list_id.removeprefix("list"), status)
    return row


async def test_everybody_who_left_is_read_across_pages():
    async with staged(230) as stage:
        found = await source(stage)
        opt_outs = await read(found, Kind.OPT_OUTS)
        bounces = await read(found, Kind.BOUNCES)

    assert len(opt_outs) == 23
    assert len(bounces) == len([number for number in range(1, 231) if number % 25 == 0 and number % 10])
    assert all(isinstance(each, OptOut) and each.list_name == "Newsletter" for each in opt_outs)
    assert all(isinstance(each, Bounce) and each.is_hard for each in bounces)


async def test_leaving_one_of_several_lists_is_no_opt_out_unless_it_is_the_chosen_one(stage):
    person(stage, 1, list1="2", list2="1")
    person(stage, 2, list1="2")
    person(stage, 3, list2="2")

    everywhere = await read(await source(stage), Kind.OPT_OUTS)
    chosen = await read(await source(stage, opt_out_list="1"), Kind.OPT_OUTS)

    assert {each.email for each in everywhere} == {"kunde0002@example.com", "kunde0003@example.com"}
    assert {each.email for each in chosen} == {"kunde0001@example.com", "kunde0002@example.com"}


async def test_the_time_of_the_opt_out_and_its_reason_are_handed_on(stage):
    row = person(stage, 1, list1="2")
    stage.world.membership(row["id"], "1")["unsubreason"] = "zu viel"
    (opt_out,) = await read(await source(stage), Kind.OPT_OUTS)

    assert opt_out.reason == "zu viel"
    assert opt_out.at is not None
    assert opt_out.at.utcoffset() == timedelta(hours=-5)


async def test_a_bounce_without_a_date_has_the_time_of_the_last_change(stage):
    """The account writes 0000-00-00 for "no date"."""
    row = person(stage, 1)
    row |= {"bounced_hard": "1", "bounced_date": "0000-00-00"}
    (bounce,) = await read(await source(stage), Kind.BOUNCES)

    assert bounce.at == bounce.updated_at


async def test_changes_near_the_boundary_are_read_again(stage):
    reads = MANIFEST.reads_kind(Kind.OPT_OUTS)
    assert reads is not None
    since = datetime(2026, 11, 20, 3, tzinfo=UTC) - reads.granularity
    row = person(stage, 1, list1="2")
    row["udate"] = "2026-11-19T20:00:00-05:00"
    old = person(stage, 2, list1="2")
    old["udate"] = "2026-11-10T20:00:00-05:00"

    found = await read(await source(stage), Kind.OPT_OUTS, since=since)

    assert [each.email for each in found] == ["kunde0001@example.com"]


async def test_what_changes_after_the_run_began_waits_for_the_next(stage):
    person(stage, 1, list1="2")["udate"] = "2029-12-31T20:00:00-05:00"
    found = await source(stage)

    assert await read(found, Kind.OPT_OUTS, until=datetime(2029, 12, 31, tzinfo=UTC)) == []


async def test_reading_continues_after_the_stored_place():
    async with staged(250) as stage:
        found = await source(stage)
        pages = [page async for page in found.read(ReadRequest(kind=Kind.OPT_OUTS, until=LATER))]
        rest = await read(found, Kind.OPT_OUTS, cursor=pages[0].cursor)

    assert [each.id for each in rest] == [each.id for page in pages[1:] for each in page.records]
    assert "@" not in "".join(page.cursor for page in pages)


async def test_named_people_are_fetched_again_and_who_vanished_is_a_deletion(stage):
    row = person(stage, 1, list1="2")
    back = person(stage, 2, list1="1")
    found = await source(stage)
    pages = [page async for page in found.fetch(Kind.OPT_OUTS, [row["id"], back["id"], "999"])]
    records = [record for page in pages for record in page.records]

    assert isinstance(records[0], OptOut)
    assert records[1:] == [Deletion(id=back["id"], kind=Kind.OPT_OUTS), Deletion(id="999", kind=Kind.OPT_OUTS)]


async def test_counting_and_sweeping_are_left_out_honestly(stage):
    found = await source(stage)

    assert await found.count(ReadRequest(kind=Kind.OPT_OUTS, until=LATER)) is None
    assert [ids async for ids in found.all_ids(Kind.OPT_OUTS)] == []
    assert isinstance(found, Suggests)
    assert len(await found.suggestions("lists")) == 2


async def test_a_small_sample_asks_for_a_small_page():
    async with staged(50) as stage:
        found = await source(stage)
        pages = found.read(ReadRequest(kind=Kind.OPT_OUTS, until=LATER, limit=5))
        await anext(pages)
        await pages.aclose()

        assert "limit=5" in stage.simulator.journal[-1].query
