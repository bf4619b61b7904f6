"""Step 1: from where to where."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.texts import _, ngettext
from app.sdk.manifest import Manifest
from app.ui.context import Context
from app.ui.pages.monograms import monogram_of
from app.ui.pages.wizard.model import Side, WizardModel
from app.ui.pages.wizard.step import StepWidget
from app.ui.theme import RADII, SPACING, colours_now
from app.ui.widgets.card import SystemCard
from app.ui.widgets.flow import CardGrid
from app.ui.widgets.labels import HeadingLabel, SecondaryLabel
from app.ui.widgets.painting import draw_focus_ring, fill_rounded, smooth
from app.ui.widgets.search import SearchField
from app.ui.wording import role_words

_MOST_COLUMNS = 5
_SEARCH_FROM = 9
_SEARCH_PX = 260


class PickCard(SystemCard):
    """A system that can be chosen; the chosen one has the accent's ground, a mark, and says so to screen readers."""

    def __init__(self, manifest: Manifest) -> None:
        super().__init__(monogram_of(manifest), manifest.name, role_words(manifest))
        self.manifest = manifest
        self.setCheckable(True)

    def nextCheckState(self) -> None:
        self.setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isChecked():
            colours = colours_now()
            painter = smooth(QPainter(self))
            body = QRectF(self.rect()).adjusted(0, 0, 0, -1)
            fill_rounded(painter, body, RADII.card, colours.accent_ground, colours.accent)
            if self.shows_focus_ring():
                draw_focus_ring(painter, body, RADII.card, colours.accent)
            mark = QRectF(body.right() - 19, body.top() + 9, 9, 9)
            fill_rounded(painter, mark, mark.height() / 2, colours.accent)


class SystemPicker(QWidget):
    chosen = Signal(str)

    def __init__(self, title: str, hint: str) -> None:
        super().__init__()
        self._cards: dict[str, PickCard] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING.s + 2)
        self._column.addWidget(HeadingLabel(title))
        self._column.addWidget(SecondaryLabel(hint))
        self.search = SearchField(_("Search: {list}").format(list=title), takes_ctrl_f=False)
        self.search.setFixedWidth(_SEARCH_PX)
        self.search.searched.connect(self._filter)
        self._column.addWidget(self.search, alignment=Qt.AlignmentFlag.AlignLeft)
        self._grid = CardGrid(max_columns=_MOST_COLUMNS, gap_px=10)
        self._column.addWidget(self._grid)

    def card(self, system: str) -> PickCard:
        return self._cards[system]

    def names(self) -> list[str]:
        return list(self._cards)

    def offer(self, systems: Iterable[Manifest], selected: str) -> None:
        offered = list(systems)
        if [each.system for each in offered] != list(self._cards):
            self._grid.clear()
            self._cards = {}
            for manifest in offered:
                card = PickCard(manifest)
                card.clicked.connect(lambda _checked=False, name=manifest.system: self._choose(name))
                self._grid.add_card(card)
                self._cards[manifest.system] = card
        self.search.setVisible(len(offered) >= _SEARCH_FROM)
        count = len(offered)
        self.search.setPlaceholderText(
            ngettext("Search {count} system…", "Search {count} systems…", count).format(count=count)
        )
        self._mark(selected)

    def focus_first(self) -> None:
        chosen = next((card for card in self._cards.values() if card.isChecked()), None)
        first = chosen or next(iter(self._cards.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, system: str) -> None:
        self._mark(system)
        self.chosen.emit(system)

    def _mark(self, system: str) -> None:
        for name, card in self._cards.items():
            card.setChecked(name == system)
            card.setAccessibleName(
                _("{system}, chosen").format(system=card.manifest.name) if name == system else card.manifest.name
            )
            card.update()

    def _filter(self, words: str) -> None:
        wanted = words.casefold().split()
        for card in self._cards.values():
            heard = f"{card.manifest.name} {role_words(card.manifest)}".casefold()
            card.setVisible(card.isChecked() or all(word in heard for word in wanted))


class SystemsStep(StepWidget):
    def __init__(self, context: Context, model: WizardModel) -> None:
        super().__init__(context, model)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.xl)
        self.source = SystemPicker(
            _("Where does the data come from?"), _("Your shop, your cash register, or a file that you exported.")
        )
        self.target = SystemPicker(
            _("Where should it go?"), _("The tool that receives customers and orders. Shown is what fits the source.")
        )
        column.addWidget(self.source)
        column.addWidget(self.target)
        column.addStretch(1)
        self.source.chosen.connect(lambda system: context.tasks.spawn(self._choose_source(system), owner=self))
        self.target.chosen.connect(self._choose_target)

    async def enter(self) -> None:
        self.source.offer(self.model.sources(), self._name(Side.SOURCE))
        await self._offer_targets()

    def can_continue(self) -> bool:
        return self.model.has_systems

    def focus_first(self) -> None:
        self.source.focus_first()

    async def _choose_source(self, system: str) -> None:
        self.model.choose_system(Side.SOURCE, system)
        await self._offer_targets()
        self.state_changed.emit()

    def _choose_target(self, system: str) -> None:
        self.model.choose_system(Side.TARGET, system)
        self.state_changed.emit()

    async def _offer_targets(self) -> None:
        targets = await self.model.targets()
        names = [each.system for each in targets]
        if self._name(Side.TARGET) not in names:
            self.model.forget_system(Side.TARGET)
        if len(names) == 1 and self.model.system(Side.SOURCE) is not None:
            self.model.choose_system(Side.TARGET, names[0])
        self.target.offer(targets, self._name(Side.TARGET))

    def _name(self, side: Side) -> str:
        manifest = self.model.system(side)
        return manifest.system if manifest is not None else ""
