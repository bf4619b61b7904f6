"""A run: how far it is, five numbers that add up, and what was left over with a next step."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.errors import AppError
from app.core.labels import MODE_NAMES
from app.core.outcomes import Outcome
from app.core.texts import _, ngettext
from app.services.problems import ProblemView
from app.services.undoing import Survey
from app.ui import navigation
from app.ui.clipboard import copy_masked
from app.ui.context import Context
from app.ui.pages.activity.run_list import run_state
from app.ui.pages.monograms import pair_of
from app.ui.pages.page import Page
from app.ui.pages.preview.sheet import RecordSheet
from app.ui.pages.run.balance import BalanceSection
from app.ui.pages.run.inspect import InspectSheet
from app.ui.pages.run.model import MOST_SHOWN, RunModel
from app.ui.pages.run.problems import InspectDelegate, ProblemColumn, ProblemTable
from app.ui.pages.run.progress import ProgressSection
from app.ui.pages.run.removals import RemovalSheet
from app.ui.pages.run.undo import UndoSheet
from app.ui.theme import SIZES, SPACING, TYPE
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.delegates import MonoDelegate, NumberDelegate
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.path import save_file_dialog
from app.ui.widgets.table import Column, TableFrame
from app.ui.wording import moment, number

_MOST_TABLE_PX = 360


class RunPage(Page):
    def __init__(self, context: Context, run_id: str) -> None:
        super().__init__(context, _("Run"))
        self.model = RunModel(context, run_id, self.show_error, self)
        self._monograms: QWidget | None = None
        self.pause_button = SecondaryButton(_("Pause"))
        self.stop_button = SecondaryButton(_("Stop…"))
        self.continue_button = PrimaryButton(_("Continue"))
        self.open_button = SecondaryButton(_("Integration"))
        self.undo_button = SecondaryButton(_("Undo this import…"))
        self._buttons: tuple[QPushButton, ...] = (
            self.open_button,
            self.undo_button,
            self.pause_button,
            self.stop_button,
            self.continue_button,
        )
        self.header.set_actions(self._buttons)
        self.list_button = SecondaryButton(_("Look at the list…"), is_small=True)
        self.removal_banner = Banner("", Tone.WARNING, actions=(self.list_button,))
        self.message = Banner("", Tone.WARNING)
        self.progress = ProgressSection(self.model)
        self.problems = self._build_problems()
        self.balance = BalanceSection()
        self.body.addWidget(self.message)
        self.body.addWidget(self.removal_banner)
        self.body.addWidget(self.progress)
        self.body.addSpacing(SPACING.xs)
        self.body.addWidget(self.problems)
        self.body.addSpacing(SPACING.xs)
        self.body.addWidget(self.balance)
        for part in (*self._buttons, self.message, self.removal_banner, self.problems, self.balance):
            part.hide()
        self._connect()
        self.run(self.model.load())

    def _build_problems(self) -> QWidget:
        self.chips = ChipBar(
            _("Records to show"),
            [
                ChipChoice(Outcome.FAILED, _("Failed"), 0),
                ChipChoice(Outcome.HELD, _("Held"), 0),
                ChipChoice(Outcome.IN_DOUBT, _("In doubt"), 0),
                ChipChoice(Outcome.UNCHANGED, _("Kept"), 0),
                ChipChoice(Outcome.SKIPPED, _("Skipped"), 0),
            ],
        )
        self.chips.set_offered(Outcome.UNCHANGED, is_offered=False)
        self.retry_button = SecondaryButton(_("Retry failed"), is_small=True)
        self.retry_button.setToolTip(_("Send failed, held and in-doubt records once more"))
        self.export_button = SecondaryButton(_("Export…"), is_small=True)
        self.problem_table = ProblemTable(self.model, self)
        inspect = InspectDelegate()
        columns = [
            Column(60, most_px=130),
            Column(80, MonoDelegate(), most_px=180),
            Column(100, most_px=240),
            Column(90, NumberDelegate(), most_px=150),
            Column(None, least_px=240),
            Column(100, inspect, most_px=180),
        ]
        state = self.context.window_state
        self.table = TableFrame(
            _("Failed and skipped records"), self.problem_table, columns, state=state, key="problems", is_shrinking=True
        )
        inspect.pressed.connect(self._inspect)
        self.rest = SecondaryLabel(size_px=TYPE.small)
        head = QHBoxLayout()
        head.setSpacing(SPACING.m)
        top = Qt.AlignmentFlag.AlignTop
        self.heading = HeadingLabel(_("Failed and skipped"), size_px=TYPE.body)
        self.heading.setMinimumHeight(SIZES.chip)
        head.addWidget(self.heading, 0, top)
        head.addWidget(self.chips, 1)
        head.addWidget(self.retry_button, 0, top)
        head.addWidget(self.export_button, 0, top)
        return _column(head, self.table, self.rest)

    def _connect(self) -> None:
        model = self.model
        model.loaded.connect(self._show_run)
        model.progress_changed.connect(self._show_progress)
        model.problems_changed.connect(self._show_problems)
        self.pause_button.clicked.connect(self._switch_pause)
        self.stop_button.clicked.connect(self._ask_stop)
        self.continue_button.clicked.connect(lambda: self.run(self._go_on()))
        self.open_button.clicked.connect(self._open_integration)
        self.undo_button.clicked.connect(self._ask_undo)
        self.retry_button.clicked.connect(lambda: self.run(self._retry(None)))
        self.export_button.clicked.connect(self._choose_export)
        self.list_button.clicked.connect(lambda: self.run(self._ask_removals()))
        self.chips.chosen.connect(lambda key: self.run(model.choose(Outcome(key))))
        self.table.row_activated.connect(self._inspect)

    # What is shown ---------------------------------------------------------------------------------------------------

    def _show_run(self) -> None:
        model, view = self.model, self.model.view
        if view is None:
            return
        self.header.set_title(MODE_NAMES[view.record.mode])
        self.header.set_subtitle(self._subtitle())
        if self._monograms is None and model.source is not None and model.target is not None:
            self._monograms = pair_of(model.source, model.target)
            self.header.layout().insertWidget(0, self._monograms)  # type: ignore[union-attr]  # a QHBoxLayout
        self.pause_button.setText(_("Resume") if model.is_paused else _("Pause"))
        self.pause_button.updateGeometry()
        self.pause_button.setVisible(model.is_active)
        self.stop_button.setVisible(model.is_active)
        self.continue_button.setVisible(model.can_continue and not model.removals)
        self.open_button.setVisible(model.integration is not None and not model.is_active)
        self.undo_button.setVisible(model.can_undo)
        self._show_kind_of_run()
        self._show_message()
        self._show_live()
        self.balance.show_balance(model.balance, model.reasons)
        self.balance.setVisible(not model.is_active and bool(model.balance.flows))

    def _show_kind_of_run(self) -> None:
        """An undo skips what it removed and leaves unchanged what it kept: here these have their own words."""
        is_undo = self.model.is_undo
        self.heading.setText(_("Removed and kept") if is_undo else _("Failed and skipped"))
        self.chips.set_words(Outcome.SKIPPED, _("Removed") if is_undo else _("Skipped"))
        self.chips.set_offered(Outcome.UNCHANGED, is_offered=is_undo)
        self.chips.set_offered(Outcome.HELD, is_offered=not is_undo)
        self.retry_button.setVisible(not is_undo)

    def _subtitle(self) -> str:
        view = self.model.view
        if view is None:
            return ""
        parts = [view.title, _("started {when}").format(when=moment(view.record.started_at))]
        if self.model.is_active:
            parts.append(_("resumes where it stopped after a crash or power cut"))
        else:
            if view.record.ended_at is not None:
                parts.append(_("ended {when}").format(when=moment(view.record.ended_at)))
            parts.append(run_state(view)[0])
        return " · ".join(parts)

    def _show_message(self) -> None:
        model, view = self.model, self.model.view
        has_words = view is not None and not model.is_active and not model.is_finished and bool(view.record.message)
        self.message.setVisible(has_words and not model.removals)
        if has_words and view is not None:
            record = view.record
            if record.remedy:
                self.message.set_message(record.remedy, Tone.WARNING, title=record.message)
            else:
                self.message.set_message(record.message, Tone.WARNING)
        self.removal_banner.setVisible(model.removals > 0 and not model.is_active)
        if model.removals:
            count = model.removals
            words = ngettext(
                "{count} record would be removed or unsubscribed. Nothing was removed yet.",
                "{count} records would be removed or unsubscribed. Nothing was removed yet.",
                count,
            ).format(count=number(count))
            self.removal_banner.set_message(words, Tone.WARNING, title=_("An unusually large removal"))

    def _show_progress(self) -> None:
        if self.isVisible():  # a page beneath another one is brought up to date when it is shown again
            self._show_live()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.model.view is not None:
            self._show_live()

    def _show_live(self) -> None:
        self.progress.show_now()
        total = self.model.balance.total
        for outcome in self.model.listed:
            self.chips.set_count(outcome, total.count(outcome))
        has_problems = any(total.count(outcome) for outcome in self.model.listed)
        if has_problems != self.problems.isVisibleTo(self):
            self.problems.setVisible(has_problems)

    def _show_problems(self) -> None:
        model = self.model
        self.chips.select(model.outcome)
        self.problem_table.show_problems(model.problems)
        for column in (ProblemColumn.CUSTOMER, ProblemColumn.TOTAL):
            self.table.view.setColumnHidden(column, not self.problem_table.has_words(column))
        self.table.fit_columns()
        self.table.setVisible(bool(model.problems))
        self.table.limit_height(_MOST_TABLE_PX)
        open_count = sum(model.balance.total.count(each) for each in model.listed if each.needs_attention)
        can_retry = not model.is_active and model.integration is not None and open_count > 0
        self.retry_button.setEnabled(can_retry)
        words = ""
        if model.problem_count > MOST_SHOWN:
            words = _("The first {shown} of {count} are shown; the export holds them all.").format(
                shown=number(MOST_SHOWN), count=number(model.problem_count)
            )
        elif not model.problems:
            words = _("None in this list.")
        self.rest.setText(words)
        self.rest.setVisible(bool(words))

    # What the buttons do ---------------------------------------------------------------------------------------------

    def _switch_pause(self) -> None:
        self.run(self.model.resume() if self.model.is_paused else self.model.pause())

    def _ask_stop(self) -> None:
        words = _("What was sent stays sent. You can continue later exactly where it stopped.")
        if self.model.is_undo:
            words = _("What was removed stays removed. You can continue later exactly where it stopped.")
        sheet = ConfirmSheet(
            self,
            _("Stop this run?"),
            words,
            _("Stop"),
            cancel_words=_("Go on"),
        )
        sheet.confirmed.connect(lambda: self.run(self.model.stop()))
        sheet.open()

    async def _go_on(self) -> None:
        self.clear_error()
        self._show_other(await self.model.go_on())

    async def _retry(self, problem: ProblemView | None) -> None:
        self.clear_error()
        keys = None if problem is None else {problem.entry.kind: (problem.entry.key,)}
        self._show_other(await self.model.retry(keys))

    def _show_other(self, run_id: str) -> None:
        if run_id != self.model.run_id:
            self.context.navigator.replace(navigation.RUN, run_id=run_id)

    async def _ask_removals(self) -> None:
        problems = await self.model.removal_list()
        sheet = RemovalSheet(self, problems, self.model.removals)
        sheet.confirmed.connect(lambda: self.run(self._remove()))
        sheet.open()

    async def _remove(self) -> None:
        self.clear_error()
        self._show_other(await self.model.confirm_removals())

    def _ask_undo(self) -> None:
        self.clear_error()
        target = self.model.target.name if self.model.target is not None else ""
        sheet = UndoSheet(self, target)
        sheet.confirmed.connect(lambda: self.run(self._undo(sheet.survey)))
        sheet.open()
        self.context.tasks.spawn(self._survey(sheet), owner=sheet, on_error=lambda error: self._give_up(sheet, error))

    async def _survey(self, sheet: UndoSheet) -> None:
        async with aclosing(self.model.survey()) as found:
            async for each in found:
                if isinstance(each, Survey):
                    sheet.show_survey(each, await self.model.reasons_of(each.kept_by_reason()))
                else:
                    sheet.show_progress(each)

    def _give_up(self, sheet: UndoSheet, error: AppError) -> None:
        sheet.reject()
        self.show_error(error)

    async def _undo(self, survey: Survey | None) -> None:
        if survey is not None:
            self._show_other(await self.model.undo(survey, survey.count))

    def _open_integration(self) -> None:
        if self.model.integration is not None:
            self.context.navigator.push(navigation.INTEGRATION, key=self.model.integration.key, tab="overview")

    def _inspect(self, row: int) -> None:
        problem = self.problem_table.problems[row]
        entry, model = problem.entry, self.model
        can_retry = not model.is_active and entry.outcome is not None and entry.outcome.needs_attention
        sheet = InspectSheet(self, problem, label=model.label(problem), can_retry=can_retry)
        sheet.retry_wanted.connect(lambda: self.run(self._retry(problem)))
        sheet.preview_wanted.connect(lambda: self._open_record(problem))
        sheet.copy_wanted.connect(lambda words: copy_masked(self.context, words, self))
        sheet.open()
        self.context.tasks.spawn(self._fill_history(sheet, problem), owner=sheet, on_error=self.show_error)

    async def _fill_history(self, sheet: InspectSheet, problem: ProblemView) -> None:
        sheet.show_history(await self.model.history(problem))

    def _open_record(self, problem: ProblemView) -> None:
        entry = problem.entry
        RecordSheet(self.context, self, entry.integration, entry.kind, entry.key).open()

    def _choose_export(self) -> None:
        dialog = save_file_dialog(
            self, _("Export failed and skipped records"), suggested="records.xlsx", patterns=("*.xlsx", "*.csv")
        )
        dialog.fileSelected.connect(lambda path: self.run(self.export_file(Path(path))))

    async def export_file(self, path: Path) -> None:
        count = await self.model.export(path)
        words = ngettext("{count} row exported to {file}.", "{count} rows exported to {file}.", count)
        self.context.notices.toast(words.format(count=number(count), file=path.name))


def _column(head: QHBoxLayout, *rest: QWidget) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACING.s)
    column.setAlignment(Qt.AlignmentFlag.AlignTop)
    column.addLayout(head)
    for widget in rest:
        column.addWidget(widget)
    return part
