"""Which system is the new account for?"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.core.texts import _
from app.sdk.manifest import Manifest
from app.ui.pages.monograms import monogram_of
from app.ui.theme import SPACING
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import SystemCard
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.flow import CardGrid
from app.ui.widgets.search import SearchField
from app.ui.wording import role_words

_WIDTH_PX = 620
_HEIGHT_PX = 320


class ChooseSystemSheet(Sheet):
    chosen = Signal(str)

    def __init__(self, parent: QWidget, systems: Sequence[Manifest]) -> None:
        super().__init__(parent, _("Which system is it for?"), width_px=_WIDTH_PX)
        self.search = SearchField(_("Search systems"), takes_ctrl_f=False)
        self.search.searched.connect(self._filter)
        self.body.addWidget(self.search)
        self._cards: list[tuple[SystemCard, Manifest]] = []
        inside = QWidget()
        inside.setProperty("surface", "none")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACING.s, 0)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid = CardGrid(max_columns=2, gap_px=10)
        column.addWidget(grid)
        for manifest in systems:
            card = SystemCard(monogram_of(manifest), manifest.name, role_words(manifest))
            card.clicked.connect(lambda _checked=False, name=manifest.system: self._choose(name))
            grid.add_card(card)
            self._cards.append((card, manifest))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedHeight(_HEIGHT_PX)
        area.setWidget(inside)
        self.body.addWidget(area)
        cancel = SecondaryButton(_("Cancel"))
        cancel.clicked.connect(self.reject)
        self.buttons.addWidget(cancel)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def card(self, system: str) -> SystemCard:
        return next(card for card, manifest in self._cards if manifest.system == system)

    def _filter(self, words: str) -> None:
        wanted = words.casefold().split()
        for card, manifest in self._cards:
            heard = f"{manifest.name} {role_words(manifest)}".casefold()
            card.setVisible(all(word in heard for word in wanted))

    def _choose(self, system: str) -> None:
        self.accept()
        self.chosen.emit(system)
