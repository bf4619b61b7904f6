"""The scaffold of a page: a header that stays, and a body that scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import BOLD, SPACING, TYPE, ui_font
from app.ui.widgets.labels import ElidedLabel, SecondaryLabel
from app.ui.widgets.monogram import MonogramPair
from app.ui.widgets.painting import Words

_ACTION_GAP = 12
_SCROLL_BAR_PX = 12  # as the stylesheet draws it


class PageHeader(QWidget):
    """Monograms if any, title, subtitle (words or a widget such as `StepHeader`), actions at the right."""

    def __init__(
        self,
        title: Words,
        subtitle: Words | QWidget = "",
        parent: QWidget | None = None,
        *,
        monograms: QWidget | None = None,
        actions: Sequence[QPushButton] = (),
    ) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(title)
        self._title.setFont(ui_font(TYPE.title, BOLD))
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._subtitle = subtitle if isinstance(subtitle, QWidget) else SecondaryLabel(subtitle)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING.page, 23, SPACING.page, SPACING.l)
        row.setSpacing(_ACTION_GAP)
        if monograms is not None:
            row.addWidget(monograms)
            row.addSpacing(2)
        row.addLayout(words, 1)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(_ACTION_GAP)
        row.addLayout(self._actions)
        self.set_actions(actions)
        self._show_subtitle()

    def set_title(self, title: Words) -> None:
        self._title.set_words(title)

    def set_subtitle(self, words: Words) -> None:
        if isinstance(self._subtitle, SecondaryLabel):
            self._subtitle.setText(str(words))
            self._show_subtitle()

    def set_actions(self, actions: Sequence[QPushButton]) -> None:
        while (item := self._actions.takeAt(0)) is not None:
            if (old := item.widget()) is not None and old not in actions:
                old.hide()
                old.deleteLater()
        for action in actions:
            self._actions.addWidget(action, alignment=Qt.AlignmentFlag.AlignVCenter)

    def _show_subtitle(self) -> None:
        if isinstance(self._subtitle, SecondaryLabel):
            self._subtitle.setVisible(bool(self._subtitle.text()))


class ScrollPage(QWidget):
    """Put content into `body`; put what must not scroll (tabs, filters) into `fixed`, between header and body.

    `is_scrolling=False` gives the body the whole height instead: for pages that are one large table.
    """

    def __init__(
        self,
        title: Words,
        subtitle: Words | QWidget = "",
        parent: QWidget | None = None,
        *,
        monograms: MonogramPair | QWidget | None = None,
        actions: Sequence[QPushButton] = (),
        is_scrolling: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header = PageHeader(title, subtitle, monograms=monograms, actions=actions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self.fixed = QVBoxLayout()
        self.fixed.setContentsMargins(SPACING.page, 0, SPACING.page, 0)
        column.addLayout(self.fixed)
        content = QWidget()
        content.setProperty("surface", "none")
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACING.m)
        self._outer = QVBoxLayout(content)
        self._outer.addLayout(self.body)
        self._set_right_margin(SPACING.page)
        if is_scrolling:
            self._outer.addStretch(1)
            area = _scroll_area(content)
            area.verticalScrollBar().rangeChanged.connect(self._make_room)
            column.addWidget(area, 1)
        else:
            column.addWidget(content, 1)

    def _make_room(self, _minimum: int, maximum: int) -> None:
        """The scroll bar takes its room from the margin: content stays in line with the header."""
        self._set_right_margin(SPACING.page - (_SCROLL_BAR_PX if maximum > 0 else 0))

    def _set_right_margin(self, margin_px: int) -> None:
        self._outer.setContentsMargins(SPACING.page, 0, margin_px, SPACING.page - 4)


def _scroll_area(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area
