import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui import navigation
from app.ui.pages.help import HelpPage
from app.ui.pages.help.topics import TOPICS
from app.ui.pages.practice import PracticePage
from app.ui.routes import all_pages
from tests.ui.accessibility import unnamed_controls
from tests.ui.fakes import FakeWindow


@pytest.mark.parametrize("topic", list(TOPICS))
def test_help_begins_with_the_page_one_came_from(window: FakeWindow, topic: str) -> None:
    page = HelpPage(window.context, topic)
    window.show(page)
    assert page.first.accessibleName() == str(TOPICS[topic].title)
    assert unnamed_controls(page) == []


def test_every_page_has_a_topic() -> None:
    assert set(all_pages()) - {navigation.HELP} == set(TOPICS)


def test_an_unknown_page_gets_the_general_topic(window: FakeWindow) -> None:
    assert HelpPage(window.context, "nowhere").topic == navigation.INTEGRATIONS


def test_one_click_makes_the_practice_integration_and_opens_its_preview(window: FakeWindow, qtbot: QtBot) -> None:
    page = PracticePage(window.context)
    window.show(page)
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    key = next(iter(window.services.integrations.stored))
    assert window.navigator.last == ("integration", {"key": key, "tab": "preview"})
    page.open_button.click()
    qtbot.waitUntil(lambda: len(window.navigator.visits) == 2)
    assert list(window.services.integrations.stored) == [key]
    words = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "Nothing leaves your PC" in words
    assert unnamed_controls(page) == []
