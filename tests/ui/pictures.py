"""Opens the real window with practice data and saves every screen.

Called as `python -m tests.ui.pictures OUT_DIR [SCENE]...`.

Each scene is shown in light, dark, German, and in a made-up language of long words; light also on a large screen.
Add a scene by a coroutine that brings the window to it.
"""

from __future__ import annotations

import asyncio
import gettext
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

import qasync
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from app.bootstrap import opened
from app.core import texts
from app.core.events import RunMode
from app.storage.folder import DataFolder
from app.storage.preferences import peek
from app.ui.application import Program
from app.ui.pages.accounts import AccountPage
from app.ui.pages.accounts.editor import AccountEditor
from app.ui.pages.connect import ConnectionState
from app.ui.pages.fields import FieldsPanel
from app.ui.pages.home import HomePage
from app.ui.pages.integration import IntegrationPage
from app.ui.pages.integration.overview import OverviewPanel
from app.ui.pages.practice_start import start_practice
from app.ui.pages.preview import PreviewPanel
from app.ui.pages.products import ProductsPanel
from app.ui.pages.run import RunPage
from app.ui.pages.wizard import WizardPage
from app.ui.pages.wizard.connect_step import PRACTICE, ConnectStep
from app.ui.pages.wizard.model import Step
from app.ui.theme import ThemeChoice

SMALL, LARGE = (1280, 800), (1920, 1080)
_PATIENCE_S = 20.0


class LongWords(gettext.NullTranslations):
    """Every text half as long again, so that what is cut off shows."""

    def gettext(self, message: str) -> str:
        return f"{message} {'lang ' * (len(message) // 10 + 1)}".rstrip() if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@dataclass
