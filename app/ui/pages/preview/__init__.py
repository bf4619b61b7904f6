"""The preview."""

from app.ui.pages.preview.panel import PreviewPanel

__all__ = ["PreviewPanel"]
