"""Which runs are told of by mail, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.core.addresses import is_email, masked_words
from app.core.configuration import Integration
from app.core.errors import AppError, ConfigError
from app.core.events import Emit, Level, LogEvent, RunMode, RunState
from app.core.outcomes import Outcome
from app.core.texts import Text, _, ntext, text
from app.services.launching import RunResult
from app.services.mailing.account import composed, send
from app.services.mailing.book import MailBook
from app.services.mailing.digest import Digest

_BROKEN = frozenset({RunState.FAILED, RunState.PAUSED, RunState.WAITING})
_TOLD: Mapping[Outcome, Callable[[int], Text]] = {
    Outcome.FAILED: lambda count: ntext("{count} record failed.", "{count} records failed.", count),
    Outcome.HELD: lambda count: ntext("{count} record is held.", "{count} records are held.", count),
    Outcome.IN_DOUBT: lambda count: ntext("{count} record is in doubt.", "{count} records are in doubt.", count),
}
_QUIET = frozenset({RunMode.PREVIEW, RunMode.TRIAL})


class Mailing:
    def __init__(self, book: MailBook, digest: Digest, emit: Emit) -> None:
        self.book = book
        self._digest = digest
        self._emit = emit

    async def ended(self, integration: Integration, mode: RunMode, result: RunResult) -> None:
        """Tells the addresses of an integration of a run that needs somebody, and in any case what has waited. A mail
        that fails fails no run."""
        addresses = _addresses(integration)
        if mode in _QUIET:
            return
        words = self._words(result)
        try:
            if words and addresses:
                await self._digest.tell(addresses, integration.title, words)
            else:
                await self._digest.flush()
        except AppError as error:
            self._emit(LogEvent(level=Level.WARNING, message=error.message, integration=integration.key))

    async def try_out(self, given: Mapping[str, object], to: str) -> None:
        """A mail at once, with what stands in the form. Raises SettingsError and what sending raises."""
        account = await self.book.account(given=given)
        if to and not is_email(to):
            raise ConfigError(
                text("This is not an e-mail address."), remedy=text("Enter it as in name@example.com."), field="to"
            )
        words = _("This is a test from Koppler. Mails about errors will arrive here.")
        await send(account, composed(account, [to or account.sender], _("Koppler: test mail"), words))
        self._emit(LogEvent(level=Level.OK, message=text("The test mail was handed to the mail server.")))

    async def flush(self) -> None:
        """At the start of the window: what was kept when the program ended."""
        await self._digest.flush()

    async def aclose(self) -> None:
        await self._digest.aclose()

    @staticmethod
    def _words(result: RunResult) -> str:
        lines: list[str] = []
        if result.state in _BROKEN and result.error is not None:
            lines.append(masked_words(f"{result.error.message} {result.error.remedy}".strip()))
        counts = result.balance.total.counts
        lines += [str(words(counts[outcome])) for outcome, words in _TOLD.items() if counts.get(outcome)]
        return "\n".join(lines)


def _addresses(integration: Integration) -> Sequence[str]:
    given = integration.options.get("error_mails")
    return [str(each) for each in given if is_email(str(each))] if isinstance(given, list | tuple) else []
