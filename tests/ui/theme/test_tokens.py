from itertools import product

import pytest

from app.ui.theme import DARK, LIGHT, READABLE_RATIO, Colours, contrast_ratio, most_readable
from app.ui.theme.tokens import with_high_contrast

SCHEMES = [
    pytest.param(LIGHT, id="light"),
    pytest.param(DARK, id="dark"),
    pytest.param(with_high_contrast(LIGHT), id="light, high contrast"),
    pytest.param(with_high_contrast(DARK), id="dark, high contrast"),
]
GROUNDS = ("background", "panel", "rail", "hover", "neutral_ground", "selection")


@pytest.mark.parametrize("colours", SCHEMES)
@pytest.mark.parametrize(
    ("text", "ground"), [*product(("text", "second", "accent", "ok", "warning", "error"), GROUNDS)]
)
def test_text_is_readable_on_every_ground(colours: Colours, text: str, ground: str) -> None:
    assert contrast_ratio(getattr(colours, text), getattr(colours, ground)) >= READABLE_RATIO


@pytest.mark.parametrize("colours", SCHEMES)
@pytest.mark.parametrize("status", ["accent", "ok", "warning", "error"])
def test_status_words_and_banners_are_readable_on_their_ground(colours: Colours, status: str) -> None:
    ground = getattr(colours, f"{status}_ground")
    for text in (getattr(colours, status), colours.text, colours.accent):
        assert contrast_ratio(text, ground) >= READABLE_RATIO


@pytest.mark.parametrize("colours", SCHEMES)
def test_words_on_filled_buttons_are_readable(colours: Colours) -> None:
    for ground in (colours.accent, colours.accent_hover, colours.accent_pressed):
        assert contrast_ratio(colours.on_accent, ground) >= READABLE_RATIO
    for ground in (colours.error, colours.error_hover):
        assert contrast_ratio(colours.on_error, ground) >= READABLE_RATIO
    assert contrast_ratio(colours.on_toast, colours.toast) >= READABLE_RATIO


def test_black_on_white_has_the_highest_contrast_there_is() -> None:
    assert contrast_ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast_ratio("#777777", "#777777") == pytest.approx(1)


def test_a_colour_in_another_notation_is_refused() -> None:
    with pytest.raises(ValueError, match="#RRGGBB"):
        contrast_ratio("red", "#FFFFFF")


@pytest.mark.parametrize(("ground", "expected"), [("#11151A", "#FFFFFF"), ("#F2C94C", "#000000")])
def test_letters_on_a_system_colour_take_the_readable_side(ground: str, expected: str) -> None:
    assert most_readable(ground, "#FFFFFF", "#000000") == expected