class Stage:
    """The window, and what the scenes share: the practice integration and its finished run."""

    program: Program
    key: str = ""
    run_id: str = ""

    def page(self) -> QWidget:
        page = self.program.shell.navigator.page()
        assert page is not None
        return page

    async def until(self, is_there: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not is_there():  # noqa: ASYNC110 - Qt's state has no event to wait for
                await asyncio.sleep(0.02)

    async def rest(self) -> None:
        """Long enough for motion, layouts and the live log to settle."""
        await asyncio.sleep(0.4)

    def push(self, name: str, **args: object) -> None:
        self.program.shell.navigator.push(name, **args)

    async def home(self) -> None:
        self.program.shell.navigator.open_section("accounts")
        self.program.shell.navigator.open_section("integrations", fresh=True)
        await self.until(lambda: isinstance(self.page(), HomePage) and bool(self.page().cards))  # type: ignore[attr-defined]


Scene = Callable[[Stage], Awaitable[None]]


async def _home(stage: Stage) -> None:
    await stage.home()


async def _system(stage: Stage) -> None:
    await stage.home()
    page = stage.page()
    assert isinstance(page, HomePage)
    shop = next(each for each in page.model.systems if each.is_source and each.limits)
    page.systems.system_chosen.emit(shop.system)


async def _accounts(stage: Stage) -> None:
    stage.program.shell.navigator.open_section("accounts")


async def _account(stage: Stage) -> None:
    editor = await _open_account(stage)
    editor.form.open_advanced()


async def _account_refused(stage: Stage) -> None:
    """A key that the shop refuses: the practice simulator answers as the vendor does."""
    editor = await _open_account(stage)
    practice = next(
        view
        for view in await stage.program.engine.call(lambda services: services.accounts.all())
        if view.account.is_practice and view.system == editor.model.manifest.system
    )
    address = await stage.program.engine.call(lambda services: services.practice.address(practice.account))
    for spec in editor.model.form.specs:
        value = practice.account.settings.get(spec.name)
        if value is not None:
            editor.model.form.set_value(spec.name, value)
        elif spec.input.value == "secret":
            editor.model.form.set_value(spec.name, "not-the-right-key-at-all-1234567890")
    editor.model.form.set_value("api_address", address)
    await stage.until(lambda: editor.model.is_valid)
    editor.panel.button.click()
    await stage.until(lambda: editor.test.state is ConnectionState.FAILED)


async def _open_account(stage: Stage) -> AccountEditor:
    await stage.home()
    page = stage.page()
    assert isinstance(page, HomePage)
    shop = next(each for each in page.model.systems if each.category.value == "shop")
    stage.push("account", system=shop.system)
    await stage.until(lambda: isinstance(stage.page(), AccountPage) and stage.page().editor is not None)  # type: ignore[attr-defined]
    editor: AccountEditor = stage.page().editor  # type: ignore[attr-defined]
    return editor


async def _wizard(stage: Stage) -> WizardPage:
    await stage.home()
    page = stage.page()
    assert isinstance(page, HomePage)
    shop = next(each for each in page.model.systems if each.category.value == "shop")
    stage.push("wizard", source=shop.system)
    wizard = stage.page()
    assert isinstance(wizard, WizardPage)
    await stage.until(lambda: wizard.model.has_systems)
    return wizard


async def _wizard_to(stage: Stage, step: Step) -> None:
    wizard = await _wizard(stage)
    connect = wizard.steps[Step.CONNECT]
    assert isinstance(connect, ConnectStep)
    while wizard.step < step:
        before = (wizard.step, connect.side)
        if wizard.step is Step.CONNECT:
            await _prove_practice(stage, connect)
        await stage.until(wizard.continue_button.isEnabled)
        wizard.continue_button.click()
        await stage.until(lambda before=before: (wizard.step, connect.side) != before)  # type: ignore[misc]
    if step is Step.CONNECT:
        await _prove_practice(stage, connect)


async def _prove_practice(stage: Stage, connect: ConnectStep) -> None:
    await stage.until(lambda: connect.editor is not None and connect.choice is not None)
    practice = await stage.program.engine.call(lambda services: services.accounts.all())
    system = connect.model.system(connect.side)
    known = next((v.key for v in practice if v.account.is_practice and system and v.system == system.system), PRACTICE)
    assert connect.choice is not None
    connect.choice.set_value(known)
    await stage.until(lambda: connect.editor is not None and connect.editor.is_practice)
    await stage.until(lambda: connect.editor is not None and connect.editor.test.state is ConnectionState.PASSED)


def _wizard_scene(step: Step) -> Scene:
    async def scene(stage: Stage) -> None:
        await _wizard_to(stage, step)
        if step is Step.PREVIEW:
            await stage.until(lambda: any(table.model().rowCount() for table in stage.page().findChildren(QTableView)))

    return scene


def _integration_scene(tab: str) -> Scene:
    async def scene(stage: Stage) -> None:
        await stage.home()
        stage.push("integration", key=stage.key, tab=tab)
        page = stage.page()
        assert isinstance(page, IntegrationPage)
        await stage.until(lambda: page.model.view is not None)
        panel = page.panel(tab)
        if isinstance(panel, PreviewPanel):
            await stage.until(lambda: panel.items.rowCount() > 0)
            if panel.kinds is not None:
                next(chip for chip in panel.kinds.chips() if chip.key == "orders").click()
        elif isinstance(panel, ProductsPanel):
            await stage.until(lambda: panel.model.is_loaded)
            if not len(panel.model.rows):
                panel.read_button.click()
            await stage.until(lambda: len(panel.model.rows) > 0)
            panel.model.enter({0: "4011", 1: "4012", 3: "x-17"})
        elif isinstance(panel, FieldsPanel):
            await stage.until(panel.first_button.isVisible)
            panel.first_button.click()
        elif isinstance(panel, OverviewPanel):
            panel.why.field.setText("104")
            panel.why.ask.click()

    return scene


async def _run(stage: Stage) -> None:
    await stage.home()
    stage.push("run", run_id=stage.run_id)
    page = stage.page()
    assert isinstance(page, RunPage)
    await stage.until(lambda: bool(page.problem_table.problems))


async def _run_inspect(stage: Stage) -> None:
    await _run(stage)
    page = stage.page()
    assert isinstance(page, RunPage)
    page.table.row_activated.emit(0)


async def _import_sheet(stage: Stage) -> None:
    await _integration_scene("overview")(stage)
    page = stage.page()
    assert isinstance(page, IntegrationPage)
    panel = page.panel("overview")
    assert isinstance(panel, OverviewPanel)
    panel.import_button.click()


async def _log_line(stage: Stage) -> None:
    await _run(stage)
    pane = stage.program.shell.log_pane
    line = next((line for line in pane.lines() if line.has_details), None)
    if line is not None:
        pane.line_activated.emit(line.entry_id)


def _section(name: str) -> Scene:
    async def scene(stage: Stage) -> None:
        stage.program.shell.navigator.open_section(name)

    return scene


SCENES: Mapping[str, Scene] = {
    "home": _home,
    "system": _system,
    "accounts": _accounts,
    "account": _account,
    "account_refused": _account_refused,
    "wizard_1_systems": _wizard_scene(Step.SYSTEMS),
    "wizard_2_connect": _wizard_scene(Step.CONNECT),
    "wizard_3_flows": _wizard_scene(Step.FLOWS),
    "wizard_4_products": _wizard_scene(Step.PRODUCTS),
    "wizard_5_preview": _wizard_scene(Step.PREVIEW),
    "integration_overview": _integration_scene("overview"),
    "integration_connection": _integration_scene("connection"),
    "integration_flows": _integration_scene("flows"),
    "integration_products": _integration_scene("products"),
    "integration_fields": _integration_scene("fields"),
    "integration_preview": _integration_scene("preview"),
    "integration_runs": _integration_scene("runs"),
    "import_sheet": _import_sheet,
    "run": _run,
    "run_inspect": _run_inspect,
    "log_line": _log_line,
    "activity": _section("activity"),
    "settings": _section("settings"),
    "help": _section("help"),
}


async def prepare(stage: Stage) -> None:
    """Practice data, imported once."""
    view = await start_practice(stage.program.context)
    stage.key = view.key
    call = stage.program.engine.call
    recent = await call(lambda services: services.runs.recent(view.key, 1))
    if not recent:
        for account in (view.integration.source, view.integration.target):
            async for _event in stage.program.engine.stream(
                lambda services, account=account: services.checks.check(account)  # type: ignore[misc]
            ):
                continue
        handle = await call(lambda services: services.runs.start(view.key, RunMode.HISTORICAL))
        await call(lambda _services: handle.wait())
        await call(lambda services: services.integrations.duplicate(view.key, "Teeladen → Newsletter"))
        await call(
            lambda services: services.integrations.create(
                "Kurse → ActiveCampaign", view.integration.source, view.integration.target, (), is_draft=True
            )
        )
        recent = await call(lambda services: services.runs.recent(view.key, 1))
    stage.run_id = recent[0].run_id


async def show(out: Path, names: list[str]) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder_name:
        folder = DataFolder(Path(folder_name))
        for variant, theme, language, size in (
            ("light", ThemeChoice.LIGHT, "en", SMALL),
            ("dark", ThemeChoice.DARK, "en", SMALL),
            ("de", ThemeChoice.LIGHT, "de", SMALL),
            ("long", ThemeChoice.LIGHT, "long", SMALL),
            ("large", ThemeChoice.LIGHT, "en", LARGE),
        ):
            preferences = {**peek(folder.database), "language": language, "theme": theme.value}
            program = Program(
                application, preferences, lambda: opened(folder, practice_records=60), data_folder=folder.root
            )
            if language == "long":
                texts._Catalogue.translations = LongWords()
            program.shell.resize(*size)
            stage = Stage(program)
            program.start()
            await stage.until(lambda: isinstance(stage.page(), HomePage))  # noqa: B023 - awaited within the loop
            await prepare(stage)
            for name in names:
                await SCENES[name](stage)
                await stage.rest()
                _save(program, out / f"{name}.{variant}.png")
                _close_sheets(application, program)
            program.stop()
            await program.ended()
            program.shell.deleteLater()


def _save(program: Program, path: Path) -> None:
    program.shell.grab().save(str(path))
    sheets = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not program.shell]
    for number, sheet in enumerate(sheets):
        sheet.grab().save(str(path.with_suffix(f".sheet{number}.png")))
    print(path)  # noqa: T201 - tells what was saved


def _close_sheets(application: QApplication, program: Program) -> None:
    for sheet in application.topLevelWidgets():
        if sheet.isVisible() and sheet is not program.shell:
            sheet.close()


def main() -> int:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    names = sys.argv[2:] or list(SCENES)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(show(out, names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
