"""The guided steps: back, save as draft, continue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from app.core.events import RunMode
from app.core.texts import _
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.monograms import monogram_of
from app.ui.pages.page import Page
from app.ui.pages.wizard.connect_step import ConnectStep
from app.ui.pages.wizard.flows_step import FlowsStep
from app.ui.pages.wizard.model import STEP_NAMES, Side, Step, WizardModel
from app.ui.pages.wizard.panels import PanelFactory, PreviewStep, ProductsStep, preview_panel, products_panel
from app.ui.pages.wizard.step import StepWidget
from app.ui.pages.wizard.systems_step import SystemsStep
from app.ui.theme import SPACING
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.monogram import MonogramPair
from app.ui.widgets.steps import StepHeader


@dataclass(frozen=True, slots=True)
class Panels:
    """What fills the last two steps."""

    products: PanelFactory = products_panel
    preview: PanelFactory = preview_panel


class WizardPage(Page):
    """``key`` continues a draft; ``source`` or ``target`` start with a system."""

    def __init__(
        self, context: Context, key: str = "", source: str = "", target: str = "", panels: Panels | None = None
    ) -> None:
        self._step_header = StepHeader([STEP_NAMES[step] for step in Step])
        super().__init__(context, _("New integration"), self._step_header, is_scrolling=False)
        shown = panels or Panels()
        self.model = WizardModel(context, self)
        self.steps: dict[Step, StepWidget] = {
            Step.SYSTEMS: SystemsStep(context, self.model),
            Step.CONNECT: ConnectStep(context, self.model),
            Step.FLOWS: FlowsStep(context, self.model),
            Step.PRODUCTS: ProductsStep(context, self.model, shown.products),
            Step.PREVIEW: PreviewStep(context, self.model, shown.preview),
        }
        self.step = Step.SYSTEMS
        self._is_busy = False
        self._is_done = False
        self._monograms: QWidget | None = None
        self._stack = QStackedWidget()
        for step, widget in self.steps.items():
            self._stack.addWidget(widget if step >= Step.PRODUCTS else _scrolling(widget))
            widget.state_changed.connect(self._show_state)
        self.body.setContentsMargins(0, SPACING.xs, 0, 0)
        self.body.addWidget(self._stack)
        self._add_buttons()
        self._step_header.step_wanted.connect(lambda index: self.run(self._go(Step(index))))
        self.model.changed.connect(self._show_head)
        self.run(self._start(key, source, target))

    @property
    def current(self) -> StepWidget:
        return self.steps[self.step]

    # Moving --------------------------------------------------------------------------------------------------------

    async def _start(self, key: str, source: str, target: str) -> None:
        await self.model.load(key, source, target)
        if key and self.model.has_systems:
            await self._go(Step.FLOWS if self.model.has_accounts else Step.CONNECT)
        else:
            await self._go(Step.SYSTEMS)

    async def _go(self, step: Step) -> None:
        self.clear_error()
        self.step = step
        self._step_header.set_current(step)
        self._stack.setCurrentIndex(step)
        await self.current.enter()
        self._show_head()
        self._show_state()
        self.current.focus_first()

    async def _continue(self) -> None:
        if self._is_busy or not self.current.can_continue():
            return
        with self._busy():
            is_finished = await self.current.finish()
        if not is_finished:
            self._show_state()
            return
        if self.step is Step.PREVIEW:
            await self._start_import()
        else:
            await self._go(Step(self.step + 1))

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """While a step is being finished no second press may start."""
        self._is_busy = True
        self._show_state()
        try:
            yield
        finally:
            self._is_busy = False
            self._show_state()

    def _back(self) -> None:
        if self.current.go_back():
            return
        if self.step is Step.SYSTEMS:
            self.context.navigator.back()
        else:
            self.run(self._go(Step(self.step - 1)))

    async def _save_draft(self) -> None:
        await self.current.keep()
        if not self.model.can_save_draft:
            return
        await self.model.save(is_draft=True)
        self._is_done = True
        self.context.notices.toast(_("Saved as a draft. You find it under Integrations."))
        self.context.navigator.back()

    async def _finish(self) -> None:
        key = await self.model.save(is_draft=False)
        self._is_done = True
        self.context.notices.toast(_("The integration is ready. Nothing has been sent yet."))
        self.context.navigator.replace(navigation.INTEGRATION, key=key, tab="overview")

    async def _start_import(self) -> None:
        key = await self.model.save(is_draft=False)
        self._is_done = True
        handle = await self.context.engine.call(lambda services: services.runs.start(key, RunMode.HISTORICAL))
        self.context.navigator.replace(navigation.RUN, run_id=handle.run_id)

    # Showing -------------------------------------------------------------------------------------------------------

    def _show_head(self) -> None:
        source, target = self.model.system(Side.SOURCE), self.model.system(Side.TARGET)
        head = _("New integration")
        if source is not None and target is not None:
            head = _("New integration · {source} → {target}").format(source=source.name, target=target.name)
        self.header.set_title(head)
        if self._monograms is not None:
            self._monograms.hide()
            self._monograms.deleteLater()
            self._monograms = None
        if source is not None and target is not None:
            self._monograms = MonogramPair(monogram_of(source), monogram_of(target))
            self.header.layout().insertWidget(0, self._monograms)  # type: ignore[union-attr]  # a QHBoxLayout

    def _show_state(self) -> None:
        is_last = self.step is Step.PREVIEW
        self.continue_button.setText(_("Start historical import") if is_last else _("Continue"))
        self.continue_button.updateGeometry()
        self.continue_button.setEnabled(not self._is_busy and self.current.can_continue())
        self.back_button.setText(_("Cancel") if self.step is Step.SYSTEMS else _("Back"))
        self.back_button.updateGeometry()
        self.draft_button.setVisible(not is_last and self.step is not Step.SYSTEMS)
        self.draft_button.setEnabled(not self._is_busy and (self.model.can_save_draft or self.current.can_continue()))
        self.finish_button.setVisible(is_last)

    def _add_buttons(self) -> None:
        self.back_button = SecondaryButton(_("Back"))
        self.draft_button = SecondaryButton(_("Save as draft"))
        self.finish_button = SecondaryButton(_("Finish without importing"))
        self.continue_button = PrimaryButton(_("Continue"))
        self.back_button.clicked.connect(self._back)
        self.draft_button.clicked.connect(lambda: self.run(self._save_draft()))
        self.finish_button.clicked.connect(lambda: self.run(self._finish()))
        self.continue_button.clicked.connect(lambda: self.run(self._continue()))
        foot = QWidget()
        foot.setProperty("surface", "background")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACING.page, SPACING.m, SPACING.page, SPACING.m)
        row.setSpacing(SPACING.m)
        row.addStretch(1)
        for button in (self.back_button, self.draft_button, self.finish_button, self.continue_button):
            row.addWidget(button)
        self.layout().addWidget(foot)  # type: ignore[union-attr]  # the page's own column

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field goes on; a list or a button that uses Enter itself never lets it come here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.continue_button.isEnabled():
            self.continue_button.click()
        else:
            super().keyPressEvent(event)

    # The shell asks before it leaves ---------------------------------------------------------------------------------

    def request_leave(self, proceed: Callable[[], None]) -> None:
        if self._is_done or not any(step.has_changes() for step in self.steps.values()):
            proceed()
            return
        sheet = ConfirmSheet(
            self,
            _("Leave the guided steps?"),
            _("What you typed since the last draft would be lost. You can save it as a draft first."),
            _("Leave"),
            cancel_words=_("Stay"),
        )
        sheet.confirmed.connect(proceed)
        sheet.open()


def _scrolling(step: StepWidget) -> QScrollArea:
    """Forms may be longer than the window; the panels of the last steps scroll by themselves."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    step.setProperty("surface", "none")
    area.setWidget(step)
    return area
