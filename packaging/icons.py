"""Draws the program icon: `python packaging/icons.py` writes every format in resources/icons anew.

Two interlocking rings on a rounded square. The same numbers make the drawing (SVG) and, rendered by Qt, the pictures
that Windows (.ico) and macOS (.icns) want.
"""

import math
import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

ICONS = Path(__file__).resolve().parents[1] / "resources" / "icons"
BLUE = "#2F5FD7"
WHITE = "#FFFFFF"
PNG_SIZES_PX = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
# The four-letter types of the icns container and the size of the PNG inside.
ICNS_TYPES: Mapping[bytes, int] = {
    b"ic11": 32,
    b"ic12": 64,
    b"ic07": 128,
    b"ic08": 256,
    b"ic13": 256,
    b"ic09": 512,
    b"ic14": 512,
    b"ic10": 1024,
}

_CANVAS = 512
_CORNER = 124
_RADIUS = 106
_STROKE = 38
_GAP = 13
_LEFT, _RIGHT, _MIDDLE = 192.0, 320.0, 256.0
_ARC_HALF_DEG = 23.0


def draw_svg() -> str:
    crossing_deg = math.degrees(math.acos((_RIGHT - _LEFT) / 2 / _RADIUS))
    over_right = _arc(_RIGHT, 180 - crossing_deg)
    over_left = _arc(_LEFT, -crossing_deg)
    casing = f'fill="none" stroke="{BLUE}" stroke-width="{_STROKE + 2 * _GAP}"'
    line = f'fill="none" stroke="{WHITE}" stroke-width="{_STROKE}"'
    shapes = [
        f'<rect width="{_CANVAS}" height="{_CANVAS}" rx="{_CORNER}" ry="{_CORNER}" fill="{BLUE}"/>',
        _circle(_LEFT, line),
        f'<path d="{over_right}" {casing}/>',
        _circle(_RIGHT, line),
        f'<path d="{over_left}" {casing}/>',
        f'<path d="{_arc(_LEFT, -crossing_deg, _ARC_HALF_DEG + 1)}" {line}/>',
    ]
    body = "\n  ".join(["<title>Koppler</title>", *shapes])
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_CANVAS} {_CANVAS}">\n  {body}\n</svg>\n'


def _circle(x: float, style: str) -> str:
    return f'<circle cx="{x:g}" cy="{_MIDDLE:g}" r="{_RADIUS}" {style}/>'


def _arc(x: float, middle_deg: float, half_deg: float = _ARC_HALF_DEG) -> str:
    """A piece of a ring; angles run counter-clockwise from three o'clock."""
    ends = []
    for degrees in (middle_deg - half_deg, middle_deg + half_deg):
        angle = math.radians(degrees)
        ends.append(f"{x + _RADIUS * math.cos(angle):.2f} {_MIDDLE - _RADIUS * math.sin(angle):.2f}")
    return f"M {ends[0]} A {_RADIUS} {_RADIUS} 0 0 0 {ends[1]}"


def render_png(svg: str, size_px: int) -> bytes:
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage, QImageWriter, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    raw = QByteArray()
    buffer = QBuffer(raw)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(raw.data())


def pack_ico(pictures: Mapping[int, bytes]) -> bytes:
    """A Windows icon with PNG entries, which every Windows since Vista reads."""
    header = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(header) + 16 * len(pictures)
    entries, body = b"", b""
    for size_px, png in sorted(pictures.items()):
        side = size_px % 256  # 256 is written as 0
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(png), offset + len(body))
        body += png
    return header + entries + body


def pack_icns(pictures: Mapping[int, bytes]) -> bytes:
    body = b""
    for kind, size_px in ICNS_TYPES.items():
        png = pictures[size_px]
        body += kind + struct.pack(">I", len(png) + 8) + png
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    svg = draw_svg()
    pictures = {size_px: render_png(svg, size_px) for size_px in {*PNG_SIZES_PX, *ICNS_TYPES.values()}}
    ICONS.mkdir(parents=True, exist_ok=True)
    (ICONS / "koppler.svg").write_text(svg, encoding="utf-8", newline="\n")
    for size_px in PNG_SIZES_PX:
        (ICONS / f"koppler-{size_px}.png").write_bytes(pictures[size_px])
    (ICONS / "koppler.ico").write_bytes(pack_ico({size_px: pictures[size_px] for size_px in ICO_SIZES_PX}))
    (ICONS / "koppler.icns").write_bytes(pack_icns(pictures))
    print(f"Wrote {len(PNG_SIZES_PX) + 3} files to {ICONS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
