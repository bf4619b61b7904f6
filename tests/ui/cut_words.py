"""Looks for words that a person cannot read whole, because their control is too small for them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemDelegate, QLabel, QLineEdit, QPushButton, QScrollArea, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets import BadgeDelegate, ElidedLabel

_HEADING_PADDING_PX = 20
_FIELD_PADDING_PX = 20


def patiently_whole(qtbot: QtBot, widget: QWidget) -> None:
    """Fails if something is still cut when layouts have settled, and says what."""

    def is_whole() -> None:
        found = cut_words(widget)
        assert found == [], found

    qtbot.waitUntil(is_whole, timeout=2_000)


def cut_words(widget: QWidget) -> list[str]:
    """What is shown under `widget` and too small for its words. Labels that shorten themselves are left out: their
    words stand in the tool tip."""
    return [words for child in widget.findChildren(QWidget) if child.isVisible() for words in _cut(child)]


def _cut(child: QWidget) -> Iterator[str]:
    match child:
        case ElidedLabel():
            return
        case QLabel() if child.text():
            if child.wordWrap():
                is_cut = child.heightForWidth(child.width()) > child.height()
            else:
                is_cut = child.sizeHint().width() > child.width() or child.sizeHint().height() > child.height()
            if is_cut:
                yield f"label: {child.text()}"
        case QPushButton() if child.text() and child.sizeHint().width() > child.width():
            yield f"button: {child.text()}"
        case QLineEdit() if child.fontMetrics().horizontalAdvance(child.placeholderText()) > (
            child.width() - _FIELD_PADDING_PX
        ):
            yield f"placeholder: {child.placeholderText()}"
        case QTableView():
            yield from _cut_in_table(child)
        case QScrollArea():
            content = child.widget()
            if content is not None and content.minimumSizeHint().width() > child.viewport().width():
                yield f"wider than its page: {type(child.parentWidget()).__name__}"


def _cut_in_table(table: QTableView) -> Iterator[str]:
    header, model = table.horizontalHeader(), table.model()
    for column in range(model.columnCount()):
        if header.isSectionHidden(column):
            continue
        words = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        if header.fontMetrics().horizontalAdvance(words) > header.sectionSize(column) - _HEADING_PADDING_PX:
            yield f"heading: {words}"
        delegate: QAbstractItemDelegate = table.itemDelegateForColumn(column)
        if isinstance(delegate, BadgeDelegate) and table.sizeHintForColumn(column) > header.sectionSize(column):
            yield f"badge in: {words or column}"
