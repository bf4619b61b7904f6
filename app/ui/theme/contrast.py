"""Contrast between two colours after WCAG 2.2, success criterion 1.4.3."""

from __future__ import annotations

READABLE_RATIO = 4.5
RECOGNISABLE_RATIO = 3.0  # signs that stand beside their own name, criterion 1.4.11


def relative_luminance(colour: str) -> float:
    """Luminance 0 to 1 of `#RRGGBB`. Raises ValueError for any other notation."""
    if len(colour) != 7 or not colour.startswith("#"):
        raise ValueError(f"colour must be #RRGGBB, got {colour!r}")
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: str, other: str) -> float:
    """1 (same) to 21 (black on white)."""
    lighter, darker = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def most_readable(ground: str, *candidates: str, enough: float = READABLE_RATIO) -> str:
    """The candidate with the highest contrast on the ground; the first one wins as soon as its contrast is enough."""
    if contrast_ratio(ground, candidates[0]) >= enough:
        return candidates[0]
    return max(candidates, key=lambda candidate: contrast_ratio(ground, candidate))
