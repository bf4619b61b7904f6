"""The scale that every connector is held against: what people rely on, whatever the system."""

from __future__ import annotations

from enum import StrEnum


class Trait(StrEnum):
    """A connector's tests prove each (``@pytest.mark.proves``), or its manifest says why the system cannot have it."""

    TEST_BEFORE_SAVE = "test_before_save"
    RENEW_SECRET = "renew_secret"  # noqa: S105 - the name of a trait
    ERRORS_IN_WORDS = "errors_in_words"
    PAGING_ENDS = "paging_ends"
    RATE_LIMIT = "rate_limit"
    CANCEL = "cancel"
    PREVIEW_WRITES_NOTHING = "preview_writes_nothing"
    DUPLICATES_ANSWERED = "duplicates_answered"
    DELETIONS = "deletions"
    NO_SECRETS_TOLD = "no_secrets_told"
    KNOWN_LIMITS = "known_limits"
