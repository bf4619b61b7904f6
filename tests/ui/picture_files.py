"""Pictures of the window as small files: with at most 256 colours, which a window hardly exceeds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QImageWriter

_MOST_COLOURS = 256
_GROUNDS = 32
"""So many of the commonest colours stay exactly as they are: grounds and lines that differ by a breath."""


def with_few_colours(image: QImage) -> QImage:
    """Plain grounds stay exactly what they are; no colour strays further than is needed to get by with 256."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    counted = Counter(memoryview(plain.constBits()).cast("I"))
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    return plain.convertToFormat(QImage.Format.Format_Indexed8, _palette(counted), flags)


def save_small(image: QImage, path: Path) -> int:
    """Bytes of the file, a PNG. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = QImageWriter(str(path), b"png")
    writer.setCompression(100)
    if not writer.write(with_few_colours(image)):
        raise OSError(f"{path} could not be written: {writer.errorString()}")
    return path.stat().st_size


def _palette(counted: Counter[int]) -> list[int]:
    """The grounds, and of every neighbourhood its commonest colour; neighbourhoods grow until they are few enough.

    The commonest 256 alone would paint a rare but telling colour, such as a single warning, like its nearest relative.
    """
    colours = [colour for colour, _count in counted.most_common()]
    grounds, others = colours[:_GROUNDS], colours[_GROUNDS:]
    reach = 0
    while len(grounds) + len(others) > _MOST_COLOURS:
        reach += 3
        others = _spread(others, reach)
    return [*grounds, *others]


def _spread(colours: list[int], reach: int) -> list[int]:
    """In order, those that are further than ``reach`` in some channel from all that are kept before them."""
    kept: list[tuple[int, int, int]] = []
    for colour in colours:
        red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
        if all(abs(red - r) > reach or abs(green - g) > reach or abs(blue - b) > reach for r, g, b in kept):
            kept.append((red, green, blue))
    return [0xFF000000 | red << 16 | green << 8 | blue for red, green, blue in kept]
