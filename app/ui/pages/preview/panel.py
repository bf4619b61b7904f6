"""Exactly what would be sent, before anything is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.labels import KIND_NAMES
from app.core.records import Kind
from app.core.texts import _, ngettext
from app.services.previews import Preview, PreviewItem
from app.ui import navigation
from app.ui.clipboard import copy_without_secrets
from app.ui.context import Context
from app.ui.pages.panel import Panel
from app.ui.pages.preview.detail import PreviewDetail
from app.ui.pages.preview.items import ItemColumn, ItemTable
from app.ui.pages.preview.model import LIMITS, TRIAL, PreviewModel, consent_words, outcome_counts
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.delegates import BadgeDelegate, MonoDelegate
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.labels import SecondaryLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.progress import ProgressLine
from app.ui.widgets.table import Column, TableFrame

_LEAST_LIST_PX, _MOST_LIST_PX = 270, 400
_LOADING_PX = 320
_ALL_THE_ROOM = 100


class PreviewPanel(Panel):
    """A draft can be looked at, but not sent. ``places_actions``: show the buttons here, not in a page's header."""

    def __init__(
        self,
        context: Context,
        integration_key: str,
        parent: QWidget | None = None,
        *,
        places_actions: bool = True,
    ) -> None:
        super().__init__(context, parent)
        self.model = PreviewModel(context, integration_key, self)
        self._kind: Kind | None = None
        self.ten_button = SecondaryButton(ngettext("Send {count}", "Send {count}", TRIAL).format(count=TRIAL))
        self.ten_button.setToolTip(_("The first ten of each kind, as a trial"))
        self.one_button = SecondaryButton(_("Send just this one"))
        self.import_button = PrimaryButton(_("Start historical import"))
        self.actions_wanted = (self.ten_button, self.one_button, self.import_button)
        self.safe = SecondaryLabel(_("Exactly what would be sent. Nothing has left your PC yet."))
        self.limits = ChipBar(
            _("How many of each kind"), [ChipChoice(str(each), str(each)) for each in LIMITS], is_wrapping=False
        )
        self.again_button = SecondaryButton(_("Preview again"), is_small=True)
        self.progress = ProgressLine(_("Making the preview"))
        self.consent = Banner("", Tone.ACCENT)
        self.kinds: ChipBar | None = None
        self.items = ItemTable(self)
        self.list = self._build_list()
        self.detail = PreviewDetail()
        self.detail.copy_wanted.connect(lambda words: copy_without_secrets(context, words, self))
        self.empty = EmptyState(
            "magnifying-glass-minus",
            _("Nothing to preview"),
            _("The source holds no record of the kinds you chose, or your rules leave all of them out."),
        )
        self._place_parts()
        if places_actions:
            self.place_actions()
        self._connect()
        self._set_ready(is_ready=False)
        self.run(self.model.load())

    def _build_list(self) -> TableFrame:
        columns = [
            Column(50, MonoDelegate(), most_px=100),
            Column(None, least_px=90),
            Column(60, BadgeDelegate(), most_px=190),
        ]
        frame = TableFrame(_("Records"), self.items, columns)
        frame.setMinimumWidth(_LEAST_LIST_PX)
        frame.setMaximumWidth(_MOST_LIST_PX)
        return frame

    def _build_loading(self) -> QWidget:
        """In the middle of the page, where the preview will stand."""
        part = QWidget()
        words = SecondaryLabel(_("Reading the first records. Nothing is written."), is_wrapping=False)
        self.progress.setFixedWidth(_LOADING_PX)
        column = QVBoxLayout(part)
        column.setSpacing(SPACING.m)
        column.addStretch(1)
        for each in (words, self.progress):
            column.addWidget(each, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return part

    def _place_parts(self) -> None:
        self._top = QHBoxLayout()
        self._top.setSpacing(SPACING.m)
        self.counts = SecondaryLabel(size_px=TYPE.small)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.safe)
        words.addWidget(self.counts)
        self._top.addLayout(words, 1)
        self._top.addWidget(SecondaryLabel(_("First"), is_wrapping=False))
        self._top.addWidget(self.limits)
        self._top.addWidget(self.again_button)
        self._kind_row = QHBoxLayout()
        self._columns = QWidget()
        columns = QHBoxLayout(self._columns)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SPACING.l)
        columns.addWidget(self.list, 1)
        columns.addWidget(self.detail, 2)
        self._loading = self._build_loading()
        self.body.addLayout(self._top)
        self.body.addWidget(self.consent)
        self.body.addLayout(self._kind_row)
        for part in (self._loading, self._columns, self.empty):
            self.body.addWidget(part, _ALL_THE_ROOM)
        self.body.addStretch(1)
        for part in (self.consent, self.counts, self._loading, self._columns, self.empty):
            part.hide()

    def _connect(self) -> None:
        model = self.model
        model.loaded.connect(self._show_preview)
        model.busy_changed.connect(self._show_busy)
        model.chosen.connect(self._show_item)
        self.limits.chosen.connect(self._change_limit)
        self.again_button.clicked.connect(self._reload)
        self.one_button.clicked.connect(lambda: self.run(self._send(model.send_this_one)))
        self.ten_button.clicked.connect(lambda: self.run(self._send(model.send_ten)))
        self.import_button.clicked.connect(self._ask_import)
        self.list.view.selectionModel().currentRowChanged.connect(lambda current, _before: self._choose(current.row()))

    # What is shown ---------------------------------------------------------------------------------------------------

    def _show_preview(self) -> None:
        preview = self.model.preview
        if preview is None:
            return
        self._set_ready(is_ready=bool(preview.items))
        self.empty.setVisible(not preview.items)
        self._columns.setVisible(bool(preview.items))
        self.counts.setText(outcome_counts(preview))
        self.counts.show()
        self._show_consent(preview)
        self._show_kinds(preview)
        item = self.model.item
        self._show_kind(item.kind if item is not None else None)

    def _show_consent(self, preview: Preview) -> None:
        effect = preview.consent
        self.consent.setVisible(bool(preview.items))
        tone = Tone.WARNING if effect.newly_subscribed or effect.unsubscribed else Tone.OK
        self.consent.set_message(_("Consent: {effect}").format(effect=consent_words(effect)), tone)

    def _show_kinds(self, preview: Preview) -> None:
        if self.kinds is not None:
            self._kind_row.removeWidget(self.kinds)
            self.kinds.hide()
            self.kinds.deleteLater()
            self.kinds = None
        if not preview.flow_counts:
            return
        choices = [
            ChipChoice(kind.value, KIND_NAMES[kind], sum(preview.flow_counts[kind].values()))
            for kind in self.model.kinds()
        ]
        selected = self.model.item.kind.value if self.model.item is not None else None
        self.kinds = ChipBar(_("Kind of record"), choices, selected=selected)
        self.kinds.chosen.connect(lambda key: self._show_kind(Kind(key)))
        self._kind_row.addWidget(self.kinds)

    def _show_kind(self, kind: Kind | None) -> None:
        preview = self.model.preview
        shown = [item for item in preview.items if item.kind is kind] if preview is not None else []
        self._kind = kind
        self.items.show_items(shown)
        for column in (ItemColumn.RECORD, ItemColumn.AMOUNT):
            self.list.view.setColumnHidden(column, not self.items.needs(column))
        self.list.fit_columns()
        if shown:
            row = next((row for row, item in enumerate(shown) if item is self.model.item), 0)
            self.list.view.setCurrentIndex(self.items.index(row, 0))
            self.list.view.selectRow(row)

    def _show_item(self, item: PreviewItem | None) -> None:
        self.detail.show_item(item, self.model.source_name, self.model.target_name)
        self.one_button.setEnabled(item is not None and bool(item.requests) and not self.model.is_draft)

    def _show_busy(self, is_busy: bool) -> None:
        self._loading.setVisible(is_busy)
        self.progress.set_share(None if is_busy else 0)
        self.again_button.setEnabled(not is_busy)
        if is_busy:
            for part in (self.consent, self.counts, self._columns, self.empty):
                part.hide()
            if self.kinds is not None:
                self.kinds.hide()
            self._set_ready(is_ready=False)

    def _set_ready(self, *, is_ready: bool) -> None:
        for button in self.actions_wanted:
            button.setEnabled(is_ready and not self.model.is_draft)
            if self.model.is_draft:
                button.hide()

    # What is done ----------------------------------------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.items.items) and self.items.items[row] is not self.model.item:
            self.model.choose(self.items.items[row])

    def _change_limit(self, key: str) -> None:
        self.model.limit = int(key)
        self._reload()

    def _reload(self) -> None:
        self.clear_error()
        self.run(self.model.load())

    def _ask_import(self) -> None:
        sheet = ConfirmSheet(
            self,
            _("Start the historical import?"),
            _(
                "Everything from {source} is sent to {target}, from the beginning. No automation is set off. You can "
                "pause or stop it at any time."
            ).format(source=self.model.source_name, target=self.model.target_name),
            _("Start"),
        )
        sheet.confirm_button.setFocus(Qt.FocusReason.OtherFocusReason)
        sheet.confirmed.connect(lambda: self.run(self._send(self.model.start_import)))
        sheet.open()

    async def _send(self, start: Callable[[], Awaitable[str]]) -> None:
        self.clear_error()
        run_id = await start()
        if run_id:
            self.context.navigator.push(navigation.RUN, run_id=run_id)
