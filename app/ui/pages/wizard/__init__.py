"""The guided steps from two systems to an integration."""

from app.ui.pages.wizard.page import WizardPage

__all__ = ["WizardPage"]
