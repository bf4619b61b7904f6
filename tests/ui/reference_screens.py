"""The screens that are compared with their references, each in the real window over services in memory.

Size, language, theme, times and the time zone are fixed; nothing moves and no caret blinks.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

from PySide6.QtCore import QEvent, QLocale
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.core.texts import use_language
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.accounts import AccountPage
from app.ui.pages.accounts.editor import AccountEditor
from app.ui.pages.connect import ConnectionState
from app.ui.pages.home import HomePage
from app.ui.pages.integration import IntegrationPage
from app.ui.pages.preview import PreviewPanel
from app.ui.pages.products import ProductsPanel
from app.ui.pages.run import RunPage
from app.ui.pages.settings import SettingsPage
from app.ui.routes import MakePage, all_pages
from app.ui.shell import Navigator, Shell
from app.ui.theme import ThemeChoice, apply_theme
from tests.ui import reference_world as world
from tests.ui.fake_services import FakeServices
from tests.ui.fakes import FakeEngine, FakeState, FakeWindow, fake_context

WIDTH, HEIGHT = 1280, 800
_FOLDER = Path("/home/anna/.local/share/koppler")
_PATIENCE_S, _TURN_S = 20.0, 0.05


@dataclass
class Stage:
    """The window and what stands behind it."""

    shell: Shell
    window: FakeWindow

    def page(self) -> QWidget | None:
        return self.shell.navigator.page()

    async def until(self, is_there: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not is_there():  # noqa: ASYNC110 - Qt's state has no event to wait for
                await asyncio.sleep(0.01)


SetUp = Callable[[FakeServices], Awaitable[None]]
Steps = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Screen:
    """``alter`` changes the window at the very end: tests prove with it that changes are found."""

    name: str
    set_up: SetUp
    steps: Steps
    theme: ThemeChoice = ThemeChoice.LIGHT
    alter: Callable[[Shell], object] = field(default=lambda _shell: None)


async def _home(stage: Stage) -> None:
    await stage.until(lambda: isinstance(page := stage.page(), HomePage) and len(page.cards) == 5)
    stage.window.engine.tell(world.progress_of("books"))


async def _account(stage: Stage) -> AccountEditor:
    stage.shell.navigator.push(navigation.ACCOUNT, system="alphashop")
    page = stage.page()
    assert isinstance(page, AccountPage)
    await stage.until(lambda: page.editor is not None)
    assert page.editor is not None
    return page.editor


async def _account_with_an_error(stage: Stage) -> None:
    editor = await _account(stage)
    editor.model.form.set_value("store_hash", "ab")
    editor.model.form.show_all()
    await stage.until(lambda: bool(editor.form.field("store_hash").error()))


async def _failing_connection(stage: Stage) -> None:
    editor = await _account(stage)
    editor.model.form.set_value("store_hash", "abc123")
    editor.model.form.set_value("access_token", "not-the-right-one")
    await stage.until(lambda: editor.model.is_valid)
    editor.panel.button.click()
    await stage.until(lambda: editor.test.state is ConnectionState.FAILED)


async def _panel(stage: Stage, tab: str) -> QWidget:
    stage.shell.navigator.push(navigation.INTEGRATION, key=world.INTEGRATION, tab=tab)
    page = stage.page()
    assert isinstance(page, IntegrationPage)
    await stage.until(lambda: page.model.view is not None)
    return page.panel(tab)


async def _products(stage: Stage) -> None:
    panel = await _panel(stage, "products")
    assert isinstance(panel, ProductsPanel)
    await stage.until(lambda: panel.model.is_loaded)


async def _preview(stage: Stage) -> None:
    panel = await _panel(stage, "preview")
    assert isinstance(panel, PreviewPanel)
    await stage.until(lambda: panel.items.rowCount() == 4)


async def _run(stage: Stage) -> None:
    stage.shell.navigator.push(navigation.RUN, run_id=world.RUN)
    page = stage.page()
    assert isinstance(page, RunPage)
    await stage.until(lambda: bool(page.problem_table.problems))


async def _running(stage: Stage) -> None:
    await _run(stage)
    stage.window.engine.tell(world.progress_of())


async def _settings(stage: Stage) -> None:
    stage.shell.navigator.open_section(navigation.SETTINGS)
    page = stage.page()
    assert isinstance(page, SettingsPage)
    await stage.until(lambda: bool(page.secret_place.text()))


SCREENS: tuple[Screen, ...] = (
    Screen("home", world.integrations_in_several_states, _home),
    Screen("home_dark", world.integrations_in_several_states, _home, ThemeChoice.DARK),
    Screen("account_with_an_error", world.nothing, _account_with_an_error),
    Screen("failing_connection", world.refused_sign_in, _failing_connection),
    Screen("failing_connection_dark", world.refused_sign_in, _failing_connection, ThemeChoice.DARK),
    Screen("products", world.products, _products),
    Screen("preview", world.preview, _preview),
    Screen("finished_run", world.finished_run, _run),
    Screen("running_dark", world.running_run, _running, ThemeChoice.DARK),
    Screen("settings", world.nothing, _settings),
)


async def render(application: QApplication, screen: Screen) -> QImage:
    with _at_rest(application):
        apply_theme(application, screen.theme)
        window = fake_context(FakeEngine())
        window.appearance.theme = screen.theme
        window.services.preferences.chosen_theme = screen.theme.value
        await screen.set_up(window.services)
        shell = Shell(_pages(window.context), FakeState())
        stage = Stage(shell, window)
        try:
            shell.resize(WIDTH, HEIGHT)
            shell.show()
            await screen.steps(stage)
            shell.log_pane.append(world.log_lines())
            shell.log_pane.flush()
            shell.setFocus()
            await _still(shell)
            screen.alter(shell)
            return await _still(shell)
        finally:
            window.context.tasks.cancel_all()
            await window.context.tasks.settled()
            for each in (shell, window.host):
                each.hide()
                each.deleteLater()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _pages(context: Context) -> Mapping[str, Callable[..., QWidget]]:
    """As the program makes them: every page pushes onto the window's own trail."""

    def factory(make: MakePage) -> Callable[..., QWidget]:
        def build(navigator: Navigator, **args: object) -> QWidget:
            return make(replace(context, navigator=navigator, data_folder=_FOLDER), **args)

        return build

    return {name: factory(make) for name, make in all_pages().items()}


async def _still(shell: Shell) -> QImage:
    """The window once two pictures of it in a row are the same: layouts and delayed loading have settled."""
    before = shell.grab().toImage()
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            for _turn in range(6):
                await asyncio.sleep(_TURN_S)
            after = shell.grab().toImage()
            if after == before:
                return after
            before = after


@contextmanager
def _at_rest(application: QApplication) -> Iterator[None]:
    """Nothing that moves, nothing of this machine: no animation, no caret, English, UTC."""
    flash_ms, locale, zone = application.cursorFlashTime(), QLocale(), os.environ.get("TZ")
    application.setCursorFlashTime(0)
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    use_language("en")
    _use_zone("UTC")
    try:
        with patch("app.ui.theme.motion.MOTION_MS", 0):
            yield
    finally:
        application.setCursorFlashTime(flash_ms)
        QLocale.setDefault(locale)
        _use_zone(zone)


def _use_zone(zone: str | None) -> None:
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    if hasattr(time, "tzset"):  # Windows has none: its few digits of the clock stay below what counts
        time.tzset()
