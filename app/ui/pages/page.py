"""What all pages share: a place for errors, and tasks that end with the page."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.core.errors import AppError
from app.ui.context import Context
from app.ui.pages.vault import offer_vault
from app.ui.theme import SPACING
from app.ui.widgets.banner import Banner
from app.ui.widgets.page import ScrollPage
from app.ui.widgets.painting import Tone, Words


class Page(ScrollPage):
    """``run`` starts a coroutine; what goes wrong appears as a banner under the header until it is closed or solved."""

    def __init__(
        self,
        context: Context,
        title: Words,
        subtitle: Words | QWidget = "",
        *,
        monograms: QWidget | None = None,
        actions: tuple[QPushButton, ...] = (),
        is_scrolling: bool = True,
    ) -> None:
        super().__init__(title, subtitle, monograms=monograms, actions=actions, is_scrolling=is_scrolling)
        self.context = context
        self._error = Banner("", Tone.ERROR, is_closable=True)
        self._error_place = QWidget()
        place = QVBoxLayout(self._error_place)
        place.setContentsMargins(0, 0, 0, SPACING.m)
        place.addWidget(self._error)
        self._error.closed.connect(self._error_place.hide)
        self._error_place.hide()
        self.fixed.addWidget(self._error_place)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        return self.context.tasks.spawn(coroutine, owner=self, on_error=self.show_error)

    def show_error(self, error: AppError) -> None:
        if error.remedy:
            self._error.set_message(error.remedy, Tone.ERROR, title=error.message)
        else:
            self._error.set_message(error.message, Tone.ERROR)
        self._error.show()
        self._error_place.show()
        offer_vault(self.context, self, error)

    def clear_error(self) -> None:
        self._error_place.hide()

    def error_words(self) -> str:
        """What the banner says now; empty without one."""
        return self._error.accessibleName() if not self._error_place.isHidden() else ""
