"""One person found and erased under Settings, and the support file looked at before it is saved."""

import asyncio
import gettext
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.core import texts
from app.core.errors import ConfigError
from app.core.texts import text
from app.services.privacyreport import PersonReport, PersonTask
from app.ui.pages.help import HelpPage
from app.ui.pages.help.support import SupportSheet
from app.ui.pages.settings import SettingsPage
from app.ui.pages.settings.privacy import EraseSheet, PrivacyCard
from tests.ui.accessibility import find, tab_chain, unnamed_controls
from tests.ui.cut_words import patiently_whole
from tests.ui.fake_privacy import unreadable_file
from tests.ui.fakes import FakeWindow

ADDRESS = "anna@example.com"


@pytest.fixture
def card(window: FakeWindow, qtbot: QtBot) -> PrivacyCard:
    page = SettingsPage(window.context)
    window.show(page)
    qtbot.waitUntil(lambda: bool(page.secret_place.text()))
    return page.privacy


def search(card: PrivacyCard, qtbot: QtBot, words: str = ADDRESS) -> None:
    card.field.setText(words)
    QTest.keyClick(card.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.report is not None)


def ask(card: PrivacyCard) -> EraseSheet:
    card.erase_button.click()
    return find(card, EraseSheet)


def test_what_is_here_about_a_person_is_told_place_by_place(card: PrivacyCard, qtbot: QtBot) -> None:
    assert not card.find_button.isEnabled()
    search(card, qtbot)
    words = card.result.words()
    assert "19 traces of a•••@example.com were found" in words
    assert "Journal of what was sent: 4 (1 contact, 3 orders)" in words
    assert "Log: 14" in words
    assert "Product tables" not in words
    assert "Your shop and your other systems keep what they hold." in words
    assert ADDRESS not in words
    assert card.erase_button.isVisible()
    assert card.save_button.isVisible()
    assert unnamed_controls(card) == []


def test_while_it_searches_it_says_so(card: PrivacyCard, window: FakeWindow, qtbot: QtBot) -> None:
    going_on = asyncio.Event()
    find_at_once = window.services.privacy.find

    async def find_slowly(words: str) -> PersonReport:
        await going_on.wait()
        return await find_at_once(words)

    window.services.privacy.find = find_slowly  # type: ignore[method-assign]
    card.field.setText(ADDRESS)
    card.find_button.setFocus()
    card.find_button.click()
    qtbot.waitUntil(card.working.isVisible)
    assert card.working.text() == "Searching everything on this computer…"
    assert card.field.isReadOnly()
    assert card.field.hasFocus()  # the button is disabled meanwhile: the keyboard would go to the next card
    going_on.set()
    qtbot.waitUntil(lambda: card.report is not None)
    qtbot.waitUntil(lambda: not card.working.isVisible())
    assert not card.field.isReadOnly()


def test_return_during_an_erasure_does_not_take_its_report_away(
    card: PrivacyCard, window: FakeWindow, qtbot: QtBot
) -> None:
    going_on = asyncio.Event()
    services = window.services.privacy
    erase_at_once = services.erase
    search(card, qtbot)

    async def erase_slowly(words: str, *, keeps_mark: bool = True) -> PersonReport:
        await going_on.wait()
        return await erase_at_once(words, keeps_mark=keeps_mark)

    services.erase = erase_slowly  # type: ignore[method-assign]
    sheet = ask(card)
    sheet.word_field.setText("erase")
    QTest.keyClick(sheet.word_field, Qt.Key.Key_Return)
    qtbot.waitUntil(card.working.isVisible)
    QTest.keyClick(card.field, Qt.Key.Key_Return)
    going_on.set()
    qtbot.waitUntil(lambda: "a second search found nothing" in card.result.words())
    qtbot.waitUntil(lambda: not card.working.isVisible())
    assert card.report is not None
    assert card.report.task is PersonTask.ERASE
    assert card.save_button.isVisible()


def test_somebody_unknown_has_nothing_to_erase(card: PrivacyCard, qtbot: QtBot) -> None:
    search(card, qtbot, "stranger@example.com")
    assert "Nothing about s•••@example.com" in card.result.words()
    assert not card.erase_button.isVisible()


def test_words_for_many_people_are_refused_at_the_field(card: PrivacyCard, qtbot: QtBot) -> None:
    card.field.setText("Anna")
    card.find_button.click()
    qtbot.waitUntil(lambda: "One word can stand for many people." in card.row.error())
    card.field.setText("Anna B")
    assert card.row.error() == ""


def test_erasing_asks_for_a_typed_word_and_says_what_it_means(
    card: PrivacyCard, window: FakeWindow, qtbot: QtBot
) -> None:
    window.services.privacy.files = (unreadable_file(),)
    search(card, qtbot)
    sheet = ask(card)
    message = sheet.accessibleDescription()
    assert "19 traces are erased" in message
    assert "1 file that cannot be searched is deleted." in message
    assert "Settings in which the person stands lose these words" in message
    assert not sheet.confirm_button.isEnabled()
    assert sheet.mark.value()
    assert unnamed_controls(sheet) == []
    sheet.word_field.setText("erase")
    QTest.keyClick(sheet.word_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "a second search found nothing" in card.result.words())
    assert window.services.privacy.held == set()
    assert "What stays, and why:" in card.result.words()
    assert window.services.privacy.marked == {ADDRESS}
    assert not card.erase_button.isVisible()


