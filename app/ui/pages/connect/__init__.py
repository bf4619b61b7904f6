"""The connection test: live stages, and what to do about a failure."""

from app.ui.pages.connect.connection_test import ConnectionState, ConnectionTest
from app.ui.pages.connect.panel import ConnectionPanel

__all__ = ["ConnectionPanel", "ConnectionState", "ConnectionTest"]
