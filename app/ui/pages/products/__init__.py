"""The product mapping."""

from app.ui.pages.products.panel import ProductsPanel

__all__ = ["ProductsPanel"]
