"""What went over the wire during a test, without secrets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core.events import RequestEvent
from app.core.texts import _
from app.ui.theme import mono_font
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import BodyLabel

_WIDTH_PX = 680
_HEIGHT_PX = 280


class RequestsSheet(Sheet):
    def __init__(self, parent: QWidget, requests: Sequence[RequestEvent]) -> None:
        super().__init__(parent, _("Requests of this test"), width_px=_WIDTH_PX)
        if requests:
            self.lines = QPlainTextEdit()
            self.lines.setAccessibleName(_("Requests of this test"))
            self.lines.setReadOnly(True)
            self.lines.setTabChangesFocus(True)
            self.lines.setProperty("field", True)
            self.lines.setFont(mono_font())
            self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.lines.setFixedHeight(_HEIGHT_PX)
            self.lines.setPlainText("\n".join(_line(each) for each in requests))
            self.body.addWidget(self.lines)
        else:
            self.body.addWidget(BodyLabel(_("This test sent no request: it ended before one could leave.")))
        close = SecondaryButton(_("Close"))
        close.clicked.connect(self.reject)
        self.buttons.addWidget(close)
        close.setFocus(Qt.FocusReason.OtherFocusReason)


def _line(request: RequestEvent) -> str:
    answer = str(request.status) if request.status else request.error or _("no answer")
    return f"{request.method} {request.url}  →  {answer}  ({request.duration_ms:.0f} ms)"
