"""The support file: looked at first, then saved."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core.errors import AppError
from app.core.texts import _
from app.services.support import SupportBundle
from app.ui.context import Context
from app.ui.theme import TYPE, mono_font
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import BodyLabel, SecondaryLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.path import save_file_dialog

_WIDTH_PX = 760
_HEIGHT_PX = 320


class SupportSheet(Sheet):
    """What is saved is exactly what was shown."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent, _("File for whoever supports you"), width_px=_WIDTH_PX)
        self._context = context
        self.bundle: SupportBundle | None = None
        self.body.addWidget(
            BodyLabel(
                _(
                    "It holds no names, addresses, customer numbers or keys. Look at every part before you save "
                    "it; nothing is sent to anybody."
                )
            )
        )
        self.problem = Banner("", Tone.ERROR, is_closable=False)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.parts: ChipBar | None = None
        self.title = SecondaryLabel(_("Being composed…"), size_px=TYPE.small)
        self.text = _viewer()
        self.body.addWidget(self.title)
        self.body.addWidget(self.text)
        self.cancel = SecondaryButton(_("Cancel"))
        self.save = PrimaryButton(_("Save…"))
        self.save.setEnabled(False)
        for button in (self.cancel, self.save):
            self.buttons.addWidget(button)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self._choose)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        self._run(self._compose())

    async def _compose(self) -> None:
        self.bundle = await self._context.engine.call(lambda services: services.support.compose())
        choices = [ChipChoice(each.name, each.name) for each in self.bundle.files]
        self.parts = ChipBar(_("Parts of the file"), choices)
        self.body.insertWidget(1, self.parts)
        self.parts.chosen.connect(self._show)
        self._show(self.bundle.files[0].name)
        self.fit()
        self.save.setEnabled(True)
        self.save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, name: str) -> None:
        if self.bundle is None:
            return
        part = next(each for each in self.bundle.files if each.name == name)
        self.title.setText(str(part.title))
        self.text.setPlainText(part.content)

    def _choose(self) -> None:
        if self.bundle is None:
            return
        dialog = save_file_dialog(
            self, _("Save the support file"), suggested=self.bundle.suggested_name, patterns=("*.zip",)
        )
        dialog.fileSelected.connect(lambda path: self._run(self._save(path)))

    async def _save(self, path: str) -> None:
        bundle = self.bundle
        if bundle is None:
            return
        await self._context.engine.call(lambda services: services.support.save(bundle, path))
        self._context.notices.toast(_("The support file was saved."))
        self.accept()

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        return self._context.tasks.spawn(coroutine, owner=self, on_error=self._fail)

    def _fail(self, error: AppError) -> None:
        self.problem.set_message(error.remedy or error.message, Tone.ERROR, title=error.message if error.remedy else "")
        self.problem.show()
        if self.bundle is None:
            self.title.hide()


def _viewer() -> QPlainTextEdit:
    view = QPlainTextEdit()
    view.setReadOnly(True)
    view.setProperty("field", True)
    view.setAccessibleName(_("Content of the chosen part"))
    view.setFont(mono_font())
    view.setTabChangesFocus(True)
    view.setFixedHeight(_HEIGHT_PX)
    return view
