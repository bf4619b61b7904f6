"""What a spreadsheet would change, shown before it is taken."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QWidget

from app.core.texts import _, ngettext
from app.services.producttable import TableChange
from app.ui.theme import TYPE
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.delegates import MonoDelegate
from app.ui.widgets.labels import SecondaryLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.table import Column, TableFrame
from app.ui.wording import number

_WIDTH_PX = 640
_MOST_SHOWN = 500
_MOST_WARNINGS = 4


class ImportSheet(Sheet):
    """``agreed`` follows where the person takes the change; nothing is saved before."""

    agreed = Signal()

    def __init__(self, parent: QWidget, change: TableChange) -> None:
        super().__init__(parent, _("Take over these numbers?"), width_px=_WIDTH_PX)
        self.body.addWidget(SecondaryLabel(_summary(change)))
        for warning in change.warnings[:_MOST_WARNINGS]:
            self.body.addWidget(Banner(warning, Tone.WARNING))
        if len(change.warnings) > _MOST_WARNINGS:
            rest = len(change.warnings) - _MOST_WARNINGS
            words = ngettext("{count} more warning", "{count} more warnings", rest).format(count=rest)
            self.body.addWidget(SecondaryLabel(words, size_px=TYPE.small))
        if change.changes:
            self.body.addWidget(self._table(change))
        self.take = PrimaryButton(_("Take over"))
        self.take.setEnabled(bool(change.changes or change.added))
        self.cancel = SecondaryButton(_("Cancel"))
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.take)
        self.cancel.clicked.connect(self.reject)
        self.take.clicked.connect(self.accept)
        self.accepted.connect(self.agreed)
        (self.take if self.take.isEnabled() else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)

    def _table(self, change: TableChange) -> TableFrame:
        model = QStandardItemModel(0, 3, self)
        model.setHorizontalHeaderLabels([_("Product"), _("Until now"), _("From now on")])
        for key, old, new in change.changes[:_MOST_SHOWN]:
            items = [QStandardItem(words or "–") for words in (_("All products") if key == "*" else key, old, new)]
            for item in items:
                item.setEditable(False)
            model.appendRow(items)
        columns = [Column(None, MonoDelegate()), Column(170, MonoDelegate()), Column(170, MonoDelegate())]
        frame = TableFrame(_("Changes"), model, columns, row_height_px=30, is_shrinking=True, is_bare=True)
        frame.limit_height(300)
        return frame


def _summary(change: TableChange) -> str:
    if not change.changes and not change.added:
        return _("The file holds the same numbers as the table. There is nothing to change.")
    changed, added = len(change.changes), len(change.added)
    words = ngettext("{count} number changes.", "{count} numbers change.", changed).format(count=number(changed))
    if added:
        more = ngettext("{count} product is new.", "{count} products are new.", added).format(count=number(added))
        words = f"{words} {more}"
    if changed > _MOST_SHOWN:
        shown = number(_MOST_SHOWN)
        words = f"{words} {_('The first {count} are listed. You can undo it afterwards.').format(count=shown)}"
    return words
