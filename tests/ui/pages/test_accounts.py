import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.errors import SecretStoreError, StorageError
from app.core.events import RequestEvent, StageEvent, StageState
from app.core.texts import text
from app.storage.secrets import VaultState
from app.ui.pages.accounts import AccountPage, AccountsPage
from app.ui.pages.accounts.choose_system import ChooseSystemSheet
from app.ui.pages.accounts.editor import AccountEditor
from app.ui.pages.connect import ConnectionState
from app.ui.pages.connect.requests import RequestsSheet
from app.ui.pages.name_sheet import NameSheet
from app.ui.pages.vault import VaultSheet
from app.ui.widgets import ConfirmSheet, LinkButton
from tests.ui.accessibility import unnamed_controls
from tests.ui.fake_services import passing_stages, refused_stages
from tests.ui.fakes import FakeWindow


def stored(window: FakeWindow, qtbot: QtBot, title: str = "Tea shop") -> str:
    async def make() -> str:
        view = await window.services.accounts.create(
            "alphashop", title, {"store_hash": "abc123"}, {"access_token": "old-token"}
        )
        return view.key

    task = asyncio.ensure_future(make())
    qtbot.waitUntil(task.done)
    return task.result()


def account_page(window: FakeWindow, qtbot: QtBot, key: str = "", *, is_reconnecting: bool = False) -> AccountPage:
    page = AccountPage(window.context, key, "alphashop", is_reconnecting=is_reconnecting)
    window.show(page)
    qtbot.waitUntil(lambda: page.editor is not None)
    return page


def editor_of(page: AccountPage) -> AccountEditor:
    assert page.editor is not None
    return page.editor


def fill(qtbot: QtBot, page: AccountPage) -> AccountEditor:
    editor = editor_of(page)
    qtbot.keyClicks(editor.form.control("store_hash"), "abc123")
    qtbot.keyClicks(editor.form.control("access_token"), "my-token")
    qtbot.waitUntil(lambda: editor.model.is_valid)
    return editor


def test_a_new_account_is_typed_tested_and_saved(window: FakeWindow, qtbot: QtBot) -> None:
    page = account_page(window, qtbot)
    assert not page.save_button.isEnabled()
    editor = fill(qtbot, page)
    qtbot.mouseClick(editor.panel.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.PASSED)
    assert window.services.checks.asked == [
        ("alphashop", {"store_hash": "abc123", "page_size": 50}, {"access_token": "my-token"}, "")
    ]
    qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.navigator.visits[-1:] == [("back", "", {})])
    assert window.services.accounts.stored["alpha-shop"].settings["store_hash"] == "abc123"
    assert window.services.accounts.secrets["alpha-shop"] == {"access_token": "my-token"}


def test_an_incomplete_form_can_neither_be_tested_nor_saved(window: FakeWindow, qtbot: QtBot) -> None:
    page = account_page(window, qtbot)
    editor = editor_of(page)
    qtbot.keyClicks(editor.form.control("store_hash"), "ab")
    qtbot.waitUntil(lambda: bool(editor.form.field("store_hash").error()))
    assert not page.save_button.isEnabled()
    assert not editor.panel.button.isEnabled()


def test_a_refused_key_marks_its_field_and_says_what_to_do(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.checks.stages = refused_stages()
    editor = fill(qtbot, account_page(window, qtbot))
    editor.panel.button.click()
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.FAILED)
    assert editor.panel.row("sign_in").message() == (
        "The access token was refused. Copy it again from the control panel."
    )
    assert editor.panel.row("sample").message() == "Not tried"
    assert editor.form.field("access_token").error() == "The access token was refused."
    assert not editor.can_go_on
    qtbot.keyClicks(editor.form.control("access_token"), "2")
    qtbot.waitUntil(lambda: editor.form.field("access_token").error() == "")
    assert editor.test.state is ConnectionState.IDLE


def test_a_redirect_offers_the_final_address(window: FakeWindow, qtbot: QtBot) -> None:
    found = passing_stages()
    found[2] = replace(
        found[2],
        state=StageState.FAILED,
        message=text("The shop redirects to another address."),
        suggestion="https://www.tea.example",
        field="api_address",
    )
    window.services.checks.stages = found
    editor = fill(qtbot, account_page(window, qtbot))
    editor.panel.button.click()
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.FAILED)
    link = next(link for link in editor.panel.row("redirect").findChildren(LinkButton) if link.isVisible())
    assert link.text() == "Use this address"
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert editor.model.form.value("api_address") == "https://www.tea.example"
    assert editor.form.control("api_address").isVisible()
    qtbot.waitUntil(lambda: editor.model.is_valid)
    assert editor.form.control("api_address").hasFocus()
    editor.panel.button.click()
    qtbot.waitUntil(lambda: len(window.services.checks.asked) == 2)
    asked = window.services.checks.asked[-1]
    assert isinstance(asked, tuple)
    assert asked[3] == "https://www.tea.example"


