"""One person: what this computer holds about them, erased when it is wanted, with a report to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.core.errors import AppError
from app.core.person import AskedBy
from app.core.texts import Text, _, ngettext, text
from app.services.privacyreport import PersonReport, PersonTask
from app.storage.personfiles import FileFate
from app.ui.context import Context
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import DangerButton, SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.confirm import ConfirmSheet
from app.ui.widgets.fields import TextField
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import BodyLabel, HeadingLabel, SecondaryLabel, StrongLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.path import save_file_dialog
from app.ui.widgets.toggle import CheckBox
from app.ui.wording import number


class PrivacyCard(Card):
    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.report: PersonReport | None = None
        self._asked = ""
        self.body.addWidget(HeadingLabel(_("Privacy")))
        self.body.addWidget(
            SecondaryLabel(
                _(
                    "Find what this computer holds about one person, and erase it: journal, log, settings, practice "
                    "accounts and backups."
                )
            )
        )
        name = _("E-mail address, order number, or first and last name")
        self.field = TextField(name)
        self.row = FormField(name, self.field)
        self.find_button = SecondaryButton(_("Find this person"))
        self.find_button.setEnabled(False)
        line = QHBoxLayout()
        line.setSpacing(SPACING.m)
        line.addWidget(self.row, 1)
        line.addLayout(self._beside_the_control())
        self.body.addLayout(line)
        self.problem = Banner("", Tone.ERROR, is_closable=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.working = SecondaryLabel()
        self.working.hide()
        self.body.addWidget(self.working)
        self.result = PersonResult()
        self.result.hide()
        self.body.addWidget(self.result)
        self._build_buttons()
        self.field.textChanged.connect(self._typed)
        self.field.returnPressed.connect(self._find)
        self.find_button.clicked.connect(self._find)

    def _build_buttons(self) -> None:
        self.erase_button = DangerButton(_("Erase this person…"), is_small=True)
        self.save_button = SecondaryButton(_("Save the report…"), is_small=True)
        self.allow_button = SecondaryButton(_("Allow this person again"), is_small=True)
        row = QHBoxLayout()
        row.setSpacing(SPACING.m)
        for button in (self.erase_button, self.save_button, self.allow_button):
            row.addWidget(button)
            button.hide()
        row.addStretch(1)
        self.body.addLayout(row)
        self.erase_button.clicked.connect(self._ask)
        self.save_button.clicked.connect(self._choose_file)
        self.allow_button.clicked.connect(lambda: self._run(self._allow()))

    def _beside_the_control(self) -> QVBoxLayout:
        """The button stands beside the field, which begins below its label."""
        column = QVBoxLayout()
        column.setContentsMargins(0, self.row.sizeHint().height() - self.field.sizeHint().height(), 0, 0)
        column.addWidget(self.find_button)
        column.addStretch(1)
        return column

    # Asking ----------------------------------------------------------------------------------------------------------

    def _typed(self, words: str) -> None:
        self.find_button.setEnabled(bool(words.strip()))
        self.row.set_error("")
        if words.strip() != self._asked:
            self._show(None)

    def _find(self) -> None:
        words = self.field.text().strip()
        if words and self.find_button.isEnabled():  # a field that is read only still hears the return key
            self._run(self._search(words))

    async def _search(self, words: str) -> None:
        self._asked = words
        self._show(None)
        with self._at_work(_("Searching everything on this computer…")):
            self._show(await self._context.engine.call(lambda services: services.privacy.find(words)))

    def _ask(self) -> None:
        if self.report is not None:
            sheet = EraseSheet(self, self.report)
            sheet.confirmed.connect(lambda: self._run(self._erase(keeps_mark=sheet.mark.value())))
            sheet.open()

    async def _erase(self, *, keeps_mark: bool) -> None:
        words = self._asked
        with self._at_work(_("Erasing, then searching once more…")):
            report = await self._context.engine.call(
                lambda services: services.privacy.erase(words, keeps_mark=keeps_mark)
            )
        self._show(report)
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @contextmanager
    def _at_work(self, words: str) -> Iterator[None]:
        """A large journal takes some seconds."""
        self.working.setText(words)
        self.working.show()
        self.field.setReadOnly(True)  # not disabled: the keyboard stays where it is
        if self.find_button.hasFocus():
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        for each in (self.find_button, self.erase_button):
            each.setEnabled(False)
        try:
            yield
        finally:
            self.working.hide()
            self.field.setReadOnly(False)
            self.erase_button.setEnabled(True)
            self.find_button.setEnabled(bool(self.field.text().strip()))

    async def _allow(self) -> None:
        words = self._asked
        await self._context.engine.call(lambda services: services.privacy.allow(words))
        self._context.notices.toast(_("From now on this person is sent again, as your rules say."))
        await self._search(words)

    def _choose_file(self) -> None:
        report = self.report
        if report is None:
            return
        name = "koppler-erasure.txt" if report.task is PersonTask.ERASE else "koppler-person.txt"
        dialog = save_file_dialog(self, _("Save the report"), suggested=name, patterns=("*.txt", "*.json"))
        dialog.fileSelected.connect(lambda path: self._run(self._save(report, path)))

    async def _save(self, report: PersonReport, path: str) -> None:
        await self._context.engine.call(lambda services: services.privacy.save_report(report, path))
        self._context.notices.toast(_("The report was saved."))

    # Showing ---------------------------------------------------------------------------------------------------------

    def _show(self, report: PersonReport | None) -> None:
        self.report = report
        self.problem.hide()
        self.result.setVisible(report is not None)
        is_found = report is not None and report.task is PersonTask.FIND and bool(report.found)
        self.erase_button.setVisible(is_found)
        self.save_button.setVisible(report is not None)
        self.allow_button.setVisible(
            report is not None and report.is_marked and report.task is PersonTask.FIND and not is_found
        )
        if report is not None:
            self.result.show_report(report)

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        return self._context.tasks.spawn(coroutine, owner=self, on_error=self._fail)

    def _fail(self, error: AppError) -> None:
        if error.field == "words":
            self.row.set_error(" ".join(str(part) for part in (error.message, error.remedy) if part))
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.problem.set_message(error.remedy or error.message, Tone.ERROR, title=error.message if error.remedy else "")
        self.problem.show()


class PersonResult(QWidget):
    """What was found or erased, and what stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, SPACING.xs, 0, 0)
        self._column.setSpacing(SPACING.xs)
        self._labels: list[QLabel] = []

    def show_report(self, report: PersonReport) -> None:
        for label in self._labels:
            self._column.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._labels = list(_labels(report))
        for label in self._labels:
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(label)
        self.setAccessibleName(" ".join(label.text() for label in self._labels))

    def words(self) -> str:
        return "\n".join(label.text() for label in self._labels)


