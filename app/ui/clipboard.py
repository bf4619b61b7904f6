"""What a button copies may be pasted anywhere: secrets are removed by value once more, and addresses of people masked.

The engine knows the secrets; the window only ever sees their absence.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from app.core.addresses import masked_words
from app.core.errors import AppError
from app.ui.context import Context


def copy_masked(context: Context, words: str, owner: QObject, on_copied: Callable[[], None] | None = None) -> None:
    """For lines of the log and details of errors. ``on_copied`` is called once the words are there."""
    context.tasks.spawn(_copy(context, words, is_masked=True, on_copied=on_copied), owner=owner, on_error=_say_nothing)


def copy_without_secrets(context: Context, words: str, owner: QObject) -> None:
    """For a preview: whom it concerns is what the person wants to see there."""
    context.tasks.spawn(_copy(context, words, is_masked=False), owner=owner, on_error=_say_nothing)


async def _copy(context: Context, words: str, *, is_masked: bool, on_copied: Callable[[], None] | None = None) -> None:
    clean = await context.engine.ask(lambda services: services.redact(words))
    QGuiApplication.clipboard().setText(masked_words(clean) if is_masked else clean)
    if on_copied is not None:
        on_copied()


def _say_nothing(_error: AppError) -> None:
    """Without an engine nothing is copied, and its failure is told elsewhere."""