def test_a_running_test_can_be_cancelled(window: FakeWindow, qtbot: QtBot) -> None:
    gate = asyncio.Event()

    async def slow(*_given: object) -> object:
        yield StageEvent(name="address", title=text("Address found"), state=StageState.RUNNING)
        await gate.wait()

    window.services.checks.check_draft = slow  # type: ignore[method-assign, assignment]
    editor = fill(qtbot, account_page(window, qtbot))
    editor.panel.button.click()
    qtbot.waitUntil(lambda: "address" in editor.test.stages)
    assert editor.panel.button.text() == "Cancel"
    editor.panel.button.click()
    assert editor.test.state is ConnectionState.CANCELLED
    assert editor.panel.row("address").message() == "Cancelled"
    assert editor.panel.button.text() == "Test again"


def test_a_test_that_cannot_be_made_says_why(window: FakeWindow, qtbot: QtBot) -> None:
    editor = fill(qtbot, account_page(window, qtbot))
    checking = editor.model.checking()
    window.engine.failure = StorageError(text("The disk is full."))
    editor.test.start(checking)
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.FAILED)
    assert editor.panel.row("test").message() == "The disk is full."


def test_the_result_is_copied_for_support(window: FakeWindow, qtbot: QtBot) -> None:
    editor = fill(qtbot, account_page(window, qtbot))
    editor.panel.button.click()
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.PASSED)
    editor.panel.copy_button.click()
    qtbot.waitUntil(lambda: bool(window.notices.toasts))
    assert "Sign-in: ok" in QGuiApplication.clipboard().text()
    assert "my-token" not in QGuiApplication.clipboard().text()


def test_the_requests_of_a_test_can_be_read(window: FakeWindow, qtbot: QtBot) -> None:
    editor = fill(qtbot, account_page(window, qtbot))
    editor.panel.button.click()
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.PASSED)
    request = RequestEvent(
        method="GET", url="https://made-up.invalid/v2", status=401, duration_ms=34, sent_bytes=1, received_bytes=2
    )
    window.engine.tell(replace(request, at=editor.test.started_at), request)
    editor.panel.requests_button.click()
    sheet = editor.panel.findChild(RequestsSheet)
    assert sheet is not None
    assert sheet.lines.toPlainText() == "GET https://made-up.invalid/v2  →  401  (34 ms)"


def test_reconnecting_renews_the_secret_and_keeps_everything_else(window: FakeWindow, qtbot: QtBot) -> None:
    key = stored(window, qtbot)
    page = account_page(window, qtbot, key, is_reconnecting=True)
    editor = editor_of(page)
    assert [spec.name for spec in editor.model.form.specs] == ["access_token"]
    qtbot.keyClicks(editor.form.control("access_token"), "new-token")
    qtbot.waitUntil(page.save_button.isEnabled)
    page.save_button.click()
    qtbot.waitUntil(lambda: window.services.accounts.secrets[key] == {"access_token": "new-token"})
    assert window.services.accounts.stored[key].settings["store_hash"] == "abc123"


def test_a_changed_account_keeps_its_secret(window: FakeWindow, qtbot: QtBot) -> None:
    key = stored(window, qtbot)
    page = account_page(window, qtbot, key)
    editor = editor_of(page)
    qtbot.keyClicks(editor.form.control("store_hash"), "456")
    qtbot.waitUntil(page.save_button.isEnabled)
    editor.panel.button.click()
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.PASSED)
    assert window.services.checks.asked == [key]
    assert window.services.accounts.stored[key].settings["store_hash"] == "abc123456"
    assert window.services.accounts.secrets[key] == {"access_token": "old-token"}


def test_leaving_with_changes_asks_first(window: FakeWindow, qtbot: QtBot) -> None:
    page = account_page(window, qtbot)
    left: list[bool] = []
    page.request_leave(lambda: left.append(True))
    assert left == [True]
    qtbot.keyClicks(editor_of(page).form.control("store_hash"), "x")
    page.request_leave(lambda: left.append(True))
    assert left == [True]
    sheet = page.findChild(ConfirmSheet)
    assert sheet is not None
    sheet.confirm_button.click()
    assert left == [True, True]


@pytest.mark.parametrize("choice", ["passphrase", "session"])
def test_without_a_keystore_a_passphrase_or_the_session_is_offered_before_saving(
    window: FakeWindow, qtbot: QtBot, choice: str
) -> None:
    window.services.secrets.state = VaultState.UNOPENED
    window.services.secrets.problem = SecretStoreError(text("This computer has no keystore."))
    page = account_page(window, qtbot)
    fill(qtbot, page)
    page.save_button.click()
    qtbot.waitUntil(lambda: page.findChild(VaultSheet) is not None)
    sheet = page.findChild(VaultSheet)
    assert sheet is not None
    assert not window.services.accounts.stored
    if choice == "session":
        sheet.session.click()
    else:
        qtbot.keyClicks(sheet.field, "short")
        sheet.agree.click()
        qtbot.waitUntil(lambda: sheet.error_words() == "The passphrase is too short.")
        qtbot.keyClicks(sheet.field, "long enough")
        sheet.agree.click()
    qtbot.waitUntil(lambda: "alpha-shop" in window.services.accounts.stored)


