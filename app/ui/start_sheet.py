"""What is asked when the program cannot start: mend the database, try once more, or leave."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.core.errors import AppError
from app.core.texts import _
from app.services.recovery import Copy
from app.storage.faults import DamagedDatabaseError
from app.ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import BodyLabel, SecondaryLabel
from app.ui.wording import moment

_WIDTH_PX = 580


class StartSheet(Sheet):
    """Call `open()`; one of the signals follows. Closing the sheet means to leave.

    ``copy`` is the newest backup that can be restored; it is offered for a damaged database only.
    """

    restore_wanted = Signal(object)
    """Carries the Copy."""
    new_beginning_wanted = Signal()
    retry_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QWidget, error: AppError, copy: Copy | None = None) -> None:
        super().__init__(parent, error.message, width_px=_WIDTH_PX)
        self.setObjectName("start-sheet")
        self.quit_button = SecondaryButton(_("Quit"))
        self.quit_button.clicked.connect(self.reject)
        self.rejected.connect(self.quit_wanted)
        self.buttons.addWidget(self.quit_button)
        if isinstance(error, DamagedDatabaseError):
            self._offer_mending(copy)
        else:
            self.body.addWidget(BodyLabel(error.remedy))
            self.setAccessibleDescription(str(error.remedy))
            self._add(PrimaryButton(_("Try again"))).clicked.connect(self._retry)

    def _offer_mending(self, copy: Copy | None) -> None:
        if copy is None:
            words = _("There is no backup that can be restored. The program can begin anew.")
        else:
            words = _("A backup can take its place. What was sent since then is looked up in the target.")
        kept = _("The damaged file is kept. Your shop and your target keep everything they hold.")
        self.body.addWidget(BodyLabel(words))
        self.body.addWidget(SecondaryLabel(kept))
        self.setAccessibleDescription(f"{words} {kept}")
        self._add(DangerButton(_("Begin anew"))).clicked.connect(self._begin_anew)
        self.quit_button.setFocus()
        if copy is not None:
            restore = self._add(PrimaryButton(_("Restore the backup of {date}").format(date=moment(copy.made_at))))
            restore.clicked.connect(lambda: self._restore(copy))

    def _add(self, button: QPushButton) -> QPushButton:
        self.buttons.addWidget(button)
        button.setFocus()
        return button

    def _restore(self, copy: Copy) -> None:
        self.accept()
        self.restore_wanted.emit(copy)

    def _begin_anew(self) -> None:
        self.accept()
        self.new_beginning_wanted.emit()

    def _retry(self) -> None:
        self.accept()
        self.retry_wanted.emit()
