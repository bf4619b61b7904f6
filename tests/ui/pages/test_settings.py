from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app import __version__
from app.core.errors import SecretStoreError
from app.core.texts import text
from app.storage.secrets import VaultState
from app.ui.pages.settings import SettingsPage
from app.ui.pages.settings.about import AboutSheet
from app.ui.pages.vault import ChangePassphraseSheet, VaultSheet
from app.ui.theme import ThemeChoice
from tests.ui.accessibility import tab_chain, unnamed_controls
from tests.ui.fakes import FakeWindow

FOLDER = Path("somewhere") / "koppler"


@pytest.fixture
def page(window: FakeWindow, qtbot: QtBot) -> SettingsPage:
    page = SettingsPage(replace(window.context, data_folder=FOLDER))
    window.show(page)
    qtbot.waitUntil(lambda: bool(page.secret_place.text()))
    return page


def test_language_and_theme_change_at_once(page: SettingsPage, window: FakeWindow) -> None:
    assert page.theme.value() == ThemeChoice.LIGHT
    page.language.set_value("pl")
    page.theme.set_value("dark")
    assert (window.appearance.language, window.appearance.theme) == ("pl", ThemeChoice.DARK)


def test_the_days_of_the_log_are_kept(page: SettingsPage, window: FakeWindow, qtbot: QtBot) -> None:
    assert page.days.value() == 14
    page.days.setText("30")
    page.days.editingFinished.emit()
    qtbot.waitUntil(lambda: window.services.preferences.days == 30)


def test_days_out_of_bounds_are_refused_at_the_field(page: SettingsPage, window: FakeWindow, qtbot: QtBot) -> None:
    page.days.setText("400")
    page.days.editingFinished.emit()
    qtbot.waitUntil(lambda: page._days_row.error() == "A number from 1 to 90 is needed.")
    assert window.services.preferences.days == 14


def test_the_path_of_the_data_can_be_copied(page: SettingsPage) -> None:
    assert page.folder.text() == str(FOLDER)
    page.copy_button.click()
    assert QGuiApplication.clipboard().text() == str(FOLDER)


def test_it_says_where_keys_are_kept(page: SettingsPage) -> None:
    assert page.secret_place.text() == "Kept in the test's memory."


def test_without_a_keystore_a_passphrase_can_be_chosen(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.secrets.state = VaultState.UNOPENED
    window.services.secrets.problem = SecretStoreError(text("There is no keystore."), remedy=text("Choose one."))
    page = SettingsPage(window.context)
    window.show(page)
    qtbot.waitUntil(page.vault_button.isVisible)
    page.vault_button.click()
    sheet = page.findChildren(VaultSheet)[0]
    sheet.field.setText("correct horse")
    sheet.agree.click()
    qtbot.waitUntil(lambda: window.services.secrets.state is VaultState.PASSPHRASE_OPEN)
    qtbot.waitUntil(page.keystore_button.isVisible)
    assert not page.secret_problem.isVisible()


def test_the_passphrase_is_changed_by_who_knows_it(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.secrets.state = VaultState.PASSPHRASE_OPEN
    window.services.secrets.passphrase = "correct horse"
    page = SettingsPage(window.context)
    window.show(page)
    qtbot.waitUntil(page.change_button.isVisible)
    page.change_button.click()
    sheet = page.findChildren(ChangePassphraseSheet)[0]
    assert unnamed_controls(sheet) == []
    chain = tab_chain(sheet)
    assert chain.index(sheet.old) + 2 == chain.index(sheet.new) + 1 == chain.index(sheet.again)
    for field, words in ((sheet.old, "wrong horse"), (sheet.new, "battery staple"), (sheet.again, "battery stable")):
        field.setText(words)
    sheet.agree.click()
    assert "differ" in sheet.error_words()
    sheet.again.setText("battery staple")
    sheet.agree.click()
    qtbot.waitUntil(lambda: "not the right one" in sheet.error_words())
    sheet.old.setText("correct horse")
    sheet.agree.click()
    qtbot.waitUntil(lambda: window.services.secrets.passphrase == "battery staple")


def test_licences_name_qt_and_its_licence(page: SettingsPage) -> None:
    page.about_button.click()
    sheet = page.findChildren(AboutSheet)[0]
    assert __version__ in sheet.windowTitle()
    assert "PySide6" in sheet.notices.toPlainText()
    assert unnamed_controls(sheet) == []


def test_everything_has_a_name(page: SettingsPage) -> None:
    assert unnamed_controls(page) == []
