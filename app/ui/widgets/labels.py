"""Words on the page, in their few sizes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from app.ui.theme import BOLD, MEDIUM, REGULAR, SEMIBOLD, TYPE, mono_font, ui_font
from app.ui.widgets.painting import Words

_ELLIPSIS_MIN_WIDTH = 24


class _Words(QLabel):
    """Wrapped text knows its height only by its width: without telling it anew, a layout would keep the height of the
    first guess, cut the last line off or leave a gap."""

    _laid_px = 0

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self.wordWrap() and self._laid_px:
            hint.setHeight(self.heightForWidth(self._laid_px))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.wordWrap() and event.size().width() != self._laid_px:
            self._laid_px = event.size().width()
            self.updateGeometry()


class BodyLabel(_Words):
    """Running text; wraps. Plain text only: what a vendor answered must never become markup."""

    def __init__(self, words: Words = "", parent: QWidget | None = None, *, is_wrapping: bool = True) -> None:
        super().__init__(str(words), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(is_wrapping)
        self.setFont(ui_font())
        _keep_height(self)


class TitleLabel(_Words):
    """The page's name."""

    def __init__(self, words: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(str(words), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(ui_font(TYPE.title, BOLD))
        _keep_height(self)


class HeadingLabel(_Words):
    """A section's name on a page or in a card."""

    def __init__(self, words: Words = "", parent: QWidget | None = None, *, size_px: int = TYPE.heading) -> None:
        super().__init__(str(words), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(ui_font(size_px, SEMIBOLD))
        _keep_height(self)


class StrongLabel(_Words):
    """Emphasised text in body size: a card's name, a field's label."""

    def __init__(self, words: Words = "", parent: QWidget | None = None, *, size_px: int = TYPE.body) -> None:
        super().__init__(str(words), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(ui_font(size_px, SEMIBOLD))
        _keep_height(self)


class SecondaryLabel(_Words):
    """Facts beside the main words."""

    def __init__(
        self, words: Words = "", parent: QWidget | None = None, *, is_wrapping: bool = True, size_px: int = TYPE.body
    ) -> None:
        super().__init__(str(words), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "second")
        self.setWordWrap(is_wrapping)
        self.setFont(ui_font(size_px, REGULAR, tabular=True))
        _keep_height(self)


class HelpLabel(SecondaryLabel):
    """The small line under a field."""

    def __init__(self, words: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(words, parent, size_px=TYPE.small)


class ToneLabel(_Words):
    """Small text in a status colour, role one of error, warning, ok, accent."""

    def __init__(self, words: Words, role: str, parent: QWidget | None = None) -> None:
        super().__init__(str(words), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(True)
        self.setFont(ui_font(TYPE.small, MEDIUM))
        _keep_height(self)


class MonoLabel(_Words):
    """Identifiers, addresses, raw values: selectable."""

    def __init__(self, words: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(str(words), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(mono_font())
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)


class ElidedLabel(QLabel):
    """One line, shortened where room is short; the whole text is in the tool tip and for screen readers."""

    def __init__(
        self,
        words: Words = "",
        parent: QWidget | None = None,
        *,
        is_strong: bool = False,
        is_second: bool = False,
        size_px: int = TYPE.body,
    ) -> None:
        super().__init__(parent)
        self._words = str(words)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(ui_font(size_px, SEMIBOLD if is_strong else REGULAR))
        if is_second:
            self.setProperty("role", "second")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._elide()

    def words(self) -> str:
        return self._words

    def set_words(self, words: Words) -> None:
        self._words = str(words)
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._words) + 2, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(_ELLIPSIS_MIN_WIDTH, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, max(self.width(), 1))
        self.setText(shown)
        self.setToolTip(self._words if shown != self._words else "")
        self.setAccessibleName(self._words)


class HorizontalLine(QFrame):
    """A hairline between two parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("line", "horizontal")
        self.setFixedHeight(1)


def _keep_height(label: QLabel) -> None:
    """Text takes the height it needs and no more: room left over belongs to the layout's end, not between lines."""
    policy = label.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Fixed)
    label.setSizePolicy(policy)
