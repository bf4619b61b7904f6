"""Where words go: results to standard output, everything else to standard error."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

import msgspec
from rich.console import Console

from app.core.errors import AppError
from app.core.texts import Text, _
from app.sdk.redaction import Redactor

if TYPE_CHECKING:
    from rich.table import Table


class Output:
    """``is_json``: standard output then carries one JSON object per line and nothing else."""

    def __init__(
        self,
        *,
        is_json: bool,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        redact: Redactor | None = None,
    ) -> None:
        self.is_json = is_json
        self._stdout = stdout or tolerant(sys.stdout)
        self._stderr = stderr or tolerant(sys.stderr)
        self.redact = redact or Redactor()
        self.progress_console = Console(file=self._stderr, highlight=False)
        # A pipe or file has no width of its own: rows stay on one line.
        width = None if self._stdout.isatty() else 200
        self._console = Console(file=self._stdout, highlight=False, width=width)

    def event(self, event: str, values: Mapping[str, Any]) -> None:
        """One line of JSON; silent for people, who get ``say`` and ``table``."""
        if self.is_json:
            self._write(_line(event, values))

    def secret_event(self, event: str, values: Mapping[str, Any]) -> None:
        """The same without redaction: for a simulator's own credentials, which are meant to be read."""
        if self.is_json:
            print(_line(event, values), file=self._stdout, flush=True)

    def say(self, words: str | Text) -> None:
        if not self.is_json:
            self._write(str(words))

    def say_secret(self, words: str) -> None:
        if not self.is_json:
            print(words, file=self._stdout, flush=True)

    def table(self, table: Table) -> None:
        if not self.is_json:
            for column in table.columns:  # before they are folded to their width; rich offers no other way
                cells = column._cells  # noqa: SLF001
                cells[:] = [self.redact(each) if isinstance(each, str) else each for each in cells]
            self._console.print(table)

    def note(self, words: str | Text) -> None:
        """For the eye only, to standard error."""
        print(self.redact(str(words)), file=self._stderr, flush=True)

    def error(self, error: AppError) -> None:
        if self.is_json:
            self.event("error", {"message": str(error.message), "remedy": str(error.remedy), "field": error.field})
        else:
            self.note(_("Error: {message}").format(message=str(error)))

    def _write(self, words: str) -> None:
        print(self.redact(words), file=self._stdout, flush=True)


def new_table(*columns: str | Text) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(str(column), overflow="fold")
    return table


def cell(words: object) -> str:
    """Text as it stands: square brackets are no markup."""
    from rich.markup import escape

    return escape(str(words))


def tolerant(stream: TextIO) -> TextIO:
    """UTF-8 also where the console has an older code page: an unknown letter must not end the program."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace")
    return stream


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def _line(event: str, values: Mapping[str, Any]) -> str:
    return _ENCODER.encode({"event": event, **_in_words(values)}).decode()


def _in_words(value: Any) -> Any:
    """Texts become words; everything else stays JSON."""
    match value:
        case Text():
            return str(value)
        case Mapping():
            return {str(name): _in_words(each) for name, each in value.items()}
        case frozenset() | set():
            return sorted(str(_in_words(each)) for each in value)
        case list() | tuple():
            return [_in_words(each) for each in value]
        case _:
            return value
