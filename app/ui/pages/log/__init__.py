"""Details of the live log."""

from app.ui.pages.log.desk import LogDesk
from app.ui.pages.log.details import LineSheet

__all__ = ["LineSheet", "LogDesk"]
