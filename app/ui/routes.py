"""Every page of the program by the name it is opened with. Pages are imported when they are first opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from PySide6.QtWidgets import QWidget

from app.ui import navigation
from app.ui.context import Context

MakePage = Callable[..., QWidget]
"""Called with the context and the arguments of the place."""
_PACKAGES = ("home", "accounts", "wizard", "integration", "run", "activity", "settings", "practice", "help")


def _home(context: Context, **_args: object) -> QWidget:
    from app.ui.pages.home import HomePage

    return HomePage(context)


def _accounts(context: Context, **_args: object) -> QWidget:
    from app.ui.pages.accounts import AccountsPage

    return AccountsPage(context)


def _account(context: Context, *, key: str = "", system: str = "", is_reconnecting: bool = False) -> QWidget:
    from app.ui.pages.accounts import AccountPage

    return AccountPage(context, key, system, is_reconnecting=is_reconnecting)


def _wizard(context: Context, *, key: str = "", source: str = "", target: str = "") -> QWidget:
    from app.ui.pages.wizard import WizardPage

    return WizardPage(context, key, source, target)


def _integration(context: Context, *, key: str, tab: str = "overview") -> QWidget:
    from app.ui.pages.integration import IntegrationPage

    return IntegrationPage(context, key, tab)


def _run(context: Context, *, run_id: str) -> QWidget:
    from app.ui.pages.run import RunPage

    return RunPage(context, run_id)


def _activity(context: Context, **_args: object) -> QWidget:
    from app.ui.pages.activity import ActivityPage

    return ActivityPage(context)


def _settings(context: Context, **_args: object) -> QWidget:
    from app.ui.pages.settings import SettingsPage

    return SettingsPage(context)


def _practice(context: Context, **_args: object) -> QWidget:
    from app.ui.pages.practice import PracticePage

    return PracticePage(context)


def _help(context: Context, *, topic: str = "") -> QWidget:
    from app.ui.pages.help import HelpPage

    return HelpPage(context, topic)


def import_pages() -> None:
    """On another thread, before somebody clicks: the first opening of a page must not wait for its imports."""
    for name in _PACKAGES:
        import_module(f"app.ui.pages.{name}")


def all_pages() -> Mapping[str, MakePage]:
    return {
        navigation.INTEGRATIONS: _home,
        navigation.ACCOUNTS: _accounts,
        navigation.ACCOUNT: _account,
        navigation.WIZARD: _wizard,
        navigation.INTEGRATION: _integration,
        navigation.RUN: _run,
        navigation.ACTIVITY: _activity,
        navigation.SETTINGS: _settings,
        navigation.PRACTICE: _practice,
        navigation.HELP: _help,
    }
