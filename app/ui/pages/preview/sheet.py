"""One record looked at anew: its fields and the raw request, as a run would send it now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.core.errors import AppError
from app.core.labels import RECORD_NAMES
from app.core.records import Kind
from app.core.texts import _
from app.ui.clipboard import copy_without_secrets
from app.ui.context import Context
from app.ui.pages.preview.detail import PreviewDetail
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import PrimaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import SecondaryLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.progress import ProgressLine

_WIDTH_PX = 860
_HEIGHT_PX = 400


class RecordSheet(Sheet):
    """Reads the record from the source through a client that refuses to write."""

    def __init__(self, context: Context, parent: QWidget, integration: str, kind: Kind, key: str) -> None:
        title = _("{kind} {number}, as it would be sent now").format(kind=RECORD_NAMES[kind], number=key)
        super().__init__(parent, title, width_px=_WIDTH_PX)
        self._context, self._place = context, (integration, kind, key)
        self.body.addWidget(SecondaryLabel(_("Nothing is sent by looking.")))
        self.progress = ProgressLine(_("Reading the record"))
        self.progress.set_share(None)
        self.body.addWidget(self.progress)
        self.detail = PreviewDetail()
        self.detail.copy_wanted.connect(lambda words: copy_without_secrets(context, words, self))
        self.detail.setFixedHeight(_HEIGHT_PX)
        self.body.addWidget(self.detail)
        self.problem = Banner("", Tone.WARNING)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.close_button = PrimaryButton(_("Close"))
        self.close_button.clicked.connect(self.accept)
        self.buttons.addWidget(self.close_button)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        context.tasks.spawn(self._load(), owner=self, on_error=self._show_problem)

    async def _load(self) -> None:
        integration, kind, key = self._place
        engine = self._context.engine
        view = await engine.call(lambda services: services.integrations.get(integration))
        found = await engine.call(
            lambda services: services.previews.preview(integration, 1, kinds=(kind,), keys={kind: (key,)})
        )
        self.progress.hide()
        if not found.items:
            self.problem.set_message(_("The source does not list this record any more."), Tone.WARNING)
            self.problem.show()
            return
        source, target = (each.name if each is not None else "" for each in (view.source, view.target))
        self.detail.show_item(found.items[0], source, target)

    def _show_problem(self, error: AppError) -> None:
        self.progress.hide()
        self.problem.set_message(error.remedy or error.message, Tone.ERROR, title=error.message if error.remedy else "")
        self.problem.show()