def test_declining_the_vault_saves_nothing_and_says_so(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.secrets.state = VaultState.UNOPENED
    page = account_page(window, qtbot)
    fill(qtbot, page)
    page.save_button.click()
    qtbot.waitUntil(lambda: page.findChild(VaultSheet) is not None)
    sheet = page.findChild(VaultSheet)
    assert sheet is not None
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.error_words() == "There is no keystore.")
    assert not window.services.accounts.stored


def test_a_locked_vault_is_unlocked_where_something_needed_it(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.secrets.state = VaultState.PASSPHRASE_LOCKED
    page = list_page(window, qtbot)
    page.show_error(SecretStoreError(text("The vault is locked.")))
    qtbot.waitUntil(lambda: page.findChild(VaultSheet) is not None)
    sheet = page.findChild(VaultSheet)
    assert sheet is not None
    assert sheet.session.isHidden()
    qtbot.keyClicks(sheet.field, "long enough")
    qtbot.keyClick(sheet.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.notices.toasts == ["Your keys can be used now. Try again."])


def test_a_practice_account_has_no_form_and_can_be_tested(window: FakeWindow, qtbot: QtBot) -> None:
    task = asyncio.ensure_future(window.services.accounts.practice("alphashop"))
    qtbot.waitUntil(task.done)
    page = account_page(window, qtbot, task.result().key)
    editor = editor_of(page)
    assert editor.form.isHidden()
    assert page.save_button.isHidden()
    editor.panel.button.click()
    qtbot.waitUntil(lambda: editor.test.state is ConnectionState.PASSED)


def test_every_control_of_the_account_page_has_a_name(window: FakeWindow, qtbot: QtBot) -> None:
    page = account_page(window, qtbot)
    editor = editor_of(page)
    editor.form.open_advanced()
    editor.test.start(editor.model.checking())
    qtbot.waitUntil(lambda: editor.test.state is not ConnectionState.RUNNING)
    assert unnamed_controls(page) == []


# The list ------------------------------------------------------------------------------------------------------------


def list_page(window: FakeWindow, qtbot: QtBot) -> AccountsPage:
    page = AccountsPage(window.context)
    window.show(page)
    count = len(window.services.accounts.stored)
    qtbot.waitUntil(lambda: len(page.rows) == count and bool(page._systems))
    return page


def test_the_list_says_how_each_account_stands(window: FakeWindow, qtbot: QtBot) -> None:
    key = stored(window, qtbot)
    page = list_page(window, qtbot)
    assert page.rows[key].badge.text() == "Not tested"
    window.services.accounts.secrets.clear()
    page.run(page.refresh())
    qtbot.waitUntil(lambda: page.rows[key].badge.text() == "Key missing")


def test_an_empty_list_offers_to_add_an_account(window: FakeWindow, qtbot: QtBot) -> None:
    page = list_page(window, qtbot)
    qtbot.waitUntil(page.empty.isVisible)
    page.new_button.click()
    sheet = page.findChild(ChooseSystemSheet)
    assert sheet is not None
    qtbot.keyClicks(sheet.search, "alpha")
    qtbot.waitUntil(lambda: sheet.card("betamail").isHidden())
    qtbot.keyClick(sheet.card("alphashop"), Qt.Key.Key_Return)
    assert window.navigator.last == ("account", {"system": "alphashop"})


def test_accounts_are_renamed_duplicated_and_deleted(window: FakeWindow, qtbot: QtBot) -> None:
    key = stored(window, qtbot)
    page = list_page(window, qtbot)
    page.rows[key].commanded.emit("rename")
    sheet = page.findChild(NameSheet)
    assert sheet is not None
    sheet.field.setText("Coffee shop")
    sheet.agree.click()
    qtbot.waitUntil(lambda: page.rows[key].view.title == "Coffee shop")
    page.rows[key].commanded.emit("duplicate")
    next(each for each in page.findChildren(NameSheet) if each.isVisible()).agree.click()
    qtbot.waitUntil(lambda: len(page.rows) == 2)
    assert window.services.accounts.secrets["coffee-shop-copy"] == {"access_token": "old-token"}
    page.rows[key].commanded.emit("delete")
    confirm = page.findChild(ConfirmSheet)
    assert confirm is not None
    confirm.confirm_button.click()
    qtbot.waitUntil(lambda: list(page.rows) == ["coffee-shop-copy"])


def test_an_account_in_use_is_not_deleted_and_says_by_whom(window: FakeWindow, qtbot: QtBot) -> None:
    key = stored(window, qtbot)
    window.services.accounts.used_by[key] = ("Tea → Mail",)
    page = list_page(window, qtbot)
    page.rows[key].commanded.emit("delete")
    confirm = page.findChild(ConfirmSheet)
    assert confirm is not None
    confirm.confirm_button.click()
    qtbot.waitUntil(lambda: "Tea → Mail" in page.error_words())
    assert key in window.services.accounts.stored


def test_every_control_of_the_list_has_a_name(window: FakeWindow, qtbot: QtBot) -> None:
    stored(window, qtbot)
    assert unnamed_controls(list_page(window, qtbot)) == []
