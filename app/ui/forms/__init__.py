"""Forms generated from settings models."""

from app.ui.forms.form import SettingsForm
from app.ui.forms.model import FormModel

__all__ = ["FormModel", "SettingsForm"]
