"""What the page needs of each step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.context import Context
from app.ui.pages.wizard.model import WizardModel


class StepWidget(QWidget):
    """``state_changed``: ``can_continue`` may answer differently now. Every coroutine may raise AppError."""

    state_changed = Signal()

    def __init__(self, context: Context, model: WizardModel) -> None:
        super().__init__()
        self.context = context
        self.model = model

    async def enter(self) -> None:
        """Show what the model holds; called each time the step is reached."""

    def can_continue(self) -> bool:
        return True

    async def finish(self) -> bool:
        """Take over what was entered; False stays here."""
        return True

    async def keep(self) -> None:
        """Take over what can be, for a draft."""

    def go_back(self) -> bool:
        """True where the step went back within itself."""
        return False

    def has_changes(self) -> bool:
        """Something was typed that a draft does not hold yet."""
        return False

    def focus_first(self) -> None:
        self.setFocus()
