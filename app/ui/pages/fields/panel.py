"""Which field of a contact goes into which field of the target."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.errors import AppError
from app.core.texts import _, ngettext
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.fields.model import FieldsModel
from app.ui.pages.fields.row import EMPTY_PX, REMOVE_PX, WHEN_PX, FieldRow
from app.ui.pages.name_sheet import NameSheet
from app.ui.pages.panel import Panel
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.labels import ElidedLabel, HorizontalLine, SecondaryLabel
from app.ui.widgets.monogram import DirectionArrow
from app.ui.widgets.progress import ProgressLine
from app.ui.wording import number


class FieldsPanel(Panel):
    def __init__(
        self, context: Context, integration_key: str, parent: QWidget | None = None, *, places_actions: bool = True
    ) -> None:
        super().__init__(context, parent)
        self.model = FieldsModel(context, integration_key, self)
        self.rows: list[FieldRow] = []
        self.save_button = PrimaryButton(_("Save"))
        self.actions_wanted = (self.save_button,)
        if places_actions:
            self.place_actions()
        self._intro = SecondaryLabel(
            _(
                "Name, e-mail address and phone are sent anyway. Here you add what else should stand in the target: "
                "which field goes where, and when it is written."
            )
        )
        self.body.addWidget(self._intro)
        self.progress = ProgressLine(_("Asking for the fields"))
        self.progress.set_share(None)
        self.body.addWidget(self.progress)
        self.add_button = SecondaryButton(_("Add a row"), icon="plus", is_small=True)
        self.first_button = SecondaryButton(_("Add a row"), icon="plus")
        self.empty = EmptyState(
            "columns",
            _("No field is mapped"),
            _("The usual fields are sent without any mapping. Add a row for what else you need."),
            self.first_button,
        )
        self.body.addWidget(self.empty)
        self.card = Card()
        self._head = self._build_head()
        self.card.body.addWidget(self._head)
        self.card.body.addWidget(HorizontalLine())
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACING.s)
        self.card.body.addLayout(self._list)
        self.body.addWidget(self.card)
        self.body.addWidget(self.add_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)
        for part in (self.empty, self.card, self.add_button):
            part.hide()
        self.save_button.setEnabled(False)
        self._connect()
        self.run(self._load())

    def _connect(self) -> None:
        for button in (self.add_button, self.first_button):
            button.clicked.connect(self._add)
        self.save_button.clicked.connect(lambda: self.run(self._save()))
        self.model.rows_changed.connect(self._rebuild)
        self.model.remote_changed.connect(self._offer)
        self.model.state_changed.connect(self._show_state)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.save_button.click)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING.m)
        self.source_title = ElidedLabel(is_second=True, size_px=TYPE.small)
        self.target_title = ElidedLabel(is_second=True, size_px=TYPE.small)
        row.addWidget(self.source_title, 1)
        row.addWidget(_room(DirectionArrow().width()))
        row.addWidget(self.target_title, 1)
        for words, width in ((_("When"), WHEN_PX), (_("When it is empty"), EMPTY_PX), ("", REMOVE_PX)):
            label = SecondaryLabel(words, size_px=TYPE.small, is_wrapping=False)
            label.setFixedWidth(width)
            row.addWidget(label)
        return head

    async def _load(self) -> None:
        try:
            await self.model.load()
        except AppError:
            self.empty.hide()
            raise
        finally:
            self.progress.hide()

    async def _save(self) -> None:
        self.clear_error()
        if self.model.can_save:
            await self.model.save()
            self._tell_saved(await self.model.past())

    def _tell_saved(self, past: int) -> None:
        """What was sent before keeps its old fields unless the person wants them changed as well."""
        if not past:
            self.context.notices.toast(_("The field mapping was saved."))
            return
        words = ngettext(
            "The field mapping was saved. {count} contact was sent before with the old one.",
            "The field mapping was saved. {count} contacts were sent before with the old one.",
            past,
        )
        action = ngettext("Apply to {count} contact", "Apply to {count} contacts", past)
        self.context.notices.toast(
            words.format(count=number(past)),
            action_words=action.format(count=number(past)),
            on_action=self._start_applying,
        )

    def _start_applying(self) -> None:
        self.run(self._apply_to_past())

    async def _apply_to_past(self) -> None:
        self.clear_error()
        self.context.navigator.push(navigation.RUN, run_id=await self.model.apply_to_past())

    def _add(self) -> None:
        self.model.add()
        if self.rows:
            self.rows[-1].source.setFocus(Qt.FocusReason.TabFocusReason)

    def _rebuild(self) -> None:
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for place, rule in enumerate(self.model.rows):
            row = FieldRow(rule, place + 1)
            row.changed.connect(lambda changes, place=place: self.model.change(place, **changes))
            row.removed.connect(lambda place=place: self.model.remove(place))
            row.new_wanted.connect(lambda place=place: self._ask_new(place))
            self._list.addWidget(row)
            self.rows.append(row)
        self._offer()

    def _offer(self) -> None:
        for row, rule in zip(self.rows, self.model.rows, strict=True):
            row.offer(self.model.source_fields, self.model.remote_fields, rule)
        self.source_title.set_words(_("Field in {system}").format(system=self.model.source_name))
        self.target_title.set_words(_("Field in {system}").format(system=self.model.target_name))
        is_known = bool(self.model.source_fields)
        self.card.setVisible(bool(self.rows))
        self.add_button.setVisible(bool(self.rows) and is_known)
        self.empty.setVisible(not self.rows and is_known)
        self._show_state()

    def _show_state(self) -> None:
        doubled = self.model.doubled
        for row, rule in zip(self.rows, self.model.rows, strict=True):
            row.show_problem(is_doubled=rule.target in doubled)
        self.save_button.setEnabled(self.model.can_save)

    def _ask_new(self, place: int) -> None:
        words = _("It is created in {system} at once.").format(system=self.model.target_name)
        label = next((str(each.label) for each in self.model.source_fields if each.path == self._source(place)), "")
        sheet = NameSheet(self, _("New field in the target"), label, _("Create"), help_text=words)
        sheet.named.connect(lambda name: self.run(self._create(place, name)))
        sheet.open()

    def _source(self, place: int) -> str:
        return self.model.rows[place].source

    async def _create(self, place: int, name: str) -> None:
        self.clear_error()
        made = await self.model.create_field(place, name)
        self.context.notices.toast(_('The field "{field}" was created.').format(field=made.label))


def _room(width_px: int) -> QWidget:
    """Above what has no heading."""
    room = QWidget()
    room.setFixedWidth(width_px)
    return room
