"""A file: typed, pasted, dropped or chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QWidget

from app.core.texts import _
from app.ui.theme import SPACING
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.fields import TextField, mark_invalid
from app.ui.widgets.painting import Words


def open_file_dialog(parent: QWidget, title: Words, *, patterns: Sequence[str] = (), start: str = "") -> QFileDialog:
    """Qt's own dialog, opened without a nested event loop; connect to `fileSelected`. `patterns` such as "*.csv"."""
    dialog = _dialog(parent, str(title), patterns, start)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()
    return dialog


def save_file_dialog(parent: QWidget, title: Words, *, suggested: str, patterns: Sequence[str] = ()) -> QFileDialog:
    """Ask where to save; connect to `fileSelected`. The dialog asks before it replaces a file."""
    dialog = _dialog(parent, str(title), patterns, "")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(Path(suggested).suffix.lstrip("."))
    dialog.selectFile(suggested)
    dialog.open()
    return dialog


def _dialog(parent: QWidget, title: str, patterns: Sequence[str], start: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if patterns:
        joined = " ".join(patterns)
        dialog.setNameFilters([_("Fitting files ({patterns})").format(patterns=joined), _("All files (*)")])
    if start:
        dialog.setDirectory(str(Path(start).parent))
    return dialog


class PathField(QWidget):
    """The value is the path as text; "Choose…" opens a dialog, a file may also be dropped here."""

    value_changed = Signal(object)

    def __init__(
        self,
        name: Words,
        parent: QWidget | None = None,
        *,
        patterns: Sequence[str] = (),
        placeholder: Words = "",
    ) -> None:
        super().__init__(parent)
        self._name = str(name)
        self._patterns = tuple(patterns)
        self._line = TextField(name, placeholder=placeholder)
        self._choose = SecondaryButton(_("Choose…"))
        self._choose.setAccessibleName(_("Choose {field}").format(field=self._name))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING.s)
        row.addWidget(self._line, 1)
        row.addWidget(self._choose)
        self.setFocusProxy(self._line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAcceptDrops(True)
        self._line.setAcceptDrops(False)
        self._choose.clicked.connect(self.open_dialog)
        self._line.value_changed.connect(self.value_changed)

    def value(self) -> str:
        return self._line.text().strip()

    def set_value(self, value: object) -> None:
        self._line.set_value(value)

    def set_invalid(self, *, is_invalid: bool) -> None:
        mark_invalid(self._line, is_invalid=is_invalid)

    def open_dialog(self) -> None:
        dialog = open_file_dialog(self, self._name, patterns=self._patterns, start=self.value())
        dialog.fileSelected.connect(self.set_value)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.set_value(paths[0])
            event.acceptProposedAction()