def test_the_mark_can_be_left_out(card: PrivacyCard, window: FakeWindow, qtbot: QtBot) -> None:
    search(card, qtbot)
    sheet = ask(card)
    sheet.mark.set_value(False)
    sheet.word_field.setText("erase")
    sheet.confirm_button.click()
    qtbot.waitUntil(lambda: window.services.privacy.held == set())
    assert window.services.privacy.marked == set()


def test_cancelling_erases_nothing(card: PrivacyCard, window: FakeWindow, qtbot: QtBot) -> None:
    search(card, qtbot)
    ask(card).cancel_button.click()
    assert window.services.privacy.held == {ADDRESS}


def test_the_report_is_saved_as_proof(card: PrivacyCard, window: FakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    search(card, qtbot)
    card.save_button.click()
    dialog = find(card, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "proof.txt"))
    qtbot.waitUntil(lambda: window.services.privacy.saved == [str(tmp_path / "proof.txt")])
    qtbot.waitUntil(lambda: "The report was saved." in window.notices.toasts)


def test_an_erased_person_can_be_allowed_again(card: PrivacyCard, window: FakeWindow, qtbot: QtBot) -> None:
    window.services.privacy.held.clear()
    window.services.privacy.marked.add(ADDRESS)
    search(card, qtbot)
    assert card.allow_button.isVisible()
    card.allow_button.click()
    qtbot.waitUntil(lambda: not card.allow_button.isVisible() and window.services.privacy.marked == set())


def test_a_run_under_way_is_named_as_the_obstacle(card: PrivacyCard, window: FakeWindow, qtbot: QtBot) -> None:
    search(card, qtbot)
    window.engine.failure = ConfigError(text("A run is under way."), remedy=text("Wait until it has finished."))
    sheet = ask(card)
    sheet.word_field.setText("erase")
    sheet.confirm_button.click()
    qtbot.waitUntil(card.problem.isVisible)
    assert "Wait until it has finished." in card.problem.accessibleName()
    assert card.erase_button.isEnabled()


def test_other_words_take_the_answer_away(card: PrivacyCard, qtbot: QtBot) -> None:
    search(card, qtbot)
    card.field.setText("somebody@example.com")
    assert card.report is None
    assert not card.erase_button.isVisible()


def test_everything_of_privacy_is_reached_by_keyboard(card: PrivacyCard, qtbot: QtBot) -> None:
    search(card, qtbot)
    chain = tab_chain(card)
    assert [
        each for each in (card.field, card.find_button, card.erase_button, card.save_button) if each not in chain
    ] == []


@pytest.fixture
def sheet(window: FakeWindow, qtbot: QtBot) -> SupportSheet:
    page = HelpPage(window.context)
    window.show(page)
    page.support_button.click()
    sheet = find(page, SupportSheet)
    qtbot.waitUntil(lambda: sheet.bundle is not None)
    return sheet


def test_every_part_of_the_support_file_can_be_read_before_it_is_saved(sheet: SupportSheet) -> None:
    assert sheet.text.toPlainText() == "Koppler made this file.\n"
    assert sheet.text.lineWrapMode() is QPlainTextEdit.LineWrapMode.WidgetWidth
    assert sheet.parts is not None
    sheet.parts.select("log.txt")
    sheet.parts.chosen.emit("log.txt")
    assert sheet.title.text() == "The latest lines of the log"
    assert "integration 1" in sheet.text.toPlainText()
    assert unnamed_controls(sheet) == []
    chain = tab_chain(sheet)
    assert sheet.text in chain
    assert sheet.save in chain


def test_what_is_saved_is_what_was_shown(sheet: SupportSheet, window: FakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    shown = sheet.bundle
    sheet.save.click()
    dialog = find(sheet, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "support.zip"))
    qtbot.waitUntil(lambda: window.services.support.saved == [(shown, str(tmp_path / "support.zip"))])


def test_a_file_that_cannot_be_saved_is_told_in_the_sheet(
    sheet: SupportSheet, window: FakeWindow, qtbot: QtBot
) -> None:
    window.engine.failure = ConfigError(text("The disk is full."), remedy=text("Free some space."))
    sheet.save.click()
    find(sheet, QFileDialog).fileSelected.emit("support.zip")
    qtbot.waitUntil(sheet.problem.isVisible)
    assert "Free some space." in sheet.problem.accessibleName()


SMALLEST_PAGE_PX = 828


@pytest.fixture
def long_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text half as long again, as in a language of long words."""

    class LongWords(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"{message} {'lang ' * (len(message) // 10 + 1)}".rstrip() if message else ""

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return self.gettext(msgid1 if n == 1 else msgid2)

    monkeypatch.setattr(texts._Catalogue, "translations", LongWords())


def test_long_words_fit_into_the_smallest_window(long_words: None, window: FakeWindow, qtbot: QtBot) -> None:
    window.services.privacy.files = (unreadable_file(),)
    page = SettingsPage(window.context)
    window.show(page, SMALLEST_PAGE_PX, 600)
    search(page.privacy, qtbot)
    patiently_whole(qtbot, page.privacy)
    sheet = ask(page.privacy)
    patiently_whole(qtbot, sheet)
    sheet.reject()
    help_page = HelpPage(window.context)
    window.show(help_page, SMALLEST_PAGE_PX, 600)
    help_page.support_button.click()
    support = find(help_page, SupportSheet)
    qtbot.waitUntil(lambda: support.bundle is not None)
    patiently_whole(qtbot, support)
    patiently_whole(qtbot, help_page.header)
