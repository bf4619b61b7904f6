"""Who may be subscribed: one pure rule.

No path leads from no, absent, withdrawn, bounced or deleted to subscribed. An unticked box changes nothing; an explicit
withdrawal unsubscribes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec


class ConsentState(StrEnum):
    """What the source knows: ``NO`` is an empty box, ``ABSENT`` that nobody asked, ``WITHDRAWN`` an opt-out."""

    YES = "yes"
    NO = "no"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """What the target knows of an address on the list in question."""

    NONE = "none"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    DELETED = "deleted"
    PENDING = "pending"
    """Asked for confirmation (double opt-in), not answered yet."""
    UNKNOWN = "unknown"
    """The target was not or could not be asked."""


class ConsentAction(StrEnum):
    LEAVE = "leave"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class Consent(msgspec.Struct, frozen=True, gc=False, array_like=True):
    state: ConsentState = ConsentState.ABSENT
    changed_at: datetime | None = None
    source: str = ""
    """Where it was given, in the shop's words: checkout, storefront form."""

    @property
    def is_given(self) -> bool:
        return self.state is ConsentState.YES


@dataclass(frozen=True, slots=True)
class ConsentDecision:
    action: ConsentAction
    reason: str
    """A code of :mod:`app.core.reasons`."""


def decide(consent: Consent, standing: Standing, *, may_subscribe: bool) -> ConsentDecision:
    """What to do with a list membership; ``may_subscribe`` is the person's own choice for this integration."""
    if consent.state is ConsentState.WITHDRAWN:
        if standing in {Standing.SUBSCRIBED, Standing.PENDING}:
            return ConsentDecision(ConsentAction.UNSUBSCRIBE, "consent_withdrawn")
        return ConsentDecision(ConsentAction.LEAVE, "consent_withdrawn")
    if standing in {Standing.UNSUBSCRIBED, Standing.BOUNCED, Standing.DELETED}:
        return ConsentDecision(ConsentAction.LEAVE, f"stays_{standing.value}")
    if standing in {Standing.SUBSCRIBED, Standing.PENDING}:
        return ConsentDecision(ConsentAction.LEAVE, f"stays_{standing.value}")
    if not may_subscribe:
        return ConsentDecision(ConsentAction.LEAVE, "subscribing_off")
    if consent.state is not ConsentState.YES:
        return ConsentDecision(ConsentAction.LEAVE, "no_consent")
    if standing is Standing.UNKNOWN:
        return ConsentDecision(ConsentAction.LEAVE, "standing_unknown")
    return ConsentDecision(ConsentAction.SUBSCRIBE, "consent_given")
