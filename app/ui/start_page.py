"""What is shown until the engine is open: a moment of patience, or why it cannot be."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.errors import AppError
from app.core.texts import _
from app.ui.theme import SPACING
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.labels import SecondaryLabel


class StartPage(QWidget):
    """The error's message alone: its remedy stands in the sheet above it, with the ways out."""

    def __init__(self, error: AppError | None, close: SecondaryButton) -> None:
        super().__init__()
        self.setObjectName("page")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING.page, SPACING.page, SPACING.page, SPACING.page)
        if error is None:
            close.hide()
            column.addWidget(SecondaryLabel(_("Starting…")))
            column.addStretch(1)
        else:
            column.addWidget(EmptyState("warning-circle", _("Koppler has not started"), str(error.message), close))
