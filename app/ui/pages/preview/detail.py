"""One previewed record: what comes in, what goes out, by which rule; the raw request one click away."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QStackedWidget, QWidget

from app.core.labels import RECORD_NAMES
from app.core.texts import _
from app.sdk.plan import FieldLine
from app.services.previews import PreviewItem
from app.ui.pages.preview.items import LONG_OUTCOMES, PREVIEW_TONES
from app.ui.theme import SPACING, TYPE, mono_font
from app.ui.widgets.badge import StatusBadge
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.delegates import MonoDelegate
from app.ui.widgets.labels import ElidedLabel, SecondaryLabel
from app.ui.widgets.table import Column, TableFrame

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_ARROW = "→"
_FIELDS, _REQUEST, _CURL, _RAW = "fields", "request", "curl", "raw"


class FieldColumn(IntEnum):
    FIELD = 0
    SOURCE = 1
    ARROW = 2
    TARGET = 3
    RULE = 4


class FieldLines(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[FieldLine, ...] = ()
        self._names = ("", "")

    def show_lines(self, lines: tuple[FieldLine, ...], source: str, target: str) -> None:
        self.beginResetModel()
        self._lines, self._names = lines, (source, target)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(FieldColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (_("Field"), self._names[0], "", self._names[1], _("Rule"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()]
        words = (str(line.label), line.source or "–", _ARROW, line.target or "–", str(line.rule))[index.column()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return words
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == FieldColumn.ARROW:
            return Qt.AlignmentFlag.AlignCenter
        return None


class PreviewDetail(Card):
    """``copy_wanted`` carries the words for the clipboard."""

    copy_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item: PreviewItem | None = None
        self.title = ElidedLabel(is_strong=True, size_px=TYPE.heading)
        self.badge = StatusBadge("")
        self.views = ChipBar(
            _("What to show"),
            [
                ChipChoice(_FIELDS, _("Fields")),
                ChipChoice(_REQUEST, _("Raw request")),
                ChipChoice(_CURL, _("curl")),
                ChipChoice(_RAW, _("What came in")),
            ],
            is_wrapping=False,
        )
        self.reason = SecondaryLabel(size_px=TYPE.small)
        self.lines = FieldLines(self)
        columns = [
            Column(80, most_px=150),
            Column(None, MonoDelegate(), least_px=104),
            Column(40),
            Column(None, MonoDelegate(), least_px=104),
            Column(80, most_px=230),
        ]
        self.fields = TableFrame(_("Fields"), self.lines, columns, row_height_px=32, is_bare=True)
        self.text = _code_view()
        self.copy = SecondaryButton(_("Copy"), is_small=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.fields)
        self._stack.addWidget(self.text)
        self._head, self._below = QHBoxLayout(), QHBoxLayout()
        for row in (self._head, self._below):
            row.setSpacing(SPACING.m)
            self.body.addLayout(row)
        self._head.addWidget(self.title, 1)
        self._head.addWidget(self.badge)
        self._head.addWidget(self.views)
        self._head.addWidget(self.copy)
        self.body.addWidget(self.reason)
        self.body.addWidget(self._stack, 1)
        self.views.chosen.connect(lambda _key: self._show_view())
        self.copy.clicked.connect(lambda: self.copy_wanted.emit(self.text.toPlainText()))
        self.setVisible(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_views()

    def _place_views(self) -> None:
        """Where the title would be squeezed, what to show is chosen in a line of its own."""
        parts = (self.title, self.badge, self.views, self.copy)
        needed = sum(each.sizeHint().width() + SPACING.m for each in parts) + 2 * SPACING.card
        is_crowded = needed > self.width()
        if is_crowded is (self._below.indexOf(self.views) >= 0):
            return
        if is_crowded:
            self._head.removeWidget(self.views)
            self._below.addWidget(self.views)
            self._below.addStretch(1)
        else:
            self._below.removeWidget(self.views)
            self._below.takeAt(0)
            self._head.insertWidget(self._head.indexOf(self.copy), self.views)

    def show_item(self, item: PreviewItem | None, source: str, target: str) -> None:
        """``source`` and ``target`` of the integration: what runs back comes from the target."""
        self._item = item
        self.setVisible(item is not None)
        if item is None:
            return
        name = item.number or item.key
        self.title.set_words(_("{kind} {number}").format(kind=RECORD_NAMES[item.kind], number=name))
        self.badge.set_status(LONG_OUTCOMES[item.outcome], PREVIEW_TONES[item.outcome])
        # The fields say whose it is and how much; without fields the list's own words must.
        own = "" if item.fields else item.label
        words = " ".join(part for part in (str(item.reason_text), item.message, str(item.next_step)) if part)
        words = "\n".join(part for part in (own, words) if part)
        self.reason.setText(words)
        self.reason.setVisible(bool(words))
        names = (target, source) if item.kind.runs_back else (source, target)
        self.fields.view.setColumnHidden(FieldColumn.RULE, not any(line.rule for line in item.fields))
        self.lines.show_lines(item.fields, *names)
        self._place_views()
        self._show_view()

    def request_words(self) -> str:
        """The requests as they would go over the wire, without credentials."""
        if self._item is None:
            return ""
        parts = []
        for request in self._item.requests:
            head = f"{request.method} {request.address}"
            purpose = f"# {request.purpose}\n" if request.purpose else ""
            parts.append(f"{purpose}{head}\n{request.body_text}".rstrip())
        return "\n\n".join(parts) or _("Nothing would be sent.")

    def _show_view(self) -> None:
        chosen = self.views.selected()
        is_text = chosen != _FIELDS
        self.copy.setVisible(is_text)
        self._stack.setCurrentIndex(1 if is_text else 0)
        if not is_text or self._item is None:
            return
        curl = _("Nothing would be sent.")
        if self._item.curl:
            curl = "# {note}\n\n{curl}".format(
                note=_("Your key is left out: add it before you use this."), curl=self._item.curl
            )
        words = {_REQUEST: self.request_words(), _CURL: curl, _RAW: self._raw_words()}[chosen]
        self.text.setPlainText(words)

    def _raw_words(self) -> str:
        if self._item is None or self._item.raw is None:
            return _("The source has told nothing more.")
        return json.dumps(self._item.raw, indent=2, ensure_ascii=False, default=str)


def _code_view() -> QPlainTextEdit:
    view = QPlainTextEdit()
    view.setReadOnly(True)
    view.setAccessibleName(_("Raw text"))
    view.setFont(mono_font())
    view.setTabChangesFocus(True)
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    view.setFrameShape(QPlainTextEdit.Shape.NoFrame)
    return view
