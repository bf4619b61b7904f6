"""Ask before something that cannot be taken back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.texts import _
from app.ui.theme import SPACING, colours_now
from app.ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from app.ui.widgets.fields import TextField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel, HeadingLabel
from app.ui.widgets.painting import Words

_WIDTH_PX = 460


class Sheet(QDialog):
    """An empty dialog in our look: add to `body` and `buttons`; show it with `open()`, never with `exec()`."""

    def __init__(self, parent: QWidget, title: Words, *, width_px: int = _WIDTH_PX) -> None:
        super().__init__(parent)
        self.setWindowTitle(str(title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(width_px)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING.xl, SPACING.xl - 2, SPACING.xl, SPACING.xl - 4)
        column.setSpacing(SPACING.m)
        heading = HeadingLabel(title, size_px=16)
        heading.setWordWrap(True)
        column.addWidget(heading)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACING.m)
        column.addLayout(self.body)
        column.addSpacing(SPACING.s)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(10)
        self.buttons.addStretch(1)
        column.addLayout(self.buttons)

    def fit(self) -> None:
        """As wide as its buttons need, as high as what it shows wants at that width; what grew stays on the screen. Qt
        itself takes the height of wrapped words for another width."""
        layout = self.layout()
        if layout is None:
            return
        margins = layout.contentsMargins()
        self.setFixedWidth(max(self.width(), self.buttons.sizeHint().width() + margins.left() + margins.right()))
        if layout.expandingDirections() & Qt.Orientation.Vertical:
            return
        layout.activate()
        self.resize(self.width(), layout.totalHeightForWidth(self.width()))
        if self.isVisible():
            room = self.screen().availableGeometry()
            lowest = room.bottom() + 1 - self.frameGeometry().height()
            if self.y() > lowest:
                self.move(self.x(), max(lowest, room.top()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A window system that draws no frame of its own would let the sheet melt into the page."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(colours_now().line_strong))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class ConfirmSheet(Sheet):
    """Call `open()`; `confirmed` or `declined` follows once.

    With `typed_word` the person must type that word first. The harmless button has the focus.
    """

    confirmed = Signal()
    declined = Signal()

    def __init__(
        self,
        parent: QWidget,
        title: Words,
        message: Words,
        confirm_words: Words,
        *,
        cancel_words: Words = "",
        is_dangerous: bool = False,
        typed_word: str = "",
    ) -> None:
        super().__init__(parent, title)
        self._typed_word = typed_word
        self.body.addWidget(BodyLabel(message))
        self.confirm_button = DangerButton(confirm_words) if is_dangerous else PrimaryButton(confirm_words)
        self.cancel_button = SecondaryButton(str(cancel_words) or _("Cancel"))
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addWidget(self.confirm_button)
        self.cancel_button.clicked.connect(self.reject)
        self.confirm_button.clicked.connect(self.accept)
        self.accepted.connect(self.confirmed)
        self.rejected.connect(self.declined)
        self.setAccessibleDescription(str(message))
        if typed_word:
            self._ask_for_word(typed_word)
        else:
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_for_word(self, typed_word: str) -> None:
        question = _("Type {word} to go on").format(word=typed_word)
        self.word_field = TextField(question)
        self.body.addWidget(FormField(question, self.word_field))
        self.confirm_button.setEnabled(False)
        self.word_field.textChanged.connect(
            lambda words: self.confirm_button.setEnabled(words.strip().casefold() == typed_word.casefold())
        )
        self.word_field.returnPressed.connect(self.confirm_button.click)
        self.word_field.setFocus(Qt.FocusReason.OtherFocusReason)
