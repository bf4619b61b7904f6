"""Opt-outs and bounces to enter in the shop by hand, where it has no field for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.labels import RECORD_NAMES
from app.core.records import Kind
from app.core.texts import _, ngettext
from app.services.worklist import ToDo
from app.ui.context import Context
from app.ui.theme import SPACING
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.path import save_file_dialog
from app.ui.widgets.toggle import CheckBox
from app.ui.wording import moment

_MOST_ROWS = 100


class WorklistCard(Card):
    """Hidden while nothing waits. Addresses are asked from the newsletter system when somebody wants to see them."""

    def __init__(self, context: Context, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._key = key
        self.boxes: dict[tuple[Kind, str], CheckBox] = {}
        self.body.addWidget(HeadingLabel(_("To work off")))
        self.words = SecondaryLabel()
        self.body.addWidget(self.words)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACING.s)
        self.body.addLayout(self._rows)
        self.show_button = SecondaryButton(_("Show the list"), is_small=True)
        self.done_button = SecondaryButton(_("Tick off the chosen ones"), is_small=True)
        self.all_button = SecondaryButton(_("Tick off all"), is_small=True)
        self.save_button = SecondaryButton(_("Save as a table…"), is_small=True)
        row = QHBoxLayout()
        row.setSpacing(SPACING.m)
        for button in (self.show_button, self.done_button, self.all_button, self.save_button):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.done_button.hide()
        self.all_button.hide()
        self.show_button.clicked.connect(lambda: self._run(self._show()))
        self.done_button.clicked.connect(lambda: self._run(self._tick_off(self._chosen())))
        self.all_button.clicked.connect(lambda: self._run(self._tick_off(None)))
        self.save_button.clicked.connect(self._choose_file)
        self.hide()

    def refresh(self) -> None:
        self._run(self._count())

    def _run(self, work: object) -> None:
        self._context.tasks.spawn(work, owner=self, on_error=lambda error: self.words.setText(str(error)))  # type: ignore[arg-type]  # a coroutine

    async def _count(self) -> None:
        count = await self._context.engine.call(lambda services: services.worklist.count(self._key))
        self.setVisible(count > 0)
        self.words.setText(
            ngettext(
                "{count} person left the list or cannot be reached, and the shop has no field for it. Enter it there "
                "by hand, then tick it off.",
                "{count} people left the list or cannot be reached, and the shop has no field for it. Enter it there "
                "by hand, then tick them off.",
                count,
            ).format(count=count)
        )

    async def _show(self) -> None:
        self.show_button.setEnabled(False)
        try:
            found = await self._context.engine.call(lambda services: services.worklist.list(self._key))
        finally:
            self.show_button.setEnabled(True)
        self._list(found)

    def _list(self, found: Sequence[ToDo]) -> None:
        for box in self.boxes.values():
            box.deleteLater()
        self.boxes = {}
        for each in found[:_MOST_ROWS]:
            name = each.email or _("no longer known there ({key})").format(key=each.key)
            parts = [name, str(RECORD_NAMES[each.kind]), moment(each.at) if each.at else "", each.reason]
            box = CheckBox(" · ".join(part for part in parts if part))
            self._rows.addWidget(box)
            self.boxes[each.kind, each.key] = box
        self.show_button.setText(_("Read the list again") if found else _("Show the list"))
        self.done_button.setVisible(bool(found))
        self.all_button.setVisible(bool(found))

    def _chosen(self) -> dict[Kind, list[str]]:
        found: dict[Kind, list[str]] = {}
        for (kind, key), box in self.boxes.items():
            if box.isChecked():
                found.setdefault(kind, []).append(key)
        return found

    async def _tick_off(self, chosen: dict[Kind, list[str]] | None) -> None:
        if chosen is not None and not chosen:
            self._context.notices.toast(_("Choose some first."))
            return
        await self._context.engine.call(lambda services: services.worklist.done(self._key, chosen))
        await self._count()
        if not self.isHidden():
            await self._show()

    def _choose_file(self) -> None:
        dialog = save_file_dialog(self, _("Save the list"), suggested="work-off.xlsx", patterns=["*.xlsx", "*.csv"])
        dialog.fileSelected.connect(lambda path: self._run(self._export(Path(path))))

    async def _export(self, path: Path) -> None:
        await self._context.engine.call(lambda services: services.worklist.export(self._key, path))
        self._context.notices.toast(_("Saved."))
