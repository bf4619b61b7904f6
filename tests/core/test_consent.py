"""Nobody becomes a subscriber by accident."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.consent import Consent, ConsentAction, ConsentState, Standing, decide
from app.core.reasons import ReasonTexts

_NEVER = {Standing.UNSUBSCRIBED, Standing.BOUNCED, Standing.DELETED}


@pytest.mark.parametrize(("state", "standing", "may_subscribe"), list(product(ConsentState, Standing, (True, False))))
def test_only_a_given_consent_without_any_objection_subscribes(
    state: ConsentState, standing: Standing, may_subscribe: bool
) -> None:
    action = decide(Consent(state), standing, may_subscribe=may_subscribe).action
    may = state is ConsentState.YES and standing is Standing.NONE and may_subscribe
    assert (action is ConsentAction.SUBSCRIBE) == may


@pytest.mark.parametrize(("standing", "may_subscribe"), list(product(Standing, (True, False))))
def test_an_unticked_box_changes_nothing(standing: Standing, may_subscribe: bool) -> None:
    for state in (ConsentState.NO, ConsentState.ABSENT):
        assert decide(Consent(state), standing, may_subscribe=may_subscribe).action is ConsentAction.LEAVE


@pytest.mark.parametrize("standing", Standing)
def test_only_an_explicit_withdrawal_unsubscribes(standing: Standing) -> None:
    action = decide(Consent(ConsentState.WITHDRAWN), standing, may_subscribe=True).action
    expected = standing in {Standing.SUBSCRIBED, Standing.PENDING}
    assert (action is ConsentAction.UNSUBSCRIBE) == expected


@given(
    st.lists(st.tuples(st.sampled_from(ConsentState), st.booleans()), max_size=12),
    st.sampled_from(Standing),
)
def test_no_sequence_of_imports_brings_back_who_objected(
    imports: list[tuple[ConsentState, bool]], standing: Standing
) -> None:
    objected = standing in _NEVER
    for state, may_subscribe in imports:
        action = decide(Consent(state), standing, may_subscribe=may_subscribe).action
        if action is ConsentAction.SUBSCRIBE:
            assert state is ConsentState.YES
            assert not objected
            standing = Standing.SUBSCRIBED
        elif action is ConsentAction.UNSUBSCRIBE:
            standing, objected = Standing.UNSUBSCRIBED, True


def test_every_decision_has_words_for_the_person() -> None:
    texts = ReasonTexts()
    for state, standing, may in product(ConsentState, Standing, (True, False)):
        reason = decide(Consent(state), standing, may_subscribe=may).reason
        assert reason in texts.codes()
