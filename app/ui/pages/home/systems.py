"""Every system there is, with search and filters."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.texts import _, ngettext
from app.sdk.manifest import Category, Manifest
from app.ui.pages.home.model import HomeModel
from app.ui.pages.monograms import monogram_of
from app.ui.theme import SIZES, SPACING
from app.ui.theme.tokens import BRAND_COLOUR
from app.ui.widgets.card import SystemCard
from app.ui.widgets.chips import ChipBar, ChipChoice
from app.ui.widgets.flow import CardGrid
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.monogram import Monogram
from app.ui.widgets.search import SearchField
from app.ui.wording import CATEGORY_GROUPS, role_words

_ALL = "all"
_MOST_COLUMNS = 6
_SEARCH_PX = 260


class SystemsSection(QWidget):
    system_chosen = Signal(str)
    practice_wanted = Signal()

    def __init__(self, model: HomeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._cards: list[tuple[SystemCard, Manifest]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING.m)
        self._column.addWidget(HeadingLabel(_("Choose where your data comes from")))
        self._filters = QHBoxLayout()
        self._filters.setSpacing(SPACING.m)
        self._column.addLayout(self._filters)
        self.grid = CardGrid(max_columns=_MOST_COLUMNS, gap_px=10)
        self._column.addWidget(self.grid)
        self._nothing = SecondaryLabel(_("No system fits. Try another word, or show all."))
        self._nothing.hide()
        self._column.addWidget(self._nothing)
        model.systems_changed.connect(self._build)
        model.shown_systems_changed.connect(self._show)
        if model.systems:
            self._build()

    def shown(self) -> list[str]:
        return [manifest.system for card, manifest in self._cards if not card.isHidden()]

    def card(self, system: str) -> SystemCard:
        return next(card for card, manifest in self._cards if manifest.system == system)

    def _build(self) -> None:
        count = len(self._model.systems)
        hint = ngettext("Search {count} system…", "Search {count} systems…", count).format(count=count)
        self.search = SearchField(_("Search systems"), placeholder=hint)
        self.search.setFixedWidth(_SEARCH_PX)
        self.search.searched.connect(self._model.search)
        choices = [ChipChoice(_ALL, _("All"))]
        choices += [ChipChoice(each.value, CATEGORY_GROUPS[each]) for each in self._model.categories()]
        self.categories = ChipBar(_("Kind of system"), choices)
        self.categories.chosen.connect(lambda key: self._model.choose_category(None if key == _ALL else Category(key)))
        lowered = QVBoxLayout()
        lowered.setContentsMargins(0, (SIZES.field - SIZES.chip) // 2, 0, 0)
        lowered.addWidget(self.categories)
        self._filters.addWidget(self.search, alignment=Qt.AlignmentFlag.AlignTop)
        self._filters.addLayout(lowered, 1)
        for manifest in self._model.systems:
            card = SystemCard(monogram_of(manifest), manifest.name, role_words(manifest))
            card.clicked.connect(lambda _checked=False, name=manifest.system: self.system_chosen.emit(name))
            self.grid.add_card(card)
            self._cards.append((card, manifest))
        name = _("Practice shop")
        self.practice_card = SystemCard(Monogram("★", BRAND_COLOUR, name), name, _("Try everything without an account"))
        self.practice_card.clicked.connect(self.practice_wanted)
        self.grid.add_card(self.practice_card)

    def _show(self) -> None:
        for card, manifest in self._cards:
            card.setVisible(self._model.is_shown(manifest))
        self.practice_card.setVisible(not self._model.is_filtered)
        self._nothing.setVisible(not self.shown() and self._model.is_filtered)
        self.grid.updateGeometry()
