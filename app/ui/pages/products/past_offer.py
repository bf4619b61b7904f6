"""The offer to send orders again that were sent with other numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.records import Kind
from app.core.texts import _, ngettext
from app.ui import navigation
from app.ui.context import Context
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.painting import Tone
from app.ui.wording import number


class PastOffer(QWidget):
    """Hidden until numbers were changed of an integration that has sent orders already."""

    def __init__(self, context: Context, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._key = key
        self.apply_button = SecondaryButton(_("Apply to them"), is_small=True)
        self.banner = Banner("", Tone.ACCENT, actions=(self.apply_button,), is_closable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        self._is_declined = False
        self.banner.closed.connect(self._decline)
        self.hide()

    def _decline(self) -> None:
        self._is_declined = True
        self.hide()

    async def show_when_sent(self) -> None:
        """Once, unless it was declined. Raises AppError."""
        if self._is_declined or not self.isHidden():
            return
        key = self._key
        sent = await self._context.engine.call(lambda services: services.past.count(key, Kind.ORDERS))
        if not sent:
            return
        words = ngettext(
            "{count} order was sent before with the old numbers.",
            "{count} orders were sent before with the old numbers.",
            sent,
        )
        self.banner.set_message(words.format(count=number(sent)), Tone.ACCENT)
        self.show()

    async def apply(self) -> None:
        """Raises AppError."""
        key = self._key
        handle = await self._context.engine.call(lambda services: services.past.apply(key, [Kind.ORDERS]))
        self.hide()
        self._context.navigator.push(navigation.RUN, run_id=handle.run_id)
