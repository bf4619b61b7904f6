"""What an account exchanges beside runs: texts for the other system, and pushes from it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from app.core.texts import _
from app.sdk.handouts import Handout
from app.services.receiving.receiver import PushView
from app.ui.context import Context
from app.ui.navigation import SETTINGS
from app.ui.theme import SPACING
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import LinkButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.fields import CodeView
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel, HeadingLabel, SecondaryLabel
from app.ui.widgets.painting import Tone
from app.ui.wording import moment

_LONG_TEXT_PX = 176
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_MOST_PUSHES = 20


class HandoutsCard(Card):
    """Hidden while the account has nothing to hand out."""

    def __init__(self, context: Context, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.copy_buttons: dict[str, SecondaryButton] = {}
        self.fields: dict[str, QLineEdit | QPlainTextEdit] = {}
        self.body.addWidget(HeadingLabel(_("To enter in the other system")))
        self.problem = Banner("", Tone.ERROR)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.settings_link = LinkButton(_("Open the settings of the receiver"))
        self.settings_link.clicked.connect(lambda: context.navigator.open_section(SETTINGS))
        self.hide()
        context.tasks.spawn(self._load(key), owner=self, on_error=self._show_problem)

    async def _load(self, key: str) -> None:
        if not await self._context.engine.call(lambda services: services.handouts.has_any(key)):
            return
        self.show()
        found = await self._context.engine.call(lambda services: services.handouts.of(key))
        for handout in found:
            self._add(handout)
        if not all(handout.content for handout in found):
            self.body.addWidget(self.settings_link, alignment=Qt.AlignmentFlag.AlignLeft)

    def _add(self, handout: Handout) -> None:
        title = str(handout.title)
        if not handout.content:
            self.body.addWidget(FormField(title, BodyLabel(_("Not ready yet.")), help_text=str(handout.help)))
            return
        field = _read_only(title, handout.content)
        button = SecondaryButton(_("Copy"), is_small=True)
        button.setAccessibleName(_("Copy: {what}").format(what=title))
        button.clicked.connect(lambda _checked=False: self._copy(handout.content))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING.m)
        row.addWidget(field, 1)
        row.addWidget(button, alignment=Qt.AlignmentFlag.AlignTop if "\n" in handout.content else _MIDDLE)
        line.setFocusProxy(field)
        self.body.addWidget(FormField(title, line, help_text=str(handout.help)))
        self.copy_buttons[handout.name] = button
        self.fields[handout.name] = field

    def _copy(self, content: str) -> None:
        QGuiApplication.clipboard().setText(content)
        self._context.notices.toast(_("Copied."))

    def _show_problem(self, error: Exception) -> None:
        self.show()
        self.problem.set_message(str(error), Tone.ERROR)
        self.problem.show()


class PushesCard(Card):
    """Hidden for a system that pushes nothing."""

    def __init__(self, context: Context, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._key = key
        self.again_buttons: list[SecondaryButton] = []
        self.body.addWidget(HeadingLabel(_("Pushes of the last days")))
        words = _("Kept encrypted until the other system would no longer repeat them. A sync reads them by itself.")
        self.body.addWidget(SecondaryLabel(words))
        self.state = BodyLabel()
        self.body.addWidget(self.state)
        context.tasks.spawn(self._load(), owner=self, on_error=lambda error: self.state.setText(str(error)))

    async def _load(self) -> None:
        found = await self._context.engine.call(lambda services: services.receiver.kept(self._key))
        self._list(found)

    def _list(self, found: Sequence[PushView]) -> None:
        newest = list(reversed(found))[:_MOST_PUSHES]
        self.state.setText(
            _("None has arrived.") if not found else _("{count} kept; the newest stand first.").format(count=len(found))
        )
        for push in newest:
            when = moment(push.at)
            row = QHBoxLayout()
            row.setSpacing(SPACING.m)
            button = SecondaryButton(_("Take once more"), is_small=True)
            button.setAccessibleName(_("Take the push of {when} once more").format(when=when))
            button.clicked.connect(
                lambda _checked=False, number=push.id: self._context.tasks.spawn(
                    self._again(number), owner=self, on_error=lambda error: self.state.setText(str(error))
                )
            )
            row.addWidget(SecondaryLabel(when), 1)
            row.addWidget(button)
            self.body.addLayout(row)
            self.again_buttons.append(button)

    async def _again(self, number: str) -> None:
        await self._context.engine.call(lambda services: services.receiver.replay(self._key, number))
        self._context.notices.toast(_("The next sync takes it once more."))


def _read_only(title: str, content: str) -> QLineEdit | QPlainTextEdit:
    if "\n" in content:
        area = CodeView(title, _LONG_TEXT_PX)
        area.setPlainText(content)
        return area
    line = QLineEdit(content)
    line.setAccessibleName(title)
    line.setReadOnly(True)
    line.setCursorPosition(0)
    return line
