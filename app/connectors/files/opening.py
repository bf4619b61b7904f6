"""From a path to a table, by whatever format the file has."""

from __future__ import annotations

from app.connectors.files.csv_table import open_csv
from app.connectors.files.intake import recognise_format, stamp_of
from app.connectors.files.settings import FileFormat, FileSettings
from app.connectors.files.table import Table


def open_table(settings: FileSettings) -> Table:
    """Raises ConfigError that names the setting to change."""
    stamp_of(settings.path)
    match recognise_format(settings.path, settings.file_format):
        case FileFormat.EXCEL:
            from app.connectors.files.excel_table import open_excel

            return open_excel(settings.path, settings)
        case FileFormat.XML:
            from app.connectors.files.xml_table import open_xml

            return open_xml(settings.path, settings)
        case _:
            return open_csv(settings.path, settings)
