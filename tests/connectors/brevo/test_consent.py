"""Every state of consent against every standing: nothing is sent that the one rule does not say."""

from __future__ import annotations

from itertools import product

import pytest

from app.connectors.brevo.attributes import ASKED
from app.core.consent import Consent, ConsentAction, ConsentState, Standing, decide
from app.core.records import Kind
from app.sdk.plan import Draft, Known
from app.sdk.target import Timing
from tests.connectors.brevo.records import contact
from tests.connectors.brevo.test_contacts import ASKS

_CHOICES = {"nobody": {}, "list": {"subscribe_to_list": "2"}, "asks": ASKS}


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("choice", _CHOICES)
@pytest.mark.parametrize("timing", Timing)
async def test_keys_about_consent_follow_from_the_rule_alone(stage, timing, choice, exists):
    target = stage.target(**_CHOICES[choice])
    await target.open([Kind.CONTACTS], timing)
    for state, standing in product(ConsentState, Standing):
        draft = target.draft(contact(1, consent=Consent(state)))
        assert isinstance(draft, Draft)
        plan = target.plan([(draft, Known(exists=exists, target_id="9" if exists else "", standing=standing))])
        action = decide(Consent(state), standing, may_subscribe=choice != "nobody").action
        joins = action is ConsentAction.SUBSCRIBE and not (choice == "asks" and timing is Timing.HISTORICAL)
        bodies = [step.body for step in plan.steps]
        told = f"{state} {standing}"
        if standing is Standing.DELETED:
            assert bodies == [], told
            continue
        assert any("listIds" in each for each in bodies) is (joins and choice == "list"), told
        assert any("templateId" in each for each in bodies) is (joins and choice == "asks"), told
        assert any(ASKED in each.get("attributes", {}) for each in bodies) is (joins and choice == "asks"), told
        marks = [each["emailBlacklisted"] for each in bodies if "emailBlacklisted" in each]
        assert marks == ([True] if action is ConsentAction.UNSUBSCRIBE else []), told
        assert plan.records[0].draft.removes is (action is ConsentAction.UNSUBSCRIBE), told
