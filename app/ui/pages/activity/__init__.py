"""Activity: every run."""

from app.ui.pages.activity.page import ActivityPage

__all__ = ["ActivityPage"]
