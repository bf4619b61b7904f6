"""The person's language: our texts, Qt's own dialogs, numbers and dates."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.core.texts import LANGUAGES, current_language, use_language


def system_language() -> str:
    """The system's, where we speak it; else English."""
    wanted = (QLocale.system().uiLanguages() or [""])[0].replace("_", "-").split("-")[0].lower()
    return wanted if wanted in LANGUAGES else "en"


class Languages:
    """Numbers and dates follow the system where its language is the chosen one: an Austrian keeps Austrian dates."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._qt = QTranslator(application)

    def use(self, language: str) -> None:
        use_language(language)
        chosen = current_language()
        system = QLocale.system()
        fits = system.name().split("_")[0] == chosen
        QLocale.setDefault(system if fits else QLocale(chosen))
        self._application.removeTranslator(self._qt)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._qt.load(QLocale(chosen), "qtbase", "_", folder):
            self._application.installTranslator(self._qt)
