"""Consent between a shop and a newsletter system, from end to end: both sides, both directions, several runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.undo_survey import Survey
from tests.conftest import MemoryKeyring
from tests.services.marketing import AGREED, KEY, Marketing, marketing

LEFT, BOUNCED = "2", "3"
Together = Callable[..., AbstractAsyncContextManager[Marketing]]


@pytest.fixture
def together(tmp_path: Path, memory_keyring: MemoryKeyring) -> Together:
    return lambda **more: marketing(tmp_path / "data", memory_keyring, **more)


async def test_an_opt_out_reaches_the_shop_in_one_run_and_the_log_names_both_moments(together: Together) -> None:
    async with together(flows=(Kind.CONTACTS, Kind.OPT_OUTS)) as pair:
        pair.customer("anna", consents=[*AGREED, "abandoned_cart"])
        await pair.run(RunMode.HISTORICAL)
        assert pair.status_of("anna") == "1"
        pair.stand("anna", LEFT)

        result = await pair.run()

        assert result.is_finished
        assert pair.consents_of("anna") == ["abandoned_cart"]
        line = next(each for each in pair.said() if "said_no_at" in each.facts)
        left_at, told_at = (datetime.fromisoformat(line.facts[name]) for name in ("said_no_at", "told_at"))
        assert left_at <= told_at
        assert "the other system was told on" in str(line.message)
        assert "anna@" not in str(line.message) + "".join(line.facts.values())


async def test_an_ended_consent_is_not_brought_back_and_nothing_goes_round_in_circles(together: Together) -> None:
    async with together(flows=(Kind.CONTACTS, Kind.OPT_OUTS, Kind.BOUNCES)) as pair:
        for name in ("anna", "bert", "carl"):
            pair.customer(name, consents=AGREED)
        await pair.run(RunMode.HISTORICAL)
        pair.stand("anna", LEFT)
        pair.stand("bert", BOUNCED)
        await pair.run()
        await pair.run()  # reads back what the run before wrote into the shop
        settled = pair.writes()

        for mode in (RunMode.CHANGES, RunMode.HISTORICAL, RunMode.CHANGES):
            assert (await pair.run(mode)).is_finished

        assert pair.writes() == settled
        assert [pair.consents_of(each) for each in ("anna", "bert", "carl")] == [[], [], AGREED]
        assert [pair.status_of(each) for each in ("anna", "bert", "carl")] == [LEFT, BOUNCED, "1"]


async def test_who_agrees_again_in_the_shop_stays_out_of_the_list_and_may_leave_once_more(together: Together) -> None:
    async with together(flows=(Kind.CONTACTS, Kind.OPT_OUTS)) as pair:
        pair.customer("anna", consents=AGREED)
        await pair.run(RunMode.HISTORICAL)
        right_now = pair.members.clock
        pair.members.clock = lambda: right_now() - timedelta(minutes=10)
        pair.stand("anna", LEFT)
        await pair.run()
        pair.agree("anna")
        await pair.run()
        assert (pair.status_of("anna"), pair.consents_of("anna")) == (LEFT, AGREED)

        pair.stand("anna", "1")
        pair.members.clock = right_now
        pair.stand("anna", LEFT)
        await pair.run()

        assert pair.consents_of("anna") == []


async def test_only_with_consent_sends_nothing_about_others_and_the_preview_counts_them(together: Together) -> None:
    async with together(options={"contacts": "only_with_consent"}) as pair:
        agreed, others = ["anna", "bert"], ["carl", "dora", "emil", "fritz"]
        for name in agreed:
            pair.customer(name, consents=AGREED)
        for place, name in enumerate(others):
            pair.customer(name, consents=[] if place % 2 else None)

        preview = await pair.services.previews.preview(KEY, limit=50)
        held_back = [each for each in preview.items if each.outcome is Outcome.SKIPPED]
        assert preview.counts[Outcome.SKIPPED] == len(held_back) >= len(others)
        assert {each.reason for each in held_back} == {"consent_required"}
        assert not pair.mail.writes

        for mode in (RunMode.HISTORICAL, RunMode.CHANGES, RunMode.HISTORICAL):
            assert (await pair.run(mode)).is_finished
        exchanges = [each.path + each.body.decode() for each in pair.mail.journal]
        assert [name for name in others if any(name in each for each in exchanges)] == []
        assert [name for name in agreed if pair.status_of(name) != "1"] == []


async def test_a_changed_address_starts_without_the_consent_of_the_old_one(together: Together) -> None:
    async with together() as pair:
        number = pair.customer("anna", consents=AGREED)
        await pair.run(RunMode.HISTORICAL)

        pair.subscribers.change_customer(number, email="anna.neu@example.com")
        for mode in (RunMode.CHANGES, RunMode.HISTORICAL):
            assert (await pair.run(mode)).is_finished

        assert pair.members.contact_by_email("anna.neu@example.com") is not None
        assert (pair.status_of("anna.neu"), pair.status_of("anna")) == (None, "1")


@pytest.mark.parametrize("mode", [RunMode.HISTORICAL, RunMode.CHANGES])
async def test_a_blocked_address_is_tried_once_fails_alone_and_can_be_exported(
    together: Together, tmp_path: Path, mode: RunMode
) -> None:
    async with together() as pair:
        numbers = [pair.customer(name, consents=AGREED) for name in ("anna", "bert", "carl")]
        pair.members.blocked = {"bert@example.com"}
        first = await pair.run(RunMode.HISTORICAL)
        assert (first.state, first.balance.total.count(Outcome.FAILED)) == (RunState.FINISHED, 1)
        asked = _mentions(pair, "bert")

        for number in numbers:
            pair.subscribers.change_customer(number, phone="030 1")
        again = await pair.run(mode)
        assert (again.state, again.balance.total.count(Outcome.UPDATED)) == (RunState.FINISHED, 2)
        assert again.balance.total.reasons == {"blocked_in_target": 1}
        assert _mentions(pair, "bert") == asked

        assert await pair.services.runs.export_problems(KEY, tmp_path / "blocked.csv") == 1

        pair.members.blocked = set()
        retried = await (await pair.services.runs.retry(KEY)).wait()
        assert retried.balance.total.count(Outcome.CREATED) == 1


def _mentions(pair: Marketing, name: str) -> int:
    return sum(name in each.body.decode() for each in pair.mail.writes)


async def test_undoing_an_import_leaves_those_alone_who_left_and_brings_nobody_back(together: Together) -> None:
    async with together() as pair:
        for name in ("anna", "bert"):
            pair.customer(name, consents=AGREED)
        imported = await pair.run(RunMode.HISTORICAL)
        pair.stand("anna", LEFT)

        found = [each async for each in pair.services.undoing.survey(imported.run_id)]
        survey = found[-1]
        assert isinstance(survey, Survey)
        undone = await (await pair.services.undoing.start(survey, typed=survey.count)).wait()

        assert undone.is_finished
        assert (pair.status_of("anna"), pair.status_of("bert")) == (LEFT, None)
        for mode in (RunMode.HISTORICAL, RunMode.CHANGES):
            assert (await pair.run(mode)).is_finished
        assert (pair.status_of("anna"), pair.status_of("bert")) == (LEFT, "1")
        assert pair.members.resubscribed == []
