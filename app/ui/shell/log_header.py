"""What stands above the log's lines, and the strip that remains when the log is folded."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.core.texts import _, ngettext
from app.ui.shell.log_lines import Level, LogLine
from app.ui.theme import SEMIBOLD, SIZES, SPACING, TYPE, colours_now, mono_font, ui_font
from app.ui.widgets import (
    ChipBar,
    ChipChoice,
    ElidedLabel,
    IconButton,
    SearchField,
    SecondaryButton,
    StrongLabel,
)
from app.ui.widgets.buttons import DrawnButton
from app.ui.widgets.painting import draw_focus_ring, fill_rounded, smooth

_FILTER_WIDTHS = (72, 190)


class FollowButton(DrawnButton):
    """Says whether the log follows, and switches it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, is_small=True)
        self._is_following = True
        self.setFont(ui_font(TYPE.badge, SEMIBOLD, tabular=True))
        self.show_state(is_following=True, held_back=0)

    def show_state(self, *, is_following: bool, held_back: int) -> None:
        self._is_following = is_following
        if is_following:
            words = _("following")
        elif held_back:
            words = ngettext("paused · {count} new", "paused · {count} new", held_back).format(count=held_back)
        else:
            words = _("paused")
        if words == self.text():
            return
        self.setText(words)
        self.setToolTip(_("Stop following new lines") if is_following else _("Follow new lines again"))
        self.setAccessibleName(_("Live log is {state}").format(state=words))
        self.setAccessibleDescription(self.toolTip())
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 18, SIZES.badge)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = colours_now()
        painter = smooth(QPainter(self))
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        ground = colours.pressed if self.underMouse() else colours.neutral_ground
        fill_rounded(painter, rect, radius, ground if self._is_following else colours.warning_ground)
        painter.setFont(self.font())
        painter.setPen(QColor(colours.second if self._is_following else colours.warning))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.shows_focus_ring():
            draw_focus_ring(painter, rect, radius, colours.accent)


class LogHeader(QWidget):
    """Title, state, filter, levels, and what can be done with the log."""

    level_chosen = Signal(str)
    words_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, level: Level = "info", words: str = "") -> None:
        super().__init__(parent)
        self.setFixedHeight(SIZES.log_header)
        self.follow = FollowButton()
        self.filter = SearchField(_("Filter the live log"), placeholder=_("Filter…"), is_small=True, takes_ctrl_f=False)
        self.filter.setText(words)
        self.filter.setMinimumWidth(_FILTER_WIDTHS[0])
        self.filter.setMaximumWidth(_FILTER_WIDTHS[1])
        self.filter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.levels = ChipBar(_("Lines to show"), _level_choices(), selected=level, is_wrapping=False)
        self.copy = SecondaryButton(_("Copy"), is_small=True)
        self.copy.setToolTip(_("Copy the selected lines, or all lines shown"))
        self.save = SecondaryButton(_("Save report…"), is_small=True)
        self.fold = IconButton("caret-down", _("Fold the live log"))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING.l, 0, SPACING.s, 0)
        row.setSpacing(SPACING.s)
        # In a small window and a language of long words the title gives way first, then the filter.
        title = ElidedLabel(_("Live log"), is_strong=True)
        title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(title)
        row.addWidget(self.follow)
        row.addStretch(1)
        row.addWidget(self.filter, 4)
        row.addWidget(self.levels)
        row.addWidget(self.copy)
        row.addWidget(self.save)
        row.addWidget(self.fold)
        self.filter.searched.connect(self.words_chosen)
        self.levels.chosen.connect(self.level_chosen)


class LogStrip(QWidget):
    """The folded log: one line that still shows the latest entry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(SIZES.log_strip)
        self._latest = ElidedLabel(is_second=True)
        self._latest.setFont(mono_font())
        self.unfold = IconButton("caret-up", _("Open the live log"))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING.l, 0, SPACING.s, 0)
        row.setSpacing(SPACING.m)
        row.addWidget(StrongLabel(_("Live log")))
        row.addWidget(self._latest, 1)
        row.addWidget(self.unfold)

    def latest(self) -> str:
        return self._latest.words()

    def show_line(self, line: LogLine) -> None:
        self._latest.set_words(f"{line.time.astimezone():%H:%M:%S}  {line.message}")

    def clear(self) -> None:
        self._latest.set_words("")


def _level_choices() -> list[ChipChoice]:
    return [
        ChipChoice("debug", _("Details")),
        ChipChoice("info", _("Info")),
        ChipChoice("warning", _("Warnings")),
        ChipChoice("error", _("Errors")),
    ]
