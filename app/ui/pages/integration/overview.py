"""How one integration stands, what to do next, and what became of a single record."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.labels import KIND_NAMES, MODE_NAMES, in_reading_order
from app.core.texts import _
from app.services.status import STATUS_NAMES, Status
from app.ui.pages.home.integration_card import STATUS_TONES, fact_lines
from app.ui.pages.integration.model import IntegrationModel
from app.ui.pages.integration.why import WhyCard
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.badge import StatusBadge
from app.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.flow import CardGrid, FlowLayout
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.progress import ProgressLine
from app.ui.wording import moment


class OverviewPanel(QWidget):
    """``commanded`` carries: next_step, preview, import, sync, open_run, rename, duplicate, switch, reconnect_source,
    reconnect_target, feed, delete; ``asked`` the words of a question."""

    commanded = Signal(str)
    asked = Signal(str)

    def __init__(
        self, model: IntegrationModel, parent: QWidget | None = None, *, worklist: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self.status = StatusBadge("")
        self.facts = SecondaryLabel()
        self.flows = SecondaryLabel(size_px=TYPE.small)
        self.bar = ProgressLine(_("Progress of the run"))
        self.bar.hide()
        self.step_button = PrimaryButton("", is_small=True)
        self.last_run_link = LinkButton(_("Open the last run"))
        self.why = WhyCard()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.l)
        column.addWidget(self._build_standing())
        self._grid = self._build_actions()
        if worklist is not None:
            column.addWidget(worklist)
        column.addWidget(self._grid)
        column.addWidget(self.why)
        column.addWidget(self._build_commands())
        self.why.asked.connect(self.asked)
        self.step_button.clicked.connect(lambda: self.commanded.emit("next_step"))
        self.last_run_link.clicked.connect(lambda: self.commanded.emit("open_run"))
        model.changed.connect(self.show_now)
        model.progress_changed.connect(self._show_progress)
        model.answered.connect(self.why.show_answer)
        self.show_now()

    # Building --------------------------------------------------------------------------------------------------------

    def _build_standing(self) -> Card:
        card = Card()
        head = QHBoxLayout()
        head.setSpacing(SPACING.m)
        head.addWidget(HeadingLabel(_("How it stands")))
        head.addWidget(self.status)
        head.addStretch(1)
        head.addWidget(self.last_run_link)
        head.addWidget(self.step_button)
        card.body.addLayout(head)
        card.body.addWidget(self.facts)
        card.body.addWidget(self.flows)
        card.body.addWidget(self.bar)
        return card

    def _build_actions(self) -> CardGrid:
        grid = CardGrid(min_card_px=230, max_columns=3)
        self.preview_button = SecondaryButton(_("Preview"), icon="eye")
        self.import_button = SecondaryButton(_("Historical import…"), icon="clock-counter-clockwise")
        self.sync_button = SecondaryButton(_("Sync changes"), icon="arrows-clockwise")
        self.preview_words = SecondaryLabel(_("The first records exactly as they would be sent. Nothing is written."))
        self.import_words, self.sync_words = SecondaryLabel(), SecondaryLabel()
        for title, words, button, command in (
            (_("Look first"), self.preview_words, self.preview_button, "preview"),
            (_("Bring the history over"), self.import_words, self.import_button, "import"),
            (_("Keep both in step"), self.sync_words, self.sync_button, "sync"),
        ):
            grid.add_card(_action_card(title, words, button))
            button.clicked.connect(lambda _checked=False, command=command: self.commanded.emit(command))
        return grid

    def _build_commands(self) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row, 10, 10)
        self.rename_button = SecondaryButton(_("Rename…"), is_small=True)
        self.duplicate_button = SecondaryButton(_("Duplicate…"), is_small=True)
        self.switch_button = SecondaryButton(_("Deactivate"), is_small=True)
        self.feed_button = SecondaryButton(_("Offer feed…"), is_small=True)
        self.feed_button.hide()
        self.reconnect_source = SecondaryButton("", is_small=True)
        self.reconnect_target = SecondaryButton("", is_small=True)
        self.delete_button = SecondaryButton(_("Delete…"), is_small=True)
        for button, command in (
            (self.rename_button, "rename"),
            (self.duplicate_button, "duplicate"),
            (self.switch_button, "switch"),
            (self.feed_button, "feed"),
            (self.reconnect_source, "reconnect_source"),
            (self.reconnect_target, "reconnect_target"),
            (self.delete_button, "delete"),
        ):
            flow.addWidget(button)
            button.clicked.connect(lambda _checked=False, command=command: self.commanded.emit(command))
        return row

    # Showing ---------------------------------------------------------------------------------------------------------

    def show_now(self) -> None:
        view = self._model.view
        if view is None:
            return
        self.status.set_status(STATUS_NAMES[view.status], STATUS_TONES[view.status])
        self.flows.setText(" · ".join(str(KIND_NAMES[kind]) for kind in in_reading_order(view.integration.flows)))
        self.step_button.setText(str(view.next_step.text))
        self.step_button.updateGeometry()
        self.last_run_link.setVisible(view.last_run is not None)
        self.switch_button.setText(_("Deactivate") if view.integration.is_active else _("Activate"))
        self.switch_button.updateGeometry()
        self.feed_button.setVisible(self._model.offers_feed)
        for button, account in ((self.reconnect_source, view.source), (self.reconnect_target, view.target)):
            button.setVisible(account is not None and not account.account.is_practice)
            if account is not None:
                button.setText(_("Reconnect {account}…").format(account=account.title))
                button.updateGeometry()
        can_run = not self._model.is_running and view.status not in {Status.DRAFT, Status.INACTIVE}
        for button in (self.import_button, self.sync_button):
            button.setEnabled(can_run)
        self.delete_button.setEnabled(not self._model.is_running)
        self.import_words.setText(self._import_words())
        self.sync_words.setText(self._sync_words())
        self._grid.updateGeometry()
        self._show_progress()

    def _show_progress(self) -> None:
        view, progress = self._model.view, self._model.progress
        if view is None:
            return
        self.facts.setText("\n".join(fact_lines(view, progress)))
        is_running = self._model.is_running and progress is not None
        self.bar.setVisible(is_running)
        if progress is not None and is_running:
            self.bar.set_share(min(0.99, progress.done / progress.total) if progress.total else None)

    def _import_words(self) -> str:
        waiting = self._model.continuable
        if waiting is not None:
            return _("{mode} from {when} can be continued where it stopped.").format(
                mode=MODE_NAMES[waiting.record.mode], when=moment(waiting.record.started_at)
            )
        counts = self._model.known_counts
        if counts:
            return _("From the beginning or from a day on. Counted last time: {records}").format(records=counts)
        return _("Everything from the beginning, or from a day on. No automation is set off.")

    def _sync_words(self) -> str:
        last = self._model.last_sync
        if last is None:
            return _("Sends what changed since the last run. There was no complete run yet.")
        return _("Sends what changed since {when}.").format(when=moment(last))


def _action_card(title: str, words: SecondaryLabel, button: QPushButton) -> Card:
    card = Card()
    card.body.addWidget(HeadingLabel(title, size_px=TYPE.body))
    card.body.addWidget(words)
    card.body.addStretch(1)
    card.body.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)
    return card
