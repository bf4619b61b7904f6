"""Step 3: which records go over, and by which options."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.core.labels import KIND_NAMES
from app.core.records import Kind
from app.core.texts import _
from app.sdk.target import Suggestion
from app.services.systems import OptionGroup
from app.ui.context import Context
from app.ui.forms import FormModel, SettingsForm
from app.ui.forms.model import Suggest, options_form
from app.ui.pages.wizard.model import Side, WizardModel
from app.ui.pages.wizard.step import StepWidget
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.card import Card
from app.ui.widgets.fields import TextField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel, ToneLabel
from app.ui.widgets.toggle import Switch

_SWITCH_INDENT_PX = 46
_GAP_PX = 26


class FlowsStep(StepWidget):
    def __init__(self, context: Context, model: WizardModel) -> None:
        super().__init__(context, model)
        self.switches: dict[Kind, Switch] = {}
        self.forms: list[tuple[FormModel, SettingsForm]] = []
        self._shown_for: tuple[str, str] = ("", "")
        self._is_ready = False
        self.title = TextField(_("Name of the integration"))
        self.title.value_changed.connect(self._take_title)
        self._nothing = ToneLabel(_("Choose at least one kind of record to send."), "error")
        self._flows = Card()
        self._options = QVBoxLayout()
        self._options.setSpacing(SPACING.l)
        left = QVBoxLayout()
        left.setSpacing(SPACING.l)
        left.addWidget(FormField(_("Name of the integration"), self.title, help_text=_("Only you see this name.")))
        left.addWidget(self._flows)
        left.addWidget(self._nothing)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addLayout(self._options)
        right.addStretch(1)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(_GAP_PX)
        columns.addLayout(left, 5)
        columns.addLayout(right, 6)

    async def enter(self) -> None:
        source, target = self.model.system(Side.SOURCE), self.model.system(Side.TARGET)
        if source is None or target is None:
            return
        if not self.title.text():
            self.title.set_value(self.model.title or self.model.usual_title())
            self.title.setCursorPosition(0)
        if self._shown_for != (source.system, target.system):
            self._is_ready = False
            flows, groups = await self.model.possible_flows(), await self.model.option_groups()
            self._shown_for = (source.system, target.system)
            self._show_flows(flows)
            self._show_options(groups)
            for form, _widget in self.forms:
                await form.check_now()
            self._is_ready = True
        self._tell()

    def can_continue(self) -> bool:
        has_flow = any(switch.isChecked() for switch in self.switches.values())
        return (
            self._is_ready
            and has_flow
            and bool(self.title.text().strip())
            and not any(form.problems() for form, _form in self.forms)
        )

    async def finish(self) -> bool:
        for form, widget in self.forms:
            if not await form.check_now():
                widget.show_problems()
                return False
        self._take()
        await self.model.save()
        return True

    async def keep(self) -> None:
        if self._is_ready:
            self._take()

    def has_changes(self) -> bool:
        return any(form.is_touched for form, _widget in self.forms)

    def focus_first(self) -> None:
        first = next(iter(self.switches.values()), None)
        (first or self.title).setFocus()

    def _take(self) -> None:
        self.model.title = self.title.text().strip()
        self.model.flows = tuple(kind for kind, switch in self.switches.items() if switch.isChecked())
        self.model.options = {
            name: value for form, _widget in self.forms for name, value in form.changed_values().items()
        }

    def _take_title(self, _words: object) -> None:
        self._tell()

    def _tell(self) -> None:
        self._nothing.setVisible(not any(switch.isChecked() for switch in self.switches.values()))
        self.state_changed.emit()

    # Building ------------------------------------------------------------------------------------------------------

    def _show_flows(self, possible: Sequence[Kind]) -> None:
        _empty(self._flows.body)
        self.switches = {}
        chosen = possible if self.model.flows is None else self.model.flows
        self._flows.body.addWidget(HeadingLabel(_("Which records?")))
        for kind in sorted(possible, key=lambda kind: kind.runs_back):
            switch = Switch(KIND_NAMES[kind], is_on=kind in chosen)
            switch.toggled.connect(lambda _is_on: self._tell())
            self.switches[kind] = switch
            block = QVBoxLayout()
            block.setSpacing(0)
            block.addWidget(switch)
            if note := self._note(kind):
                label = SecondaryLabel(note, size_px=TYPE.small)
                label.setContentsMargins(_SWITCH_INDENT_PX, 0, 0, 0)
                switch.setAccessibleDescription(note)
                block.addWidget(label)
            self._flows.body.addLayout(block)

    def _note(self, kind: Kind) -> str:
        source, target = self.model.system(Side.SOURCE), self.model.system(Side.TARGET)
        if source is None or target is None:
            return ""
        giver, taker = (target, source) if kind.runs_back else (source, target)
        reads, writes = giver.reads_kind(kind), taker.writes_kind(kind)
        notes = [str(each.note) for each in (reads, writes) if each is not None and each.note]
        if kind.runs_back:
            notes.insert(0, _("From {target} back to {source}.").format(target=target.name, source=source.name))
        if writes is not None and not writes.looks_up:
            notes.append(_("If an answer is lost, the record stays in doubt and you decide."))
        return " ".join(notes)

    def _show_options(self, groups: Sequence[OptionGroup]) -> None:
        _empty(self._options)
        self.forms = []
        for number, group in enumerate(groups):
            suggest = self._suggesting(Side.TARGET if number == len(groups) - 1 else Side.SOURCE)
            form = options_form(group.model, self.context.tasks, self.model.options, suggest=suggest, parent=self)
            form.validity_changed.connect(self.state_changed)
            widget = SettingsForm(form)
            self.forms.append((form, widget))
            block = QVBoxLayout()
            block.setContentsMargins(0, SPACING.m if number else 0, 0, 0)
            block.setSpacing(SPACING.m)
            block.addWidget(HeadingLabel(group.title))
            block.addWidget(widget)
            self._options.addLayout(block)

    def _suggesting(self, side: Side) -> Suggest:
        async def suggest(name: str) -> Sequence[Suggestion]:
            account = self.model.account(side)
            if account is None:
                return ()
            return await self.context.engine.call(lambda services: services.accounts.suggestions_of(account.key, name))

        return suggest


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner := item.layout(), QVBoxLayout):
            _empty(inner)
