"""What this program stands on, and under which licences."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app import __version__
from app.core.resources import resource_path
from app.core.texts import _
from app.ui.theme import mono_font
from app.ui.widgets.buttons import PrimaryButton
from app.ui.widgets.confirm import Sheet
from app.ui.widgets.labels import BodyLabel

_WIDTH_PX = 660
_HEIGHT_PX = 300


class AboutSheet(Sheet):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, _("Koppler {version}").format(version=__version__), width_px=_WIDTH_PX)
        self.body.addWidget(BodyLabel(_("Koppler is free software under the MIT licence.")))
        self.body.addWidget(
            BodyLabel(
                _(
                    "It uses Qt {qt} through PySide6 {pyside} under the GNU Lesser General Public License, version 3. "
                    "You may exchange these libraries for your own builds: they lie as separate files beside the "
                    "program. Qt's source code is available at https://download.qt.io."
                ).format(qt=QLibraryInfo.version().toString(), pyside=_version("PySide6-Essentials"))
            )
        )
        self.notices = QPlainTextEdit(_notices())
        self.notices.setReadOnly(True)
        self.notices.setAccessibleName(_("Licences of everything that comes with the program"))
        self.notices.setFont(mono_font())
        self.notices.setTabChangesFocus(True)
        self.notices.setFixedHeight(_HEIGHT_PX)
        self.body.addWidget(self.notices)
        self.close_button = PrimaryButton(_("Close"))
        self.close_button.clicked.connect(self.accept)
        self.buttons.addWidget(self.close_button)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)


def _notices() -> str:
    path = resource_path("licences", "third-party.md")
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return _("The list of licences is missing from this installation.")


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:  # a bundle may come without the distributions' own notes
        return ""
