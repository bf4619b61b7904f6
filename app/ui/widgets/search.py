"""The search box: waits until typing pauses, clears with Escape, gets the focus with Ctrl+F."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.texts import _
from app.ui.theme import SIZES, themed_icon, ui_font
from app.ui.widgets.painting import Words

_PAUSE_MS = 120


class SearchField(QLineEdit):
    """`searched` carries the text once typing pauses; clearing is told at once."""

    searched = Signal(str)

    def __init__(
        self,
        name: Words,
        parent: QWidget | None = None,
        *,
        placeholder: Words = "",
        is_small: bool = False,
        takes_ctrl_f: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setPlaceholderText(str(placeholder) or str(name))
        self.setFont(ui_font(12 if is_small else 13))
        if is_small:
            self.setProperty("small", True)
            self.setFixedHeight(SIZES.field_small)
        self._clear = QAction(self)
        self._clear.setToolTip(_("Clear the search"))
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self._told = ""
        self.textChanged.connect(self._on_text)
        if takes_ctrl_f:
            shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(self._take_focus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tell()
        super().keyPressEvent(event)

    def _on_text(self, words: str) -> None:
        if words and not self._clear.isVisible():
            self._clear.setIcon(themed_icon("x"))
        self._clear.setVisible(bool(words))
        if words:
            self._pause.start()
        else:
            self._tell()

    def _tell(self) -> None:
        self._pause.stop()
        if self.text() != self._told:
            self._told = self.text()
            self.searched.emit(self._told)

    def _take_focus(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
