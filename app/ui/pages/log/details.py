"""What stands behind one line of the live log: the record, and the requests made at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.core.events import Level, LogEvent, RequestEvent
from app.core.labels import RECORD_NAMES
from app.core.texts import Text, _, text
from app.ui.pages.facts import FactsGrid
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.badge import StatusBadge
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import BodyLabel, MonoLabel, SecondaryLabel, StrongLabel
from app.ui.widgets.painting import Tone
from app.ui.wording import moment

_WIDTH_PX = 620
_MOST_HEIGHT_PX = 420
_TONES = {
    Level.DEBUG: (text("Detail"), Tone.NEUTRAL),
    Level.INFO: (text("Info"), Tone.NEUTRAL),
    Level.OK: (text("OK"), Tone.OK),
    Level.WARNING: (text("Warning"), Tone.WARNING),
    Level.ERROR: (text("Error"), Tone.ERROR),
}
FACT_NAMES: Mapping[str, Text] = {
    "reason": text("Reason"),
    "next_step": text("What to do"),
    "where": text("Place"),
    "target_says": text("The target says"),
    "record": text("Record"),
    "detail": text("Facts"),
    "key": text("Number in the source"),
    "field": text("Field"),
}


def facts_of(event: LogEvent | RequestEvent) -> list[tuple[str, str]]:
    """Names and values as a person reads them; next steps are kept in English and shown in today's language."""
    if isinstance(event, RequestEvent):
        return [
            (_("Request"), f"{event.method} {event.url}"),
            (_("Answer"), str(event.status) if event.status else event.error or _("none")),
            (_("Took"), _("{count} ms").format(count=f"{event.duration_ms:.0f}")),
            (_("Sent"), _("{count} bytes").format(count=event.sent_bytes)),
            (_("Received"), _("{count} bytes").format(count=event.received_bytes)),
            (_("Attempt"), str(event.attempt)),
            (_("Problem"), event.error if event.status else ""),
            (_("Account"), event.account),
        ]
    facts = [(_("When"), moment(event.at))]
    if event.key and event.kind is not None:
        facts.append((str(RECORD_NAMES[event.kind]), event.key))
    elif event.key:
        facts.append((str(FACT_NAMES["key"]), event.key))
    for name, value in event.facts.items():
        shown = str(Text(value)) if name == "next_step" and value else value
        facts.append((str(FACT_NAMES.get(name, name)), shown))
    facts += [(_("Integration"), event.integration), (_("Run"), event.run_id)]
    return facts


class LineSheet(Sheet):
    """``run_wanted`` opens the page the line belongs to; ``copy_wanted`` carries the words for the clipboard."""

    run_wanted = Signal(str)
    copy_wanted = Signal(str)

    def __init__(self, parent: QWidget, event: LogEvent | RequestEvent, requests: Sequence[RequestEvent] = ()) -> None:
        super().__init__(parent, _("Line of the live log"), width_px=_WIDTH_PX)
        self._facts = facts_of(event)
        level = Level.DEBUG if isinstance(event, RequestEvent) else event.level
        if isinstance(event, LogEvent):
            self.body.addWidget(StatusBadge(*_TONES[level]))
            words = BodyLabel(event.message)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.body.addWidget(words)
        self._message = str(event.message) if isinstance(event, LogEvent) else ""
        self._requests = tuple(requests)
        self.body.addWidget(_scrolling([FactsGrid(self._facts), *_request_parts(self._requests)]))
        self.copy = SecondaryButton(_("Copy"))
        self.open_run = SecondaryButton(_("Open the run"))
        self.close_button = PrimaryButton(_("Close"))
        for button in (self.copy, self.open_run, self.close_button):
            self.buttons.addWidget(button)
        run_id = event.run_id if isinstance(event, LogEvent) else ""
        self.open_run.setVisible(bool(run_id))
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)
        self.open_run.clicked.connect(lambda: self._open(run_id))
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def shown_words(self) -> str:
        lines = [self._message] if self._message else []
        lines += [f"{name}: {value}" for name, value in self._facts if value]
        lines += [request_words(each) for each in self._requests]
        return "\n".join(lines)

    def _copy(self) -> None:
        self.copy_wanted.emit(self.shown_words())

    def _open(self, run_id: str) -> None:
        self.accept()
        self.run_wanted.emit(run_id)


def request_words(event: RequestEvent) -> str:
    answer = str(event.status) if event.status else event.error or _("no answer")
    return f"{event.method} {event.url} → {answer}, {event.duration_ms:.0f} ms"


def _request_parts(requests: Iterable[RequestEvent]) -> list[QWidget]:
    lines = [MonoLabel(request_words(each)) for each in requests]
    if not lines:
        return []
    for line in lines:
        line.setWordWrap(True)
    note = SecondaryLabel(_("All accounts; keys are left out."), size_px=TYPE.small)
    return [StrongLabel(_("Requests at that moment")), note, *lines]


def _scrolling(parts: Sequence[QWidget]) -> QScrollArea:
    inside = QWidget()
    inside.setProperty("surface", "none")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, SPACING.s, 0)
    column.setSpacing(SPACING.s)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setAccessibleName(_("Details"))
    area.setWidget(inside)
    area.setFixedHeight(min(max(inside.sizeHint().height() + SPACING.s, 90), _MOST_HEIGHT_PX))
    return area
