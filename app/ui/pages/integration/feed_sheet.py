"""The offer feed of an integration: made from the shop's products, shown, saved, with its address."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.core.errors import AppError
from app.core.texts import _, ngettext
from app.services.feeds import Feed
from app.ui.context import Context
from app.ui.widgets.buttons import PrimaryButton, SecondaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.fields import CodeView
from app.ui.widgets.labels import BodyLabel, SecondaryLabel
from app.ui.widgets.path import save_file_dialog
from app.ui.wording import moment

_WIDTH_PX = 640
_SHOWN_CHARACTERS = 20_000
_CONTENT_PX = 260


class FeedSheet(Sheet):
    def __init__(self, context: Context, key: str, parent: QWidget) -> None:
        super().__init__(parent, _("Offer feed"), width_px=_WIDTH_PX)
        self._context = context
        self._key = key
        self._feed: Feed | None = None
        words = _("All products of the shop as a file that the other system fetches, so that it can recommend them.")
        self.body.addWidget(BodyLabel(words))
        self.state = SecondaryLabel(_("Not made yet. Making it reads all products of the shop and changes nothing."))
        self.body.addWidget(self.state)
        self.content = CodeView(_("Content of the feed"), _CONTENT_PX)
        self.content.hide()
        self.body.addWidget(self.content)
        self.address = SecondaryLabel()
        self.body.addWidget(self.address)
        self.make_button = PrimaryButton(_("Make it now"))
        self.copy_button = SecondaryButton(_("Copy the address"))
        self.save_button = SecondaryButton(_("Save as…"))
        close = SecondaryButton(_("Close"))
        for button in (close, self.copy_button, self.save_button, self.make_button):
            self.buttons.addWidget(button)
        self.copy_button.hide()
        self.save_button.setEnabled(False)
        close.clicked.connect(self.reject)
        self.make_button.clicked.connect(lambda: self._run(self._make()))
        self.copy_button.clicked.connect(self._copy)
        self.save_button.clicked.connect(self._choose_file)
        self._run(self._load())

    def _run(self, work: object) -> None:
        self._context.tasks.spawn(work, owner=self, on_error=self._fail)  # type: ignore[arg-type]  # a coroutine

    async def _load(self) -> None:
        feed = await self._context.engine.call(lambda services: services.feeds.kept(self._key))
        if feed is not None:
            self._show(feed)

    async def _make(self) -> None:
        self.make_button.setEnabled(False)
        self.state.setText(_("The products are read…"))
        try:
            self._show(await self._context.engine.call(lambda services: services.feeds.make(self._key)))
        finally:
            self.make_button.setEnabled(True)

    def _show(self, feed: Feed) -> None:
        self._feed = feed
        made = _("Made {when}.").format(when=moment(feed.made_at))
        if feed.products is not None:
            counted = ngettext("{count} product.", "{count} products.", feed.products).format(count=feed.products)
            made = f"{made} {counted}"
        self.state.setText(made)
        self.content.show()
        self.content.setPlainText(feed.content[:_SHOWN_CHARACTERS].decode("utf-8", errors="ignore"))
        self.address.setText(
            _("It is fetched at {address} while the receiver is on.").format(address=feed.address)
            if feed.address
            else _("Set up the receiver's public address to have it fetched from here, or upload the file yourself.")
        )
        self.copy_button.setVisible(bool(feed.address))
        self.save_button.setEnabled(True)
        self.fit()

    def _fail(self, error: AppError) -> None:
        self.state.setText(str(error))

    def _copy(self) -> None:
        if self._feed is not None:
            QGuiApplication.clipboard().setText(self._feed.address)
            self._context.notices.toast(_("Copied."))

    def _choose_file(self) -> None:
        dialog = save_file_dialog(self, _("Save the feed"), suggested="offers.xml", patterns=["*.xml"])
        dialog.fileSelected.connect(lambda path: self._run(self._save(Path(path))))

    async def _save(self, path: Path) -> None:
        await self._context.engine.call(lambda services: services.feeds.save(self._key, path))
        self._context.notices.toast(_("Saved."))
