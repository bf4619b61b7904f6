"""Practice mode."""

from app.ui.pages.practice.page import PracticePage

__all__ = ["PracticePage"]
