"""What an import left out belongs to the history for good, whichever run looks at it later."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from msgspec.structs import replace

from app.core.consent import ConsentState
from app.core.events import RunMode
from app.core.ledger import Entry, EntryState
from app.core.outcomes import Outcome
from app.core.records import Cart, Contact, Order
from app.core.rules import Refusal, skip
from app.engine.job import Job, Route
from app.engine.planning import Sighting
from app.sdk.answers import encoded
from app.sdk.target import EndsSubscriptions

SearchKeys = Callable[[Sighting], tuple[bytes, ...]]
"""Keyed hashes of what names a record: its key, and the address of a contact."""
_TOO_OLD = "before_start_date"
_FINAL = {"blocked_in_target"}
"""The person is refused, not what is told of them: tried once, and again when somebody asks for it."""
_EVERYBODY = {RunMode.HISTORICAL, RunMode.CHANGES, RunMode.PREVIEW}
_HELD_BY_TARGET = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
_NOT_SENT = {Outcome.SKIPPED, Outcome.HELD, Outcome.FAILED}


def with_history(sighting: Sighting, entry: Entry | None, job: Job, route: Route, search_keys: SearchKeys) -> Sighting:
    """The sighting as a sync has to take it. A source that cannot tell changes brings its whole history every time:
    what is older than the day that was imported from stays out. An order of before the integration that only now goes,
    because a rule or the record was mended or because no import has read it, fires no automations."""
    if isinstance(sighting.record, Contact):
        return _of_contact(_heeded(sighting, sighting.record, route, search_keys), entry, job, search_keys)
    if job.run.mode not in {RunMode.CHANGES, RunMode.PREVIEW} or not (entry is None or _was_left_out(entry)):
        return sighting
    if sighting.refusal is None and entry and entry.reason == _TOO_OLD and not route.has_changes:
        return replace(sighting, draft=None, refusal=skip(_TOO_OLD))
    if sighting.draft is not None and _is_older(sighting, job):
        return replace(sighting, draft=replace(sighting.draft, is_past=True))
    return sighting


def _heeded(sighting: Sighting, contact: Contact, route: Route, search_keys: SearchKeys) -> Sighting:
    """A withdrawal reaches the target although only people with consent are sent."""
    is_left_out = sighting.refusal is not None and sighting.refusal.reason == "consent_required"
    if not is_left_out or contact.consent.state is not ConsentState.WITHDRAWN:
        return sighting
    if not isinstance(route.target, EndsSubscriptions):
        return sighting
    drafted = route.target.withdrawal(contact)
    if isinstance(drafted, Refusal):
        return replace(sighting, refusal=drafted)
    # The content names nobody, for this hash has no key of its own; the keyed ones tell one address from the next.
    content_hash = hashlib.sha256(encoded(drafted.content) + b"".join(search_keys(sighting))).digest()
    return replace(sighting, draft=drafted, refusal=None, content_hash=content_hash)


def _of_contact(sighting: Sighting, entry: Entry | None, job: Job, search_keys: SearchKeys) -> Sighting:
    """What the ledger remembers of somebody under this address; a new address is somebody new."""
    if entry is None or sighting.draft is None or not (entry.content_hash or entry.reason in _FINAL):
        return sighting
    is_settled = entry.state is EntryState.SETTLED
    is_unchanged = is_settled and entry.outcome in _HELD_BY_TARGET and entry.content_hash == sighting.content_hash
    has_another_address = not set(search_keys(sighting)) <= set(entry.search)
    if is_unchanged or has_another_address:
        return sighting
    if is_settled and entry.outcome is Outcome.FAILED and entry.reason in _FINAL and job.run.mode in _EVERYBODY:
        return replace(sighting, draft=None, refusal=Refusal(Outcome.FAILED, entry.reason))
    if not entry.content_hash:
        return sighting
    # Whoever vanished from the target since was deleted there: only the ledger can tell that from somebody new.
    return replace(sighting, draft=replace(sighting.draft, held_as=entry.target_id))


def _was_left_out(entry: Entry | None) -> bool:
    return entry is not None and entry.state is EntryState.SETTLED and entry.outcome in _NOT_SENT


def _is_older(sighting: Sighting, job: Job) -> bool:
    match sighting.record:
        case Order(created_at=moment) | Cart(abandoned_at=moment):
            return job.began_at is not None and moment < job.began_at
        case _:
            return False
