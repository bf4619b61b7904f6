"""Writing back: subscriptions end for those who opted out or bounced elsewhere."""

from __future__ import annotations

import pytest

from app.connectors.mailchimp.practice import AUDIENCE
from app.core.outcomes import Outcome
from app.core.records import Bounce, Kind, OptOut
from tests.connectors.mailchimp.records import PLACED

EMAIL = "leser@example.com"


async def told(stage, record, kind=Kind.OPT_OUTS):
    return await stage.sync({kind: [record]})


@pytest.mark.parametrize("status", ["subscribed", "pending"])
@pytest.mark.parametrize(
    ("kind", "record"),
    [
        (Kind.OPT_OUTS, OptOut(id="1", email=EMAIL, at=PLACED)),
        (Kind.BOUNCES, Bounce(id="1", email=EMAIL, at=PLACED)),
    ],
)
async def test_a_subscription_ends(stage, status, kind, record):
    stage.world.add_member(AUDIENCE, EMAIL, status)
    result = await told(stage, record, kind)
    assert result.balance.total.count(Outcome.UPDATED) == 1
    assert stage.member(EMAIL)["status"] == "unsubscribed"


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "transactional", "archived"])
async def test_whoever_gets_no_newsletter_is_left_alone(stage, status):
    stage.world.add_member(AUDIENCE, EMAIL, status)
    await told(stage, OptOut(id="1", email=EMAIL, at=PLACED))
    assert stage.member(EMAIL)["status"] == status
    assert stage.simulator.writes == []


async def test_somebody_unknown_is_skipped(stage):
    result = await told(stage, OptOut(id="1", email="fremd@example.com"))
    assert result.balance.total.reasons == {"not_in_target": 1}


async def test_a_soft_bounce_and_half_an_address_change_nothing(stage):
    soft = await told(stage, Bounce(id="1", email=EMAIL, is_hard=False), Kind.BOUNCES)
    half = await told(stage, OptOut(id="2", email="leser"))
    assert soft.balance.total.reasons == {"soft_bounce": 1}
    assert half.balance.total.reasons == {"invalid_email": 1}


async def test_whoever_agrees_again_and_leaves_once_more_has_left_anew(stage):
    stage.world.add_member(AUDIENCE, EMAIL, "subscribed")
    await told(stage, OptOut(id="1", email=EMAIL, at=PLACED))
    stage.member(EMAIL)["status"] = "subscribed"
    await told(stage, OptOut(id="1", email=EMAIL, at=PLACED.replace(year=2026)))
    assert stage.member(EMAIL)["status"] == "unsubscribed"


async def test_writing_back_touches_no_store(stage):
    stage.world.add_member(AUDIENCE, EMAIL, "subscribed")
    await told(stage, OptOut(id="1", email=EMAIL, at=PLACED))
    assert not any("/ecommerce" in each.path for each in stage.simulator.journal)
