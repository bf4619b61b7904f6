"""One integration."""

from app.ui.pages.integration.page import IntegrationPage

__all__ = ["IntegrationPage"]
