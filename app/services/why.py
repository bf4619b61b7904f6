"""Why is this order, this person not there? One answer for a number or an address, with a reason and a next step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from app.core.addresses import is_email, masked_email, normalised_email
from app.core.configuration import Integration
from app.core.events import RunMode, RunState
from app.core.labels import KIND_NAMES, RECORD_NAMES, in_reading_order
from app.core.ledger import Entry, EntryState
from app.core.local_words import local_moment
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.core.texts import Text, text
from app.engine.planning import search_form
from app.engine.ports import KeyedHash
from app.services.listing import listed
from app.services.waiting import waiting_run
from app.storage.entry_rows import PastOutcome
from app.storage.erasedmarks import ErasedPeople
from app.storage.ledger import Ledger
from app.storage.runs import Runs as RunBook


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyEntry:
    entry: Entry
    sentence: Text
    next_step: Text
    history: Sequence[PastOutcome]
    """Newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    found: bool
    entries: tuple[WhyEntry, ...]
    sentence: Text
    next_step: Text = Text("")


_WHOLE = frozenset({RunMode.HISTORICAL, RunMode.CHANGES})


class Why:
    def __init__(
        self,
        ledger: Ledger,
        book: RunBook,
        keyed_hash: KeyedHash,
        reasons: ReasonTexts,
        erased_people: Callable[[], Awaitable[ErasedPeople]],
    ) -> None:
        self._erased_people = erased_people
        self._ledger = ledger
        self._book = book
        self._hash = keyed_hash
        self._reasons = reasons

    async def answer(self, integration: Integration, words: str) -> Answer:
        """``words`` are an order number, an e-mail address or the source's own id."""
        found: dict[tuple[Kind, str], Entry] = {}
        for form in _forms(words):
            for entry in await self._ledger.find(integration.key, self._hash(search_form(form))):
                found[entry.kind, entry.key] = entry
        if not found:
            return await self._unknown(integration, words)
        entries = tuple([await self._explained(integration.key, entry) for entry in found.values()])
        first = next((each for each in entries if _is_open(each.entry)), entries[0])
        return Answer(found=True, entries=entries, sentence=first.sentence, next_step=first.next_step)

    async def _explained(self, integration: str, entry: Entry) -> WhyEntry:
        reason = self._reasons.of(entry.reason)
        past = await self._ledger.history(integration, entry.kind, entry.key)
        history = [self._told(each) for each in past]
        words = self._reasons.explained(entry.reason, entry.message).words
        sentence = _sentence(entry, words)
        return WhyEntry(entry=entry, sentence=sentence, next_step=_next_step(entry, reason.next_step), history=history)

    def _told(self, past: PastOutcome) -> PastOutcome:
        """With its facts in words."""
        explanation = self._reasons.explained(past.reason, past.message)
        return past if explanation.message == past.message else replace(past, message=str(explanation.words))

    async def _unknown(self, integration: Integration, words: str) -> Answer:
        # The journal has no trace of whoever was erased: without this the answer would be to check the spelling.
        if await self._is_erased(integration, words):
            sentence = text("This person was erased before and is not sent again. To change that, allow them again.")
            return Answer(found=False, entries=(), sentence=sentence)
        shown = masked_email(words.strip()) if "@" in words else words.strip()
        recent = await self._book.recent(integration.key)
        # An undo and a retry read nothing new, and neither makes good for an import that stopped before it.
        read = [run for run in recent if run.mode not in {RunMode.UNDO, RunMode.RETRY}]
        begun = (run for run in read if run.mode in _WHOLE and run.state is not RunState.FINISHED)
        last = waiting_run(next(begun, None), read) or next(iter(read), None)
        if last is None:
            sentence = text('"{words}" is not known: nothing has been read yet.', words=shown)
            return Answer(found=False, entries=(), sentence=sentence, next_step=text("Start the historical import."))
        if last.state is not RunState.FINISHED:
            sentence = text('"{words}" has not been read: the last run did not reach the end.', words=shown)
            return Answer(found=False, entries=(), sentence=sentence, next_step=text("Continue the run."))
        return Answer(
            found=False,
            entries=(),
            sentence=text(
                '"{words}" was not among what was read until {moment} ({kinds}).',
                words=shown,
                kinds=listed([KIND_NAMES[kind] for kind in in_reading_order(integration.flows)]),
                moment=local_moment(last.until),
            ),
            next_step=text(
                "Check the spelling. If it is newer, sync the changes; if it is another kind of record, add it under "
                '"What to send".'
            ),
        )

    async def _is_erased(self, integration: Integration, words: str) -> bool:
        erased = await self._erased_people()
        return any(
            erased.has(integration.key, form if is_email(form) else "", "" if is_email(form) else form)
            for form in _forms(words)
        )


def _forms(words: str) -> Sequence[str]:
    plain = words.strip()
    forms = [plain, plain.lstrip("#").strip()]
    if is_email(normalised_email(plain)):
        forms.append(normalised_email(plain))
    return [form for form in dict.fromkeys(forms) if form]


def _is_open(entry: Entry) -> bool:
    return entry.outcome is None or entry.outcome.needs_attention or entry.outcome is Outcome.SKIPPED


def _sentence(entry: Entry, reason: Text) -> Text:
    """An entry that a later run found unchanged says when it was last looked at."""
    moment = local_moment(entry.seen_at or entry.at)
    record = {"record": RECORD_NAMES[entry.kind], "key": entry.key, "moment": moment}
    if entry.state is not EntryState.SETTLED:
        return text("{record} {key} was under way on {moment} when the run ended.", **record)
    outcome = Outcome.UNCHANGED if entry.seen_at is not None else entry.outcome
    match outcome:
        case Outcome.CREATED:
            return text("{record} {key} was created in the target on {moment}.", **record)
        case Outcome.UPDATED:
            return text("{record} {key} was updated in the target on {moment}.", **record)
        case Outcome.UNCHANGED:
            return text("{record} {key} is in the target; nothing had changed on {moment}.", **record)
        case Outcome.SKIPPED:
            return text("{record} {key} was left out on {moment}. {reason}", reason=reason, **record)
        case Outcome.HELD:
            return text("{record} {key} is held back since {moment}. {reason}", reason=reason, **record)
        case Outcome.IN_DOUBT:
            return text("{record} {key} is in doubt since {moment}. {reason}", reason=reason, **record)
        case _:
            return text("{record} {key} failed on {moment}. {reason}", reason=reason, **record)


def _next_step(entry: Entry, step: Text) -> Text:
    if entry.state is not EntryState.SETTLED:
        return text("Continue the run: it is looked up in the target before anything is sent again.")
    return step
