"""The text of the live log.

One `insertText` per run of equal format and one edit block per batch: five thousand lines a second must not hold the
window up. Block `n` of the document always is line `n` of `_shown`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPalette,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from app.core.addresses import masked_words
from app.core.texts import _
from app.ui.shell.log_lines import RING_SIZE, Level, LogLine
from app.ui.theme import MEDIUM, SIZES, TYPE, Colours, colours_now, mono_font
from app.ui.widgets import Words

_DETAILS_MARK = "  ›"
_CLICK_TOLERANCE_PX = 4


class LogView(QPlainTextEdit):
    """Read-only. Arrow keys walk the lines; Enter or a click on one with details emits `line_activated(entry_id)`."""

    line_activated = Signal(int)
    reached_end = Signal()
    left_end = Signal()

    def __init__(self, name: Words, parent: QWidget | None = None, *, capacity: int = RING_SIZE) -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(capacity)
        self.setFont(mono_font())
        self.document().setDocumentMargin(0)
        self.setViewportMargins(16, 6, 8, 6)
        self.viewport().setMouseTracking(True)
        self._shown: deque[LogLine] = deque(maxlen=capacity)
        self._formats = _Formats(colours_now())
        self._words = _level_words()
        self._is_appending = False
        self._press_x = 0.0
        self._is_marked = False
        self.verticalScrollBar().valueChanged.connect(self._tell_end)
        self.cursorPositionChanged.connect(self._mark_line)
        self._dress()

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is selected by hand and copied may be pasted anywhere: addresses are masked, secrets never came here."""
        words = self.textCursor().selectedText().replace("\u2029", "\n")
        copied = QMimeData()
        copied.setText(masked_words(words))
        return copied

    def lines(self) -> Sequence[LogLine]:
        return tuple(self._shown)

    def is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum()

    def append_lines(self, lines: Sequence[LogLine]) -> None:
        """Add at the end and keep the end in sight."""
        newest = lines[-(self._shown.maxlen or RING_SIZE) :]
        if not newest:
            return
        self._is_appending = True
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        is_first = not self._shown
        for line in newest:
            if not is_first:
                cursor.insertBlock()
            is_first = False
            self._insert(cursor, line)
        cursor.endEditBlock()
        self._shown.extend(newest)
        self.scroll_to_end()
        self._is_appending = False

    def replace_lines(self, lines: Sequence[LogLine]) -> None:
        self._is_appending = True
        self.clear()
        self._shown.clear()
        self._is_appending = False
        self.append_lines(lines)

    def scroll_to_end(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self.horizontalScrollBar().setValue(0)

    def retranslate(self) -> None:
        self._words = _level_words()
        self.replace_lines(self.lines())

    def line_at(self, block: QTextBlock) -> LogLine | None:
        number = block.blockNumber()
        return self._shown[number] if 0 <= number < len(self._shown) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(self.textCursor().block())
        elif event.key() == Qt.Key.Key_End and not event.modifiers():
            self.moveCursor(QTextCursor.MoveOperation.End)
            self.scroll_to_end()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._mark_line()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark_line()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press_x = event.position().x()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        is_click = abs(event.position().x() - self._press_x) < _CLICK_TOLERANCE_PX
        is_selecting = self.textCursor().hasSelection()
        if event.button() is Qt.MouseButton.LeftButton and is_click and not is_selecting:
            self._activate(self.cursorForPosition(event.position().toPoint()).block())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        line = self.line_at(self.cursorForPosition(event.position().toPoint()).block())
        is_link = line is not None and line.has_details
        shape = Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._formats.colours is not colours_now():
            self._formats = _Formats(colours_now())
            self._dress()
            self.replace_lines(self.lines())

    def _dress(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(self._formats.colours.panel))
        self.setPalette(palette)

    def _insert(self, cursor: QTextCursor, line: LogLine) -> None:
        formats = self._formats
        cursor.insertText(f"{line.time.astimezone():%H:%M:%S}", formats.time)
        cursor.insertText(" ", formats.gap)
        cursor.insertText(self._words[line.level], formats.levels[line.level])
        # A log line is one line: a message's own breaks would tear lines and entries apart.
        message = " ".join(line.message.split("\n")) if "\n" in line.message else line.message
        cursor.insertText(message + _DETAILS_MARK if line.has_details else message, formats.message)

    def _activate(self, block: QTextBlock) -> None:
        line = self.line_at(block)
        if line is not None and line.has_details:
            self.line_activated.emit(line.entry_id)

    def _tell_end(self) -> None:
        if self._is_appending:
            return
        if self.is_at_end():
            self.reached_end.emit()
        else:
            self.left_end.emit()

    def _mark_line(self) -> None:
        if self._is_appending or not self.hasFocus():
            if self._is_marked:  # clearing nothing would still paint everything
                self._is_marked = False
                self.setExtraSelections([])
            return
        # The attributes of a selection are copies: they are set as a whole.
        cursor = self.textCursor()
        cursor.clearSelection()
        ground = QTextCharFormat()
        ground.setBackground(QColor(self._formats.colours.selection))
        ground.setProperty(QTextFormat.Property.FullWidthSelection, True)
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor
        mark.format = ground
        self.setExtraSelections([mark])
        self._is_marked = True


class _Formats:
    """The character formats of one colour scheme."""

    def __init__(self, colours: Colours) -> None:
        self.colours = colours
        self.time = _text_format(colours.second)
        self.message = _text_format(colours.text)
        self.gap = _text_format(colours.text, _gap_font_px())
        self.levels: dict[Level, QTextCharFormat] = {
            "debug": _text_format(colours.second),
            "info": _text_format(colours.second),
            "ok": _text_format(colours.ok, weight=MEDIUM),
            "warning": _text_format(colours.warning, weight=MEDIUM),
            "error": _text_format(colours.error, weight=MEDIUM),
        }


def _text_format(colour: str, size_px: int = TYPE.log, *, weight: int = 400) -> QTextCharFormat:
    chars = QTextCharFormat()
    chars.setFont(mono_font(size_px, weight))
    chars.setForeground(QColor(colour))
    return chars


def _gap_font_px() -> int:
    """Plain text documents know no line height: the blank between the columns carries it."""
    return round(SIZES.log_line / 1.32)


def _level_words() -> dict[Level, str]:
    words: dict[Level, str] = {
        "debug": _("DEBUG"),
        "info": _("INFO"),
        "ok": _("OK"),
        "warning": _("WARN"),
        "error": _("ERROR"),
    }
    width = max(len(word) for word in words.values()) + 2
    return {level: word.ljust(width) for level, word in words.items()}
