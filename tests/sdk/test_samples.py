"""The sample of a connection test shows one record, and nobody's address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from app.core.records import Category, Contact, Kind, Record, Unreadable
from app.sdk.samples import sample_of
from app.sdk.source import Page

BROKEN = Unreadable(id="1", reason="unreadable", message="")
GRETA = Contact(id="2", email="greta@example.com")


async def pages(*records: Sequence[Record | Unreadable]) -> AsyncIterator[Page]:
    for each in records:
        yield Page(each, "")


async def test_the_first_record_that_can_be_read_is_told_with_its_address_masked() -> None:
    finding = await sample_of(pages([BROKEN], [GRETA]))
    assert str(finding.message) == "Read: g•••@example.com"
    assert not finding.is_note


async def test_somebody_without_an_address_is_told_by_their_number() -> None:
    assert str((await sample_of(pages([Contact(id="4711", email="")]))).message) == "Read: 4711"


async def test_what_the_options_leave_out_is_no_sample() -> None:
    lamps = Category(id="9", name="Lämpchen", path=("Lämpchen",))
    finding = await sample_of(pages([GRETA, lamps]), lambda record: record.id != GRETA.id)
    assert str(finding.message) == "Read: Lämpchen"


async def test_an_empty_shop_is_a_note_and_no_failure() -> None:
    finding = await sample_of(pages())
    assert finding.is_note


async def test_the_search_for_a_sample_ends_after_a_few_pages() -> None:
    asked = []

    async def endless() -> AsyncIterator[Page]:
        while True:
            asked.append(Kind.ORDERS)
            yield Page([BROKEN], "")

    assert (await sample_of(endless())).is_note
    assert len(asked) == 5
