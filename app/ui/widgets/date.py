"""A date, or none."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.core.texts import _
from app.ui.theme import colours_now, themed_icon, ui_font
from app.ui.widgets.painting import Words


class DateField(QLineEdit):
    """Typed in the person's own notation or as 2026-11-21, or picked from a calendar (button or Alt+Down).

    The value is a `datetime.date`, or None when empty or unreadable; `is_readable()` tells the two apart.
    """

    value_changed = Signal(object)

    def __init__(self, name: Words, parent: QWidget | None = None, *, placeholder: Words = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(str(name))
        self.setFont(ui_font(tabular=True))
        self.setPlaceholderText(str(placeholder) or _written(date(2026, 12, 31)))
        self.setMaximumWidth(200)
        self._pick = QAction(themed_icon("calendar"), _("Pick from a calendar"), self)
        self._pick.triggered.connect(self.open_calendar)
        self.addAction(self._pick, QLineEdit.ActionPosition.TrailingPosition)
        self.textChanged.connect(lambda _words: self.value_changed.emit(self.value()))
        self.editingFinished.connect(self._rewrite)

    def value(self) -> date | None:
        return _read(self.text())

    def set_value(self, value: object) -> None:
        self.setText(_written(value) if isinstance(value, date) else "")

    def is_readable(self) -> bool:
        return not self.text().strip() or self.value() is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def open_calendar(self) -> None:
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setObjectName("popup")
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = _build_calendar(self.accessibleName())
        chosen = self.value()
        if chosen is not None:
            calendar.setSelectedDate(QDate(chosen.year, chosen.month, chosen.day))
        column = QVBoxLayout(popup)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(calendar)
        calendar.activated.connect(lambda day: self._take(day, popup))
        calendar.clicked.connect(lambda day: self._take(day, popup))
        popup.move(self.mapToGlobal(self.rect().bottomLeft()))
        popup.show()
        calendar.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self, day: QDate, popup: QFrame) -> None:
        self.set_value(date(day.year(), day.month(), day.day()))
        popup.close()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rewrite(self) -> None:
        day = self.value()
        if day is not None and self.text() != _written(day):
            self.set_value(day)


def _build_calendar(name: str) -> QCalendarWidget:
    """Qt's calendar without its own colours: red weekends mean nothing here."""
    colours = colours_now()
    calendar = QCalendarWidget()
    calendar.setAccessibleName(name)
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    calendar.setMinimumSize(316, 236)
    heads, days = QTextCharFormat(), QTextCharFormat()
    heads.setForeground(QColor(colours.second))
    days.setForeground(QColor(colours.text))
    calendar.setHeaderTextFormat(heads)
    for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
        calendar.setWeekdayTextFormat(day, days)
    for part, icon, words in (
        ("qt_calendar_prevmonth", "caret-left", _("Month before")),
        ("qt_calendar_nextmonth", "caret-right", _("Month after")),
    ):
        button = calendar.findChild(QToolButton, part)
        if button is not None:
            button.setIcon(themed_icon(icon))
            button.setAccessibleName(words)
    return calendar


def _format() -> str:
    """The person's short notation, with a four-digit year: 12/03/26 could be two centuries."""
    short = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
    return short if "yyyy" in short else short.replace("yy", "yyyy")


def _written(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), _format())


def _read(words: str) -> date | None:
    words = words.strip()
    short = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
    # "d" and "M" read one figure as well as two.
    for notation in (_format(), _format().replace("dd", "d").replace("MM", "M"), "yyyy-MM-dd"):
        day = QLocale().toDate(words, notation)
        if day.isValid():
            return date(day.year(), day.month(), day.day())
    day = QLocale().toDate(words, short, 2000)
    return date(day.year(), day.month(), day.day()) if day.isValid() else None
