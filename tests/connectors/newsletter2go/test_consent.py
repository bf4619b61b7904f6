"""Every state of consent against every standing: nothing is sent that the one rule does not say."""

from __future__ import annotations

from itertools import product

import pytest

from app.connectors.newsletter2go.attributes import CUSTOMER_ID
from app.core.consent import Consent, ConsentAction, ConsentState, Standing, decide
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.plan import Batched, Draft, Known
from app.sdk.target import Timing
from tests.connectors.newsletter2go.records import contact
from tests.connectors.newsletter2go.test_contacts import ADDS, ASKS

_CHOICES = {"leave": {}, "add": ADDS, "ask": ASKS}


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("choice", _CHOICES)
@pytest.mark.parametrize("timing", Timing)
async def test_who_is_added_asked_or_unsubscribed_follows_from_the_rule_alone(stage, timing, choice, exists):
    target = stage.target(**_CHOICES[choice])
    await target.open([Kind.CONTACTS], timing)
    for state, standing in product(ConsentState, Standing):
        draft = target.draft(contact(1, consent=Consent(state)))
        assert isinstance(draft, Draft)
        row = {"id": "abcd1234", CUSTOMER_ID: "other"}
        known = Known(exists=exists, target_id="abcd1234" if exists else "", standing=standing, facts={"row": row})
        plan = target.plan([(draft, known)])
        action = decide(Consent(state), standing, may_subscribe=choice != "leave").action
        joins = action is ConsentAction.SUBSCRIBE and not (choice == "ask" and timing is Timing.HISTORICAL)
        items = [item for step in plan.steps if isinstance(step.body, Batched) for _, item in step.body.items]
        asked = [step for step in plan.steps if str(step.path).startswith("forms/")]
        told = f"{state} {standing}"
        if standing is Standing.DELETED or not (exists or joins):
            assert plan.steps == (), told
            assert plan.records[0].outcome is Outcome.SKIPPED, told
            continue
        assert bool(asked) is (joins and choice == "ask" and not exists), told
        leaves = action is ConsentAction.UNSUBSCRIBE
        assert [each.get("is_unsubscribed") for each in items] == ([] if asked else [True] if leaves else [None]), told
        assert not any("is_blacklisted" in each for each in items), told
        assert plan.records[0].draft.removes is leaves, told
