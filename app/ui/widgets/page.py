"""The scaffold of a page: a header that stays, and a body that scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import SPACING
from app.ui.widgets.labels import SecondaryLabel, TitleLabel
from app.ui.widgets.monogram import MonogramPair
from app.ui.widgets.painting import Words

_ACTION_GAP = 12


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
        self._title = TitleLabel(title)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._subtitle = subtitle if isinstance(subtitle, QWidget) else SecondaryLabel(subtitle)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING.page, 22, SPACING.page, SPACING.m)
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
        self._title.setText(str(title))

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
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(SPACING.page, 0, SPACING.page, SPACING.page - 4)
        self.body.setSpacing(SPACING.m)
        if is_scrolling:
            self.body.setAlignment(Qt.AlignmentFlag.AlignTop)
            column.addWidget(_scroll_area(content), 1)
        else:
            column.addWidget(content, 1)


def _scroll_area(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area
