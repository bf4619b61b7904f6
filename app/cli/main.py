"""From arguments to an exit code."""

from __future__ import annotations

import argparse
import asyncio
import locale
import logging
import os
from argparse import Namespace
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from app.cli.arguments import parser
from app.cli.exits import Exit, exit_for
from app.cli.output import Output
from app.cli.session import OpenServices, Session
from app.core.errors import AppError, ConfigError, StorageError, unexpected_error
from app.core.texts import LANGUAGES, _, text, use_language
from app.sdk.redaction import Redactor
from app.services.demo import Demo
from app.storage.folder import DataFolder
from app.storage.preferences import LANGUAGE, peek

_LOG = logging.getLogger(__name__)

Command = Callable[[Session], Coroutine[Any, Any, Exit]]
OpenWindow = Callable[[DataFolder], int]


def main(
    argv: Sequence[str] | None,
    *,
    open_services: OpenServices,
    open_window: OpenWindow,
    demo: Demo,
    environ: Mapping[str, str] = os.environ,
    redactor: Redactor | None = None,
) -> int:
    """Never raises AppError: it becomes one clear message and an exit code. ``argparse`` ends wrong use with 2."""
    use_language(_typed_language(argv) or _usual_language(environ))
    arguments = parser().parse_args(argv)
    output = Output(is_json=arguments.json, redact=redactor)
    try:
        folder = DataFolder.default(arguments.data_dir, environ)
        use_language(arguments.language or str(peek(folder.database).get(LANGUAGE) or _usual_language(environ)))
        if arguments.command is None and not arguments.self_test:
            return open_window(folder)
        session = Session(arguments=arguments, output=output, environ=environ, open_services=open_services)
        return int(asyncio.run(_command(arguments, demo)(session)))
    except AppError as error:
        output.error(error)
        return int(exit_for(error))
    except (KeyboardInterrupt, asyncio.CancelledError):
        output.note(_("Stopped. What was sent is in the journal; the next run continues."))
        return int(Exit.TRY_LATER)
    except EOFError:  # a prompt was left with Ctrl+D, or its terminal was closed
        unanswered = ConfigError(text("Nothing was entered."), remedy=text("Try again."))
        output.error(unanswered)
        return int(exit_for(unanswered))
    except BrokenPipeError:
        # The reader of a pipe has gone, as with "head": not worth a message, and the interpreter must not add one.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return int(Exit.TRY_LATER)
    except OSError as error:
        failure = StorageError(
            text("A file or folder cannot be used: {words}", words=error.strerror or type(error).__name__),
            remedy=text("Check permissions and free space, then try again."),
            detail=type(error).__name__,
        )
        output.error(failure)
        return int(exit_for(failure))
    except Exception:  # noqa: BLE001 - the last stop before a raw exception would reach the person
        _LOG.exception("the command failed unexpectedly")
        output.error(unexpected_error())
        return int(Exit.TRY_LATER)


def _command(arguments: Namespace, demo: Demo) -> Command:
    from app.cli import commands  # late: a wrong argument is answered at once

    if arguments.self_test:
        return commands.self_test
    if arguments.command == "demo":
        return lambda session: commands.demonstrate(session, demo)
    action = getattr(arguments, "action", None)
    name = f"{arguments.command} {action}" if action else str(arguments.command)
    return commands.BY_NAME[name]


def _typed_language(argv: Sequence[str] | None) -> str:
    """Looked at beforehand: help and complaints about other arguments are in that language as well."""
    early = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    early.add_argument("--language", default="")
    try:
        found, _rest = early.parse_known_args(argv)
    except argparse.ArgumentError:
        return ""
    return found.language if found.language in LANGUAGES else ""


def _usual_language(environ: Mapping[str, str]) -> str:
    """KOPPLER_LANGUAGE, else the system's language where it is one of ours."""
    wanted = (
        environ.get("KOPPLER_LANGUAGE") or environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG")
    )
    found = (wanted or (locale.getlocale()[0] or ""))[:2].casefold()
    return found if found in LANGUAGES else "en"
