"""Makes the pictures of the README with the real program and practice data: `python -m tests.ui.readme_pictures`.

Given a folder, it saves them there instead of in resources/pictures.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).resolve().with_name("fonts.conf"))

import qasync
from keyring.backend import KeyringBackend
from PySide6.QtWidgets import QApplication, QWidget

from app.bootstrap import opened
from app.core.configuration import Match, ProductRow
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.sdk.settings import secret_names
from app.services import Services
from app.services.integrations import IntegrationView
from app.services.previews import PreviewItem
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from app.ui import navigation
from app.ui.application import Program
from app.ui.pages.connect import ConnectionState
from app.ui.pages.home import HomePage
from app.ui.pages.integration import IntegrationPage
from app.ui.pages.practice_start import start_practice
from app.ui.pages.preview import PreviewPanel
from app.ui.pages.products import ProductsPanel
from app.ui.pages.products.rows import RowState
from app.ui.pages.run import RunPage
from app.ui.pages.wizard import WizardPage
from app.ui.pages.wizard.connect_step import ConnectStep
from app.ui.pages.wizard.model import Step
from app.ui.theme import ThemeChoice
from app.ui.widgets import Toast
from tests.ui.picture_files import save_small

PICTURES = Path(__file__).resolve().parents[2] / "resources" / "pictures"
WIDTH, HEIGHT = 1280, 800
_RECORDS = 200
_WRONG_SECRET = "k3p9vq2m8x7c5b1n4z6w0a"
_PATIENCE_S = 60.0
_OLD_LIST = (
    ProductRow(key="TEE-011", sku="TEE-011", name="Sencha Superior 100 g", number="501", match=Match.BY_HAND),
    ProductRow(key="TEE-012", sku="TEE-012", name="Darjeeling First Flush, lose", number="502", match=Match.BY_HAND),
    ProductRow(key="GUT-025", sku="GUT-025", name="Gutschein 25 €", number="503", match=Match.BY_HAND),
)


@dataclass
class Camera:
    """The program, and where its pictures go."""

    program: Program
    folder: Path

    def page(self) -> QWidget | None:
        return self.program.shell.navigator.page()

    async def until(self, is_there: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not is_there():  # noqa: ASYNC110 - Qt's state has no event to wait for
                await asyncio.sleep(0.02)

    async def call(self, make: Callable[[Services], Any]) -> Any:
        return await self.program.engine.call(make)

    async def check(self, account: str) -> None:
        async for _stage in self.program.engine.stream(lambda services: services.checks.check(account)):
            continue

    async def take(self, name: str) -> None:
        """Once motion, layouts and the live log have settled."""
        shell = self.program.shell
        await self.until(lambda: not any(toast.isVisible() for toast in shell.findChildren(Toast)))
        shell.setFocus()
        async with asyncio.timeout(_PATIENCE_S):
            before = shell.grab().toImage()
            while True:
                await asyncio.sleep(0.4)
                after = shell.grab().toImage()
                if after == before:
                    break
                before = after
        path = self.folder / f"{name}.png"
        size = save_small(after, path)
        print(f"{path} · {size // 1024} kB")  # noqa: T201 - tells what was saved


async def take_all(camera: Camera) -> None:
    await camera.until(lambda: isinstance(camera.page(), HomePage))
    practice = await start_practice(camera.program.context)
    await _prove(camera, practice)
    await _connect(camera, practice)
    await _preview(camera, practice.key)
    run_id = await _import(camera, practice)
    await _run(camera, run_id)
    await _products(camera, practice.key)
    await _add_others(camera, practice)
    await _home(camera, "home")
    camera.program.use_theme(ThemeChoice.DARK)
    await _home(camera, "home-dark")


async def _prove(camera: Camera, practice: IntegrationView) -> None:
    await camera.call(lambda services: services.integrations.rename(practice.key, "Tea shop → ActiveCampaign"))
    for account in (practice.integration.source, practice.integration.target):
        await camera.check(account)


async def _connect(camera: Camera, practice: IntegrationView) -> None:
    """The guided steps, with a key that the practice shop refuses as the real one would."""
    source, target = practice.source, practice.target
    assert source is not None
    assert target is not None
    address, settings = await _practice_shop(camera, practice)
    navigator = camera.program.shell.navigator
    navigator.push(navigation.WIZARD, source=source.system, target=target.system)
    wizard = camera.page()
    assert isinstance(wizard, WizardPage)
    await camera.until(lambda: wizard.model.has_systems and wizard.continue_button.isEnabled())
    wizard.continue_button.click()
    await camera.until(lambda: wizard.step is Step.CONNECT)
    connect = wizard.steps[Step.CONNECT]
    assert isinstance(connect, ConnectStep)
    await camera.until(lambda: connect.editor is not None)
    editor = connect.editor
    assert editor is not None
    for name, value in {
        **settings,
        **dict.fromkeys(secret_names(editor.model.manifest.settings), _WRONG_SECRET),
        "api_address": address,
    }.items():
        editor.model.form.set_value(name, value)
    await camera.until(lambda: editor.model.is_valid)
    editor.panel.button.click()
    await camera.until(lambda: editor.test.state is ConnectionState.FAILED)
    camera.program.shell.log_pane.set_collapsed(is_collapsed=True)
    await camera.take("connect")
    camera.program.shell.log_pane.set_collapsed(is_collapsed=False)
    _go_home(camera)


async def _practice_shop(camera: Camera, practice: IntegrationView) -> tuple[str, Mapping[str, object]]:
    """Where it answers, and the settings that fit it."""
    account = practice.integration.source
    view = await camera.call(lambda services: services.accounts.get(account))
    address = await camera.call(lambda services: services.practice.address(view.account))
    simulator = await camera.call(lambda services: services.practice.simulator(view.account))
    return str(address), dict(simulator.settings)


async def _panel(camera: Camera, key: str, tab: str) -> QWidget:
    camera.program.shell.navigator.push(navigation.INTEGRATION, key=key, tab=tab)
    page = camera.page()
    assert isinstance(page, IntegrationPage)
    await camera.until(lambda: page.model.view is not None)
    return page.panel(tab)


async def _products(camera: Camera, key: str) -> None:
    """Those of the shop, and three of an older list whose numbers are looked up anew."""
    await camera.call(lambda services: services.products.save(key, _OLD_LIST))
    panel = await _panel(camera, key, "products")
    assert isinstance(panel, ProductsPanel)
    await camera.until(lambda: panel.model.is_loaded)
    panel.read_button.click()
    await camera.until(lambda: len(panel.model.rows) > len(_OLD_LIST) and panel.match_button.isEnabled())
    panel.model.enter({**dict.fromkeys(range(len(_OLD_LIST)), ""), 5: "2044"})
    panel.match_button.click()
    await camera.until(lambda: panel.match_button.isEnabled() and panel.model.rows.count(RowState.MAPPED) > 1)
    panel.chips.chips()[0].click()
    await camera.until(lambda: panel.model.is_saved)
    await camera.take("products")


async def _preview(camera: Camera, key: str) -> None:
    panel = await _panel(camera, key, "preview")
    assert isinstance(panel, PreviewPanel)
    await camera.until(lambda: panel.items.rowCount() > 0)
    assert panel.kinds is not None
    next(chip for chip in panel.kinds.chips() if chip.key == "orders").click()
    new = next(row for row, item in enumerate(panel.items.items) if item.outcome is Outcome.CREATED and _is_paid(item))
    panel.list.view.selectRow(new)
    await camera.take("preview")
    camera.program.shell.navigator.back()


def _is_paid(item: PreviewItem) -> bool:
    return item.amount is not None and item.amount.amount > 0


async def _import(camera: Camera, practice: IntegrationView) -> str:
    handle = await camera.call(lambda services: services.runs.start(practice.key, RunMode.HISTORICAL))
    await camera.call(lambda _services: handle.wait())
    return str(handle.run_id)


async def _run(camera: Camera, run_id: str) -> None:
    camera.program.shell.navigator.push(navigation.RUN, run_id=run_id)
    page = camera.page()
    assert isinstance(page, RunPage)
    await camera.until(lambda: bool(page.problem_table.problems))
    first_order = next(row for row, each in enumerate(page.problem_table.problems) if each.entry.kind is Kind.ORDERS)
    top = page.table.view.ScrollHint.PositionAtTop
    page.table.view.scrollTo(page.problem_table.index(first_order, 0), top)
    await camera.take("run")
    camera.program.shell.navigator.back()


async def _add_others(camera: Camera, practice: IntegrationView) -> None:
    """One whose key is refused, one that waits for its import, one that is not finished."""
    source, integration = practice.source, practice.integration
    assert source is not None
    address, settings = await _practice_shop(camera, practice)
    manifest = await camera.program.engine.ask(lambda services: services.systems.of(source.system))
    secrets = dict.fromkeys(secret_names(manifest.settings), _WRONG_SECRET)
    gifts = await camera.call(
        lambda services: services.accounts.create(source.system, "Gift shop", settings, secrets, address)
    )
    await camera.check(gifts.key)
    for title, account, is_draft in (
        ("Gift shop → ActiveCampaign", gifts.key, False),
        ("Tea shop → Newsletter", integration.source, False),
        ("Courses → ActiveCampaign", integration.source, True),
    ):
        await camera.call(
            lambda services, title=title, account=account, is_draft=is_draft: services.integrations.create(  # type: ignore[misc]
                title, account, integration.target, integration.flows, is_draft=is_draft
            )
        )


async def _home(camera: Camera, name: str) -> None:
    _go_home(camera)
    await camera.until(lambda: isinstance(page := camera.page(), HomePage) and len(page.cards) == 4)
    await camera.take(name)


def _go_home(camera: Camera) -> None:
    navigator = camera.program.shell.navigator
    navigator.open_section(navigation.ACCOUNTS)
    navigator.open_section(navigation.INTEGRATIONS, fresh=True)


class _Keyring(KeyringBackend):
    """A keystore in memory: the same passwords for all who ask."""

    _passwords: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._passwords.pop((service, username), None)


@contextmanager
def _data_folder() -> Iterator[DataFolder]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield DataFolder(Path(name))


async def show(application: QApplication, folder: Path) -> None:
    with _data_folder() as data:
        keystore = Keystore(_Keyring)
        preferences: Mapping[str, object] = {"language": "en", "theme": ThemeChoice.LIGHT.value}
        program = Program(
            application,
            preferences,
            lambda: opened(data, keystore=keystore, practice_records=_RECORDS),
            data_folder=data.root,
        )
        program.shell.resize(WIDTH, HEIGHT)
        program.start()
        try:
            await take_all(Camera(program, folder))
        finally:
            program.stop()
            await program.ended()


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(show(application, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