def _labels(report: PersonReport) -> list[QLabel]:
    found: list[QLabel] = [StrongLabel(str(report.sentence))]
    for place in report.places:
        if place.found:
            words = _("{place}: {count}").format(place=place.name, count=number(place.found))
            found.append(BodyLabel(f"· {words}" + (f" ({place.detail})" if place.detail else "")))
    found += [BodyLabel(f"· {each.sentence}") for each in report.files if each.fate is not FileFate.FOUND]
    closing: list[Text] = [*report.stays, *([report.next_step] if report.next_step else [])]
    if report.task is PersonTask.ERASE and report.stays:
        closing.insert(0, text("What stays, and why:"))
    notes = [SecondaryLabel(str(each), size_px=TYPE.small) for each in closing]
    for first in notes[:1]:
        first.setContentsMargins(0, SPACING.s, 0, 0)
    return [*found, *notes]


class EraseSheet(ConfirmSheet):
    """``mark``: whether a mark keeps the person from being sent again; a name can have none."""

    def __init__(self, parent: QWidget, report: PersonReport) -> None:
        super().__init__(
            parent,
            _("Erase {person} from this computer?").format(person=report.masked),
            _message(report),
            _("Erase"),
            is_dangerous=True,
            typed_word=_("erase"),
        )
        self.mark = CheckBox(_("Keep a mark, so that this person is not sent again"), is_on=True)
        self.mark.setToolTip(_("A keyed mark, from which neither name nor address nor number can be read."))
        self.mark.setVisible(report.asked_by is not AskedBy.NAME)
        self.body.insertWidget(1, self.mark)


def _message(report: PersonReport) -> str:
    parts = [
        ngettext(
            "{count} trace is erased from the database and from every backup. This cannot be taken back.",
            "{count} traces are erased from the database and from every backup. This cannot be taken back.",
            report.found,
        ).format(count=number(report.found))
    ]
    unreadable = sum(each.fate is FileFate.UNREADABLE for each in report.files)
    if unreadable:
        parts.append(
            ngettext(
                "{count} file that cannot be searched is deleted.",
                "{count} files that cannot be searched are deleted.",
                unreadable,
            ).format(count=number(unreadable))
        )
    if any(place.found for place in report.places if place.code in {"accounts", "integrations"}):
        parts.append(_("Settings in which the person stands lose these words; look at them afterwards."))
    if any(place.found for place in report.places if place.code == "practice"):
        parts.append(_("Practice accounts that hold the person begin anew."))
    parts.append(_("Your shop and your other systems keep what they hold."))
    return " ".join(parts)
