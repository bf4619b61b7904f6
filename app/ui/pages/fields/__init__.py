"""The field mapping."""

from app.ui.pages.fields.panel import FieldsPanel

__all__ = ["FieldsPanel"]
