"""The main window: rail, pages, live log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QStackedWidget, QWidget

from app.core.texts import text
from app.ui.shell.log_pane import LogPane
from app.ui.shell.navigator import Navigator, PageFactory
from app.ui.shell.rail import Rail, RailEntry
from app.ui.shell.tab_order import move_focus
from app.ui.theme import SIZES
from app.ui.window_state import WindowState

PROGRAM_NAME = "Koppler"
MIN_WIDTH, MIN_HEIGHT = 760, 520
_START_WIDTH, _START_HEIGHT = 1280, 800
_LOG_PART = 5
"""Of a small window the log takes no more than a fifth until a person wants it otherwise."""
_SETTLE_MS = 400
_KEY_HEIGHT, _KEY_COLLAPSED, _KEY_GEOMETRY = "log.height", "log.collapsed", "window.geometry"


def usual_entries() -> tuple[RailEntry, ...]:
    """The places of the program; those without a registered page are left out by the shell."""
    return (
        RailEntry("integrations", text("Integrations"), "arrows-left-right"),
        RailEntry("accounts", text("Accounts"), "key"),
        RailEntry("activity", text("Activity"), "clock-counter-clockwise"),
        RailEntry("settings", text("Settings"), "gear-six"),
        RailEntry("practice", text("Practice mode"), "flask", is_footer=True),
        RailEntry("help", text("Help · F1"), "question", is_footer=True),
    )


def _start_size(room: QSize) -> QSize:
    """No larger than the screen: what hangs over its edge can be neither read nor reached."""
    return QSize(_START_WIDTH, _START_HEIGHT).boundedTo(room)


class Shell(QMainWindow):
    """`pages` maps names to factories called as `factory(navigator, **args)`.

    Rail entries without a page are not shown. A change of language needs no restart: switch the catalogue, then call
    `retranslate()`, which builds rail and pages anew (see `RebuiltPage` for keeping typed values); log and run go on.
    """

    closing = Signal()

    def __init__(
        self,
        pages: Mapping[str, PageFactory],
        state: WindowState,
        entries: Sequence[RailEntry] | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle(PROGRAM_NAME)
        self.setMinimumSize(MIN_WIDTH, MIN_HEIGHT)
        self._state = state
        self._entries = [entry for entry in (entries or usual_entries()) if entry.page in pages]
        self._counts: dict[str, int] = {}
        self.log_pane = LogPane()
        self._pages = QStackedWidget()
        self._splitter = self._build_splitter()
        self.rail = self._build_rail()
        self._frame = QWidget()
        self._frame.setObjectName("window")
        self._row = QHBoxLayout(self._frame)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.rail)
        self._row.addWidget(self._splitter, 1)
        self.setCentralWidget(self._frame)
        sections = [entry.page for entry in self._entries]
        self.navigator = Navigator(self._pages, pages, sections, self)
        self.navigator.page_shown.connect(lambda _name: self.rail.mark(self.navigator.section))
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._remember_log)
        self._add_shortcuts()
        self._restore()
        self.navigator.open_section(self.navigator.section)

    def set_count(self, page: str, count: int) -> None:
        """The number behind a rail entry: things that wait for the person."""
        self._counts[page] = count
        self.rail.set_count(page, count)

    def retranslate(self) -> None:
        old = self.rail
        self.rail = self._build_rail()
        self._row.replaceWidget(old, self.rail)
        old.hide()
        old.deleteLater()
        for page, count in self._counts.items():
            self.rail.set_count(page, count)
        self._fit_rail()
        self.log_pane.retranslate()
        self.navigator.rebuild()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_rail()

    def focusNextPrevChild(self, is_forward: bool) -> bool:
        return move_focus(self._frame, is_forward=is_forward) or super().focusNextPrevChild(is_forward)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember_log()
        self._state.set(_KEY_GEOMETRY, self.saveGeometry().toBase64().toStdString())
        self.closing.emit()
        super().closeEvent(event)

    def _build_rail(self) -> Rail:
        rail = Rail(self._entries, PROGRAM_NAME)
        rail.chosen.connect(self._open_section)
        return rail

    def _build_splitter(self) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setHandleWidth(5)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._pages)
        splitter.addWidget(self.log_pane)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        splitter.splitterMoved.connect(lambda *_move: self._settle.start())
        self.log_pane.collapsed_changed.connect(self._on_collapsed)
        return splitter

    def _add_shortcuts(self) -> None:
        for keys, action in (
            (QKeySequence(Qt.Modifier.ALT | Qt.Key.Key_Left), self.navigator.back),
            (QKeySequence(QKeySequence.StandardKey.HelpContents), self._open_help),
            (QKeySequence(Qt.Modifier.CTRL | Qt.Modifier.SHIFT | Qt.Key.Key_F), self.log_pane.focus_filter),
            (QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_L), self._toggle_log),
        ):
            QShortcut(keys, self).activated.connect(action)
        for number, entry in enumerate((entry for entry in self._entries if not entry.is_footer), start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda page=entry.page: self.navigator.open_section(page))

    def _open_section(self, page: str) -> None:
        if page == "help":
            self._open_help()
        else:
            self.navigator.open_section(page)

    def _open_help(self) -> None:
        """What belongs to the page that is shown now."""
        if self.navigator.has_page("help") and self.navigator.section != "help":
            self.navigator.open_section("help", topic=self.navigator.page_name)

    def _toggle_log(self) -> None:
        self.log_pane.set_collapsed(is_collapsed=not self.log_pane.is_collapsed())

    def _fit_rail(self) -> None:
        self.rail.set_narrow(is_narrow=self.width() < SIZES.rail_collapses_below)

    def _on_collapsed(self, is_collapsed: bool) -> None:
        self._splitter.handle(1).setEnabled(not is_collapsed)
        self._state.set(_KEY_COLLAPSED, "1" if is_collapsed else "0")
        self._apply_log_height()

    def _remember_log(self) -> None:
        if not self.log_pane.is_collapsed() and self.log_pane.isVisible():
            self._state.set(_KEY_HEIGHT, str(self.log_pane.height()))

    def _restore(self) -> None:
        self.resize(_start_size(self.screen().availableGeometry().size()))
        geometry = self._state.get(_KEY_GEOMETRY)
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self.log_pane.set_collapsed(is_collapsed=self._state.get(_KEY_COLLAPSED) == "1")
        self._apply_log_height()

    def _apply_log_height(self) -> None:
        height = min(SIZES.log_default, self.height() // _LOG_PART)
        with suppress(ValueError):
            height = max(int(self._state.get(_KEY_HEIGHT) or height), SIZES.log_min)
        if self.log_pane.is_collapsed():
            height = self.log_pane.maximumHeight()
        total = max(self._splitter.height(), self.height())
        self._splitter.setSizes([total - height, height])
