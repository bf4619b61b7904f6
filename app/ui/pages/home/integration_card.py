"""One integration: how it stands, one line of facts, one next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.core.events import ProgressEvent
from app.core.labels import MODE_NAMES
from app.core.texts import _, ngettext
from app.sdk.manifest import Manifest
from app.services.integrations import IntegrationView
from app.services.status import STATUS_NAMES, Action, Status
from app.ui.pages.monograms import monogram_of
from app.ui.theme import SIZES, SPACING, TYPE
from app.ui.widgets.badge import StatusBadge
from app.ui.widgets.buttons import IconButton, LinkButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.labels import ElidedLabel, SecondaryLabel
from app.ui.widgets.monogram import DirectionArrow
from app.ui.widgets.painting import Tone
from app.ui.wording import moment, progress_words

STATUS_TONES = {
    Status.DRAFT: Tone.NEUTRAL,
    Status.READY: Tone.ACCENT,
    Status.RUNNING: Tone.ACCENT,
    Status.UP_TO_DATE: Tone.OK,
    Status.NEEDS_ATTENTION: Tone.ERROR,
    Status.PAUSED: Tone.WARNING,
    Status.INACTIVE: Tone.NEUTRAL,
}


def fact_lines(view: IntegrationView, progress: ProgressEvent | None) -> tuple[str, ...]:
    """At most two lines: while it runs, how far; when something is wrong, what; else what was sent and when."""
    last = view.last_run
    if view.status is Status.DRAFT:
        return (_("Not finished yet. Nothing is sent before you finish it."),)
    if view.status is Status.RUNNING and last is not None:
        name = str(MODE_NAMES[last.record.mode])
        return (f"{name} · {progress_words(progress)}" if progress is not None else name,)
    if view.status in {Status.NEEDS_ATTENTION, Status.PAUSED} and (trouble := _trouble(view)):
        return (trouble,)
    lines = [str(view.facts)]
    if last is not None:
        name = str(MODE_NAMES[last.record.mode])
        when = moment(last.record.ended_at or last.record.started_at)
        lines.append(_("{mode} {when}").format(mode=name, when=when))
    return tuple(lines)


def _trouble(view: IntegrationView) -> str:
    accounts = [each for each in (view.source, view.target) if each is not None]
    lacking = next((each for each in accounts if each.missing_secrets), None)
    if lacking is not None:
        return _('The account "{account}" lacks its secret.').format(account=lacking.title)
    refused = next((each for each in accounts if each.account.check_passed is False), None)
    if refused is not None:
        return _('The last connection test of "{account}" failed.').format(account=refused.title)
    if view.next_step.action is Action.OPEN_RUN and view.open_records:
        return ngettext(
            "{count} record failed, is held or in doubt.",
            "{count} records failed, are held or in doubt.",
            view.open_records,
        ).format(count=view.open_records)
    return view.last_run.record.message if view.last_run is not None else ""


class IntegrationCard(Card):
    """Tells which command was chosen: next_step, open, rename, duplicate, switch, reconnect_source, reconnect_target,
    delete."""

    commanded = Signal(str)

    def __init__(
        self, view: IntegrationView, source: Manifest | None, target: Manifest | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.view = view
        self.setAccessibleName(view.title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._badge = StatusBadge(STATUS_NAMES[view.status], STATUS_TONES[view.status])
        self._facts = SecondaryLabel(size_px=TYPE.small)
        self._facts.setMinimumHeight(2 * self._facts.fontMetrics().lineSpacing())
        self._facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(view.title, is_strong=True))
        words.addWidget(self._facts)
        self.body.addWidget(self._head(source, target))
        self.body.addSpacing(2)
        self.body.addLayout(words)
        self.body.addStretch(1)
        self.body.addLayout(self._buttons())
        self.show_progress(None)

    def show_progress(self, progress: ProgressEvent | None) -> None:
        self._facts.setText("\n".join(fact_lines(self.view, progress)))

    def facts(self) -> str:
        return self._facts.text()

    def status_words(self) -> str:
        return self._badge.text()

    def menu(self) -> QMenu:
        """Built when it is wanted; the caller shows it with ``popup``."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        commands: list[tuple[str, str]] = [
            ("open", _("Open")),
            ("rename", _("Rename…")),
            ("duplicate", _("Duplicate…")),
        ]
        if self.view.status is not Status.DRAFT:
            is_active = self.view.integration.is_active
            commands.append(("switch", _("Deactivate") if is_active else _("Activate")))
        for name, account in (("reconnect_source", self.view.source), ("reconnect_target", self.view.target)):
            if account is not None and not account.account.is_practice:
                commands.append((name, _("Reconnect {account}…").format(account=account.title)))
        for name, words in commands:
            menu.addAction(words, self._telling(name))
        menu.addSeparator()
        menu.addAction(_("Delete…"), self._telling("delete"))
        return menu

    def _telling(self, command: str) -> Callable[[], None]:
        return lambda: self.commanded.emit(command)

    def _head(self, source: Manifest | None, target: Manifest | None) -> QWidget:
        """As high as a monogram: what room a taller neighbour leaves goes below the facts."""
        line = QWidget()
        line.setFixedHeight(SIZES.monogram)
        head = QHBoxLayout(line)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(10)
        if source is not None:
            head.addWidget(monogram_of(source))
        if source is not None and target is not None:
            head.addWidget(DirectionArrow(), alignment=Qt.AlignmentFlag.AlignVCenter)
        if target is not None:
            head.addWidget(monogram_of(target))
        head.addStretch(1)
        head.addWidget(self._badge, alignment=Qt.AlignmentFlag.AlignVCenter)
        return line

    def _buttons(self) -> QHBoxLayout:
        title = self.view.title
        self.step_button = SecondaryButton(self.view.next_step.text, is_small=True)
        self.step_button.setAccessibleName(
            _("{action}: {integration}").format(action=self.view.next_step.text, integration=title)
        )
        self.step_button.clicked.connect(self._telling("next_step"))
        self.details_button = LinkButton(_("Details"))
        self.details_button.setAccessibleName(_("Details of {integration}").format(integration=title))
        self.details_button.clicked.connect(self._telling("open"))
        self.more_button = IconButton("dots-three", _("More for {integration}").format(integration=title))
        self.more_button.clicked.connect(self._open_menu)
        row = QHBoxLayout()
        row.setSpacing(SPACING.m + 4)
        row.addWidget(self.step_button)
        row.addWidget(self.details_button)
        row.addStretch(1)
        row.addWidget(self.more_button)
        return row

    def _open_menu(self) -> None:
        corner = self.more_button.rect().bottomRight()
        menu = self.menu()
        place = self.more_button.mapToGlobal(corner)
        place.setX(place.x() - menu.sizeHint().width())
        menu.popup(place)
