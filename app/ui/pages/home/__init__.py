"""The cards: own integrations, and every system there is."""

from app.ui.pages.home.page import HomePage

__all__ = ["HomePage"]
