"""The live log docked under every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.texts import _
from app.ui.shell.announcer import Announcer
from app.ui.shell.log_header import LogHeader, LogStrip
from app.ui.shell.log_lines import RING_SIZE, LogFilter, LogLine, LogRing
from app.ui.shell.log_view import LogView
from app.ui.theme import SIZES
from app.ui.widgets import HorizontalLine, Toast

_FLUSH_MS = 100


class LogPane(QWidget):
    """Feed it with `append` from the window's thread; it shows a batch every 100 ms.

    While paused the text stands still and nothing is lost: following again shows what came in between, as far as the
    ring of 5,000 lines reaches. `line_activated` is emitted for lines with details only.
    """

    line_activated = Signal(int)
    report_requested = Signal()
    copy_wanted = Signal(str)
    collapsed_changed = Signal(bool)
    following_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._ring = LogRing()
        self._filter = LogFilter()
        self._pending: list[LogLine] = []
        self._held_back = 0
        self._is_following = True
        self._is_collapsed = False
        self.view = LogView(_("Lines of the live log"))
        self.announcer = Announcer(self.view)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(HorizontalLine())
        self._rule = HorizontalLine()
        self._column.addWidget(self._rule)
        self._column.addWidget(self.view, 1)
        self._flush_timer = QTimer(self, singleShot=True, interval=_FLUSH_MS)
        self._flush_timer.timeout.connect(self.flush)
        self.view.line_activated.connect(self.line_activated)
        self.view.reached_end.connect(lambda: self.set_following(is_following=True))
        self.view.left_end.connect(lambda: self.set_following(is_following=False))
        self._build_heads()
        self.set_collapsed(is_collapsed=False)

    def append(self, lines: Sequence[LogLine]) -> None:
        """Costs next to nothing; the text appears with the next batch."""
        self._pending.extend(lines)
        if self._pending and not self._flush_timer.isActive():
            self._flush_timer.start()

    def flush(self) -> None:
        """Show what is waiting now instead of with the next batch."""
        lines, self._pending = self._pending[-RING_SIZE:], []
        if not lines:
            return
        self._ring.add(lines)
        shown = [line for line in lines if self._filter.shows(line)]
        if shown:
            self.strip.show_line(shown[-1])
            self.announcer.offer(shown)
        if self._is_following and not self._is_collapsed:
            self.view.append_lines(shown)
        elif not self._is_following:
            self._held_back = min(self._held_back + len(shown), RING_SIZE)
            self.header.follow.show_state(is_following=False, held_back=self._held_back)

    def forget(self) -> None:
        """Shows nothing of what was; what comes from now on is shown as before."""
        self._pending.clear()
        self._ring = LogRing()
        self._rebuild()
        self.strip.clear()
        self.header.follow.show_state(is_following=self._is_following, held_back=0)

    def lines(self) -> Sequence[LogLine]:
        """What passes the filter, oldest first, whether or not the pane is paused."""
        return self._ring.shown_by(self._filter)

    def is_following(self) -> bool:
        return self._is_following

    def set_following(self, *, is_following: bool) -> None:
        if is_following == self._is_following:
            return
        self._is_following = is_following
        if is_following:
            self._rebuild()
        self.header.follow.show_state(is_following=is_following, held_back=0)
        self.following_changed.emit(is_following)

    def is_collapsed(self) -> bool:
        return self._is_collapsed

    def set_collapsed(self, *, is_collapsed: bool) -> None:
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        is_new = is_collapsed != self._is_collapsed
        self._is_collapsed = is_collapsed
        self.strip.setVisible(is_collapsed)
        for part in (self.header, self._rule, self.view):
            part.setVisible(not is_collapsed)
        height = SIZES.log_strip + 1
        self.setMinimumHeight(height if is_collapsed else SIZES.log_min)
        self.setMaximumHeight(height if is_collapsed else 16_777_215)
        if not is_collapsed:
            self._rebuild()
        if is_new:
            if had_focus:
                (self.strip.unfold if is_collapsed else self.header.fold).setFocus(Qt.FocusReason.OtherFocusReason)
            self.collapsed_changed.emit(is_collapsed)

    def focus_filter(self) -> None:
        self.set_collapsed(is_collapsed=False)
        self.header.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def copy(self) -> None:
        """The selection, or everything shown, as plain text: who owns the pane puts it on the clipboard."""
        selected = self.view.textCursor().selectedText().replace("\u2029", "\n")
        text = selected or "\n".join(
            f"{line.time.astimezone():%Y-%m-%d %H:%M:%S}  {line.level.upper():<7}  {line.message}"
            for line in self.lines()
        )
        self.copy_wanted.emit(text)

    def tell_copied(self) -> None:
        Toast.show_on(self, _("Copied"))

    def retranslate(self) -> None:
        for head in (self.header, self.strip):
            head.hide()
            head.deleteLater()
        self._build_heads()
        self.view.setAccessibleName(_("Lines of the live log"))
        self.view.retranslate()
        self.set_collapsed(is_collapsed=self._is_collapsed)
        self.header.follow.show_state(is_following=self._is_following, held_back=self._held_back)

    def _build_heads(self) -> None:
        self.header = LogHeader(level=self._filter.least, words=self._filter.words)
        self.strip = LogStrip()
        self._column.insertWidget(1, self.strip)
        self._column.insertWidget(2, self.header)
        self.setTabOrder(self.header, self.view)
        latest = self._ring.latest()
        if latest is not None:
            self.strip.show_line(latest)
        self.header.follow.clicked.connect(self._toggle_following)
        self.header.words_chosen.connect(lambda words: self._refilter(replace(self._filter, words=words)))
        self.header.level_chosen.connect(lambda level: self._refilter(replace(self._filter, least=level)))
        self.header.copy.clicked.connect(self.copy)
        self.header.save.clicked.connect(self.report_requested)
        self.header.fold.clicked.connect(lambda: self.set_collapsed(is_collapsed=True))
        self.strip.unfold.clicked.connect(lambda: self.set_collapsed(is_collapsed=False))

    def _toggle_following(self) -> None:
        self.set_following(is_following=not self._is_following)

    def _refilter(self, chosen: LogFilter) -> None:
        self._filter = chosen
        self._rebuild()
        self.set_following(is_following=True)

    def _rebuild(self) -> None:
        self._held_back = 0
        self.view.replace_lines(self._ring.shown_by(self._filter))
