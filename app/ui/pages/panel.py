"""A part of a page with its own place for errors: what a tab and a step of the guided set-up show."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.errors import AppError
from app.ui.context import Context
from app.ui.pages.vault import offer_vault
from app.ui.theme import SPACING
from app.ui.widgets.banner import Banner
from app.ui.widgets.painting import Tone


class Panel(QWidget):
    """``actions`` are the panel's main buttons: a page may show them in its header, else they stand above ``body``."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.actions_wanted: tuple[QPushButton, ...] = ()
        self._error = Banner("", Tone.ERROR, is_closable=True)
        self._error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.m)
        self._column = column
        column.addWidget(self._error)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACING.m)
        column.addLayout(self.body, 1)

    def place_actions(self) -> None:
        """Show the buttons here: for a page whose header has buttons of its own."""
        row = QHBoxLayout()
        row.setSpacing(SPACING.m)
        row.addStretch(1)
        for button in self.actions_wanted:
            row.addWidget(button)
        self._column.insertLayout(1, row)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        return self.context.tasks.spawn(coroutine, owner=self, on_error=self.show_error)

    def show_error(self, error: AppError) -> None:
        if error.remedy:
            self._error.set_message(error.remedy, Tone.ERROR, title=error.message)
        else:
            self._error.set_message(error.message, Tone.ERROR)
        self._error.show()
        offer_vault(self.context, self, error)

    def clear_error(self) -> None:
        self._error.hide()

    def error_words(self) -> str:
        """What the banner says now; empty without one."""
        return self._error.accessibleName() if not self._error.isHidden() else ""
