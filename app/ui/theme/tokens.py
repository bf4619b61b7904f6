"""Every colour, size and radius of the window: the only place with literal values.

All lengths are logical pixels. `third` is for ornaments only: nothing a person must read may use it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Colours:
    """One scheme. `on_*` is text on the filled colour, `*_ground` is the soft ground under text of that colour."""

    is_dark: bool
    background: str
    panel: str
    rail: str
    hover: str
    pressed: str
    neutral_ground: str
    selection: str
    line: str
    line_strong: str
    text: str
    second: str
    third: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_faded: str
    accent_ground: str
    on_accent: str
    ok: str
    ok_ground: str
    warning: str
    warning_ground: str
    error: str
    error_hover: str
    error_ground: str
    on_error: str
    on_status: str
    shadow: str
    toast: str
    on_toast: str


LIGHT = Colours(
    is_dark=False,
    background="#F6F7F9",
    panel="#FFFFFF",
    rail="#EEF0F4",
    hover="#F3F5F8",
    pressed="#E9ECF1",
    neutral_ground="#EEF0F4",
    selection="#E8EEFC",
    line="#E1E5EB",
    line_strong="#CBD2DC",
    text="#1B2430",
    second="#5B6675",
    third="#8692A1",
    accent="#2F5FD7",
    accent_hover="#2A55C2",
    accent_pressed="#244AAA",
    accent_faded="#96AEEA",
    accent_ground="#E8EEFC",
    on_accent="#FFFFFF",
    ok="#147847",
    ok_ground="#E3F4EA",
    warning="#8F5B00",
    warning_ground="#FCF1D9",
    error="#B3261E",
    error_hover="#9C2019",
    error_ground="#FBE6E4",
    on_error="#FFFFFF",
    on_status="#FFFFFF",
    shadow="#14101828",
    toast="#1B2430",
    on_toast="#FFFFFF",
)

DARK = Colours(
    is_dark=True,
    background="#14181E",
    panel="#1C222A",
    rail="#11151A",
    hover="#232A34",
    pressed="#2A323D",
    neutral_ground="#28303A",
    selection="#22304F",
    line="#2B333E",
    line_strong="#3D4754",
    text="#E8ECF1",
    second="#A3AEBB",
    third="#74808E",
    accent="#7FA3FF",
    accent_hover="#93B2FF",
    accent_pressed="#6B90EF",
    accent_faded="#41527E",
    accent_ground="#22304F",
    on_accent="#0F1626",
    ok="#5CCB92",
    ok_ground="#17352A",
    warning="#E8B454",
    warning_ground="#3A2E14",
    error="#FF8A80",
    error_hover="#FF9E96",
    error_ground="#40201F",
    on_error="#2A0D0B",
    on_status="#11151A",
    shadow="#00000000",
    toast="#E8ECF1",
    on_toast="#1B2430",
)


def with_high_contrast(colours: Colours) -> Colours:
    """The same scheme with text-coloured lines and no softened text, for people who ask their system for contrast."""
    return replace(
        colours,
        line=colours.second,
        line_strong=colours.text,
        second=colours.text,
        third=colours.second,
        accent_faded=colours.second,
    )


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distances in steps of 4."""

    xs: int = 4
    s: int = 8
    m: int = 12
    l: int = 16  # noqa: E741  (read as a size name beside s and m)
    xl: int = 24
    page: int = 28
    card: int = 16
    between_cards: int = 12


@dataclass(frozen=True, slots=True)
class Radii:
    field: int = 8
    card: int = 12
    monogram: int = 8


@dataclass(frozen=True, slots=True)
class TypeSizes:
    title: int = 20
    brand: int = 15
    heading: int = 14
    body: int = 13
    small: int = 12
    badge: int = 11
    log: int = 12
    number: int = 20


@dataclass(frozen=True, slots=True)
class Sizes:
    """Fixed heights and widths of the frame's parts."""

    rail: int = 196
    rail_collapsed: int = 56
    rail_collapses_below: int = 1000
    rail_entry: int = 35
    field: int = 35
    field_small: int = 28
    button: int = 34
    button_small: int = 28
    chip: int = 28
    badge: int = 20
    monogram: int = 34
    table_header: int = 32
    table_row: int = 36
    log_header: int = 42
    log_strip: int = 36
    log_min: int = 120
    log_default: int = 174
    log_line: int = 20
    stage_icon: int = 18
    progress: int = 8


MOTION_MS = 120
SPACING = Spacing()
RADII = Radii()
TYPE = TypeSizes()
SIZES = Sizes()
BRAND_COLOUR = "#2F5FD7"
MONOGRAM_DARK_TEXT = "#11151A"
MONOGRAM_LIGHT_TEXT = "#FFFFFF"
