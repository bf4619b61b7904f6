"""The panel beside a form: every stage, live."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.events import StageEvent, StageState
from app.core.texts import Text, _
from app.ui.context import Context
from app.ui.pages.connect.connection_test import ConnectionState, ConnectionTest
from app.ui.pages.connect.requests import RequestsSheet
from app.ui.theme import SPACING, TYPE
from app.ui.widgets import stage as rows
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel

_ROW_STATES = {
    StageState.RUNNING: rows.StageState.RUNNING,
    StageState.OK: rows.StageState.OK,
    StageState.NOTE: rows.StageState.WARNING,
    StageState.FAILED: rows.StageState.FAILED,
    StageState.NOT_TRIED: rows.StageState.NOT_TRIED,
}


class ConnectionPanel(Card):
    """``test_wanted``: the owner starts the test with the values at hand. ``address_wanted``: use this one instead."""

    test_wanted = Signal()
    address_wanted = Signal(str)

    def __init__(
        self, context: Context, test: ConnectionTest, parent: QWidget | None = None, *, title: Text | str = ""
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._test = test
        self._rows: dict[str, rows.StageRow] = {}
        self._heading = HeadingLabel(str(title) or _("Connection test"), size_px=TYPE.body)
        self._heading.setWordWrap(True)
        self.button = SecondaryButton(_("Test"), is_small=True)
        self.button.clicked.connect(self._press)
        head = QHBoxLayout()
        head.addWidget(self._heading, 1)
        head.addWidget(self.button)
        self._intro = SecondaryLabel(
            _("Looks whether the address answers, the key fits and everything needed may be read. Nothing is changed."),
            size_px=TYPE.small,
        )
        self._stages = QVBoxLayout()
        self._stages.setSpacing(0)
        self.requests_button = SecondaryButton(_("Show requests"), is_small=True)
        self.requests_button.clicked.connect(self._show_requests)
        self.copy_button = SecondaryButton(_("Copy for support"), is_small=True)
        self.copy_button.clicked.connect(lambda: self._context.tasks.spawn(self._copy(), owner=self))
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, SPACING.xs, 0, 0)
        foot.setSpacing(SPACING.m)
        foot.addWidget(self.requests_button)
        foot.addWidget(self.copy_button)
        foot.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(self._intro)
        self.body.addLayout(self._stages)
        self.body.addWidget(self._foot)
        test.stage_changed.connect(self._show_stage)
        test.state_changed.connect(self._show_state)
        for stage in test.stages.values():
            self._show_stage(stage)
        self._show_state()

    def row(self, name: str) -> rows.StageRow:
        return self._rows[name]

    def set_can_test(self, *, can_test: bool) -> None:
        """A form with problems cannot be tested; a test under way can be cancelled all the same."""
        self.button.setEnabled(can_test or self._test.state is ConnectionState.RUNNING)

    def _press(self) -> None:
        if self._test.state is ConnectionState.RUNNING:
            self._test.cancel()
        else:
            self.test_wanted.emit()

    def _show_state(self) -> None:
        if not self._test.stages:
            self._clear()
        state = self._test.state
        words = {ConnectionState.IDLE: _("Test"), ConnectionState.RUNNING: _("Cancel")}.get(state, _("Test again"))
        self.button.setText(words)
        self.button.setAccessibleName(f"{self._heading.text()}: {words}")
        self.button.updateGeometry()
        self._intro.setVisible(not self._test.stages and state is not ConnectionState.RUNNING)
        self._foot.setVisible(bool(self._test.stages) and state is not ConnectionState.RUNNING)
        if state is ConnectionState.CANCELLED:
            for name, stage in self._test.stages.items():
                if stage.state is StageState.RUNNING:
                    self._rows[name].set_result(rows.StageState.NOT_TRIED, _("Cancelled"))

    def _show_stage(self, stage: StageEvent) -> None:
        row = self._rows.get(stage.name)
        if row is None:
            row = self._add_row(stage)
        words = " ".join(part for part in (str(stage.message), str(stage.remedy)) if part)
        link = _("Use this address") if stage.suggestion else ""
        row.set_result(_ROW_STATES[stage.state], words, link)

    def _add_row(self, stage: StageEvent) -> rows.StageRow:
        row = rows.StageRow(stage.title)
        row.remedy_wanted.connect(lambda name=stage.name: self._use_address(name))
        self._rows[stage.name] = row
        self._stages.addWidget(row)
        self._intro.hide()
        return row

    def _use_address(self, name: str) -> None:
        if address := self._test.stages[name].suggestion:
            self.address_wanted.emit(address)

    def _clear(self) -> None:
        self._rows = {}
        while (item := self._stages.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _show_requests(self) -> None:
        RequestsSheet(self, self._test.requests).open()

    async def _copy(self) -> None:
        QGuiApplication.clipboard().setText(await self._test.support_text())
        self._context.notices.toast(_("Copied, without keys and passwords."))
