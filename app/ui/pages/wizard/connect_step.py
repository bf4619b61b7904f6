"""Step 2: the account of each side, tested."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.texts import _
from app.sdk.manifest import Manifest
from app.services.accounts import AccountView
from app.ui.context import Context
from app.ui.pages.accounts.editor import AccountEditor
from app.ui.pages.connect import ConnectionState
from app.ui.pages.wizard.model import Side, WizardModel
from app.ui.pages.wizard.step import StepWidget
from app.ui.theme import SPACING
from app.ui.widgets.choice import Choice, ChoiceField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import HeadingLabel

NEW = ""
PRACTICE = "*practice"


class ConnectStep(StepWidget):
    """One side after the other. What was typed for a new account stays while another one is looked at."""

    def __init__(self, context: Context, model: WizardModel) -> None:
        super().__init__(context, model)
        self.side = Side.SOURCE
        self.editor: AccountEditor | None = None
        self.choice: ChoiceField | None = None
        self._editors: dict[tuple[Side, str, str], AccountEditor] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING.l)
        self._head: QWidget | None = None

    async def enter(self) -> None:
        await self._show_side(self.side)

    def can_continue(self) -> bool:
        return self.editor is not None and self.editor.can_go_on

    async def finish(self) -> bool:
        """Test what is not proven yet, store it, and go on to the other side; True after both."""
        if not await self._settle():
            return False
        if self.side is Side.SOURCE:
            await self._show_side(Side.TARGET)
            return False
        return True

    async def keep(self) -> None:
        """A complete form is stored even where its test failed; an incomplete one is not."""
        if self.editor is None:
            return
        view = self.editor.model.view
        if view is None or (self.editor.model.is_changed and not self.editor.is_practice):
            view = await self.editor.save()
        if view is not None:
            self.model.use_account(self.side, view)

    def go_back(self) -> bool:
        if self.side is Side.SOURCE:
            return False
        self.context.tasks.spawn(self._show_side(Side.SOURCE), owner=self)
        return True

    def has_changes(self) -> bool:
        return any(editor.model.is_changed for editor in self._editors.values())

    def focus_first(self) -> None:
        if self.choice is not None and self.choice.isVisible():
            self.choice.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.editor is not None:
            self.editor.focus_first()

    async def _settle(self) -> bool:
        if self.editor is None:
            return False
        view = self.editor.model.view
        is_proven = self.editor.test.state is ConnectionState.PASSED or (
            view is not None and not self.editor.model.is_changed and view.account.check_passed is True
        )
        if not is_proven and not await self.editor.check():
            return False
        if view is None or self.editor.model.is_changed:
            view = await self._store()
        if view is None:
            return False
        self.model.use_account(self.side, view)
        return True

    async def _store(self) -> AccountView | None:
        if self.editor is None:
            return None
        saved = await self.editor.save()
        if saved is None or self.editor.test.state is not ConnectionState.PASSED:
            return saved
        # A new account was tested before it was stored: the card must know that it passed.
        async for _stage in self.context.engine.stream(lambda services: services.checks.check(saved.key)):
            continue
        return await self.context.engine.call(lambda services: services.accounts.get(saved.key))

    # Showing -------------------------------------------------------------------------------------------------------

    async def _show_side(self, side: Side) -> None:
        manifest = self.model.system(side)
        if manifest is None:
            return
        accounts = await self.model.accounts_for(side)
        # Nothing of the other side may be taken for this one while its form is on the way.
        self.side, self.editor = side, None
        chosen = self.model.account(side)
        own = [view for view in accounts if not view.account.is_practice]
        start = chosen.key if chosen is not None else (own[0].key if own else NEW)
        self._show_choice(manifest, accounts, start)
        await self._show_editor(manifest, start)
        self.focus_first()

    def _show_choice(self, manifest: Manifest, accounts: tuple[AccountView, ...], start: str) -> None:
        if self._head is not None:
            self._column.removeWidget(self._head)
            self._head.hide()
            self._head.deleteLater()
        choices = [Choice(view.key, view.title) for view in accounts]
        if not any(view.account.is_practice for view in accounts):
            choices.append(Choice(PRACTICE, _("Practice data")))
        choices.append(Choice(NEW, _("New account")))
        self.choice = ChoiceField(_("Account"), choices, selected=start)
        self.choice.value_changed.connect(
            lambda key: self.context.tasks.spawn(self._choose(manifest, str(key)), owner=self)
        )
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.m)
        number = _("{number} of 2").format(number=self.side + 1)
        column.addWidget(HeadingLabel(_("{system} account ({number})").format(system=manifest.name, number=number)))
        column.addWidget(FormField(_("Which account?"), self.choice))
        self._head = head
        self._column.insertWidget(0, head)

    async def _choose(self, manifest: Manifest, key: str) -> None:
        if key == PRACTICE:
            view = await self.model.practice_account(self.side)
            await self._show_editor(manifest, view.key)
        else:
            await self._show_editor(manifest, key)

    async def _show_editor(self, manifest: Manifest, key: str) -> None:
        place = (self.side, manifest.system, key)
        editor = self._editors.get(place)
        if editor is None:
            view = await self.context.engine.call(lambda services: services.accounts.get(key)) if key else None
            editor = AccountEditor(self.context, manifest, view)
            editor.state_changed.connect(self.state_changed)
            self._editors[place] = editor
            self._column.addWidget(editor, 1)
        for other in self._editors.values():
            other.setVisible(other is editor)
        self.editor = editor
        if editor.is_practice and editor.test.state is ConnectionState.IDLE:
            self.context.tasks.spawn(editor.check(), owner=self)
        self.state_changed.emit()
