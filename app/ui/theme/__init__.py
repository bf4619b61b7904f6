"""Colours, type and motion of the window."""

from app.ui.theme.contrast import READABLE_RATIO, RECOGNISABLE_RATIO, contrast_ratio, most_readable
from app.ui.theme.fonts import BOLD, MEDIUM, REGULAR, SEMIBOLD, load_fonts, mono_font, ui_font, with_tabular_figures
from app.ui.theme.icons import themed_icon
from app.ui.theme.motion import motion_ms
from app.ui.theme.theme import Theme, ThemeChoice, apply_theme, colours_now
from app.ui.theme.tokens import DARK, LIGHT, RADII, SIZES, SPACING, TYPE, Colours

__all__ = [
    "BOLD",
    "DARK",
    "LIGHT",
    "MEDIUM",
    "RADII",
    "READABLE_RATIO",
    "RECOGNISABLE_RATIO",
    "REGULAR",
    "SEMIBOLD",
    "SIZES",
    "SPACING",
    "TYPE",
    "Colours",
    "Theme",
    "ThemeChoice",
    "apply_theme",
    "colours_now",
    "contrast_ratio",
    "load_fonts",
    "mono_font",
    "most_readable",
    "motion_ms",
    "themed_icon",
    "ui_font",
    "with_tabular_figures",
]
