"""The newsletter choice of the order form, which only pushes tell.

``none`` was seen; the words for yes and no are not documented, so they are compared by their beginning, and whatever is
not known counts as no choice at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.digistore24.pushes import Told
from app.core.consent import Consent, ConsentState

_SOURCE = "Digistore24"


def consent_from(pushes: Sequence[Told]) -> Consent:
    """By the latest push that names a choice."""
    for push in reversed(pushes):
        words = push.get("newsletter_choice").lower().replace("_", "").replace("-", "")
        if words.startswith("optin"):
            return Consent(ConsentState.YES, push.at, _SOURCE)
        if words.startswith("optout"):
            return Consent(ConsentState.WITHDRAWN, push.at, _SOURCE)
    return Consent()
