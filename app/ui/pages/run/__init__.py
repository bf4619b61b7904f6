"""One run."""

from app.ui.pages.run.page import RunPage

__all__ = ["RunPage"]
