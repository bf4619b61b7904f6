"""What one system can do, what it needs, and what it cannot do."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.labels import KIND_NAMES
from app.core.texts import Text, _
from app.sdk.manifest import Manifest
from app.ui.pages.monograms import monogram_of
from app.ui.theme import SPACING
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import BodyLabel, SecondaryLabel, StrongLabel
from app.ui.wording import role_words

_WIDTH_PX = 620
_MOST_HEIGHT_PX = 380
_SCROLL_BAR_PX = 12  # as the stylesheet draws it
_WORDS_PX = _WIDTH_PX - 2 * SPACING.xl - SPACING.s - _SCROLL_BAR_PX


class SystemSheet(Sheet):
    """``start_wanted`` begins an integration with this system, ``practice_wanted`` one with made-up data."""

    start_wanted = Signal()
    practice_wanted = Signal()

    def __init__(self, parent: QWidget, manifest: Manifest) -> None:
        super().__init__(parent, manifest.name, width_px=_WIDTH_PX)
        head = QHBoxLayout()
        head.setSpacing(SPACING.m)
        head.addWidget(monogram_of(manifest), alignment=Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(SecondaryLabel(role_words(manifest)))
        words.addWidget(BodyLabel(manifest.summary))
        head.addLayout(words, 1)
        self.body.addLayout(head)
        self.body.addWidget(_facts(manifest))
        self.start = PrimaryButton(_("Start with this system"))
        self.practice = SecondaryButton(_("Try with practice data"))
        close = SecondaryButton(_("Close"))
        for button in (close, self.practice, self.start):
            self.buttons.addWidget(button)
        close.clicked.connect(self.reject)
        self.start.clicked.connect(self._begin)
        self.practice.clicked.connect(self._practise)
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin(self) -> None:
        self.accept()
        self.start_wanted.emit()

    def _practise(self) -> None:
        self.accept()
        self.practice_wanted.emit()


def _facts(manifest: Manifest) -> QScrollArea:
    inside = QWidget()
    inside.setProperty("surface", "none")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, SPACING.s, 0)
    column.setSpacing(SPACING.m)
    read = [_with_note(KIND_NAMES[each.kind], each.note) for each in manifest.reads]
    written = [_with_note(KIND_NAMES[each.kind], each.note) for each in manifest.writes]
    _add_section(column, _("Can be read from {system}").format(system=manifest.name), read)
    _add_section(column, _("Can be written to {system}").format(system=manifest.name), written)
    _add_section(column, _("What the key must be allowed to do"), map(str, manifest.permissions))
    _add_section(column, _("Known limits"), map(str, manifest.limits))
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(_("About {system}").format(system=manifest.name))
    area.setWidget(inside)
    area.setFixedHeight(min(column.sizeHint().height(), _MOST_HEIGHT_PX))
    return area


def _with_note(name: Text, note: Text) -> str:
    return f"{name}: {note}" if note else str(name)


def _add_section(column: QVBoxLayout, title: str, lines: Iterable[str]) -> None:
    shown = list(lines)
    if not shown:
        return
    section = QVBoxLayout()
    section.setSpacing(3)
    section.addWidget(StrongLabel(title))
    words = BodyLabel("\n".join(f"• {line}" for line in shown))
    # The width is known, so the height is too: a scroll area would ask for less than wrapped lines need.
    words.ensurePolished()
    words.setFixedSize(_WORDS_PX, words.heightForWidth(_WORDS_PX))
    section.addWidget(words)
    column.addLayout(section)
