"""How alike two pictures of the window are, as a person sees them.

Both are made smaller first: what another FreeType does to the edges of letters becomes invisible, what was moved, cut
off or painted in another colour does not. A share of the whole window alone would let a moved button pass, so the worst
part of the window is looked at as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

SHRINKING = 4
_TILE_PX = 12
"""Side of a part, in pixels of the smaller picture: about the height of a button and what stands around it."""
_STRONG = 36
"""Difference of one colour channel (0 to 255) that counts: letters drawn differently stay below it."""
_MOST_SHARE, _MOST_TILE_SHARE = 0.005, 0.20
_MOST_TILE_MEAN = 5.0
"""Mean difference of a part's channels: finds pale grounds in a wrong colour."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Shares are between 0 and 1; ``places`` are the parts that look different, in pixels of the window."""

    size: QSize
    expected_size: QSize
    share: float = 0.0
    tile_share: float = 0.0
    tile_mean: float = 0.0
    places: tuple[QRect, ...] = ()

    @property
    def is_alike(self) -> bool:
        return self.size == self.expected_size and self.share <= _MOST_SHARE and not self.places

    def __str__(self) -> str:
        if self.size != self.expected_size:
            sizes = (self.size.width(), self.size.height(), self.expected_size.width(), self.expected_size.height())
            return "{}x{} instead of {}x{} pixels".format(*sizes)
        return (
            f"{self.share:.2%} of all points differ (allowed: {_MOST_SHARE:.2%}); of the worst part "
            f"{self.tile_share:.0%} (allowed: {_MOST_TILE_SHARE:.0%}), by {self.tile_mean:.1f} on average "
            f"(allowed: {_MOST_TILE_MEAN})"
        )


def compare(picture: QImage, reference: QImage) -> Comparison:
    if picture.size() != reference.size():
        return Comparison(picture.size(), reference.size())
    new, old = _smaller(picture), _smaller(reference)
    width, height = new.width(), new.height()
    differences = _differences(new, old)
    strong = sum(each > _STRONG for each in differences)
    shares, means, places = [0.0], [0.0], []
    for left, top in _tiles(width, height):
        found = _part(differences, width, height, left, top)
        share, mean = sum(each > _STRONG for each in found) / len(found), sum(found) / len(found)
        shares.append(share)
        means.append(mean)
        if share > _MOST_TILE_SHARE or mean > _MOST_TILE_MEAN:
            side = _TILE_PX * SHRINKING
            places.append(QRect(left * SHRINKING, top * SHRINKING, side, side))
    return Comparison(
        size=picture.size(),
        expected_size=reference.size(),
        share=strong / len(differences),
        tile_share=max(shares),
        tile_mean=max(means),
        places=tuple(places),
    )


def difference_picture(picture: QImage, comparison: Comparison) -> QImage:
    """The new picture, pale, with a frame around every part that looks different."""
    shown = picture.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(shown)
    painter.fillRect(shown.rect(), QColor(255, 255, 255, 150))
    for place in comparison.places:
        painter.drawImage(place, picture, place)
    painter.setPen(QColor("#D0021B"))
    for place in comparison.places:
        painter.drawRect(place)
    painter.end()
    return shown


def _smaller(picture: QImage) -> QImage:
    size = picture.size() / SHRINKING
    smaller = picture.convertToFormat(QImage.Format.Format_RGB32).scaled(
        size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    return smaller.convertToFormat(QImage.Format.Format_RGB32)


def _differences(new: QImage, old: QImage) -> list[int]:
    """Per pixel, that of the channel which differs most. Pixels of RGB32 lie without gaps: blue, green, red, unused."""
    a, b = bytes(new.constBits()), bytes(old.constBits())
    return [
        max(abs(a[at] - b[at]), abs(a[at + 1] - b[at + 1]), abs(a[at + 2] - b[at + 2])) for at in range(0, len(a), 4)
    ]


def _tiles(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Overlapping by half, so that nothing hides on the border between two."""
    step = _TILE_PX // 2
    for top in range(0, height - step, step):
        for left in range(0, width - step, step):
            yield left, top


def _part(differences: list[int], width: int, height: int, left: int, top: int) -> list[int]:
    right = min(left + _TILE_PX, width)
    rows = range(top, min(top + _TILE_PX, height))
    return [each for row in rows for each in differences[row * width + left : row * width + right]]
