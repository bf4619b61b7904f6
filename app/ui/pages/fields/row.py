"""One row of the field mapping."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.fields import FieldRule, SourceField
from app.core.texts import _
from app.sdk.target import RemoteField
from app.ui.theme import SPACING
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.choice import Choice, DropDown
from app.ui.widgets.fields import mark_invalid
from app.ui.widgets.monogram import DirectionArrow
from app.ui.widgets.toggle import CheckBox

_NEW = "\0new"
WHEN_PX, EMPTY_PX, REMOVE_PX = 190, 190, 28


class FieldRow(QWidget):
    changed = Signal(dict)
    new_wanted = Signal()
    removed = Signal()

    def __init__(self, rule: FieldRule, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule = rule
        self.source = DropDown(_("Source field, row {number}").format(number=number))
        self.target = DropDown(_("Target field, row {number}").format(number=number))
        self.when = DropDown(
            _("When to write, row {number}").format(number=number),
            [Choice("both", _("Also when updating")), Choice("create", _("Only when creating"))],
        )
        self.when.setCurrentIndex(0 if rule.on_update else 1)
        self.when.setFixedWidth(WHEN_PX)
        self.empty = CheckBox(_("Empty overwrites"), is_on=rule.empty_overwrites)
        self.empty.setToolTip(_("An empty value in the source clears the field in the target."))
        self.empty.setFixedWidth(EMPTY_PX)
        self.remove = IconButton("trash", _("Remove row {number}").format(number=number))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING.m)
        row.addWidget(self.source, 1)
        row.addWidget(DirectionArrow(), alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.target, 1)
        row.addWidget(self.when)
        row.addWidget(self.empty)
        row.addWidget(self.remove)
        self.when.activated.connect(lambda index: self.changed.emit({"on_update": index == 0}))
        self.empty.toggled.connect(lambda is_on: self.changed.emit({"empty_overwrites": is_on}))
        self.source.activated.connect(lambda _index: self.changed.emit({"source": self.source.currentData()}))
        self.target.activated.connect(self._choose_target)
        self.remove.clicked.connect(self.removed)

    def offer(self, sources: Sequence[SourceField], remotes: Sequence[RemoteField], rule: FieldRule) -> None:
        """What can be chosen; a field that is mapped but gone stays visible under its own name."""
        self._rule = rule
        offered = [Choice(each.path, each.label) for each in sources]
        if rule.source and rule.source not in {each.path for each in sources}:
            offered.append(Choice(rule.source, rule.source))
        self.source.set_choices(offered)
        self.source.setCurrentIndex(self.source.findData(rule.source))
        wanted = [Choice("", _("Please choose")), *(Choice(each.id, each.label) for each in remotes)]
        if rule.target and rule.target not in {each.id for each in remotes}:
            wanted.append(Choice(rule.target, rule.target))
        wanted.append(Choice(_NEW, _("Create a new field…")))
        self.target.set_choices(wanted)
        self.target.setCurrentIndex(max(self.target.findData(rule.target), 0))

    def show_problem(self, *, is_doubled: bool) -> None:
        mark_invalid(self.target, is_invalid=is_doubled)
        self.target.setToolTip(_("Another row fills this field too. Keep one of them.") if is_doubled else "")

    def _choose_target(self, _index: int) -> None:
        chosen = self.target.currentData()
        if chosen == _NEW:
            self.target.setCurrentIndex(max(self.target.findData(self._rule.target), 0))
            self.new_wanted.emit()
        else:
            self.changed.emit({"target": chosen})
