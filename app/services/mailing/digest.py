"""What is told by mail: one digest for each address, never more than one in fifteen minutes, without customer data."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from app.core.addresses import is_email
from app.core.errors import AppError, ConfigError, SignInError, UnreachableError
from app.core.events import Emit, Level, LogEvent, now
from app.core.texts import _, text
from app.services.mailing.account import MailAccount, composed, send
from app.services.mailing.book import MailBook

INTERVAL = timedelta(minutes=15)
_KEPT_FOR = timedelta(days=3)
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Complaint:
    """``words`` are one paragraph in the person's language; ``at`` is ISO 8601, aware."""

    to: str
    at: str
    title: str
    words: str


class Digest:
    """What could not be sent, or must wait, is kept and goes with the next mail, also after the program was ended."""

    def __init__(
        self, book: MailBook, emit: Emit, *, clock: Callable[[], datetime] = now, interval: timedelta = INTERVAL
    ) -> None:
        self._book = book
        self._emit = emit
        self._clock = clock
        self._interval = interval
        self._turn = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None

    async def tell(self, to: Sequence[str], title: str, words: str) -> None:
        """Raises StorageError."""
        moment = self._clock().isoformat()
        async with self._turn:
            waiting = [*await self._waiting(), *(Complaint(each, moment, title, words) for each in to)]
            await self._book.keep([asdict(each) for each in waiting[-_MOST_LINES:]])
        await self.flush()

    async def flush(self) -> None:
        """Sends what may go now; what must wait goes later by itself as long as the program is open. Raises
        StorageError."""
        if await self._send_due() and (self._timer is None or self._timer.done()):
            self._timer = asyncio.create_task(self._later(), name="mails that wait")

    async def aclose(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)

    async def _later(self) -> None:
        is_left = True
        while is_left:
            await asyncio.sleep(self._interval.total_seconds())
            try:
                is_left = await self._send_due()
            except AppError as error:
                self._warn(error)

    async def _send_due(self) -> bool:
        """Whether anything is left that may go without anybody's doing."""
        async with self._turn:
            kept = await self._waiting()
            waiting = [each for each in kept if self._is_worth_telling(each)]
            if not kept:
                return False
            if (account := await self._account() if waiting else None) is None:
                await self._book.keep([asdict(each) for each in waiting])
                return False
            before = await self._book.sent_at()
            sent_at = {address: at for address, at in before.items() if self._waits(at)}
            left: list[Complaint] = []
            is_reachable = True
            for address in dict.fromkeys(each.to for each in waiting):
                own = [each for each in waiting if each.to == address]
                if address not in sent_at and is_reachable:
                    problem = await self._problem(account, address, own)
                    is_reachable = not isinstance(problem, UnreachableError | SignInError)
                    if problem is None:
                        sent_at[address] = self._clock().isoformat()
                        continue
                    self._warn(problem)
                left += own
            await self._book.note(sent_at, [asdict(each) for each in left])
        return bool(left)

    def _waits(self, sent_at: str) -> bool:
        since = self._clock() - datetime.fromisoformat(sent_at)
        return timedelta(0) <= since < self._interval  # a clock that was set back makes nobody wait

    def _is_worth_telling(self, complaint: Complaint) -> bool:
        """Not for ever to an address that no server takes, and to none of a person who was erased."""
        return is_email(complaint.to) and self._clock() - datetime.fromisoformat(complaint.at) < _KEPT_FOR

    async def _problem(self, account: MailAccount, address: str, complaints: Sequence[Complaint]) -> AppError | None:
        """Why the mail could not be sent; None where it was."""
        try:
            await send(account, composed(account, [address], _subject(complaints), _words(complaints)))
        except AppError as error:
            return error
        return None

    async def _account(self) -> MailAccount | None:
        try:
            return await self._book.account()
        except AppError as error:
            self._warn(error)
            return None

    def _warn(self, error: AppError) -> None:
        message = text("A mail about errors could not be sent: {problem}", problem=error.message)
        if isinstance(error, ConfigError) or str(error.remedy):
            self._emit(LogEvent(level=Level.WARNING, message=message, facts={"next_step": str(error.remedy)}))
        else:
            self._emit(LogEvent(level=Level.WARNING, message=message))

    async def _waiting(self) -> list[Complaint]:
        return [_complaint(each) for each in await self._book.waiting()]


def _complaint(kept: Mapping[str, Any]) -> Complaint:
    return Complaint(str(kept["to"]), str(kept["at"]), str(kept["title"]), str(kept["words"]))


def _subject(complaints: Sequence[Complaint]) -> str:
    titles = list(dict.fromkeys(each.title for each in complaints))
    if len(titles) == 1:
        return _('Koppler: "{integration}" needs you').format(integration=titles[0])
    return _("Koppler: {count} integrations need you").format(count=len(titles))


def _words(complaints: Sequence[Complaint]) -> str:
    from app.core.local_words import local_moment

    parts = [f"{local_moment(datetime.fromisoformat(each.at))} · {each.title}\n{each.words}" for each in complaints]
    closing = _("Open Koppler to see the records; this mail names none of your customers.")
    return "\n\n".join([*parts, closing]) + "\n"
